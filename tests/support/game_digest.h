/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_SUPPORT_GAME_DIGEST_H
#define WH_TESTS_SUPPORT_GAME_DIGEST_H

/* One hash over everything that a game stores: the digest of tests/vectors/protocol/games. */

#include "game/core/game.h"

enum digest_kind {
    DIGEST_FULL,
    DIGEST_CORE, /* without what depends on metering: mover, price, gas, claimed, pots, credits */
    DIGEST_VIEW, /* without what no log carries: price, gas, claimed (I25) */
};

void game_digest(const struct game *g, enum digest_kind kind, bytes32 *out);

/* Sums for conservation of money (I6). */
u128 game_sum_bonds(const struct game *g);
u128 game_sum_pots(const struct game *g);
u128 game_sum_credits(const struct game *g);

#endif
