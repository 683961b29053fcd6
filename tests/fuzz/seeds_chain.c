/* SPDX-License-Identifier: MIT */
/* Seeds from the chains of steps.c: traces, transactions, a block in every form. */
#include "evm/segment/trace.h"
#include "proto/block/write.h"
#include "proto/sys/hex.h"
#include "tests/block_json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/seeds.h"
#include "tests/fuzz/steps.h"
#include "tests/plain_crypto.h"

static void trace_seeds(const struct fuzz_steps *all)
{
    for (unsigned i = 0; i < all->count; i++) {
        const struct toy_step *s = &all->v[i].step;
        struct wh_buf b = {0};
        put_kind("trace", (uint8_t)i, s->trace);
        wh_buf_put(&b, s->pre, SEG_STATE_SIZE);
        wh_buf_put(&b, all->v[i].input_hash.b, 32);
        wh_buf_put(&b, s->trace.ptr, s->trace.len);
        put_kind("trace", 0x80, wh_buf_span(&b));
        wh_buf_done(&b);
        if (s->result.kind == SEG_TX) put_kind("seg_state", 0, wh_span_of(s->pre, SEG_STATE_SIZE));
    }
}

/* The Osaka block with the nodes and codes that its traces hold. */
struct seen_block {
    struct blockfile f;
    wh_span withdrawals[1];
    wh_span nodes[512], codes[64];
    size_t node_count, code_count;
};

static bool is_known(const wh_span *v, size_t n, wh_span e)
{
    for (size_t i = 0; i < n; i++)
        if (fuzz_same(v[i], e)) return true;
    return false;
}

static void see_objects(struct seen_block *b, const struct fuzz_steps *all)
{
    static struct wh_arena arena;
    struct trace t;
    wh_span in;
    for (unsigned i = 0; i < all->count; i++) {
        const struct toy_step *s = &all->v[i].step;
        struct seg_state pre;
        if (seg_state_decode(s->pre, &pre) != WH_OK || pre.ruleset != RULESET_ETHEREUM ||
            i > all->osaka_end)
            continue;
        fuzz_arena(&arena, (size_t)1 << 26);
        if (trace_parse(&plain_crypto, &arena, s->trace, trace_kind(s->trace), &t) != WH_OK)
            exit(1);
        for (uint32_t k = 0; k < t.count; k++) {
            wh_span e = t.entries[k].bytes;
            if (is_known(b->nodes, b->node_count, e) || is_known(b->codes, b->code_count, e))
                continue;
            if (rlp_list(e, &in) == WH_OK && b->node_count < 512)
                b->nodes[b->node_count++] = e;
            else if (e.len != 64 && b->code_count < 64)
                b->codes[b->code_count++] = e;
        }
    }
}

static void json_list(struct wh_jw *w, const char *key, const wh_span *v, size_t n, bool map)
{
    if (map)
        wh_jw_obj(w, key);
    else
        wh_jw_arr(w, key);
    for (size_t i = 0; i < n; i++) {
        bytes32 hash;
        keccak256(v[i].ptr, v[i].len, &hash);
        json_span(w, map ? wh_hex32(&hash).s : NULL, v[i]);
    }
    wh_jw_end(w);
}

static void json_state(struct wh_jw *w, const char *key, const struct seen_block *b, wh_span parent,
                       const char *headers, bool map)
{
    wh_jw_obj(w, key);
    json_list(w, "state", b->nodes, b->node_count, map);
    json_list(w, "codes", b->codes, b->code_count, map);
    wh_jw_arr(w, headers);
    if (map)
        json_header(w, NULL, parent);
    else
        json_span(w, NULL, parent);
    wh_jw_end(w);
    wh_jw_end(w);
}

static void prover_input(struct wh_jw *w, const struct seen_block *b, wh_span parent)
{
    wh_jw_obj(w, NULL);
    wh_jw_arr(w, "blocks");
    wh_jw_obj(w, NULL);
    json_header(w, "header", b->f.header);
    wh_jw_arr(w, "transaction");
    for (size_t i = 0; i < b->f.tx_count; i++)
        json_tx(w, b->f.txs[i]);
    wh_jw_end(w);
    wh_jw_arr(w, "withdrawals");
    json_withdrawal(w, b->withdrawals[0]);
    wh_jw_end(w);
    wh_jw_end(w);
    wh_jw_end(w);
    json_state(w, "witness", b, parent, "ancestors", true);
    wh_jw_obj(w, "chainConfig");
    wh_jw_u64(w, "chainId", 31337);
    wh_jw_u64(w, "homesteadBlock", 0);
    wh_jw_u64(w, "londonBlock", 0);
    wh_jw_end(w);
    wh_jw_end(w);
}

/* As nodes and tools write it. Afterwards once more as each form that the pair can be written in. */
static void written_seeds(const struct fuzz_steps *all)
{
    static struct seen_block b;
    struct wh_buf out = {0};
    struct wh_jw w;
    struct blockfile f;
    struct wh_error err;
    wh_span list;
    see_objects(&b, all);
    b.f.header = all->header;
    b.f.txs = (wh_span *)(uintptr_t)all->txs;
    b.f.tx_count = all->tx_count;
    b.f.has_withdrawals = true;
    b.f.withdrawals = b.withdrawals;
    b.f.withdrawal_count = 1;
    if (rlp_list(all->withdrawals, &list) != WH_OK) exit(1);
    b.withdrawals[0] = list;
    for (unsigned i = 0; i < 4; i++) {
        wh_buf_reset(&out);
        wh_jw_init(&w, &out);
        if (i == 0) { /* as a node answers */
            wh_jw_obj(&w, NULL);
            wh_jw_str(&w, "jsonrpc", "2.0");
            wh_jw_u64(&w, "id", 1);
            json_block(&w, "result", &b.f);
            wh_jw_end(&w);
        }
        if (i == 1) json_state(&w, NULL, &b, all->parent, "headers", true);
        if (i == 2) prover_input(&w, &b, all->parent);
        if (i == 3) {
            wh_jw_obj(&w, NULL);
            json_block(&w, "block", &b.f);
            json_state(&w, "witness", &b, all->parent, "headers", false);
            wh_jw_end(&w);
        }
        put("witness", wh_buf_span(&out));
    }
    if (blockfile_parse("pair", wh_buf_span(&out), wh_native_crypto(), &f, &err) != WH_OK) {
        fprintf(stderr, "pair: %s\n", err.what);
        exit(1);
    }
    static const char *const forms[] = {"stateless-block", "payload", "block", "ext-witness"};
    for (size_t i = 0; i < 4; i++) {
        enum block_form form;
        struct wh_buf again = {0};
        if (!block_form_find(forms[i], &form) || block_write(&f, form, &again, &err) != WH_OK)
            exit(1);
        put("witness", wh_buf_span(&again));
        if (i == 2) put_kind("header", 2, wh_buf_span(&again));
        wh_buf_done(&again);
    }
    blockfile_close(&f);
    wh_buf_done(&out);
}

void chain_seeds(void)
{
    const struct fuzz_steps *all = fuzz_steps();
    trace_seeds(all);
    for (unsigned i = 0; i < all->tx_count; i++)
        put("tx", all->txs[i]);
    put_kind("header", 3, all->withdrawals);
    written_seeds(all);
}
