/* SPDX-License-Identifier: MIT */
#include "evm/segment/fees.h"

__extension__ typedef unsigned __int128 u128;

enum { ELASTICITY = 2, CHANGE_DENOMINATOR = 8, BLOB_BASE_COST = 1 << 13 };

static const u256 WORD_MAX = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

u256 fee_next_base(const struct block_header *parent)
{
    uint64_t target = parent->gas_limit / ELASTICITY;
    u256 fee = parent->base_fee;
    if (target == 0 || parent->gas_used == target) return fee;

    bool up = parent->gas_used > target;
    u256 distance = u256_from_u64(up ? parent->gas_used - target : target - parent->gas_used);
    u256 divisor = u256_from_u64(target), eight = u256_from_u64(CHANGE_DENOMINATOR), delta;
    u256_mul(&delta, &fee, &distance);
    u256_divmod(&delta, &divisor, &delta, NULL);
    u256_divmod(&delta, &eight, &delta, NULL);
    if (up) {
        if (u256_is_zero(&delta)) delta = u256_from_u64(1);
        (void)u256_add(&fee, &fee, &delta);
    } else {
        (void)u256_sub(&fee, &fee, &delta);
    }
    return fee;
}

u256 fee_exponential(uint64_t factor, uint64_t numerator, uint64_t denominator)
{
    if (denominator == 0) return u256_from_u64(factor);
    u256 den = u256_from_u64(denominator), num = u256_from_u64(numerator);
    u256 term = u256_from_u64(factor), sum = {{0}};
    u256_mul(&term, &term, &den);
    for (uint64_t i = 1; !u256_is_zero(&term); i++) {
        u256 step = u256_from_u64(i);
        if (u256_add(&sum, &sum, &term)) return WORD_MAX;
        if (u256_mul_overflow(&term, &term, &num)) return WORD_MAX;
        u256_mul(&step, &step, &den);
        u256_divmod(&term, &step, &term, NULL);
    }
    u256_divmod(&sum, &den, &sum, NULL);
    return sum;
}

u256 fee_blob_base(const struct chain_fork *entry, uint64_t excess_blob_gas)
{
    return fee_exponential(1, excess_blob_gas, entry->blob_fraction);
}

/* EIP-7918: is the price of blobs below what their execution would cost? */
static bool below_reserve(const struct chain_fork *entry, const struct block_header *parent)
{
    u256 reserve, price, cost = u256_from_u64(BLOB_BASE_COST),
                         gas = u256_from_u64(FEE_GAS_PER_BLOB);
    u256 blob_fee = fee_blob_base(entry, parent->excess_blob_gas);
    if (u256_mul_overflow(&reserve, &cost, &parent->base_fee)) reserve = WORD_MAX;
    if (u256_mul_overflow(&price, &gas, &blob_fee)) price = WORD_MAX;
    return u256_lt(&price, &reserve);
}

static uint64_t saturate(u128 v)
{
    return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

uint64_t fee_next_excess(const struct chain_fork *entry, const struct block_header *parent)
{
    u128 sum = (u128)parent->excess_blob_gas + parent->blob_gas_used;
    u128 target = (u128)entry->blob_target * FEE_GAS_PER_BLOB;
    if (sum < target) return 0;
    if (entry->fork >= FORK_OSAKA && entry->blob_max > 0 && below_reserve(entry, parent)) {
        u128 spare = 0;
        if (entry->blob_max > entry->blob_target)
            spare = (u128)entry->blob_max - entry->blob_target;
        return saturate(parent->excess_blob_gas + parent->blob_gas_used * spare / entry->blob_max);
    }
    return saturate(sum - target);
}
