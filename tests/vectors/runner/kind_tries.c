/* SPDX-License-Identifier: MIT */
/* TrieTests and the hex prefix test of BasicTests. */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/mpt/mpt.h"
#include "evm/rlp/rlp.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/value.h"

enum { OPS_MAX = 1024 };

struct op {
    wh_span key, value; /* in r->keep */
};

struct ops {
    size_t n;
    struct op op[OPS_MAX];
};

/* A key or value: 0x = hex, else the characters; null = nothing. */
static bool text_of(struct runner *r, const char *s, wh_span *out)
{
    struct wh_buf b = {0};
    *out = wh_span_of(NULL, 0);
    if (s == NULL) return true;
    bool ok = true;
    if (strncmp(s, "0x", 2) == 0) {
        json_t *j = json_string(s);
        ok = value_bytes(j, &b);
        json_decref(j);
    } else {
        wh_buf_put(&b, s, strlen(s));
    }
    uint8_t *copy = WH_NEW(&r->keep, uint8_t, b.len + 1);
    if (copy == NULL) abort();
    if (b.len > 0) memcpy(copy, b.ptr, b.len);
    *out = wh_span_of(copy, b.len);
    wh_buf_done(&b);
    return ok;
}

static bool add_op(struct runner *r, struct ops *o, const char *key, const char *value, bool secure)
{
    struct op *op = &o->op[o->n++];
    if (o->n == OPS_MAX || !text_of(r, key, &op->key) || !text_of(r, value, &op->value))
        return false;
    if (!secure) return true;
    bytes32 *h = WH_NEW(&r->keep, bytes32, 1);
    if (h == NULL) abort();
    keccak256(op->key.ptr, op->key.len, h);
    op->key = wh_span_of(h->b, 32);
    return true;
}

static bool read_ops(struct runner *r, const json_t *in, bool secure, struct ops *o)
{
    size_t i;
    json_t *pair, *v;
    const char *key;
    bool ok = true;
    o->n = 0;
    json_array_foreach(in, i, pair) ok =
        ok && add_op(r, o, json_string_value(json_array_get(pair, 0)),
                     json_string_value(json_array_get(pair, 1)), secure);
    json_object_foreach((json_t *)(uintptr_t)in, key, v) ok =
        ok && add_op(r, o, key, json_string_value(v), secure);
    return ok;
}

/* The ops one by one, from `first` on and round; committed after each, or at the end. */
static wh_status trie_root(struct runner *r, const struct ops *o, size_t first, bool secure,
                           bool each, bytes32 *root)
{
    struct mpt_pool pool;
    wh_arena_rewind(&r->work, 0);
    mpt_pool_init(&pool, &r->work, NULL, r->crypto);
    struct mpt t = mpt_empty(&pool, !secure);
    for (size_t i = 0; i < o->n; i++) {
        const struct op *op = &o->op[(first + i) % o->n];
        struct mpt_change c = {op->key, op->value};
        WH_TRY(mpt_update(&t, &c, 1));
        if (each) WH_TRY(mpt_commit(&t));
    }
    WH_TRY(mpt_commit(&t));
    *root = mpt_root(&t);
    return WH_OK;
}

static void run_test(struct runner *r, const json_t *test, bool secure, bool any_order)
{
    static struct ops o;
    bytes32 want, got = {{0}};
    wh_arena_rewind(&r->keep, 0);
    if (!value_b32(json_object_get(test, "root"), &want) ||
        !read_ops(r, json_object_get(test, "in"), secure, &o)) {
        case_differs(r, "test", "understood", "not");
        return;
    }
    for (size_t first = 0; first < (any_order ? o.n : 1); first++)
        for (int each = 0; each < 2; each++) {
            wh_status status = trie_root(r, &o, first, secure, each != 0, &got);
            if (status != WH_OK)
                case_differs_f(r, "trie", "a root", "status %d", (int)status);
            else
                case_hash(r, "root", &want, &got);
        }
}

bool kind_trie_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    return json_object_get(t, "in") != NULL && json_object_get(t, "root") != NULL;
}

void kind_trie_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    bool secure = strcasestr(r->member->path, "secure") != NULL;
    bool any_order = strstr(r->member->path, "anyorder") != NULL;
    json_object_foreach(file, name, test)
    {
        if (!case_begin(r, name, NO_FORK)) continue;
        run_test(r, test, secure, any_order);
        case_end(r);
    }
}

/* Iteration by key: [key, previous, next]. Our tries answer for one key alone. */
bool kind_trie_next_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    return json_object_get(t, "in") != NULL && json_object_get(t, "tests") != NULL;
}

void kind_trie_next_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        if (!case_begin(r, name, NO_FORK)) continue;
        case_differs(r, "neighbours of a key", "an iterator", "none");
        case_end(r);
    }
}

/* ---- hex prefix: a trie in which the path stands in one node ---- */

struct path_seen {
    wh_span want;
    bool found;
};

static wh_status see_node(void *ctx, const bytes32 *hash, wh_span bytes)
{
    struct path_seen *p = ctx;
    wh_span in;
    struct rlp_item item;
    (void)hash;
    if (rlp_list(bytes, &in) != WH_OK || rlp_next(&in, &item) != WH_OK) return WH_E_FORMAT;
    if (item.payload.len == p->want.len && memcmp(item.payload.ptr, p->want.ptr, p->want.len) == 0)
        p->found = true;
    return WH_OK;
}

static void put_nibble(uint8_t *key, size_t at, uint64_t nibble)
{
    key[at / 2] |= (uint8_t)(at % 2 == 0 ? nibble << 4 : nibble);
}

/* Two keys that part behind (open) or before (leaf) the nibbles of seq. */
static void keys_of(const json_t *seq, bool leaf, uint8_t key[2][8], size_t *len)
{
    size_t n = json_array_size(seq), before = leaf ? n % 2 : 0;
    for (size_t k = 0; k < 2; k++) {
        memset(key[k], 0, 8);
        if (before != 0) put_nibble(key[k], 0, k);
        for (size_t i = 0; i < n; i++)
            put_nibble(key[k], before + i, (uint64_t)json_integer_value(json_array_get(seq, i)));
        if (!leaf) put_nibble(key[k], n, k);
    }
    *len = (before + n + (leaf ? 0 : 1) + 1) / 2;
}

static void run_prefix(struct runner *r, const json_t *test)
{
    struct wh_buf want = {0};
    uint8_t key[2][8], value[40];
    size_t len;
    bool leaf = json_is_true(json_object_get(test, "term"));
    const json_t *seq = json_object_get(test, "seq");
    bool one = leaf && json_array_size(seq) % 2 == 0;
    memset(value, 7, sizeof value);
    keys_of(seq, leaf, key, &len);
    struct mpt_change c[2] = {{wh_span_of(key[0], len), wh_span_of(value, sizeof value)},
                              {wh_span_of(key[1], len), wh_span_of(value, sizeof value)}};
    struct mpt_pool pool;
    wh_arena_rewind(&r->work, 0);
    mpt_pool_init(&pool, &r->work, NULL, r->crypto);
    struct mpt t = mpt_empty(&pool, true), *tries[1] = {&t};
    bool read = value_bytes(json_object_get(test, "out"), &want);
    struct path_seen seen = {.want = wh_buf_span(&want)};
    wh_status status = mpt_update(&t, c, one ? 1 : 2);
    if (status == WH_OK) status = mpt_commit_many(tries, 1, see_node, &seen);
    if (!read || status != WH_OK || !seen.found)
        case_differs(r, "path of a node", json_string_value(json_object_get(test, "out")),
                     "another");
    wh_buf_done(&want);
}

bool kind_hexprefix_is(const struct member *m, const json_t *file)
{
    (void)m;
    return json_object_get(kind_first(file), "seq") != NULL;
}

void kind_hexprefix_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        if (!case_begin(r, name, NO_FORK)) continue;
        run_prefix(r, test);
        case_end(r);
    }
}
