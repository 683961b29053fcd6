/* SPDX-License-Identifier: MIT */
/* Moves by their table, and the names of things. */
#include "game/core/game_private.h"

static enum game_error can(struct game *g, const struct game_env *env, const struct game_args *args,
                           struct game_plan *plan)
{
    WH_ASSERT(env->time >= g->now);
    switch (args->move) {
#define GAME_MOVE(id, name, signature) \
    case GAME_MOVE_##id:               \
        return game_can_##name(g, env, args, plan);
#include "game/core/moves.def"
#undef GAME_MOVE
    case GAME_MOVE_COUNT: break;
    }
    WH_ASSERT(0); /* a move */
    return GAME_NOMEM;
}

enum game_error game_check(struct game *g, const struct game_env *env, const struct game_args *args)
{
    struct game_plan plan = {0};
    return can(g, env, args, &plan);
}

enum game_error game_apply(struct game *g, const struct game_env *env, const struct game_args *args)
{
    struct game_plan plan = {0};
    enum game_error e = can(g, env, args, &plan);
    g->now = env->time;
    if (e != GAME_OK) return e;
    switch (args->move) {
#define GAME_MOVE(id, name, signature) \
    case GAME_MOVE_##id:               \
        return game_do_##name(g, env, args, &plan);
#include "game/core/moves.def"
#undef GAME_MOVE
    case GAME_MOVE_COUNT: break;
    }
    WH_ASSERT(0); /* a move */
    return GAME_NOMEM;
}

const char *game_error_name(enum game_error e)
{
    switch (e) {
    case GAME_NOMEM: return "NoMemory";
    case GAME_OK: return "ok";
#define GAME_ERROR(id, name) \
    case GAME_E_##id:        \
        return #name;
#include "game/core/errors.def"
#undef GAME_ERROR
    }
    return "?";
}

const char *game_move_name(enum game_move m)
{
    switch (m) {
#define GAME_MOVE(id, name, signature) \
    case GAME_MOVE_##id:               \
        return #name;
#include "game/core/moves.def"
#undef GAME_MOVE
    case GAME_MOVE_COUNT: break;
    }
    return "?";
}

const char *game_move_signature(enum game_move m)
{
    switch (m) {
#define GAME_MOVE(id, name, signature) \
    case GAME_MOVE_##id:               \
        return signature;
#include "game/core/moves.def"
#undef GAME_MOVE
    case GAME_MOVE_COUNT: break;
    }
    return "?";
}

const char *game_event_name(enum game_event_kind k)
{
    switch (k) {
#define GAME_EVENT(id, name, signature) \
    case GAME_EVENT_##id:               \
        return #name;
#include "game/core/events.def"
#undef GAME_EVENT
    case GAME_EVENT_COUNT: break;
    }
    return "?";
}

const char *game_event_signature(enum game_event_kind k)
{
    switch (k) {
#define GAME_EVENT(id, name, signature) \
    case GAME_EVENT_##id:               \
        return signature;
#include "game/core/events.def"
#undef GAME_EVENT
    case GAME_EVENT_COUNT: break;
    }
    return "?";
}
