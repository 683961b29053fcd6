/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/price.h"

static const u256 U256_TOP = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

u256 price_of(uint64_t excess)
{
    const u256 numerator = u256_from_u64(excess);
    u256 sum = {{0}}, quot;
    u256 term = u256_from_u64((uint64_t)EXECUTE_PRICE_MIN * EXECUTE_DENOMINATOR);
    for (uint64_t i = 1; !u256_is_zero(&term); i++) {
        if (u256_add(&sum, &sum, &term)) return U256_TOP;
        if (u256_mul_overflow(&term, &term, &numerator)) return U256_TOP;
        const u256 d = u256_from_u64(EXECUTE_DENOMINATOR * i);
        u256_divmod(&term, &d, &quot, NULL);
        term = quot;
    }
    const u256 d = u256_from_u64(EXECUTE_DENOMINATOR);
    u256_divmod(&sum, &d, &quot, NULL);
    return quot;
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
