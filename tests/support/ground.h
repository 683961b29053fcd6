/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_SUPPORT_GROUND_H
#define WH_TESTS_SUPPORT_GROUND_H

/* A small ground for tests of state, machine and transactions: accounts are put down, sealed into tries,
 * and from then on loaded through preimages, so that a test sees what was asked for.
 *
 *   struct ground w; ground_open(&w, FORK_OSAKA);
 *   ground_account(&w, 0xaa, 1, 100, "6001600055");      code as hex
 *   ground_seal(&w);                                     pre-state done: the state starts anew at its root
 *   struct evm_result r; ground_call(&w, 0xaa, 100000, "", &r);
 *   CHECK(ground_asked(&w, 0xaa));
 * Addresses are numbers, left-padded. A failing set-up step ends the process. */

#include "evm/interp/evm.h"
#include "tests/support/nodes.h"

#define GROUND_CALLER   0xca11e4u
#define GROUND_COINBASE 0xc01bu

struct ground_leaf {
    uint64_t at;
    bool has_slot, is_code;
    uint64_t slot;
    bytes32 hash; /* of the node that holds the leaf, or of the code */
};

struct ground {
    void *memory[3];
    struct wh_arena preimages, state_arena, frames;
    struct nodes nodes;
    struct wh_preimages source;
    const struct evm_crypto *crypto;
    struct state st;
    struct evm_block block;
    struct evm_origin origin;
    struct evm evm;
    bytes32 root;
    struct ground_leaf leaves[64];
    size_t leaf_count;
    unsigned uses; /* how often preimages.use was called */
    struct wh_preimages inner;
};

void ground_open(struct ground *w, enum evm_fork fork);
void ground_close(struct ground *w);
void ground_account(struct ground *w, uint64_t at, uint64_t nonce, uint64_t balance,
                    const char *code_hex);
void ground_slot(struct ground *w, uint64_t at, uint64_t key, uint64_t value);
void ground_seal(struct ground *w);
/* ground_restart opens the state anew at the sealed root; nothing counts as asked for. */
void ground_restart(struct ground *w);

/* Was the leaf of that account, that slot, that account's code asked for since ground_restart? */
bool ground_asked(const struct ground *w, uint64_t at);
bool ground_asked_slot(const struct ground *w, uint64_t at, uint64_t key);
bool ground_asked_code(const struct ground *w, uint64_t at);
/* Takes it away: who asks gets WH_E_MISSING. */
void ground_drop(struct ground *w, uint64_t at);
void ground_drop_slot(struct ground *w, uint64_t at, uint64_t key);
void ground_drop_code(struct ground *w, uint64_t at);

/* ground_call runs a message of GROUND_CALLER in a transaction of the state that stays open. */
wh_status ground_call(struct ground *w, uint64_t to, int64_t gas, const char *input_hex,
                      struct evm_result *out);
wh_status ground_call_value(struct ground *w, uint64_t to, int64_t gas, uint64_t value,
                            struct evm_result *out);

address ground_address(uint64_t n);
struct account *ground_find(struct ground *w, uint64_t at); /* loaded */
u256 ground_read(struct ground *w, uint64_t at, uint64_t key);
uint64_t ground_balance(struct ground *w, uint64_t at);
bytes32 ground_settle(struct ground *w);
/* ground_hex writes the bytes of a hex text (blanks are skipped) and returns their number. */
size_t ground_hex(const char *text, uint8_t *out, size_t max);
/* The output as a word; 2^256-1 if it is not one word. */
u256 ground_word(const struct evm_result *r);

#endif
