/* SPDX-License-Identifier: MIT */
/* Block files in every form (JSON dialects, RLP, protobuf, zstd). What opens as a block is what it says:
 * its header has its hash, its body belongs to it, each node and code is found by its hash; written in
 * each form that needs nothing else, it opens again as the same block. */
#include "evm/native/crypto.h"
#include "evm/segment/frontier.h"
#include "evm/segment/seg_state.h"
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

/* The transactions are those under the header's root, the ancestors a line. */
static void check_links(const struct blockfile *f)
{
    static struct frontier txs;
    bytes32 root, at;
    frontier_init(&txs);
    for (size_t i = 0; i < f->tx_count; i++)
        FUZZ_MUST(frontier_push(&txs, wh_native_crypto(), f->txs[i]) == WH_OK);
    frontier_root(&txs, wh_native_crypto(), &root);
    FUZZ_MUST(bytes32_eq(&root, &f->head.txs_root));
    if (!f->has_parent) return;
    at = hash_of(f->parent_header);
    FUZZ_MUST(bytes32_eq(&at, &f->head.parent_hash));
    at = f->parent.parent_hash;
    for (size_t i = 0; i < f->ancestor_count; i++) {
        struct block_header h;
        bytes32 own = hash_of(f->ancestors[i]);
        FUZZ_MUST(bytes32_eq(&own, &at) && header_decode(f->ancestors[i], &h) == WH_OK);
        at = h.parent_hash;
    }
}

/* What a run starts from: a state that is well formed, and all that was posted is at hand. */
static void check_chain(const struct blockfile *f)
{
    struct chain_config config;
    struct blockfile_chain c;
    struct wh_preimages io;
    struct wh_error err;
    struct seg_state s;
    wh_span got;
    if (!f->has_parent || !blockfile_config(f, CHAIN_WITNESS_UNLIMITED, &config)) return;
    memset(&c, 0, sizeof c);
    if (blockfile_chain_open(f, &config, wh_native_crypto(), &c, &err) != WH_OK) return;
    FUZZ_MUST(seg_state_decode(c.pre, &s) == WH_OK && s.phase == SEG_SEALED);
    FUZZ_MUST(c.item_count == f->tx_count && bytes32_eq(&s.head_hash, &f->head.parent_hash));
    blockfile_chain_preimages(f, &c, &io);
    FUZZ_MUST(io.get(io.ctx, WH_OBJECT_DATA, &c.input_hash, &got) == WH_OK);
    FUZZ_MUST(io.get(io.ctx, WH_OBJECT_DATA, &s.chain_cfg_hash, &got) == WH_OK);
    blockfile_chain_close(&c);
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
    check_links(&f);
    check_chain(&f);
    check_list(&f, f.nodes, f.node_count);
    check_list(&f, f.codes, f.code_count);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        enum block_form form;
        if (block_form_find(whole[i], &form)) check_written(&f, form);
    }
    blockfile_close(&f);
    return 0;
}
