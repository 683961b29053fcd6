/* SPDX-License-Identifier: MIT */
/* Calldata of a call to contract Game, counted and not written; the layout is that of calls_move. */
#include "game/sim/whittle_game.h"

static void put(struct whittle_data *d, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint32_t full = 0;
    for (size_t i = 0; i < n; i++)
        full += p[i] != 0;
    d->full += 8 * (uint64_t)full;
    d->zero += 8 * (n - full);
}

static void put_hashes(struct whittle_data *d, uint64_t n)
{
    d->full += 255 * n;
    d->zero += n;
}

static void put_number(struct whittle_data *d, uint64_t v)
{
    unsigned full = 0;
    for (; v != 0; v >>= 8)
        full += (v & 0xff) != 0;
    d->full += 8 * full;
    d->zero += 8 * (32 - full);
}

static void put_address(struct whittle_data *d, const address *a)
{
    d->zero += 8 * 12;
    put(d, a->b, sizeof a->b);
}

static void pad(struct whittle_data *d, uint64_t len)
{
    d->zero += 8 * ((0 - len) % 32);
}

static void put_list(struct whittle_data *d, uint64_t n)
{
    put_number(d, n);
    put_hashes(d, n);
}

static void put_state(struct whittle_data *d, wh_span s)
{
    put_number(d, s.len);
    put(d, s.ptr, s.len);
}

/* Of a proof, too, one byte in 256 is taken to be 0. */
static void put_proof(struct whittle_data *d, uint64_t len)
{
    put_number(d, len);
    d->full += 8 * (len - len / 256);
    d->zero += 8 * (len / 256);
    pad(d, len);
}

/* One byte for a node, 0 for a stop; after it the spans of its children if they are shown. */
static void put_tree(struct whittle_data *d, wh_span tree, unsigned a)
{
    uint64_t arity = UINT64_C(1) << a, splits = tree.len == 0 ? 0 : (tree.len - 1) / (33 * arity);
    put_number(d, tree.len);
    put_hashes(d, arity * splits);
    d->full += 8 * splits;
    d->zero += 8 * (tree.len - 32 * arity * splits - splits);
    pad(d, tree.len);
}

static void put_ref(struct whittle_data *d, const struct wh_node *v)
{
    put_hashes(d, 3); /* gid, base, span */
    put_number(d, v->pos);
    put_number(d, v->h);
}

struct whittle_data whittle_data(const struct game_args *args, unsigned a, uint64_t proof)
{
    struct whittle_data d = {.full = 8 * 4}; /* selector */
    switch ((int)args->move) {
    case GAME_MOVE_POST:
        put_hashes(&d, 4);
        put_number(&d, 6 * 32);
        put_number(&d, (7 + args->u.post.path_len) * 32);
        put_list(&d, args->u.post.path_len);
        put_state(&d, args->u.post.state);
        break;
    case GAME_MOVE_SPLIT:
        put_ref(&d, &args->u.split.v);
        put_number(&d, 7 * 32);
        put_address(&d, &args->u.split.to);
        put_list(&d, args->u.split.span_count);
        break;
    case GAME_MOVE_PROVE:
        put_ref(&d, &args->u.prove.v);
        put_number(&d, 9 * 32);
        put_number(&d, 42 * 32);
        put_number(&d, (43 + args->u.prove.mp_len) * 32);
        put_address(&d, &args->u.prove.to);
        put_state(&d, args->u.prove.pre);
        put_list(&d, args->u.prove.mp_len);
        put_proof(&d, proof);
        break;
    case GAME_MOVE_REFRESH:
        put_ref(&d, &args->u.refresh.v);
        put_number(&d, 6 * 32);
        put_tree(&d, args->u.refresh.tree, a);
        break;
    case GAME_MOVE_DECIDE:
        put_hashes(&d, 1);
        put_number(&d, 2 * 32);
        put_tree(&d, args->u.aid.tree, a);
        break;
    case GAME_MOVE_CLAIM:
        put_hashes(&d, 1);
        put_address(&d, &args->u.gid.mover);
        put_number(&d, 3 * 32);
        put_tree(&d, args->u.gid.tree, a);
        break;
    case GAME_MOVE_SLASH:
    case GAME_MOVE_WITHDRAW: put_address(&d, &args->u.account); break;
    case GAME_MOVE_STAKE:
    case GAME_MOVE_UNSTAKE: break;
    default: put_hashes(&d, 1); break; /* an aid or gid */
    }
    return d;
}
