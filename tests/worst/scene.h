/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_WORST_SCENE_H
#define WH_TESTS_WORST_SCENE_H

/* The worst step of one kind, before it is run: a state, and the items of one block. */

#include "tests/toy_chain.h"
#include "tests/worst/code.h"

enum {
    SCENE_ITEMS = 60,
    SCENE_CHAIN = 1337,
};

/* Gas of the transaction: 2^24 (EIP-7825), or what --gas says, where a smaller step of the same kind will do. */
extern uint64_t scene_gas;

struct scene {
    struct toy *t;
    bool full;        /* states as large as they get; else large enough for a quick run */
    const char *data; /* folder tests/data */
    wh_span items[SCENE_ITEMS];
    size_t item_count;
    enum seg_kind step; /* which step is the worst one: BEGIN, the last TX, END */
    wh_span withdrawals;
};

/* Where programs live, and the first of many accounts: base + i. */
static inline address scene_contract(void)
{
    return toy_address(1);
}

static inline address scene_account(uint32_t i)
{
    address a = {{0xbb}};
    store_be32(a.b + 16, i);
    return a;
}

/* scene_run: the program as a contract, and a transaction with all the gas there is that calls it. */
void scene_run(struct scene *s, const struct program *c);
/* scene_call: the same for an account that stands already. */
void scene_call(struct scene *s, wh_span data);

#define KIND(name, group, capped, burns, what) void build_##name(struct scene *s);
#include "tests/worst/kinds.def"
#undef KIND

#endif
