/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_PARITY_CHAIN_H
#define WH_TESTS_PARITY_CHAIN_H

/* A small L1 with Inbox, Game and a verifier that says what its proof says. chain.c: in process, our own
 * interpreter on a state that starts empty; no transactions, no blocks, no trie: a call is a message.
 * chain_anvil.c: on anvil, over JSON-RPC. */

#include "game/core/game.h"
#include "proto/l1/calls.h"

struct chain_l1; /* private */

struct chain_reply {
    bool ok;
    wh_span data; /* output, or data of the revert; good until the next call */
    size_t log_count;
    int64_t gas_used; /* of the message alone */
};

struct chain_l1 *chain_open(void);
void chain_close(struct chain_l1 *c);
/* chain_reset: an empty state; deploys verifier and Inbox at fixed addresses. */
void chain_reset(struct chain_l1 *c, uint64_t time);
void chain_addresses(const struct chain_l1 *c, address *verifier, address *inbox, address *game);
/* chain_deploy_game: the constructor with that configuration; false: it reverts. */
bool chain_deploy_game(struct chain_l1 *c, const struct game_config *cfg);

/* chain_call: a message to an address as its own transaction, at that time and price; with price 0 it only
 * looks. */
struct chain_reply chain_call(struct chain_l1 *c, const address *from, const address *to,
                              u128 value, uint64_t time, uint64_t gasprice, uint64_t basefee,
                              wh_span data);
struct calls_log chain_log(const struct chain_l1 *c, size_t i, address *at);
void chain_fund(struct chain_l1 *c, const address *who, u128 wei);
u128 chain_balance(struct chain_l1 *c, const address *who);
bytes32 chain_slot(struct chain_l1 *c, const address *at, const bytes32 *key);
/* chain_slots: how many slots of that account are not zero. */
size_t chain_slots(struct chain_l1 *c, const address *at);

#endif
