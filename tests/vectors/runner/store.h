/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_VECTORS_RUNNER_STORE_H
#define WH_TESTS_VECTORS_RUNNER_STORE_H

/* Preimages of one test in memory: filled as a sink or by hand, read as preimages. Forgetting them is one
 * increment, as most tests are small. */

#include "evm/base/arena.h"
#include "evm/base/preimage.h"

struct store_entry {
    bytes32 hash;
    wh_span bytes;
    uint32_t age; /* of the test it belongs to */
};

struct store {
    struct store_entry *places; /* owns; open addressing by hash */
    size_t mask, count;
    uint32_t age;
    struct wh_arena *arena; /* borrowed: the bytes */
};

bool store_init(struct store *s, struct wh_arena *arena);
void store_done(struct store *s);
/* store_reset forgets all entries; the arena is rewound by its owner. */
void store_reset(struct store *s);
/* store_put copies bytes and returns their hash; out of memory ends the process. */
bytes32 store_put(struct store *s, wh_span bytes);
struct wh_preimages store_preimages(struct store *s);
struct wh_sink store_sink(struct store *s);

#endif
