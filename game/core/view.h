/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_VIEW_H
#define WH_GAME_CORE_VIEW_H

/* The view: a struct game folded from the logs of L1 at one block hash (PROTOCOL 10, I25).
 *
 * Use: game_init with the configuration read from the contract and the deployment's time; then every
 * log of Game and Inbox in chain order; then game_set_time with the time of the block the view stands
 * for. After a reorg: game_load of a snapshot from before it (game_save at finalized blocks), or
 * game_init again, and fold the new branch. */

#include "game/core/game.h"

/* game_view_apply_event folds one log. WH_E_MISMATCH: it names something that no earlier log made
 * (I15 says that cannot be: logs are missing, out of order, or of another deployment); the view is
 * unchanged. WH_E_NOMEM: arena full, view unchanged. */
WH_MUST wh_status game_view_apply_event(struct game *view, const struct game_event *ev);

/* game_set_time: the view stands for a block of this time. Never goes back within a fold. */
void game_set_time(struct game *view, uint64_t now);

/* game_view_set_word: what the contract's view node(id) answered; brings price, gas and claimed,
 * which no log carries. WH_E_MISMATCH: unknown node, or a word whose beta or flags contradict. */
WH_MUST wh_status game_view_set_word(struct game *view, const bytes32 *id, const uint8_t word[32]);

#endif
