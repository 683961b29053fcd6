/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_SUPPORT_NODES_H
#define WH_TESTS_SUPPORT_NODES_H

/* A store of preimages in memory for tests: filled as a sink, read as preimages. It can note what was
 * asked for, and then answer from that alone (the second, stateless run of a case). */

#include "evm/base/arena.h"
#include "evm/base/preimage.h"

struct nodes_entry {
    bytes32 hash;
    wh_span bytes;
    uint32_t asked; /* run in which it was asked for last */
    bool used;
    bool dropped; /* as if it had never been put */
};

struct nodes {
    struct nodes_entry *places; /* owns; open addressing by hash */
    size_t mask, count;
    uint32_t run;
    bool closed;            /* answers only what the run before has asked for */
    struct wh_arena *arena; /* borrowed: the bytes */
};

bool nodes_init(struct nodes *n, struct wh_arena *arena);
void nodes_reset(struct nodes *n); /* forgets all entries */
void nodes_done(struct nodes *n);
struct wh_preimages nodes_preimages(struct nodes *n);
struct wh_sink nodes_sink(struct nodes *n);
/* nodes_begin starts a run; closed: it must not ask for more than the one before. */
void nodes_begin(struct nodes *n, bool closed);
/* nodes_asked: was it asked for in this run? nodes_drop: who asks gets WH_E_MISSING. */
bool nodes_asked(const struct nodes *n, const bytes32 *hash);
void nodes_drop(struct nodes *n, const bytes32 *hash);

#endif
