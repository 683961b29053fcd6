/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_VALUE_H
#define WH_TESTS_VECTORS_RUNNER_VALUE_H

/* Values of the official test vectors: hex strings with or without 0x, leading zero nibbles allowed,
 * decimal strings, "0x:bigint 0x1..." for what is meant not to fit. */

#include <jansson.h>

#include "evm/base/bytes.h"
#include "evm/base/u256.h"
#include "proto/sys/buf.h"

/* value_u256: false: not a number, or more than 256 bits. NULL reads as 0. */
bool value_u256(const json_t *v, u256 *out);
/* value_u64: false also if it does not fit. */
bool value_u64(const json_t *v, uint64_t *out);
/* value_bytes appends. false: not hex. */
bool value_bytes(const json_t *v, struct wh_buf *out);
bool value_address(const json_t *v, address *out);
bool value_b32(const json_t *v, bytes32 *out);
/* value_text_u256 reads a key of an object. */
bool value_text_u256(const char *text, u256 *out);
bool value_text_address(const char *text, address *out);

#endif
