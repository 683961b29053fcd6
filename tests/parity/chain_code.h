/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_PARITY_CHAIN_CODE_H
#define WH_TESTS_PARITY_CHAIN_CODE_H

/* What both kinds of L1 are set up with. */

#include "proto/sys/buf.h"

#define CHAIN_CODE_VERIFIER 96

/* chain_code_verifier: code of a verifier that says what its proof says, in the caller's room. */
wh_span chain_code_verifier(uint8_t room[CHAIN_CODE_VERIFIER]);
/* chain_code_inbox appends the arguments of the Inbox's constructor. */
void chain_code_inbox(struct wh_buf *out);

#endif
