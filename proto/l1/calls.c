/* SPDX-License-Identifier: MIT */
#include "proto/l1/calls.h"

#include <string.h>

#include "game/contracts/generated/contracts.h"

static void put_selector(struct wh_buf *out, uint32_t selector)
{
    uint8_t b[4];
    store_be32(b, selector);
    wh_buf_put(out, b, sizeof b);
}

static void put_ref(struct wh_buf *out, const struct wh_node *v)
{
    abi_put_b32(out, &v->gid);
    abi_put_u64(out, v->pos);
    abi_put_u64(out, v->h);
    abi_put_b32(out, &v->base);
    abi_put_b32(out, &v->span);
}

static void put_post(struct wh_buf *out, const struct game_args *args)
{
    size_t words = args->u.post.path_len;
    abi_put_b32(out, &args->u.post.parent);
    abi_put_b32(out, &args->u.post.expected_aid);
    abi_put_b32(out, &args->u.post.last_leaf);
    abi_put_b32(out, &args->u.post.span);
    abi_put_u64(out, 6 * 32);
    abi_put_u64(out, 6 * 32 + 32 + 32 * words);
    abi_put_words(out, args->u.post.path, words);
    abi_put_bytes(out, args->u.post.state);
}

static void put_prove(struct wh_buf *out, const struct game_args *args)
{
    size_t pre = abi_bytes_size(args->u.prove.pre.len), mp = 32 + 32 * args->u.prove.mp_len;
    put_ref(out, &args->u.prove.v);
    abi_put_u64(out, 9 * 32);
    abi_put_u64(out, 9 * 32 + pre);
    abi_put_u64(out, 9 * 32 + pre + mp);
    abi_put_addr(out, &args->u.prove.to);
    abi_put_bytes(out, args->u.prove.pre);
    abi_put_words(out, args->u.prove.mp, args->u.prove.mp_len);
    abi_put_bytes(out, args->u.prove.proof);
}

void calls_move(const struct game_args *args, struct wh_buf *out)
{
    static const uint32_t selectors[GAME_MOVE_COUNT] = {
#define GAME_MOVE(id, name, signature) [GAME_MOVE_##id] = CONTRACT_SEL_GAME_##id,
#include "game/core/moves.def"
#undef GAME_MOVE
    };
    put_selector(out, selectors[args->move]);
    switch (args->move) {
    case GAME_MOVE_STAKE:
    case GAME_MOVE_UNSTAKE: return;
    case GAME_MOVE_POST: put_post(out, args); return;
    case GAME_MOVE_SPLIT:
        put_ref(out, &args->u.split.v);
        abi_put_u64(out, 7 * 32);
        abi_put_addr(out, &args->u.split.to);
        abi_put_words(out, args->u.split.spans, args->u.split.span_count);
        return;
    case GAME_MOVE_PROVE: put_prove(out, args); return;
    case GAME_MOVE_REFRESH:
        put_ref(out, &args->u.refresh.v);
        abi_put_u64(out, 6 * 32);
        abi_put_bytes(out, args->u.refresh.tree);
        return;
    case GAME_MOVE_DECIDE:
        abi_put_b32(out, &args->u.aid.aid);
        abi_put_u64(out, 2 * 32);
        abi_put_bytes(out, args->u.aid.tree);
        return;
    case GAME_MOVE_JOIN:
    case GAME_MOVE_CONFIRM:
    case GAME_MOVE_REJECT: abi_put_b32(out, &args->u.aid.aid); return;
    case GAME_MOVE_SLASH:
    case GAME_MOVE_WITHDRAW: abi_put_addr(out, &args->u.account); return;
    case GAME_MOVE_CLAIM:
        abi_put_b32(out, &args->u.gid.gid);
        abi_put_addr(out, &args->u.gid.mover);
        abi_put_u64(out, 3 * 32);
        abi_put_bytes(out, args->u.gid.tree);
        return;
    case GAME_MOVE_SWEEP: abi_put_b32(out, &args->u.gid.gid); return;
    case GAME_MOVE_COUNT: break;
    }
    WH_ASSERT(0); /* a move of moves.def */
}

void calls_multicall(const wh_span *calls, size_t n, struct wh_buf *out)
{
    put_selector(out, CONTRACT_SEL_GAME_MULTICALL);
    abi_put_u64(out, 32);
    abi_put_list(out, calls, n);
}

void calls_inbox_post(uint64_t timestamp, uint32_t forced, const wh_span *items, size_t n,
                      struct wh_buf *out)
{
    put_selector(out, CONTRACT_SEL_INBOX_POST);
    abi_put_u64(out, timestamp);
    abi_put_u64(out, forced);
    abi_put_u64(out, 3 * 32);
    abi_put_list(out, items, n);
}

void calls_inbox_post_ethereum(wh_span header, wh_span withdrawals, wh_span ommers,
                               const wh_span *items, size_t n, struct wh_buf *out)
{
    size_t at = 4 * 32;
    put_selector(out, CONTRACT_SEL_INBOX_POST_ETHEREUM);
    abi_put_u64(out, at);
    at += abi_bytes_size(header.len);
    abi_put_u64(out, at);
    at += abi_bytes_size(withdrawals.len);
    abi_put_u64(out, at);
    at += abi_bytes_size(ommers.len);
    abi_put_u64(out, at);
    abi_put_bytes(out, header);
    abi_put_bytes(out, withdrawals);
    abi_put_bytes(out, ommers);
    abi_put_list(out, items, n);
}

static void put_one(struct wh_buf *out, uint32_t selector, wh_span bytes)
{
    put_selector(out, selector);
    abi_put_u64(out, 32);
    abi_put_bytes(out, bytes);
}

void calls_inbox_send_forced(wh_span item, struct wh_buf *out)
{
    put_one(out, CONTRACT_SEL_INBOX_SEND_FORCED, item);
}

void calls_inbox_post_forced(struct wh_buf *out)
{
    put_selector(out, CONTRACT_SEL_INBOX_POST_FORCED);
}

void calls_trace_post(wh_span chunk, struct wh_buf *out)
{
    put_one(out, CONTRACT_SEL_TRACE_STORE_POST, chunk);
}

void calls_deposit(const address *account, struct wh_buf *out)
{
    put_selector(out, 0x57480003u);
    wh_buf_put(out, account->b, sizeof account->b);
}

bool calls_is_trace_post(wh_span input, wh_span *chunk)
{
    if (input.len < 4 || load_be32(input.ptr) != CONTRACT_SEL_TRACE_STORE_POST) return false;
    struct abi_reader r;
    abi_read_init(&r, wh_span_of(input.ptr + 4, input.len - 4), 1);
    *chunk = abi_read_bytes(&r);
    return abi_read_ok(&r) && chunk->len >= 1 && chunk->len <= 100000;
}

/* --- logs */

struct topic {
    const uint8_t *hash;
    unsigned topics; /* with the signature */
    unsigned head;   /* words of the data's head */
};

static const struct topic game_topics[GAME_EVENT_COUNT] = {
    [GAME_EVENT_STAKED] = {contract_topic_game_staked, 2, 0},
    [GAME_EVENT_POSTED] = {contract_topic_game_posted, 4, 4},
    [GAME_EVENT_JOINED] = {contract_topic_game_joined, 3, 0},
    [GAME_EVENT_SPLIT] = {contract_topic_game_split, 2, 2},
    [GAME_EVENT_PROVEN] = {contract_topic_game_proven, 2, 1},
    [GAME_EVENT_TIMER_UPDATED] = {contract_topic_game_timer_updated, 2, 1},
    [GAME_EVENT_DECIDED] = {contract_topic_game_decided, 3, 0},
    [GAME_EVENT_CONFIRMED] = {contract_topic_game_confirmed, 2, 0},
    [GAME_EVENT_REJECTED] = {contract_topic_game_rejected, 3, 0},
    [GAME_EVENT_SLASHED] = {contract_topic_game_slashed, 4, 1},
    [GAME_EVENT_REWARDED] = {contract_topic_game_rewarded, 3, 1},
    [GAME_EVENT_UNSTAKED] = {contract_topic_game_unstaked, 2, 0},
    [GAME_EVENT_WITHDRAWN] = {contract_topic_game_withdrawn, 2, 1},
    [GAME_EVENT_SWEPT] = {contract_topic_game_swept, 2, 1},
    [GAME_EVENT_INPUT] = {contract_topic_inbox_input, 2, 5},
    [GAME_EVENT_ETHEREUM_INPUT] = {contract_topic_inbox_ethereum_input, 2, 5},
};

static bool topic_address(const bytes32 *topic, address *out)
{
    static const uint8_t zero[12];
    memcpy(out->b, topic->b + 12, 20);
    return memcmp(topic->b, zero, 12) == 0;
}

static u128 amount_of(struct abi_reader *r)
{
    u256 v = abi_read_u256(r);
    if (v.w[2] | v.w[3]) r->bad = true;
    return (u128)v.w[1] << 64 | v.w[0];
}

static bool read_split(struct abi_reader *r, struct game_event *ev, bytes32 *spans)
{
    size_t n;
    ev->who = abi_read_addr(r);
    const uint8_t *words = abi_read_words(r, TREE_ARITY_MAX, &n);
    if (r->bad) return false;
    memcpy(spans, words, 32 * n);
    ev->spans = spans;
    ev->span_count = (uint32_t)n;
    return true;
}

static bool read_input(struct abi_reader *r, const struct calls_log *log, bool ethereum,
                       struct game_event *ev, struct calls_input *in)
{
    struct calls_input local;
    if (!in) in = &local;
    memset(in, 0, sizeof *in);
    in->n = load_be64(log->topics[1].b + 24);
    ev->number = in->n;
    ev->id = abi_read_b32(r);
    if (ethereum) {
        in->header = abi_read_bytes(r);
        in->withdrawals = abi_read_bytes(r);
        in->ommers = abi_read_bytes(r);
    } else {
        in->forced_from = abi_read_uint(r, 64);
        in->forced = (uint32_t)abi_read_uint(r, 32);
        in->input = abi_read_bytes(r);
    }
    in->items = abi_read_list(r, CALLS_ITEMS_MAX, &in->item_count);
    struct abi_reader walk = in->items;
    for (size_t i = 0; i < in->item_count; i++)
        (void)abi_read_bytes(&walk);
    abi_read_list_end(r, &walk);
    ev->items_count = (uint32_t)in->item_count + in->forced;
    return !r->bad;
}

wh_span calls_next_item(struct calls_input *input)
{
    return abi_read_bytes(&input->items);
}

static bool read_event(struct abi_reader *r, const struct calls_log *log, struct game_event *ev,
                       bytes32 *spans, struct calls_input *input)
{
    const bytes32 *t = log->topics;
    switch (ev->kind) {
    case GAME_EVENT_STAKED:
    case GAME_EVENT_UNSTAKED: return topic_address(&t[1], &ev->who);
    case GAME_EVENT_POSTED:
        ev->gid = t[1];
        ev->aid = t[2];
        ev->last_leaf = abi_read_b32(r);
        ev->span = abi_read_b32(r);
        ev->input_end = abi_read_uint(r, 64);
        ev->next_input = abi_read_uint(r, 64);
        return topic_address(&t[3], &ev->who);
    case GAME_EVENT_JOINED: ev->aid = t[2]; return topic_address(&t[1], &ev->who);
    case GAME_EVENT_SPLIT: ev->id = t[1]; return read_split(r, ev, spans);
    case GAME_EVENT_PROVEN:
        ev->id = t[1];
        ev->who = abi_read_addr(r);
        return true;
    case GAME_EVENT_TIMER_UPDATED:
        ev->id = t[1];
        ev->number = abi_read_uint(r, 40);
        return true;
    case GAME_EVENT_DECIDED:
        ev->gid = t[1];
        ev->aid = t[2];
        return true;
    case GAME_EVENT_CONFIRMED: ev->aid = t[1]; return true;
    case GAME_EVENT_REJECTED:
        ev->aid = t[1];
        ev->gid = t[2];
        return true;
    case GAME_EVENT_SLASHED:
        ev->aid = t[2];
        ev->gid = t[3];
        ev->amount = amount_of(r);
        return topic_address(&t[1], &ev->who);
    case GAME_EVENT_REWARDED:
        ev->gid = t[1];
        ev->amount = amount_of(r);
        return topic_address(&t[2], &ev->who);
    case GAME_EVENT_WITHDRAWN: ev->amount = amount_of(r); return topic_address(&t[1], &ev->who);
    case GAME_EVENT_SWEPT:
        ev->gid = t[1];
        ev->amount = amount_of(r);
        return true;
    case GAME_EVENT_INPUT: return read_input(r, log, false, ev, input);
    case GAME_EVENT_ETHEREUM_INPUT: return read_input(r, log, true, ev, input);
    case GAME_EVENT_COUNT: break;
    }
    return false;
}

bool calls_event(const struct calls_log *log, struct game_event *ev, bytes32 *spans,
                 struct calls_input *input, bool *known)
{
    *known = false;
    if (log->topic_count == 0) return false;
    for (unsigned k = 0; k < GAME_EVENT_COUNT; k++) {
        if (memcmp(game_topics[k].hash, log->topics[0].b, 32) != 0) continue;
        *known = true;
        if (log->topic_count != game_topics[k].topics) return false;
        struct abi_reader r;
        memset(ev, 0, sizeof *ev);
        ev->kind = (enum game_event_kind)k;
        abi_read_init(&r, log->data, game_topics[k].head);
        return read_event(&r, log, ev, spans, input) && abi_read_ok(&r);
    }
    return false;
}

bool calls_forced(const struct calls_log *log, uint64_t *j, wh_span *item)
{
    if (log->topic_count != 2 || memcmp(log->topics[0].b, contract_topic_inbox_forced, 32) != 0)
        return false;
    struct abi_reader r;
    abi_read_init(&r, log->data, 1);
    *j = load_be64(log->topics[1].b + 24);
    *item = abi_read_bytes(&r);
    return abi_read_ok(&r);
}

bool calls_chunk(const struct calls_log *log, bytes32 *hash, uint32_t *length)
{
    if (log->topic_count != 2 ||
        memcmp(log->topics[0].b, contract_topic_trace_store_chunk, 32) != 0)
        return false;
    struct abi_reader r;
    abi_read_init(&r, log->data, 1);
    *hash = log->topics[1];
    *length = (uint32_t)abi_read_uint(&r, 32);
    return abi_read_ok(&r);
}

const char *calls_error_name(wh_span revert)
{
    if (revert.len < 4) return NULL;
    uint32_t selector = load_be32(revert.ptr);
    for (size_t i = 0; i < contract_errors_count; i++)
        if (contract_errors[i].selector == selector) return contract_errors[i].signature;
    return NULL;
}
