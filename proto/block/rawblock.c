/* SPDX-License-Identifier: MIT */
#include "proto/block/rawblock.h"

#include "evm/rlp/rlp.h"

enum { TYPE_MAX = 0x7f }; /* EIP-2718: above are legacy transactions, which are lists */

wh_status raw_block_tx(wh_span *txs, wh_span *tx)
{
    wh_span in = *txs;
    struct rlp_item item;
    WH_TRY(rlp_next(&in, &item));
    if (!item.is_list && (item.payload.len == 0 || item.payload.ptr[0] > TYPE_MAX))
        return WH_E_FORMAT;
    *tx = item.is_list ? item.raw : item.payload;
    *txs = in;
    return WH_OK;
}

static wh_status next_list(wh_span *in, struct rlp_item *item)
{
    WH_TRY(rlp_next(in, item));
    return item->is_list ? WH_OK : WH_E_FORMAT;
}

wh_status raw_block_decode(wh_span rlp, struct raw_block *out)
{
    wh_span in, tx;
    struct rlp_item header, txs, ommers, withdrawals = {.raw = wh_span_of(NULL, 0)};
    WH_TRY(rlp_list(rlp, &in));
    WH_TRY(next_list(&in, &header));
    WH_TRY(next_list(&in, &txs));
    WH_TRY(next_list(&in, &ommers));
    if (in.len > 0) WH_TRY(next_list(&in, &withdrawals));
    WH_TRY(rlp_end(in));
    *out = (struct raw_block){.header = header.raw,
                              .txs = txs.payload,
                              .ommers = ommers.raw,
                              .withdrawals = withdrawals.raw};
    for (in = txs.payload; in.len > 0; out->tx_count++)
        WH_TRY(raw_block_tx(&in, &tx));
    return WH_OK;
}
