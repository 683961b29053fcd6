/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_GAME_PRIVATE_H
#define WH_GAME_CORE_GAME_PRIVATE_H

/* Parts that the moves and the view share. Effects never fail: what they need was reserved. */

#include "game/core/game.h"

/* Guards and effects, one pair per row of moves.def. */
#define GAME_MOVE(id, name, signature)                                                     \
    enum game_error game_can_##name(struct game *g, const struct game_env *env,            \
                                    const struct game_args *args, struct game_plan *plan); \
    enum game_error game_do_##name(struct game *g, const struct game_env *env,             \
                                   const struct game_args *args, const struct game_plan *plan);
#include "game/core/moves.def"
#undef GAME_MOVE

#define NEED(cond, error)                   \
    do {                                    \
        if (!(cond)) return GAME_E_##error; \
    } while (0)

/* Room for so many new records; false: arena full. */
bool game_reserve_nodes(struct game *g, uint32_t n);
bool game_reserve_accounts(struct game *g, uint32_t n);
bool game_reserve_assertion(struct game *g);

/* game_account_get: the account's number, made if need be; room for it was reserved. Address 0 is
 * GAME_NONE. */
uint32_t game_account_get(struct game *g, const address *who);
/* game_credit: credits[who] += amount; as above. Address 0 has an account here. */
void game_credit(struct game *g, const address *who, u128 amount);

/* game_add: add(v) of PROTOCOL 7.2 with its keys at time now; the node's number. gid is the number
 * of v->gid. */
uint32_t game_add(struct game *g, const struct wh_node *v, uint32_t gid, const bytes32 *ctx,
                  const bytes32 *id, uint64_t now);

/* Effects by what happened, for moves and events alike. */
uint32_t game_effect_post(struct game *g, uint32_t parent, const bytes32 *aid,
                          const bytes32 *last_leaf, const bytes32 *span, uint64_t next_input,
                          uint64_t now);
void game_effect_split(struct game *g, uint32_t node, const bytes32 *spans, uint32_t mover,
                       uint64_t now);
void game_effect_prove(struct game *g, uint32_t node, uint32_t mover);
void game_effect_slash(struct game *g, uint32_t account, uint32_t pot_gid, u128 rest, uint64_t now);

void game_node_set_beta(struct game_node *n, uint64_t beta);
void game_node_meter(struct game *g, struct game_node *n, const struct game_env *env);

/* The root node as a ref. */
void game_root_ref(const struct game *g, uint32_t parent, const bytes32 *span, struct wh_node *out);

void game_emit(struct game *g, const struct game_event *ev);

extern const address game_burn_address; /* 0x..dEaD */

#endif
