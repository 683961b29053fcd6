/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_FILESET_H
#define WH_PROTO_BLOCK_FILESET_H

/* Block files as a user names them: some whole, some as two halves. A witness and a raw block find each
 * other by the hash of the parent's header; where a witness brings no headers, by being the only ones
 * left. */

#include "proto/block/parts.h"

/* What a user knows and files may not say. */
struct fileset_hints {
    uint64_t chain_id;               /* 0: none */
    const struct chain_config *spec; /* rules of a chain without a preset; NULL: none; borrowed */
};

/* One block, or the reason why there is none. name: the path, or two with " + " between. */
typedef void fileset_sink(void *ctx, const char *name, struct blockfile *f,
                          const struct wh_error *err);

/* fileset_read reads all files and calls sink once for each block and once for each file that cannot be
 * used (f NULL). Whole files come in their order, pairs after them. The sink does not keep f. WH_E_NOMEM
 * alone. */
WH_MUST wh_status fileset_read(const char *const *paths, size_t count,
                               const struct fileset_hints *hints, const struct evm_crypto *crypto,
                               fileset_sink *sink, void *ctx);

/* fileset_read_one demands exactly one block of the files (convert). */
WH_MUST wh_status fileset_read_one(const char *const *paths, size_t count,
                                   const struct fileset_hints *hints,
                                   const struct evm_crypto *crypto, struct blockfile *out,
                                   struct wh_error *err);

/* fileset_hint gives hints to parts before they are assembled. */
void fileset_hint(struct block_parts *p, const struct fileset_hints *hints);

#endif
