/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_WRITE_H
#define WH_PROTO_BLOCK_WRITE_H

/* Block files in the forms of others, so that other stateless validators can check the same block. A
 * witness is written canonically (execution-specs, EIP-8025): nodes and codes each once, ascending by
 * their bytes; headers as RLP, ascending by number, the parent last; no keys. */

#include "proto/block/parts.h"
#include "proto/sys/buf.h"

/* block_form_find looks a word of forms.def up; false if there is none, or nobody writes that form. */
bool block_form_find(const char *word, enum block_form *out);

/* Words of the forms that are written, for an option's table. */
#define BLOCK_FORMS_WRITTEN "witness|block|pair|ext-witness|payload|bundle|stateless-block"

/* block_write appends the file in that form. WH_ERR_NOMEM alone, or WH_ERR_FILE_FORM: the form needs a
 * chain id that the file does not know. */
WH_MUST wh_status block_write(const struct blockfile *f, enum block_form form, struct wh_buf *out,
                              struct wh_error *err);

#endif
