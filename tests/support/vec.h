/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_SUPPORT_VEC_H
#define WH_TESTS_SUPPORT_VEC_H

/* Known-answer files: JSON, plain or zstd, under tests/vectors. Host tests only. A file that is not
 * there or not JSON ends the test program with exit 1 and a line that says which. */

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "evm/base/bytes.h"

/* vec_load reads <dir>/<name>; a name in .zst is decompressed. Release with json_decref. */
json_t *vec_load(const char *dir, const char *name);

/* Fields of an object; a missing or ill-typed one ends the program. */
const char *vec_str(const json_t *o, const char *key);
uint64_t vec_u64(const json_t *o, const char *key); /* a number or a decimal string */
void vec_u128(const json_t *o, const char *key, uint64_t *hi, uint64_t *lo);
bytes32 vec_b32(const json_t *o, const char *key);
address vec_addr(const json_t *o, const char *key);

/* vec_hex decodes 0x... into malloc'ed bytes (never NULL) and their number. */
uint8_t *vec_hex(const char *text, size_t *len);
bytes32 vec_hex32(const char *text);
/* vec_b32s: a list of 32-byte strings, malloc'ed. */
bytes32 *vec_b32s(const json_t *list, size_t *n);

#endif
