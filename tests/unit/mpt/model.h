/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_MPT_MODEL_H
#define WH_TESTS_MPT_MODEL_H

/* A sorted map whose root is computed from scratch by the recursive definition (Yellow Paper appendix D,
 * function c), and a store of nodes by hash that notes what is asked. Shares no code with evm/mpt. */

#include <stdlib.h>

#include "evm/base/preimage.h"
#include "evm/hash/keccak.h"
#include "tests/tap.h"

enum { MODEL_MAX = 600, MODEL_VALUE = 120 };

struct model_entry {
    uint8_t key[64];
    size_t key_len;
    uint8_t value[MODEL_VALUE];
    size_t value_len;
};

struct model {
    size_t n;
    struct model_entry e[MODEL_MAX];
};

/* ---- nodes by hash ---- */

enum { STORE_CAP = 1 << 15 };

struct store_entry {
    bytes32 hash;
    uint8_t *bytes; /* owns */
    size_t len;
    unsigned asked; /* stamp of the last run that asked */
    unsigned told;  /* ... that was told of its use */
};

struct store {
    struct store_entry e[STORE_CAP];
    size_t n;
    unsigned run;           /* stamp of the current run */
    size_t asked;           /* distinct objects of this run, by get or use */
    size_t gets;            /* calls of get in this run */
    const bytes32 *dropped; /* this one is missing; NULL: none */
    struct wh_preimages pre;
};

static struct store_entry *store_find(struct store *s, const bytes32 *hash)
{
    for (size_t i = load_be32(hash->b) % STORE_CAP;; i = (i + 1) % STORE_CAP)
        if (s->e[i].bytes == NULL || bytes32_eq(&s->e[i].hash, hash)) return &s->e[i];
}

static inline void store_put(struct store *s, const uint8_t *bytes, size_t len, bytes32 *hash)
{
    keccak256(bytes, len, hash);
    struct store_entry *e = store_find(s, hash);
    if (e->bytes != NULL) return;
    e->hash = *hash;
    e->bytes = malloc(len > 0 ? len : 1); /* exact, so that a sanitizer sees the end */
    e->len = len;
    memcpy(e->bytes, bytes, len);
    if (++s->n > STORE_CAP / 2) abort();
}

static inline void store_mark(struct store *s, struct store_entry *e)
{
    if (e->asked != s->run) s->asked++;
    e->asked = s->run;
}

static inline wh_status store_get(void *ctx, enum wh_object kind, const bytes32 *hash,
                                  wh_span *bytes)
{
    struct store *s = ctx;
    (void)kind;
    s->gets++;
    if (s->dropped != NULL && bytes32_eq(s->dropped, hash)) return WH_E_MISSING;
    struct store_entry *e = store_find(s, hash);
    if (e->bytes == NULL) return WH_E_MISSING;
    store_mark(s, e);
    *bytes = wh_span_of(e->bytes, e->len);
    return WH_OK;
}

static inline wh_status store_use(void *ctx, enum wh_object kind, const bytes32 *hash,
                                  wh_span bytes)
{
    struct store *s = ctx;
    (void)kind;
    struct store_entry *e = store_find(s, hash);
    bytes32 again;
    keccak256(bytes.ptr, bytes.len, &again);
    CHECK(bytes32_eq(hash, &again) && e->bytes != NULL);
    store_mark(s, e);
    return WH_OK;
}

/* store_new_run begins to count anew. */
static inline void store_new_run(struct store *s)
{
    s->run++;
    s->asked = 0;
    s->gets = 0;
    s->pre = (struct wh_preimages){s, store_get, store_use};
}

static inline void store_clear(struct store *s)
{
    for (size_t i = 0; i < STORE_CAP; i++)
        free(s->e[i].bytes);
    memset(s, 0, sizeof *s);
}

/* ---- the map ---- */

static inline int model_cmp(const struct model_entry *e, const uint8_t *key, size_t len)
{
    size_t n = e->key_len < len ? e->key_len : len;
    int c = n == 0 ? 0 : memcmp(e->key, key, n);
    return c != 0 ? c : (e->key_len > len) - (e->key_len < len);
}

static inline struct model_entry *model_find(struct model *m, const uint8_t *key, size_t len)
{
    for (size_t i = 0; i < m->n; i++)
        if (model_cmp(&m->e[i], key, len) == 0) return &m->e[i];
    return NULL;
}

static inline void model_set(struct model *m, const uint8_t *key, size_t key_len,
                             const uint8_t *value, size_t len)
{
    size_t i = 0;
    while (i < m->n && model_cmp(&m->e[i], key, key_len) < 0)
        i++;
    bool here = i < m->n && model_cmp(&m->e[i], key, key_len) == 0;
    if (len == 0) {
        if (!here) return;
        memmove(&m->e[i], &m->e[i + 1], (m->n - i - 1) * sizeof m->e[0]);
        m->n--;
        return;
    }
    if (!here) {
        if (m->n == MODEL_MAX) abort();
        memmove(&m->e[i + 1], &m->e[i], (m->n - i) * sizeof m->e[0]);
        m->n++;
    }
    memcpy(m->e[i].key, key, key_len);
    m->e[i].key_len = key_len;
    memcpy(m->e[i].value, value, len);
    m->e[i].value_len = len;
}

/* ---- the root, by definition ---- */

struct text {
    uint8_t b[1200];
    size_t n;
};

static inline void text_put(struct text *t, const void *p, size_t n)
{
    if (t->n + n > sizeof t->b) abort();
    if (n > 0) memcpy(t->b + t->n, p, n);
    t->n += n;
}

static inline void text_head(struct text *t, uint8_t base, size_t n)
{
    uint8_t h[3] = {(uint8_t)(base + n), 0, 0};
    size_t len = 1;
    if (n >= 56) h[0] = (uint8_t)(base + 56), h[1] = (uint8_t)n, len = 2;
    if (n >= 256) h[0] = (uint8_t)(base + 57), h[1] = (uint8_t)(n >> 8), h[2] = (uint8_t)n, len = 3;
    text_put(t, h, len);
}

static inline void text_string(struct text *t, const uint8_t *p, size_t n)
{
    if (n != 1 || p[0] >= 0x80) text_head(t, 0x80, n);
    text_put(t, p, n);
}

static inline unsigned entry_nibble(const struct model_entry *e, size_t i)
{
    return i % 2 == 0 ? e->key[i / 2] >> 4 : e->key[i / 2] & 15u;
}

static inline void text_path(struct text *t, const struct model_entry *e, size_t from, size_t to,
                             unsigned flag)
{
    uint8_t hp[40] = {0};
    size_t n = 0, len = to - from;
    hp[0] = (uint8_t)((flag + len % 2) << 4);
    if (len % 2 == 1) hp[0] = (uint8_t)(hp[0] | entry_nibble(e, from++));
    for (n = 1; from < to; from += 2, n++)
        hp[n] = (uint8_t)(entry_nibble(e, from) << 4 | entry_nibble(e, from + 1));
    text_string(t, hp, n);
}

static inline void text_close(struct text *out, const struct text *payload)
{
    out->n = 0;
    text_head(out, 0xc0, payload->n);
    text_put(out, payload->b, payload->n);
}

static inline void text_ref(struct text *t, struct store *s, const struct text *node)
{
    if (node->n < 32) {
        text_put(t, node->b, node->n);
        return;
    }
    bytes32 h;
    if (s != NULL)
        store_put(s, node->b, node->n, &h);
    else
        keccak256(node->b, node->n, &h);
    text_string(t, h.b, 32);
}

static inline void model_build(const struct model_entry *e, size_t n, size_t depth, struct store *s,
                               struct text *out)
{
    struct text t = {.n = 0}, child;
    if (n == 1) {
        text_path(&t, e, depth, 2 * e->key_len, 2);
        text_string(&t, e->value, e->value_len);
        text_close(out, &t);
        return;
    }
    size_t common = depth;
    const struct model_entry *last = &e[n - 1];
    while (common < 2 * e->key_len && common < 2 * last->key_len &&
           entry_nibble(e, common) == entry_nibble(last, common))
        common++;
    if (common > depth) {
        text_path(&t, e, depth, common, 0);
        model_build(e, n, common, s, &child);
        text_ref(&t, s, &child);
        text_close(out, &t);
        return;
    }
    const struct model_entry *own = 2 * e->key_len == depth ? e : NULL;
    size_t i = own != NULL;
    for (unsigned nibble = 0; nibble < 16; nibble++) {
        size_t from = i;
        while (i < n && entry_nibble(&e[i], depth) == nibble)
            i++;
        if (i == from) {
            text_string(&t, NULL, 0);
            continue;
        }
        model_build(&e[from], i - from, depth + 1, s, &child);
        text_ref(&t, s, &child);
    }
    text_string(&t, own ? own->value : NULL, own ? own->value_len : 0);
    text_close(out, &t);
}

/* model_root; s (may be NULL) takes all nodes that have a hash. */
static inline bytes32 model_root(const struct model *m, struct store *s)
{
    if (m->n == 0) return KECCAK_EMPTY_TRIE;
    struct text top;
    model_build(m->e, m->n, 0, s, &top);
    bytes32 h;
    if (s != NULL)
        store_put(s, top.b, top.n, &h);
    else
        keccak256(top.b, top.n, &h);
    return h;
}

#endif
