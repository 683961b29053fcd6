/* SPDX-License-Identifier: MIT */
/* Block files in every form (JSON dialects, RLP, protobuf, zstd). What opens as a block is what it says:
 * its header has its hash, its body belongs to it, each node and code is found by its hash; written in
 * each form that needs nothing else, it opens again as the same block. */
#include "evm/native/crypto.h"
#include "proto/block/parts.h"
#include "proto/block/write.h"
#include "tests/fuzz/fuzz.h"

static bytes32 hash_of(wh_span bytes)
{
    bytes32 h;
    const struct evm_crypto *c = wh_native_crypto();
    c->keccak256(c->ctx, bytes.ptr, bytes.len, &h);
    return h;
}

static void check_list(const struct blockfile *f, const wh_span *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        wh_span got;
        bytes32 h = hash_of(list[i]);
        FUZZ_MUST(blockfile_get(f, &h, &got) == WH_OK && fuzz_same(got, list[i]));
    }
}

static void check_written(const struct blockfile *f, enum block_form form)
{
    struct wh_buf out = {0};
    struct wh_error err;
    struct blockfile again;
    if (block_write(f, form, &out, &err) != WH_OK) {
        wh_buf_done(&out);
        return;
    }
    wh_status s = blockfile_parse("again", wh_buf_span(&out), wh_native_crypto(), &again, &err);
    FUZZ_MUST(s == WH_OK);
    FUZZ_MUST(bytes32_eq(&again.hash, &f->hash) && again.tx_count == f->tx_count);
    FUZZ_MUST(fuzz_same(again.header, f->header));
    for (size_t i = 0; i < f->tx_count; i++)
        FUZZ_MUST(fuzz_same(again.txs[i], f->txs[i]));
    for (size_t i = 0; i < f->node_count; i++) {
        wh_span got;
        bytes32 h = hash_of(f->nodes[i]);
        FUZZ_MUST(blockfile_get(&again, &h, &got) == WH_OK);
    }
    blockfile_close(&again);
    wh_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const whole[] = {"bundle", "stateless-block", "payload"};
    struct blockfile f;
    struct wh_error err;
    memset(&f, 0, sizeof f);
    wh_error_clear(&err);
    wh_status s = blockfile_parse("input", wh_span_of(data, size), wh_native_crypto(), &f, &err);
    if (s != WH_OK) {
        FUZZ_MUST(err.what[0] != 0);
        return 0;
    }
    bytes32 h = hash_of(f.header);
    FUZZ_MUST(bytes32_eq(&h, &f.hash) && f.head.number == f.number);
    if (f.has_parent) {
        h = hash_of(f.parent_header);
        FUZZ_MUST(bytes32_eq(&h, &f.head.parent_hash));
    }
    check_list(&f, f.nodes, f.node_count);
    check_list(&f, f.codes, f.code_count);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        enum block_form form;
        if (block_form_find(whole[i], &form)) check_written(&f, form);
    }
    blockfile_close(&f);
    return 0;
}
