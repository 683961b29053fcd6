/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_SEGMENT_SENDER_H
#define WH_EVM_SEGMENT_SENDER_H

/* Checks c10 and c11 over a state: the half of PROTOCOL 4.3 that needs a witness. */

#include "evm/state/state.h"
#include "evm/tx/validate.h"

/* tx_check_state loads the sender's account (c10) and, from Prague on and only if it has code, the code
 * (c11). *reject is the answer on WH_OK; any other status is no answer. */
WH_MUST wh_status tx_check_state(struct state *st, const struct tx_rules *r, const struct tx *tx,
                                 const address *sender, enum tx_reject *reject);

#endif
