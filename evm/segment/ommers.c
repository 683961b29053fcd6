/* SPDX-License-Identifier: MIT */
/* Ommers and block rewards before Paris (Yellow Paper 11.3; EIP-649, 1234). */
#include "evm/rlp/rlp.h"
#include "evm/segment/header.h"
#include "evm/segment/step.h"

enum { OMMERS_MAX = 2, OMMER_DEPTH = 6 };

static u256 reward_of(uint8_t fork)
{
    u256 ether = u256_from_u64(1000000000000000000u);
    u256 n = u256_from_u64(fork >= FORK_CONSTANTINOPLE ? 2 : fork >= FORK_BYZANTIUM ? 3 : 5);
    u256_mul(&n, &n, &ether);
    return n;
}

/* reward * num / den */
static u256 share(const u256 *reward, uint64_t num, uint64_t den)
{
    u256 n = u256_from_u64(num), d = u256_from_u64(den), out;
    u256_mul(&out, reward, &n);
    u256_divmod(&out, &d, &out, NULL);
    return out;
}

/* At most two different headers of 15 or 16 fields, up to six blocks old. Nothing else is judged here:
 * ancestry and proof of work are taken as claimed (PROTOCOL 4.4). */
static bool ommers_read(wh_span list, uint64_t number, struct block_header out[OMMERS_MAX],
                        size_t *count)
{
    wh_span in, first = {NULL, 0};
    struct rlp_item item;
    if (rlp_list(list, &in) != WH_OK) return false;
    uint64_t oldest = number > OMMER_DEPTH ? number - OMMER_DEPTH : 1;
    for (*count = 0; in.len > 0; (*count)++) {
        if (*count == OMMERS_MAX || rlp_next(&in, &item) != WH_OK) return false;
        struct block_header *h = &out[*count];
        if (header_decode(item.raw, h) != WH_OK || h->fields > 16) return false;
        if (h->number < oldest || h->number >= number) return false;
        if (*count == 1 && first.len == item.raw.len &&
            memcmp(first.ptr, item.raw.ptr, first.len) == 0)
            return false;
        first = item.raw;
    }
    return true;
}

static wh_status pay(struct state *st, const address *to, const u256 *wei)
{
    struct account *a = state_account(st, to);
    if (a == NULL) return WH_E_NOMEM;
    WH_TRY(state_load(st, a));
    return state_add_balance(st, a, wei);
}

wh_status step_rewards(struct step *step, wh_span ommers)
{
    struct block_header h[OMMERS_MAX];
    size_t count;
    struct state *st;
    const struct seg_state *s = &step->s;
    if (!ommers_read(ommers, s->number, h, &count)) return step_refuse(step);

    WH_TRY(step_state(step, &st));
    state_begin_tx(st);
    u256 reward = reward_of(s->fork), miner = share(&reward, count, 32);
    for (size_t i = 0; i < count; i++) {
        u256 part = share(&reward, 8 + h[i].number - s->number, 8);
        WH_TRY(pay(st, &h[i].coinbase, &part));
    }
    (void)u256_add(&miner, &miner, &reward);
    WH_TRY(pay(st, &s->coinbase, &miner));
    return state_commit_tx(st, (enum evm_fork)s->fork);
}
