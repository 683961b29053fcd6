/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/price.h"

#include "evm/segment/fees.h"

u256 price_of(uint64_t excess)
{
    return fee_exponential(EXECUTE_PRICE_MIN, excess, EXECUTE_DENOMINATOR);
}

uint64_t price_next_excess(uint64_t excess, uint64_t used)
{
    uint64_t sum = excess + used;
    if (sum < excess) sum = UINT64_MAX;
    return sum > EXECUTE_TARGET ? sum - EXECUTE_TARGET : 0;
}

void ledger_open_block(struct ledger *l, uint64_t excess)
{
    *l = (struct ledger){.excess = excess, .price = price_of(excess)};
}

void ledger_open_tx(struct ledger *l, const u256 *balance)
{
    l->balance = *balance;
    l->debits = (u256){{0}};
}

enum ledger_answer ledger_run(struct ledger *l, uint64_t x, const u256 *value, bool is_static)
{
    if (!u256_is_zero(value)) return LEDGER_VALUE;
    if (is_static) return LEDGER_STATIC;
    const u256 units = u256_from_u64(x);
    u256 fee, after;
    if (u256_mul_overflow(&fee, &l->price, &units)) return LEDGER_UNPAID;
    if (u256_add(&after, &l->debits, &fee)) return LEDGER_UNPAID;
    if (u256_lt(&l->balance, &after)) return LEDGER_UNPAID;
    if (x > EXECUTE_LIMIT - l->used) return LEDGER_LIMIT;
    l->debits = after;
    l->used += x;
    return LEDGER_OK;
}
