/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_SYS_HEX_H
#define WH_PROTO_SYS_HEX_H

/* Hex, strict: an even number of digits, nothing else. */

#include "evm/base/bytes.h"
#include "evm/base/status.h"
#include "evm/base/u256.h"

/* wh_hex_encode writes 2 * len lower-case digits and a NUL to out (2 * len + 1 bytes), no 0x. */
void wh_hex_encode(const uint8_t *bytes, size_t len, char *out);
/* wh_hex_decode reads exactly 2 * len digits of text (text_len must equal that). false: malformed. */
bool wh_hex_decode(const char *text, size_t text_len, uint8_t *out, size_t len);
/* wh_hex_parse: as wh_hex_decode with a demanded 0x before the digits, text NUL-terminated. */
bool wh_hex_parse(const char *text, uint8_t *out, size_t len);

/* wh_hex32 is "0x" and 64 digits in a value, for printf: `wh_hex32(&h).s`. */
struct wh_hex32 {
    char s[67];
};
struct wh_hex20 {
    char s[43];
};
struct wh_hex32 wh_hex32(const bytes32 *h);
struct wh_hex20 wh_hex20(const address *a);

/* Quantities of JSON-RPC: "0x0", no leading zeros. wh_quantity_parse: false if malformed or wider
 * than 256 bits. wh_quantity_print writes at most 67 bytes with the NUL. */
bool wh_quantity_parse(const char *text, u256 *out);
void wh_quantity_print(const u256 *v, char out[67]);
/* Decimal of 256 bits: at most 79 bytes with the NUL. parse: digits only, 1..78, no overflow. */
void wh_dec_print(const u256 *v, char out[80]);
bool wh_dec_parse(const char *text, size_t len, u256 *out);

#endif
