/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_ACCESS_LIST_H
#define WH_TESTS_VECTORS_RUNNER_ACCESS_LIST_H

/* Block access lists (EIP-7928) as vectors write them: what a block read, and what it left behind. They
 * allow Amsterdam's blocks to be judged at the level of tries, without Amsterdam's rules. */

#include <jansson.h>

#include "evm/state/state.h"

/* access_list_apply opens every account and slot of the list and makes the last change of each; root is
 * the settled one. WH_E_FORMAT: the list is not understood. Other statuses: what the state gave. */
wh_status access_list_apply(struct state *st, const json_t *list, const struct wh_sink *made,
                            bytes32 *root);

#endif
