/* SPDX-License-Identifier: MIT */
#include "proto/block/write.h"

#include <stdlib.h>

#include "evm/rlp/rlp.h"
#include "proto/messages.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

/* A witness in canonical order; all borrowed but the arrays. */
struct canonical {
    wh_span *nodes, *codes, *headers;
    size_t node_count, code_count, header_count;
};

static int order(const void *a, const void *b)
{
    const wh_span *x = a, *y = b;
    const size_t least = x->len < y->len ? x->len : y->len;
    const int c = memcmp(x->ptr, y->ptr, least);
    return c != 0 ? c : (x->len > y->len) - (x->len < y->len);
}

/* Sorted, each once. */
static wh_span *sorted(const wh_span *items, size_t *count)
{
    size_t n = 0;
    wh_span *v = calloc(*count + 1, sizeof *v);
    if (v == NULL) return NULL;
    if (*count > 0) memcpy(v, items, *count * sizeof *v);
    qsort(v, *count, sizeof *v, order);
    for (size_t i = 0; i < *count; i++)
        if (n == 0 || order(&v[n - 1], &v[i]) != 0) v[n++] = v[i];
    *count = n;
    return v;
}

static void canonical_done(struct canonical *c)
{
    free(c->nodes);
    free(c->codes);
    free(c->headers);
}

static bool canonical_of(const struct blockfile *f, struct canonical *c)
{
    *c = (struct canonical){.node_count = f->node_count, .code_count = f->code_count};
    c->nodes = sorted(f->nodes, &c->node_count);
    c->codes = sorted(f->codes, &c->code_count);
    c->headers = calloc(f->ancestor_count + 1, sizeof *c->headers);
    if (c->nodes == NULL || c->codes == NULL || c->headers == NULL) {
        canonical_done(c);
        return false;
    }
    for (size_t i = f->ancestor_count; i > 0; i--)
        c->headers[c->header_count++] = f->ancestors[i - 1];
    if (f->has_parent) c->headers[c->header_count++] = f->parent_header;
    return true;
}

/* ---- RLP ---- */

static size_t strings_size(const wh_span *v, size_t n)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += rlp_string_size(v[i]);
    return size;
}

static uint8_t *put_strings(uint8_t *p, const wh_span *v, size_t n)
{
    p = rlp_put_list(p, strings_size(v, n));
    for (size_t i = 0; i < n; i++)
        p = rlp_put_string(p, v[i]);
    return p;
}

/* A typed transaction stands in a block as a string, a legacy one as the list that it is. */
static bool is_typed(wh_span tx)
{
    return tx.len > 0 && tx.ptr[0] < 0xc0;
}

static size_t txs_size(const struct blockfile *f)
{
    size_t size = 0;
    for (size_t i = 0; i < f->tx_count; i++)
        size += is_typed(f->txs[i]) ? rlp_string_size(f->txs[i]) : f->txs[i].len;
    return size;
}

static uint8_t *put_txs(uint8_t *p, const struct blockfile *f)
{
    p = rlp_put_list(p, txs_size(f));
    for (size_t i = 0; i < f->tx_count; i++) {
        const wh_span tx = f->txs[i];
        if (is_typed(tx)) {
            p = rlp_put_string(p, tx);
        } else {
            memcpy(p, tx.ptr, tx.len);
            p += tx.len;
        }
    }
    return p;
}

static size_t block_payload(const struct blockfile *f)
{
    size_t size = f->header.len + rlp_list_size(txs_size(f)) +
                  rlp_list_size(rlp_items_size(f->uncles, f->uncle_count));
    if (f->has_withdrawals)
        size += rlp_list_size(rlp_items_size(f->withdrawals, f->withdrawal_count));
    return size;
}

static uint8_t *put_block(uint8_t *p, const struct blockfile *f)
{
    p = rlp_put_list(p, block_payload(f));
    memcpy(p, f->header.ptr, f->header.len);
    p = put_txs(p + f->header.len, f);
    p = rlp_put_items(p, f->uncles, f->uncle_count);
    return f->has_withdrawals ? rlp_put_items(p, f->withdrawals, f->withdrawal_count) : p;
}

static size_t witness_payload(const struct canonical *c)
{
    return rlp_list_size(rlp_items_size(c->headers, c->header_count)) +
           rlp_list_size(strings_size(c->codes, c->code_count)) +
           rlp_list_size(strings_size(c->nodes, c->node_count)) + rlp_list_size(0);
}

/* [headers, codes, state, keys], keys always empty. */
static uint8_t *put_witness(uint8_t *p, const struct canonical *c)
{
    p = rlp_put_list(p, witness_payload(c));
    p = rlp_put_items(p, c->headers, c->header_count);
    p = put_strings(p, c->codes, c->code_count);
    p = put_strings(p, c->nodes, c->node_count);
    return rlp_put_list(p, 0);
}

static void write_block(const struct blockfile *f, struct wh_buf *out)
{
    uint8_t *p = wh_buf_grow(out, rlp_list_size(block_payload(f)));
    if (p != NULL) (void)put_block(p, f);
}

static void write_ext_witness(const struct canonical *c, struct wh_buf *out)
{
    uint8_t *p = wh_buf_grow(out, rlp_list_size(witness_payload(c)));
    if (p != NULL) (void)put_witness(p, c);
}

static void write_payload(const struct blockfile *f, const struct canonical *c, struct wh_buf *out)
{
    const size_t size = rlp_u64_size(f->chain_id) + rlp_list_size(block_payload(f)) +
                        rlp_list_size(witness_payload(c));
    uint8_t *p = wh_buf_grow(out, rlp_list_size(size));
    if (p == NULL) return;
    p = rlp_put_list(p, size);
    p = rlp_put_u64(p, f->chain_id);
    (void)put_witness(put_block(p, f), c);
}

/* ---- JSON ---- */

static void json_list(struct wh_jw *w, const char *key, const wh_span *v, size_t n)
{
    wh_jw_arr(w, key);
    for (size_t i = 0; i < n; i++)
        wh_jw_data(w, NULL, v[i].ptr, v[i].len);
    wh_jw_end(w);
}

static void json_witness(struct wh_jw *w, const char *key, const struct canonical *c)
{
    wh_jw_obj(w, key);
    json_list(w, "state", c->nodes, c->node_count);
    json_list(w, "codes", c->codes, c->code_count);
    json_list(w, "headers", c->headers, c->header_count);
    wh_jw_end(w);
}

static void write_witness(const struct canonical *c, struct wh_buf *out)
{
    struct wh_jw w;
    wh_jw_init(&w, out);
    json_witness(&w, NULL, c);
    wh_buf_str(out, "\n");
}

static void write_pair(const struct blockfile *f, const struct canonical *c, struct wh_buf *out)
{
    struct wh_jw w;
    struct wh_buf block = {0};
    write_block(f, &block);
    wh_jw_init(&w, out);
    wh_jw_obj(&w, NULL);
    if (f->chain_id != 0) wh_jw_u64(&w, "chainId", f->chain_id);
    wh_jw_data(&w, "block", block.ptr, block.len);
    json_witness(&w, "witness", c);
    wh_jw_end(&w);
    wh_buf_str(out, "\n");
    if (!wh_buf_ok(&block)) out->failed = true;
    wh_buf_done(&block);
}

static void write_stateless(const struct blockfile *f, const struct canonical *c,
                            struct wh_buf *out)
{
    struct wh_jw w;
    wh_jw_init(&w, out);
    wh_jw_obj(&w, NULL);
    wh_jw_str(&w, "format", "stateless-block/1");
    wh_jw_str(&w, "network", f->network);
    wh_jw_u64(&w, "chainId", f->chain_id);
    wh_jw_u64(&w, "number", f->number);
    wh_jw_b32(&w, "hash", &f->hash);
    wh_jw_data(&w, "header", f->header.ptr, f->header.len);
    json_list(&w, "transactions", f->txs, f->tx_count);
    json_list(&w, "uncles", f->uncles, f->uncle_count);
    if (f->has_withdrawals)
        json_list(&w, "withdrawals", f->withdrawals, f->withdrawal_count);
    else
        wh_jw_null(&w, "withdrawals");
    if (f->has_parent)
        wh_jw_data(&w, "parentHeader", f->parent_header.ptr, f->parent_header.len);
    else
        wh_jw_null(&w, "parentHeader");
    json_list(&w, "ancestorHeaders", f->ancestors, f->ancestor_count);
    wh_jw_obj(&w, "witness");
    json_list(&w, "state", c->nodes, c->node_count);
    json_list(&w, "codes", c->codes, c->code_count);
    wh_jw_end(&w);
    wh_jw_null(&w, "reference");
    wh_jw_end(&w);
    wh_buf_str(out, "\n");
}

/* ---- protobuf ---- */

static wh_status write_bundle(const struct blockfile *f, const struct canonical *c,
                              struct wh_buf *out, struct wh_error *err)
{
    const struct witness_bundle b = {.chain_id = f->chain_id,
                                     .header = f->header,
                                     .parent_header = f->parent_header,
                                     .has_withdrawals = f->has_withdrawals,
                                     .transactions = {f->tx_count, f->txs},
                                     .ommers = {f->uncle_count, f->uncles},
                                     .withdrawals = {f->withdrawal_count, f->withdrawals},
                                     .ancestors = {f->ancestor_count, f->ancestors},
                                     .nodes = {c->node_count, c->nodes},
                                     .codes = {c->code_count, c->codes}};
    return bundle_write(&b, out, err);
}

bool block_form_find(const char *word, enum block_form *out)
{
    for (enum block_form form = 0; form < FORM_COUNT; form++) {
        if (form == FORM_BLOCK_JSON || form == FORM_PROVER_INPUT) continue; /* read alone */
        if (strcmp(word, block_form_word(form)) != 0) continue;
        *out = form;
        return true;
    }
    return false;
}

static wh_status write_form(const struct blockfile *f, const struct canonical *c,
                            enum block_form form, struct wh_buf *out, struct wh_error *err)
{
    switch (form) {
    case FORM_STATELESS: write_stateless(f, c, out); break;
    case FORM_WITNESS: write_witness(c, out); break;
    case FORM_BLOCK: write_block(f, out); break;
    case FORM_EXT_WITNESS: write_ext_witness(c, out); break;
    case FORM_PAYLOAD: write_payload(f, c, out); break;
    case FORM_PAIR: write_pair(f, c, out); break;
    case FORM_BUNDLE: return write_bundle(f, c, out, err);
    case FORM_BLOCK_JSON:
    case FORM_PROVER_INPUT:
    case FORM_COUNT: return wh_fail(err, WH_ERR_FILE_FORM, "this form is read, never written");
    }
    return WH_OK;
}

wh_status block_write(const struct blockfile *f, enum block_form form, struct wh_buf *out,
                      struct wh_error *err)
{
    struct canonical c;
    const bool needs_id = form == FORM_PAYLOAD || form == FORM_BUNDLE || form == FORM_STATELESS;
    if (needs_id && f->chain_id == 0)
        return wh_fail(err, WH_ERR_FILE_FORM,
                       "this form names the chain, and nothing here says which it is");
    if (!canonical_of(f, &c)) return wh_fail(err, WH_ERR_NOMEM, "sorting a witness");
    wh_status status = write_form(f, &c, form, out, err);
    canonical_done(&c);
    if (status == WH_OK && !wh_buf_ok(out)) status = wh_fail(err, WH_ERR_NOMEM, "writing a block");
    return status;
}
