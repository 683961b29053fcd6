/* SPDX-License-Identifier: MIT */
/* RLP: what is read has one encoding, the one that was read; a refused reader has not moved. */
#include "evm/rlp/rlp.h"
#include "tests/fuzz/fuzz.h"

enum { DEPTH = 64 };

static void check_scalars(wh_span raw)
{
    uint8_t buf[RLP_PREFIX_MAX + 32], fixed[32];
    uint64_t v;
    u256 w;
    wh_span in = raw;
    if (rlp_next_u64(&in, &v) == WH_OK) {
        FUZZ_MUST(in.len == 0 && rlp_u64_size(v) == raw.len);
        FUZZ_MUST(fuzz_same(wh_span_of(buf, (size_t)(rlp_put_u64(buf, v) - buf)), raw));
    } else {
        FUZZ_MUST(in.ptr == raw.ptr && in.len == raw.len);
    }
    in = raw;
    if (rlp_next_u256(&in, &w) == WH_OK) {
        FUZZ_MUST(in.len == 0 && rlp_u256_size(&w) == raw.len);
        FUZZ_MUST(fuzz_same(wh_span_of(buf, (size_t)(rlp_put_u256(buf, &w) - buf)), raw));
    }
    in = raw;
    if (rlp_next_fixed(&in, fixed, 32) == WH_OK) FUZZ_MUST(raw.len == 33 && in.len == 0);
    in = raw;
    if (rlp_next_fixed(&in, fixed, 20) == WH_OK) FUZZ_MUST(raw.len == 21 && in.len == 0);
}

static void check_item(const struct rlp_item *item)
{
    uint8_t head[RLP_PREFIX_MAX + 1];
    size_t n = item->raw.len - item->payload.len;
    FUZZ_MUST(item->payload.len == 0 || item->payload.ptr == item->raw.ptr + n);
    if (item->is_list) {
        FUZZ_MUST(rlp_list_size(item->payload.len) == item->raw.len);
        FUZZ_MUST((size_t)(rlp_put_list(head, item->payload.len) - head) == n);
        FUZZ_MUST(memcmp(head, item->raw.ptr, n) == 0);
        return;
    }
    FUZZ_MUST(rlp_string_size(item->payload) == item->raw.len);
    uint8_t *copy = malloc(item->raw.len);
    if (copy == NULL) exit(1);
    FUZZ_MUST((size_t)(rlp_put_string(copy, item->payload) - copy) == item->raw.len);
    FUZZ_MUST(memcmp(copy, item->raw.ptr, item->raw.len) == 0);
    free(copy);
    check_scalars(item->raw);
}

/* The same bytes written backward. */
static void check_back(wh_span payload, size_t count)
{
    wh_span items[64], out, in = payload;
    if (count > 64) return;
    for (size_t i = 0; i < count; i++) {
        struct rlp_item item;
        FUZZ_MUST(rlp_next(&in, &item) == WH_OK);
        items[i] = item.raw;
    }
    uint8_t *buf = malloc(payload.len + RLP_PREFIX_MAX);
    if (buf == NULL) exit(1);
    struct rlp_back w;
    rlp_back_init(&w, buf, payload.len + RLP_PREFIX_MAX);
    size_t mark = rlp_back_mark(&w);
    for (size_t i = count; i-- > 0;)
        rlp_back_raw(&w, items[i]);
    rlp_back_list(&w, mark);
    FUZZ_MUST(rlp_back_done(&w, &out) == WH_OK && out.len == rlp_list_size(payload.len));
    wh_span again;
    FUZZ_MUST(rlp_list(out, &again) == WH_OK && fuzz_same(again, payload));
    free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wh_span stack[DEPTH] = {wh_span_of(data, size)}, payload;
    size_t depth = 1, count;
    if (rlp_list(stack[0], &payload) == WH_OK) {
        FUZZ_MUST(rlp_list_size(payload.len) == size);
        if (rlp_count(payload, &count) == WH_OK) check_back(payload, count);
    }
    if (rlp_string(stack[0], &payload) == WH_OK) FUZZ_MUST(rlp_string_size(payload) == size);
    while (depth > 0) {
        wh_span *in = &stack[depth - 1], before = *in;
        struct rlp_item item;
        if (rlp_end(*in) == WH_OK) {
            depth--;
            continue;
        }
        if (rlp_next(in, &item) != WH_OK) {
            FUZZ_MUST(in->ptr == before.ptr && in->len == before.len);
            FUZZ_MUST(rlp_count(before, &count) != WH_OK);
            depth--;
            continue;
        }
        FUZZ_MUST(item.raw.ptr == before.ptr && item.raw.len + in->len == before.len);
        check_item(&item);
        if (item.is_list && depth < DEPTH) stack[depth++] = item.payload;
    }
    return 0;
}
