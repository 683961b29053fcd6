/* SPDX-License-Identifier: MIT */
/* The root of a whole list: transactions, receipts, withdrawals. */
#include "evm/mpt/mpt.h"
#include "evm/rlp/rlp.h"

/* nth_in_key_order: 1..127, 0, 128, ...: RLP(0) = 0x80 comes after RLP(127) = 0x7f. */
static size_t nth_in_key_order(size_t i, size_t n)
{
    size_t zero_at = n <= 128 ? n - 1 : 127;
    if (i < zero_at) return i + 1;
    return i == zero_at ? 0 : i;
}

wh_status mpt_list_root(struct wh_arena *arena, const struct evm_crypto *crypto,
                        const wh_span *items, size_t n, bytes32 *root)
{
    enum { KEY = 9 }; /* RLP of a u64 */
    size_t mark = wh_arena_mark(arena);
    struct mpt_change *changes = WH_NEW(arena, struct mpt_change, n);
    uint8_t *keys = WH_NEW(arena, uint8_t, n * KEY);
    wh_status s = changes == NULL || keys == NULL ? WH_E_NOMEM : WH_OK;
    for (size_t i = 0; s == WH_OK && i < n; i++) {
        size_t index = nth_in_key_order(i, n);
        uint8_t *key = keys + i * KEY;
        changes[i].key = wh_span_of(key, (size_t)(rlp_put_u64(key, index) - key));
        changes[i].value = items[index];
        if (items[index].len == 0) s = WH_E_FORMAT;
    }
    struct mpt_pool pool;
    mpt_pool_init(&pool, arena, NULL, crypto);
    struct mpt t = mpt_empty(&pool, true);
    if (s == WH_OK) s = mpt_update(&t, changes, n);
    if (s == WH_OK) s = mpt_commit(&t);
    if (s == WH_OK) *root = mpt_root(&t);
    wh_arena_rewind(arena, mark);
    return s;
}
