/* SPDX-License-Identifier: MIT */
#include "evm/segment/header_rules.h"

#include "evm/hash/keccak.h"
#include "evm/segment/fees.h"

enum {
    GAS_LIMIT_MIN = 5000,
    GAS_LIMIT_DIVISOR = 1024,
    DAO_EXTRA_BLOCKS = 10, /* EIP-779 */
};

static const uint8_t DAO_EXTRA[13] = "dao-hard-fork";

/* At the first London block the parent has no base fee and half the gas limit (EIP-1559). */
static bool first_london(const struct chain_config *c, const struct chain_fork *entry,
                         const struct block_header *parent)
{
    return entry->fork >= FORK_LONDON &&
           chain_config_active(c, parent->number, parent->timestamp)->fork < FORK_LONDON;
}

u256 header_base_fee(const struct chain_config *c, const struct chain_fork *entry,
                     const struct block_header *parent)
{
    if (entry->fork < FORK_LONDON) return u256_from_u64(0);
    if (first_london(c, entry, parent)) return u256_from_u64(FEE_INITIAL_BASE);
    return fee_next_base(parent);
}

static bool gas_limit_fits(const struct chain_config *c, const struct chain_fork *entry,
                           const struct block_header *parent, uint64_t limit)
{
    uint64_t p = parent->gas_limit;
    if (first_london(c, entry, parent)) p = p > UINT64_MAX / 2 ? UINT64_MAX : 2 * p;
    uint64_t distance = limit > p ? limit - p : p - limit;
    /* Gas is an int64_t everywhere below; clients refuse such a header as well. */
    return limit >= GAS_LIMIT_MIN && limit <= INT64_MAX && distance < p / GAS_LIMIT_DIVISOR;
}

static bool extra_fits(const struct chain_config *c, const struct block_header *h)
{
    const struct chain_fork *dao = chain_config_entry(c, FORK_DAO);
    if (dao == NULL || dao->by != 0 || h->number < dao->at ||
        h->number - dao->at >= DAO_EXTRA_BLOCKS)
        return true;
    return h->extra_len == sizeof DAO_EXTRA && memcmp(h->extra, DAO_EXTRA, sizeof DAO_EXTRA) == 0;
}

static bool merge_fields_fit(const struct block_header *h)
{
    return u256_is_zero(&h->difficulty) && h->nonce == 0 &&
           bytes32_eq(&h->ommers_hash, &KECCAK_EMPTY_LIST);
}

bool header_follows(const struct chain_config *c, const struct chain_fork *entry,
                    const struct block_header *parent, const struct block_header *h)
{
    uint8_t fork = entry->fork;
    if (h->fields != header_fields((enum evm_fork)fork)) return false;
    if (h->timestamp <= parent->timestamp) return false;
    if (!gas_limit_fits(c, entry, parent, h->gas_limit) || h->gas_used > h->gas_limit) return false;
    if (!extra_fits(c, h)) return false;
    if (fork >= FORK_PARIS && !merge_fields_fit(h)) return false;
    u256 base_fee = header_base_fee(c, entry, parent);
    if (fork >= FORK_LONDON && !u256_eq(&h->base_fee, &base_fee)) return false;
    return fork < FORK_CANCUN || h->excess_blob_gas == fee_next_excess(entry, parent);
}
