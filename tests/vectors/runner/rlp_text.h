/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_RLP_TEXT_H
#define WH_TESTS_VECTORS_RUNNER_RLP_TEXT_H

/* RLP of values as vectors write them, numbers of any size among them. */

#include <jansson.h>

#include "proto/sys/buf.h"

void rlp_text_string(struct wh_buf *out, wh_span bytes);
void rlp_text_list(struct wh_buf *out, wh_span payload);

/* rlp_text_number appends a scalar: hex or decimal text, with or without "0x:bigint ". False: no number. */
bool rlp_text_number(struct wh_buf *out, const json_t *v);

/* rlp_text_value appends any value of an RLP test: string, number, "#decimal", nested lists. */
bool rlp_text_value(struct wh_buf *out, const json_t *v);

#endif
