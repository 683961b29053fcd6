/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_L1_KEYS_H
#define WH_PROTO_L1_KEYS_H

/* The sending account. Keys come from a 0600 file or a version 3 keystore, never from argv or the
 * environment. */

#include "evm/base/bytes.h"
#include "proto/sys/buf.h"
#include "proto/sys/error.h"

struct l1_key {
    uint8_t secret[32];
    address addr;
};

/* l1_key_file reads 64 hex digits (0x and one newline optional). Refused unless the file is a
 * regular one of our uid without group and other permissions (WH_ERR_KEY_MODE). */
WH_MUST wh_status l1_key_file(const char *path, struct l1_key *out, struct wh_error *err);
/* l1_key_file_new makes such a file with a fresh key; an existing file is refused. */
WH_MUST wh_status l1_key_file_new(const char *path, struct l1_key *out, struct wh_error *err);
/* l1_key_store opens a version 3 keystore (scrypt or pbkdf2-sha256, aes-128-ctr, keccak MAC). The
 * password file (0600 as well) holds one line. */
WH_MUST wh_status l1_key_store(const char *path, const char *password_path, struct l1_key *out,
                               struct wh_error *err);
WH_MUST wh_status l1_key_store_open(wh_span json, wh_span password, struct l1_key *out,
                                    struct wh_error *err);
/* l1_key_init sets the address of a secret. */
WH_MUST wh_status l1_key_init(struct l1_key *key, const uint8_t secret[32], struct wh_error *err);
void l1_key_wipe(struct l1_key *key);

#endif
