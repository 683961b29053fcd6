/* SPDX-License-Identifier: MIT */
#include "evm/segment/receipt.h"

#include "evm/rlp/rlp.h"

/* Three bits of 2,048, chosen by the low 11 bits of the first three 16-bit words of the hash. */
static void bloom_set(uint8_t bloom[256], const bytes32 *hash)
{
    for (unsigned i = 0; i < 6; i += 2) {
        unsigned bit = load_be16(hash->b + i) & 0x7ffu;
        bloom[255 - bit / 8] |= (uint8_t)(1u << bit % 8);
    }
}

/* Neighbouring logs share emitter and signature more often than not: those are hashed once. */
static size_t bloom_words(const struct receipt *r, wh_span *words)
{
    size_t n = 0;
    for (size_t i = 0; i < r->log_count; i++) {
        const struct state_log *log = &r->logs[i], *last = i > 0 ? log - 1 : NULL;
        if (last == NULL || !address_eq(&log->at, &last->at))
            words[n++] = wh_span_of(log->at.b, 20);
        for (unsigned k = 0; k < log->topic_count; k++)
            if (last == NULL || k >= last->topic_count ||
                !bytes32_eq(&log->topics[k], &last->topics[k]))
                words[n++] = wh_span_of(log->topics[k].b, 32);
    }
    return n;
}

wh_status receipt_bloom(const struct evm_crypto *crypto, struct wh_arena *scratch,
                        struct receipt *r)
{
    memset(r->bloom, 0, sizeof r->bloom);
    if (r->log_count == 0) return WH_OK;

    size_t mark = wh_arena_mark(scratch);
    wh_span *words = WH_NEW(scratch, wh_span, 5 * r->log_count);
    bytes32 *hashes = WH_NEW(scratch, bytes32, 5 * r->log_count);
    if (words == NULL || hashes == NULL) return WH_E_NOMEM;
    size_t n = bloom_words(r, words);
    crypto->keccak_many(crypto->ctx, n, words, hashes);
    for (size_t i = 0; i < n; i++)
        bloom_set(r->bloom, &hashes[i]);
    wh_arena_rewind(scratch, mark);
    return WH_OK;
}

static size_t log_topics_size(const struct state_log *log)
{
    return (size_t)33 * log->topic_count;
}

static size_t log_payload_size(const struct state_log *log)
{
    return 21 + rlp_list_size(log_topics_size(log)) + rlp_string_size(log->data);
}

static uint8_t *log_put(uint8_t *p, const struct state_log *log)
{
    p = rlp_put_list(p, log_payload_size(log));
    p = rlp_put_string(p, wh_span_of(log->at.b, 20));
    p = rlp_put_list(p, log_topics_size(log));
    for (unsigned k = 0; k < log->topic_count; k++)
        p = rlp_put_string(p, wh_span_of(log->topics[k].b, 32));
    return rlp_put_string(p, log->data);
}

wh_status receipt_encode(struct wh_arena *arena, const struct receipt *r, wh_span *out)
{
    size_t logs = 0;
    for (size_t i = 0; i < r->log_count; i++)
        logs += rlp_list_size(log_payload_size(&r->logs[i]));
    size_t status = r->has_status ? 1 : 33;
    size_t payload = status + rlp_u64_size(r->cumulative_gas) + 259 + rlp_list_size(logs);
    size_t type = r->type == TX_LEGACY ? 0 : 1;
    size_t len = type + rlp_list_size(payload);
    uint8_t *start = WH_NEW(arena, uint8_t, len), *p = start;
    if (start == NULL) return WH_E_NOMEM;

    if (type) *p++ = (uint8_t)r->type;
    p = rlp_put_list(p, payload);
    p = r->has_status ? rlp_put_u64(p, r->success)
                      : rlp_put_string(p, wh_span_of(r->state_root.b, 32));
    p = rlp_put_u64(p, r->cumulative_gas);
    p = rlp_put_string(p, wh_span_of(r->bloom, sizeof r->bloom));
    p = rlp_put_list(p, logs);
    for (size_t i = 0; i < r->log_count; i++)
        p = log_put(p, &r->logs[i]);
    WH_ASSERT((size_t)(p - start) == len);
    *out = wh_span_of(start, len);
    return WH_OK;
}
