/* SPDX-License-Identifier: MIT */
/* eth_feeHistory. */
#include <stdlib.h>

#include "deploy/devnet/fees.h"
#include "deploy/devnet/rpc.h"
#include "evm/tx/validate.h"

enum { HISTORY_MAX = 1024, PERCENTILES_MAX = 100 };

struct tipped {
    u256 tip;
    uint64_t gas;
};

static int by_tip(const void *a, const void *b)
{
    const struct tipped *x = a, *y = b;
    if (u256_lt(&x->tip, &y->tip)) return -1;
    return u256_lt(&y->tip, &x->tip) ? 1 : 0;
}

static void show_ratio(struct rpc *c, uint64_t part, uint64_t whole)
{
    char text[40];
    const int len =
        snprintf(text, sizeof text, "%.10g", whole == 0 ? 0.0 : (double)part / (double)whole);
    wh_jw_raw(&c->w, NULL, text, (size_t)len);
}

/* Tips at the given percentiles of the block's gas. */
static bool show_rewards(struct rpc *c, const struct block *b, const double *percentiles, size_t n)
{
    struct tipped *t = calloc(b->tx_count + 1u, sizeof *t);
    if (t == NULL) return rpc_trouble(c, WH_E_NOMEM);
    for (uint32_t i = 0; i < b->tx_count; i++) {
        u256 price;
        tx_effective_price(&b->txs[i]->tx, &b->head.base_fee, &price, &t[i].tip);
        t[i].gas = b->outcomes[i].gas_used;
    }
    qsort(t, b->tx_count, sizeof *t, by_tip);
    wh_jw_arr(&c->w, NULL);
    for (size_t p = 0; p < n; p++) {
        const double want = (double)b->head.gas_used * percentiles[p] / 100.0;
        uint32_t i = 0;
        uint64_t sum = t[0].gas;
        while ((double)sum < want && i + 1 < b->tx_count)
            sum += t[++i].gas;
        wh_jw_qty256(&c->w, NULL, &t[i].tip);
    }
    wh_jw_end(&c->w);
    free(t);
    return true;
}

static bool read_percentiles(struct rpc *c, double *out, size_t *n)
{
    const json_t *list = arg_at(c, 2);
    *n = 0;
    if (list == NULL) return true;
    if (!json_is_array(list) || json_array_size(list) > PERCENTILES_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid reward percentile list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        out[i] = json_number_value(v);
        if (!json_is_number(v) || out[i] < 0 || out[i] > 100 || (i > 0 && out[i] < out[i - 1]))
            return rpc_fail(c, RPC_SERVER, "invalid reward percentile");
    }
    *n = json_array_size(list);
    return true;
}

bool rpc_fee_history(struct rpc *c)
{
    uint64_t count;
    struct block *newest;
    double percentiles[PERCENTILES_MAX];
    size_t percentile_count;
    if (!arg_u64(c, 0, &count) || !arg_block(c, 1, &newest, NULL) ||
        !read_percentiles(c, percentiles, &percentile_count))
        return false;
    if (count > HISTORY_MAX) count = HISTORY_MAX;
    if (count > newest->head.number + 1) count = newest->head.number + 1;
    const struct block *blocks[HISTORY_MAX];
    const struct block *b = newest;
    for (uint64_t i = count; i-- > 0; b = b->parent)
        blocks[i] = b;

    struct wh_jw *w = &c->w;
    wh_jw_obj(w, NULL);
    wh_jw_qty(w, "oldestBlock", newest->head.number + 1 - count);
    wh_jw_arr(w, "baseFeePerGas");
    for (uint64_t i = 0; i < count; i++)
        wh_jw_qty256(w, NULL, &blocks[i]->head.base_fee);
    const u256 next = fee_next_base(&newest->head);
    wh_jw_qty256(w, NULL, &next);
    wh_jw_end(w);
    wh_jw_arr(w, "gasUsedRatio");
    for (uint64_t i = 0; i < count; i++)
        show_ratio(c, blocks[i]->head.gas_used, blocks[i]->head.gas_limit);
    wh_jw_end(w);
    wh_jw_arr(w, "baseFeePerBlobGas");
    for (uint64_t i = 0; i <= count; i++) {
        const u256 fee = fees_blob_base(i < count ? blocks[i]->head.excess_blob_gas
                                                  : fees_excess_blob(&newest->head));
        wh_jw_qty256(w, NULL, &fee);
    }
    wh_jw_end(w);
    wh_jw_arr(w, "blobGasUsedRatio");
    for (uint64_t i = 0; i < count; i++)
        show_ratio(c, blocks[i]->head.blob_gas_used, NODE_BLOB_MAX * NODE_BLOB_GAS);
    wh_jw_end(w);
    bool ok = true;
    if (percentile_count > 0) {
        wh_jw_arr(w, "reward");
        for (uint64_t i = 0; i < count && ok; i++)
            ok = show_rewards(c, blocks[i], percentiles, percentile_count);
        wh_jw_end(w);
    }
    wh_jw_end(w);
    return ok;
}
