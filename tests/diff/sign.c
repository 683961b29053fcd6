/* SPDX-License-Identifier: MIT */
#include "tests/diff/sign.h"

#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/hash/sha256.h"
#include "evm/native/sign.h"
#include "evm/rlp/rlp.h"

static const uint8_t INFINITY_48[48] = {0xc0};

struct signature {
    unsigned parity;
    u256 r, s;
};

static struct signature sign(unsigned key_index, const bytes32 *hash)
{
    uint8_t key[32], r[32], s[32];
    address at;
    struct signature sig;
    diff_key(key_index, key, &at);
    if (wh_sign(key, hash, r, s, &sig.parity) != WH_OK) abort();
    sig.r = u256_from_be(r);
    sig.s = u256_from_be(s);
    return sig;
}

/* The other signature of the same key: n - s. */
static void make_high(struct signature *sig)
{
    static const u256 n = {
        {0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff}};
    u256_sub(&sig->s, &n, &sig->s);
    sig->parity ^= 1;
}

/* Lists are written backward (rlp_back). */
static void put_auths(struct rlp_back *w, const struct diff_tx *t, const struct diff_nonces *nonces)
{
    struct diff_nonces next = *nonces;
    struct signature sigs[DIFF_AUTH_MAX];
    uint64_t nonce[DIFF_AUTH_MAX];
    next.of[t->key]++; /* the sender's nonce is raised first */
    for (unsigned i = 0; i < t->auth_count; i++) {
        const struct diff_auth *a = &t->auths[i];
        uint8_t buf[100], *p;
        bytes32 hash;
        nonce[i] = next.of[a->key] + (uint64_t)a->nonce_off;
        size_t len = rlp_u64_size(a->chain_id) + 21 + rlp_u64_size(nonce[i]);
        buf[0] = 5;
        p = rlp_put_list(buf + 1, len);
        p = rlp_put_u64(p, a->chain_id);
        p = rlp_put_string(p, wh_span_of(a->to.b, 20));
        p = rlp_put_u64(p, nonce[i]);
        keccak256(buf, (size_t)(p - buf), &hash);
        sigs[i] = sign(a->key, &hash);
        if (a->bad == 1) make_high(&sigs[i]);
        if (a->bad == 2) sigs[i].r = u256_from_u64(0);
        if (a->bad == 3) sigs[i].parity = 2;
        bool counts =
            a->bad == 0 && a->nonce_off == 0 && (a->chain_id == 0 || a->chain_id == DIFF_CHAIN_ID);
        if (counts) next.of[a->key]++;
    }
    size_t list = rlp_back_mark(w);
    for (unsigned i = t->auth_count; i-- > 0;) {
        size_t one = rlp_back_mark(w);
        rlp_back_u256(w, &sigs[i].s);
        rlp_back_u256(w, &sigs[i].r);
        rlp_back_u64(w, sigs[i].parity);
        rlp_back_u64(w, nonce[i]);
        rlp_back_string(w, wh_span_of(t->auths[i].to.b, 20));
        rlp_back_u64(w, t->auths[i].chain_id);
        rlp_back_list(w, one);
    }
    rlp_back_list(w, list);
}

static void put_access(struct rlp_back *w, const struct diff_tx *t)
{
    size_t list = rlp_back_mark(w);
    for (unsigned i = t->access_count; i-- > 0;) {
        size_t one = rlp_back_mark(w), slots = rlp_back_mark(w);
        for (unsigned k = t->access[i].slot_count; k-- > 0;) {
            uint8_t be[32];
            u256_to_be(&t->access[i].slots[k], be);
            rlp_back_string(w, wh_span_of(be, 32));
        }
        rlp_back_list(w, slots);
        rlp_back_string(w, wh_span_of(t->access[i].at.b, 20));
        rlp_back_list(w, one);
    }
    rlp_back_list(w, list);
}

static void put_hashes(struct rlp_back *w, const struct diff_tx *t)
{
    bytes32 hash;
    sha256(INFINITY_48, 48, &hash);
    hash.b[0] = 1;
    size_t list = rlp_back_mark(w);
    for (unsigned i = 0; i < t->blob_count; i++)
        rlp_back_string(w, wh_span_of(hash.b, 32));
    rlp_back_list(w, list);
}

/* The transaction's bytes; sig NULL: what is signed. */
static void put_tx(struct rlp_back *w, const struct diff_tx *t, const struct diff_nonces *n,
                   uint64_t nonce, const struct signature *sig)
{
    uint64_t chain = DIFF_CHAIN_ID + (t->fault == DIFF_CHAIN);
    size_t list = rlp_back_mark(w);
    if (sig != NULL) {
        rlp_back_u256(w, &sig->s);
        rlp_back_u256(w, &sig->r);
        rlp_back_u64(w, t->type != 0 ? sig->parity
                                     : sig->parity + (t->protected ? 35 + 2 * chain : 27));
    } else if (t->type == 0 && t->protected) {
        rlp_back_u64(w, 0);
        rlp_back_u64(w, 0);
        rlp_back_u64(w, chain);
    }
    if (t->type == 4) put_auths(w, t, n);
    if (t->type == 3) {
        put_hashes(w, t);
        rlp_back_u256(w, &t->max_blob_fee);
    }
    if (t->type != 0) put_access(w, t);
    rlp_back_string(w, wh_buf_span(&t->data));
    rlp_back_u256(w, &t->value);
    rlp_back_string(w, wh_span_of(t->to.b, t->creates ? 0 : 20));
    rlp_back_u64(w, t->gas);
    rlp_back_u256(w, &t->max_fee);
    if (t->type >= 2) rlp_back_u256(w, &t->tip);
    rlp_back_u64(w, nonce);
    if (t->type != 0) rlp_back_u64(w, chain);
    rlp_back_list(w, list);
    uint8_t type = (uint8_t)t->type;
    if (type != 0) rlp_back_raw(w, wh_span_of(&type, 1));
}

void diff_sign(const struct diff_tx *t, const struct diff_nonces *n, struct wh_buf *out)
{
    size_t cap = t->data.len + 8192;
    uint8_t *buf = malloc(cap);
    uint64_t nonce = n->of[t->key];
    struct rlp_back w;
    wh_span bytes;
    bytes32 hash;
    if (t->fault == DIFF_NONCE_LOW && nonce > 0) nonce--;
    if (buf == NULL) abort();
    rlp_back_init(&w, buf, cap);
    put_tx(&w, t, n, nonce, NULL);
    if (rlp_back_done(&w, &bytes) != WH_OK) abort();
    keccak256(bytes.ptr, bytes.len, &hash);
    struct signature sig = sign(t->key, &hash);
    if (t->fault == DIFF_HIGH_S) make_high(&sig);
    rlp_back_init(&w, buf, cap);
    put_tx(&w, t, n, nonce, &sig);
    if (rlp_back_done(&w, &bytes) != WH_OK) abort();
    wh_buf_put(out, bytes.ptr, bytes.len);
    free(buf);
}

enum { BLOB = 131072, CELLS = 128 };

void diff_pooled(const struct diff_tx *t, wh_span raw, bool cells, struct wh_buf *out)
{
    if (t->type != 3) {
        wh_buf_put(out, raw.ptr, raw.len);
        return;
    }
    size_t cap = raw.len + t->blob_count * (BLOB + (CELLS + 1) * 49 + 16) + 64;
    uint8_t *buf = malloc(cap), *blob = calloc(BLOB, 1);
    if (buf == NULL || blob == NULL) abort();
    struct rlp_back w;
    wh_span bytes;
    rlp_back_init(&w, buf, cap);
    size_t all = rlp_back_mark(&w), list = rlp_back_mark(&w);
    for (unsigned i = 0; i < t->blob_count * (cells ? CELLS : 1); i++)
        rlp_back_string(&w, wh_span_of(INFINITY_48, 48));
    rlp_back_list(&w, list);
    list = rlp_back_mark(&w);
    for (unsigned i = 0; i < t->blob_count; i++)
        rlp_back_string(&w, wh_span_of(INFINITY_48, 48));
    rlp_back_list(&w, list);
    list = rlp_back_mark(&w);
    for (unsigned i = 0; i < t->blob_count; i++)
        rlp_back_string(&w, wh_span_of(blob, BLOB));
    rlp_back_list(&w, list);
    if (cells) rlp_back_u64(&w, 1);
    rlp_back_raw(&w, wh_span_of(raw.ptr + 1, raw.len - 1));
    rlp_back_list(&w, all);
    rlp_back_raw(&w, wh_span_of("\x03", 1));
    if (rlp_back_done(&w, &bytes) != WH_OK) abort();
    wh_buf_put(out, bytes.ptr, bytes.len);
    free(buf);
    free(blob);
}
