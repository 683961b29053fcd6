/* SPDX-License-Identifier: MIT */
#include "evm/segment/chain_config.h"

enum { FIXED = 56, ROW = 22, ROWS_AT = 16 };

static const uint8_t CONFIG_MAGIC[4] = {'W', 'C', 'F', '1'};

static void row_decode(const uint8_t *p, struct chain_fork *f)
{
    *f = (struct chain_fork){.fork = p[0],
                             .by = p[1],
                             .at = load_be64(p + 2),
                             .blob_target = load_be16(p + 10),
                             .blob_max = load_be16(p + 12),
                             .blob_fraction = load_be64(p + 14)};
}

static bool row_valid(const struct chain_fork *f)
{
    if (f->fork < FORK_FRONTIER || f->fork > FORK_BPO5 || f->by > 1) return false;
    bool blobs = (f->blob_target | f->blob_max) != 0 || f->blob_fraction != 0;
    return f->fork >= FORK_CANCUN || !blobs;
}

static bool rows_ascend(const struct chain_fork *a, const struct chain_fork *b)
{
    return b->fork > a->fork && b->by >= a->by && (b->by != a->by || b->at >= a->at);
}

static wh_status rules_check(const struct chain_config *c)
{
    if (c->ruleset != RULESET_ETHEREUM && c->ruleset != RULESET_ROLLUP) return WH_E_FORMAT;
    if (c->flags & ~CHAIN_NO_REQUESTS) return WH_E_FORMAT;
    if (c->fork_count == 0 || c->forks[0].at != 0) return WH_E_FORMAT;
    for (unsigned i = 0; i < c->fork_count; i++) {
        if (!row_valid(&c->forks[i])) return WH_E_FORMAT;
        if (i > 0 && !rows_ascend(&c->forks[i - 1], &c->forks[i])) return WH_E_FORMAT;
    }
    bool rollup = c->ruleset == RULESET_ROLLUP;
    if (rollup && c->forks[0].fork < FORK_OSAKA) return WH_E_FORMAT;
    if (c->witness_cap < CHAIN_WITNESS_CAP_MIN) return WH_E_FORMAT;
    if ((c->forced_gas_cap > 0) != rollup) return WH_E_FORMAT;
    return WH_OK;
}

wh_status chain_config_decode(wh_span bytes, struct chain_config *out)
{
    const uint8_t *p = bytes.ptr;
    if (bytes.len < FIXED || memcmp(p, CONFIG_MAGIC, sizeof CONFIG_MAGIC) != 0) return WH_E_FORMAT;
    size_t n = load_be16(p + 6);
    if (n > CHAIN_FORKS_MAX || bytes.len != FIXED + ROW * n) return WH_E_FORMAT;

    out->ruleset = p[4];
    out->flags = p[5];
    out->fork_count = (uint16_t)n;
    out->chain_id = load_be64(p + 8);
    for (size_t i = 0; i < n; i++)
        row_decode(p + ROWS_AT + ROW * i, &out->forks[i]);
    const uint8_t *tail = p + ROWS_AT + ROW * n;
    memcpy(out->deposit_contract.b, tail, 20);
    out->witness_cap = load_be64(tail + 20);
    out->item_max = load_be32(tail + 28);
    out->forced_gas_cap = load_be64(tail + 32);
    return rules_check(out);
}

size_t chain_config_encode(const struct chain_config *c, uint8_t out[CHAIN_CONFIG_MAX])
{
    WH_ASSERT(c->fork_count <= CHAIN_FORKS_MAX);
    memcpy(out, CONFIG_MAGIC, sizeof CONFIG_MAGIC);
    out[4] = c->ruleset;
    out[5] = c->flags;
    store_be16(out + 6, c->fork_count);
    store_be64(out + 8, c->chain_id);
    uint8_t *p = out + ROWS_AT;
    for (unsigned i = 0; i < c->fork_count; i++, p += ROW) {
        const struct chain_fork *f = &c->forks[i];
        p[0] = f->fork;
        p[1] = f->by;
        store_be64(p + 2, f->at);
        store_be16(p + 10, f->blob_target);
        store_be16(p + 12, f->blob_max);
        store_be64(p + 14, f->blob_fraction);
    }
    memcpy(p, c->deposit_contract.b, 20);
    store_be64(p + 20, c->witness_cap);
    store_be32(p + 28, c->item_max);
    store_be64(p + 32, c->forced_gas_cap);
    return FIXED + (size_t)ROW * c->fork_count;
}

void chain_config_hash(const struct evm_crypto *crypto, const struct chain_config *c, bytes32 *out)
{
    uint8_t buf[CHAIN_CONFIG_MAX];
    size_t len = chain_config_encode(c, buf);
    crypto->keccak256(crypto->ctx, buf, len, out);
}

const struct chain_fork *chain_config_active(const struct chain_config *c, uint64_t number,
                                             uint64_t timestamp)
{
    const struct chain_fork *active = NULL;
    for (unsigned i = 0; i < c->fork_count; i++)
        if ((c->forks[i].by ? timestamp : number) >= c->forks[i].at) active = &c->forks[i];
    return active;
}

const struct chain_fork *chain_config_entry(const struct chain_config *c, uint8_t fork)
{
    for (unsigned i = 0; i < c->fork_count; i++)
        if (c->forks[i].fork == fork) return &c->forks[i];
    return NULL;
}
