/* SPDX-License-Identifier: MIT */
/* Headers, frontiers, raw blocks, lists of withdrawals. First byte: which. */
#include "evm/rlp/rlp.h"
#include "evm/segment/frontier.h"
#include "evm/segment/header.h"
#include "evm/segment/step.h"
#include "proto/block/rawblock.h"
#include "tests/fuzz/fuzz.h"
#include "tests/plain_crypto.h"

static void check_header(wh_span in)
{
    struct block_header h;
    uint8_t out[HEADER_MAX];
    if (header_decode(in, &h) != WH_OK) return;
    FUZZ_MUST(h.extra_len <= 32);
    FUZZ_MUST(fuzz_same(wh_span_of(out, header_encode(&h, out)), in));
}

static void check_frontier(wh_span in)
{
    static const uint8_t value[3] = {1, 2, 3};
    struct frontier f, again;
    uint8_t out[FRONTIER_BYTES_MAX];
    bytes32 root;
    if (frontier_decode(in, &f) != WH_OK) return;
    size_t n = frontier_encode(&f, out, sizeof out);
    FUZZ_MUST(n > 0 && fuzz_same(wh_span_of(out, n), in));
    frontier_root(&f, &plain_crypto, &root);
    uint32_t items = f.n;
    if (frontier_push(&f, &plain_crypto, wh_span_of(value, sizeof value)) != WH_OK) {
        FUZZ_MUST(items >= FRONTIER_ITEMS_MAX);
        return;
    }
    FUZZ_MUST(f.n == items + 1);
    n = frontier_encode(&f, out, sizeof out);
    FUZZ_MUST(n > 0 && frontier_decode(wh_span_of(out, n), &again) == WH_OK);
}

static void check_block(wh_span in)
{
    struct raw_block b;
    if (raw_block_decode(in, &b) != WH_OK) return;
    wh_span tx;
    size_t bytes = 0;
    for (size_t i = 0; i < b.tx_count; i++) {
        FUZZ_MUST(raw_block_tx(&b.txs, &tx) == WH_OK);
        bytes += tx.len;
    }
    FUZZ_MUST(b.txs.len == 0 && bytes < in.len + 1);
}

static void check_withdrawals(wh_span in)
{
    size_t n, fields;
    wh_span list, one;
    if (withdrawals_count(in, &n) != WH_OK) return;
    FUZZ_MUST(rlp_list(in, &list) == WH_OK);
    for (size_t i = 0; i < n; i++) {
        FUZZ_MUST(rlp_next_list(&list, &one) == WH_OK);
        FUZZ_MUST(rlp_count(one, &fields) == WH_OK && fields == 4); /* EIP-4895 */
    }
    FUZZ_MUST(list.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    wh_span in = wh_span_of(data + 1, size - 1);
    switch (data[0] % 4) {
    case 0: check_header(in); break;
    case 1: check_frontier(in); break;
    case 2: check_block(in); break;
    default: check_withdrawals(in); break;
    }
    return 0;
}
