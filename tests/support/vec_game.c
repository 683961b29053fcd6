/* SPDX-License-Identifier: MIT */
#include "tests/support/vec_game.h"

#include <stdlib.h>

struct game_config vec_config(const json_t *o)
{
    uint64_t hi, lo;
    struct game_config c = {0};
    c.k = (uint8_t)vec_u64(o, "K");
    c.a = (uint8_t)vec_u64(o, "A");
    c.t = vec_u64(o, "T");
    c.grace = vec_u64(o, "grace");
    c.min_gap = vec_u64(o, "minGap");
    vec_u128(o, "bond", &hi, &lo);
    c.bond = (u128)hi << 64 | lo;
    c.burn_bps = (uint16_t)vec_u64(o, "burnBps");
    c.reward_bps = (uint16_t)vec_u64(o, "rewardBps");
    c.max_price = (uint32_t)vec_u64(o, "maxPrice");
    c.step_gas = (uint32_t)vec_u64(o, "stepGas");
    c.verifier = vec_addr(o, "verifier");
    c.treasury = vec_addr(o, "treasury");
    c.chain_id = vec_u64(o, "chainId");
    c.inbox = vec_addr(o, "inbox");
    c.trace_store = vec_addr(o, "traceStore");
    c.genesis_leaf = vec_b32(o, "genesisLeaf");
    c.chain_cfg_hash = vec_b32(o, "chainCfgHash");
    c.exec_id = vec_b32(o, "execId");
    return c;
}

struct wh_node vec_node(const json_t *o)
{
    return (struct wh_node){.gid = vec_b32(o, "gid"),
                            .pos = vec_u64(o, "pos"),
                            .h = (uint8_t)vec_u64(o, "h"),
                            .base = vec_b32(o, "base"),
                            .span = vec_b32(o, "span")};
}

static wh_span bytes_of(struct vec_args *a, const json_t *o, const char *key)
{
    size_t n;
    uint8_t *p = vec_hex(vec_str(o, key), &n);
    a->mem[a->n++] = p;
    return wh_span_of(p, n);
}

static const bytes32 *list_of(struct vec_args *a, const json_t *o, const char *key, size_t *n)
{
    bytes32 *p = vec_b32s(json_object_get(o, key), n);
    a->mem[a->n++] = p;
    return p;
}

bool vec_args_read(const json_t *move, struct vec_args *out)
{
    const json_t *o = json_object_get(move, "args");
    const char *name = vec_str(move, "move");
    struct game_args *a = &out->args;
    unsigned m = 0;
    memset(out, 0, sizeof *out);
    while (m < GAME_MOVE_COUNT && strcmp(name, game_move_name((enum game_move)m)) != 0)
        m++;
    if (m == GAME_MOVE_COUNT) return false;
    a->move = (enum game_move)m;
    switch (a->move) {
    case GAME_MOVE_STAKE:
    case GAME_MOVE_UNSTAKE: break;
    case GAME_MOVE_POST:
        a->u.post.parent = vec_b32(o, "parent");
        a->u.post.expected_aid = vec_b32(o, "expectedAid");
        a->u.post.last_leaf = vec_b32(o, "lastLeaf");
        a->u.post.span = vec_b32(o, "span");
        a->u.post.path = list_of(out, o, "path", &a->u.post.path_len);
        a->u.post.state = bytes_of(out, o, "state");
        break;
    case GAME_MOVE_SPLIT:
        a->u.split.v = vec_node(json_object_get(o, "v"));
        a->u.split.spans = list_of(out, o, "spans", &a->u.split.span_count);
        a->u.split.to = vec_addr(o, "to");
        break;
    case GAME_MOVE_PROVE:
        a->u.prove.v = vec_node(json_object_get(o, "v"));
        a->u.prove.pre = bytes_of(out, o, "pre");
        a->u.prove.mp = list_of(out, o, "mp", &a->u.prove.mp_len);
        a->u.prove.to = vec_addr(o, "to");
        break;
    case GAME_MOVE_REFRESH:
        a->u.refresh.v = vec_node(json_object_get(o, "v"));
        a->u.refresh.tree = bytes_of(out, o, "tree");
        break;
    case GAME_MOVE_DECIDE:
        a->u.aid.tree = bytes_of(out, o, "tree");
        a->u.aid.aid = vec_b32(o, "aid");
        break;
    case GAME_MOVE_JOIN:
    case GAME_MOVE_CONFIRM:
    case GAME_MOVE_REJECT: a->u.aid.aid = vec_b32(o, "aid"); break;
    case GAME_MOVE_CLAIM:
        a->u.gid.tree = bytes_of(out, o, "tree");
        a->u.gid.mover = vec_addr(o, "mover");
        a->u.gid.gid = vec_b32(o, "gid");
        break;
    case GAME_MOVE_SWEEP: a->u.gid.gid = vec_b32(o, "gid"); break;
    case GAME_MOVE_SLASH: a->u.account = vec_addr(o, "staker"); break;
    case GAME_MOVE_WITHDRAW: a->u.account = vec_addr(o, "account"); break;
    case GAME_MOVE_COUNT: break;
    }
    return true;
}

void vec_args_free(struct vec_args *a)
{
    while (a->n > 0)
        free(a->mem[--a->n]);
}
