/* SPDX-License-Identifier: MIT */
#include "proto/block/body.h"

#include <stdlib.h>

#include "evm/mpt/mpt.h"
#include "evm/rlp/rlp.h"
#include "evm/tx/tx.h"

enum {
    NODE_BYTES = 4096, /* arena a list entry may take beside its bytes: nodes, a path of branches */
    ARENA_LEAST = 1 << 20,
};

static wh_status list_root(const struct evm_crypto *crypto, const wh_span *items, size_t n,
                           bytes32 *root)
{
    size_t size = ARENA_LEAST + n * NODE_BYTES;
    for (size_t i = 0; i < n; i++)
        size += 4 * items[i].len;
    void *block = malloc(size);
    struct wh_arena arena;
    if (block == NULL) return WH_E_NOMEM;
    wh_arena_init(&arena, block, size);
    wh_status status = mpt_list_root(&arena, crypto, items, n, root);
    free(block);
    return status;
}

/* Hash of the RLP list of encoded elements. */
static wh_status list_hash(const struct evm_crypto *crypto, const wh_span *items, size_t n,
                           bytes32 *hash)
{
    uint8_t *bytes = malloc(rlp_list_size(rlp_items_size(items, n)));
    if (bytes == NULL) return WH_E_NOMEM;
    size_t size = (size_t)(rlp_put_items(bytes, items, n) - bytes);
    crypto->keccak256(crypto->ctx, bytes, size, hash);
    free(bytes);
    return WH_OK;
}

static wh_status judge(wh_status status, const bytes32 *got, const bytes32 *want, const char *what,
                       struct wh_error *err)
{
    if (status < 0) return wh_fail(err, WH_ERR_NOMEM, "hashing %s", what);
    if (status == WH_OK && bytes32_eq(got, want)) return WH_OK;
    return wh_fail(err, WH_ERR_FILE_FORM, "the %s are not those that the header names", what);
}

wh_status body_check(const struct blockfile *f, const struct evm_crypto *crypto,
                     struct wh_error *err)
{
    bytes32 got = {{0}};
    wh_status status = list_root(crypto, f->txs, f->tx_count, &got);
    WH_TRY(judge(status, &got, &f->head.txs_root, "transactions", err));
    status = list_hash(crypto, f->uncles, f->uncle_count, &got);
    WH_TRY(judge(status, &got, &f->head.ommers_hash, "ommers", err));
    if (f->has_withdrawals != (f->head.fields >= 17))
        return wh_fail(err, WH_ERR_FILE_FORM, "%s",
                       f->has_withdrawals ? "withdrawals where the header has no root of them"
                                          : "the header names withdrawals, and there are none");
    if (!f->has_withdrawals) return WH_OK;
    status = list_root(crypto, f->withdrawals, f->withdrawal_count, &got);
    return judge(status, &got, &f->head.withdrawals_root, "withdrawals", err);
}

uint64_t body_chain_id(const struct blockfile *f, const struct evm_crypto *crypto)
{
    for (size_t i = 0; i < f->tx_count; i++) {
        struct tx tx;
        if (tx_decode(crypto, f->txs[i], &tx) == WH_OK && tx.has_chain_id) return tx.chain_id;
    }
    return 0;
}
