/* SPDX-License-Identifier: MIT */
/* A branch that loses all children but one is replaced by that child, whose kind must be known: the run
 * asks for it by hash, but no key that the block touched leads to it. Three ways to it, cheapest first.
 * After the block the child stands merged into a longer path, in the proof of the deleted key: its own
 * bytes come back by taking the first nibbles off that path again. */
#include <stdlib.h>

#include "evm/rlp/rlp.h"
#include "proto/block/locate.h"
#include "proto/fetch/private.h"
#include "proto/sys/hex.h"

enum {
    DB_MISSES_MAX = 3, /* a node that never finds anything is not asked again */
    OBJECT_MAX = 1 << 20,
    PATH_MAX_SEARCHED = 6, /* nibbles: 16^6 hashes take seconds */
    SEARCH_FACTOR = 4,
    SEARCH_BATCH = 256,
};

static bool found(const struct fetch *f, const bytes32 *hash)
{
    wh_span bytes;
    return fetch_at_hand(f, hash, &bytes) == WH_OK;
}

/* ---- by hash ---- */

static wh_status by_hash(struct fetch *f, const bytes32 *hash)
{
    bool refused;
    json_t *result = NULL;
    struct wh_buf bytes = {0};
    if (f->db == METHOD_REFUSED) return WH_E_MISSING;
    WH_TRY(fetch_ask(f, "debug_dbGet", json_pack("[s]", wh_hex32(hash).s), &result, &refused,
                     &f->trouble));
    struct wh_json answer = wh_json_root(result, "result");
    wh_status status = WH_E_MISSING;
    if (!refused && wh_json_data(&answer, OBJECT_MAX, &bytes, NULL) == WH_OK)
        status = fetch_keep(f, wh_buf_span(&bytes));
    if (status == WH_OK && !found(f, hash)) status = WH_E_MISSING;
    if (status == WH_OK) {
        f->counts.by_hash++;
        f->db = METHOD_SERVED;
    } else if (f->db == METHOD_UNKNOWN && ++f->db_misses >= DB_MISSES_MAX) {
        f->db = METHOD_REFUSED;
    }
    json_decref(result);
    wh_buf_done(&bytes);
    return status;
}

/* ---- from the proof after the block ---- */

/* Leaf or extension with its path as nibbles. */
struct short_node {
    bool leaf;
    unsigned len;
    uint8_t path[64];
    struct rlp_item child;
};

static bool read_short(wh_span node, struct short_node *s)
{
    wh_span in, hp;
    if (rlp_list(node, &in) != WH_OK || rlp_next_string(&in, &hp) != WH_OK) return false;
    if (rlp_next(&in, &s->child) != WH_OK || in.len > 0 || hp.len == 0 || hp.len > 33) return false;
    s->leaf = (hp.ptr[0] & 0x20) != 0;
    s->len = 0;
    if (hp.ptr[0] & 0x10) s->path[s->len++] = hp.ptr[0] & 15;
    for (size_t i = 1; i < hp.len && s->len < 63; i++) {
        s->path[s->len++] = hp.ptr[i] >> 4;
        s->path[s->len++] = hp.ptr[i] & 15;
    }
    return true;
}

/* Encodes the node without its first `cut` nibbles. */
static size_t write_short(const struct short_node *s, unsigned cut, uint8_t *out, size_t cap)
{
    uint8_t hp[33];
    const unsigned n = s->len - cut, odd = n & 1;
    hp[0] = (uint8_t)((s->leaf ? 0x20 : 0) | (odd ? 0x10 | s->path[cut] : 0));
    for (unsigned i = odd; i < n; i += 2)
        hp[1 + i / 2] = (uint8_t)(s->path[cut + i] << 4 | s->path[cut + i + 1]);
    struct rlp_back w;
    wh_span bytes;
    rlp_back_init(&w, out, cap);
    const size_t list = rlp_back_mark(&w);
    rlp_back_raw(&w, s->child.raw);
    rlp_back_string(&w, wh_span_of(hp, 1 + n / 2));
    rlp_back_list(&w, list);
    if (rlp_back_done(&w, &bytes) != WH_OK) return 0;
    memmove(out, bytes.ptr, bytes.len);
    return bytes.len;
}

static wh_status cut_path(struct fetch *f, wh_span node, const bytes32 *hash)
{
    struct short_node s;
    if (!read_short(node, &s)) return WH_E_MISSING;
    const size_t cap = node.len + 16;
    uint8_t *buf = malloc(cap);
    if (buf == NULL) return WH_E_NOMEM;
    wh_status status = WH_E_MISSING;
    /* an extension keeps a nibble at least; a leaf may lose its whole path */
    for (unsigned cut = 1; cut + !s.leaf <= s.len && status == WH_E_MISSING; cut++) {
        bytes32 got;
        const size_t len = write_short(&s, cut, buf, cap);
        f->inner->keccak256(NULL, buf, len, &got);
        if (bytes32_eq(&got, hash)) status = fetch_keep(f, wh_span_of(buf, len));
    }
    free(buf);
    return status;
}

/* nibble i of a hash */
static uint8_t nibble(const bytes32 *h, unsigned i)
{
    return i & 1 ? h->b[i / 2] & 15 : h->b[i / 2] >> 4;
}

static bool has_prefix(const bytes32 *h, const uint8_t *path, unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        if (nibble(h, i) != path[i]) return false;
    return true;
}

/* The account whose storage trie it is; NULL: none that was looked up. */
static const struct fetch_key *owner_of(const struct fetch *f, const bytes32 *owner)
{
    for (size_t i = 0; i < f->keys.count; i++)
        if (f->keys.v[i].len == 20 && bytes32_eq(&f->keys.v[i].hash, owner)) return &f->keys.v[i];
    return NULL;
}

static wh_status after_block(struct fetch *f, const struct fetch_key *owner,
                             const struct fetch_key *key, const bytes32 *hash)
{
    struct block_list proof = {0};
    const uint8_t *at = owner ? owner->bytes : key->bytes;
    wh_status status = ask_proof(f, at, owner ? key->bytes : NULL, f->number, &proof);
    if (status == WH_OK) status = WH_E_MISSING;
    for (size_t i = 0; i < proof.count && status == WH_E_MISSING; i++)
        status = cut_path(f, proof.v[i], hash);
    if (status == WH_E_MISSING && found(f, hash)) status = WH_OK; /* an extension's own child */
    if (status == WH_OK) f->counts.derived++;
    free(proof.v);
    return status;
}

/* Keys that were looked up next to it: they share the path but for its last nibble. */
static wh_status derive(struct fetch *f, const struct check_missing *m,
                        const struct fetch_key *owner, const bytes32 *hash)
{
    const uint8_t len = owner ? 32 : 20;
    for (size_t i = f->keys.count; i > 0; i--) {
        const struct fetch_key *k = &f->keys.v[i - 1];
        if (k->len != len || m->path_len == 0 || !has_prefix(&k->hash, m->path, m->path_len - 1))
            continue;
        const wh_status status = after_block(f, owner, k, hash);
        if (status != WH_E_MISSING) return status;
    }
    return WH_E_MISSING;
}

/* ---- by a key found for its path ---- */

/* Hashes counters until one begins with the path. */
static bool search(const struct fetch *f, const struct check_missing *m, size_t len,
                   uint8_t key[32])
{
    uint8_t tries[SEARCH_BATCH][32] = {{0}};
    wh_span in[SEARCH_BATCH];
    bytes32 out[SEARCH_BATCH];
    uint64_t most = SEARCH_FACTOR;
    for (unsigned i = 0; i < m->path_len; i++)
        most *= 16;
    for (size_t i = 0; i < SEARCH_BATCH; i++)
        in[i] = wh_span_of(tries[i], len);
    for (uint64_t n = 0; n < most; n += SEARCH_BATCH) {
        for (size_t i = 0; i < SEARCH_BATCH; i++)
            store_be64(tries[i] + len - 8, n + i);
        f->inner->keccak_many(NULL, SEARCH_BATCH, in, out);
        for (size_t i = 0; i < SEARCH_BATCH; i++) {
            if (!has_prefix(&out[i], m->path, m->path_len)) continue;
            memcpy(key, tries[i], len);
            return true;
        }
    }
    return false;
}

static wh_status by_key(struct fetch *f, const struct check_missing *m,
                        const struct fetch_key *owner, const bytes32 *hash)
{
    uint8_t key[32];
    if (m->path_len > PATH_MAX_SEARCHED || !search(f, m, owner ? 32 : 20, key)) return WH_E_MISSING;
    WH_TRY(owner ? ask_proof(f, owner->bytes, key, f->number - 1, NULL)
                 : ask_proof(f, key, NULL, f->number - 1, NULL));
    if (!found(f, hash)) return WH_E_MISSING;
    f->counts.by_key++;
    return WH_OK;
}

static wh_status known_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)kind;
    return fetch_at_hand(ctx, hash, bytes);
}

/* ---- by the keys that the block looked up ---- */

static wh_status by_looked_up(struct fetch *f, const struct check_missing *m,
                              const struct fetch_key *owner, const bytes32 *hash)
{
    const uint8_t len = owner ? 32 : 20;
    for (size_t i = f->keys.count; i > 0; i--) {
        const struct fetch_key *k = &f->keys.v[i - 1];
        if (k->len != len || !has_prefix(&k->hash, m->path, m->path_len)) continue;
        const wh_status status = owner ? ask_proof(f, owner->bytes, k->bytes, f->number - 1, NULL)
                                       : ask_proof(f, k->bytes, NULL, f->number - 1, NULL);
        if (status != WH_OK && status != WH_E_MISSING) return status;
        if (found(f, hash)) return WH_OK;
    }
    return WH_E_MISSING;
}

wh_status find_by_place(struct fetch *f, const bytes32 *hash)
{
    struct check_missing m = {.known = true, .hash = *hash};
    struct wh_preimages known = {.ctx = f, .get = known_get};
    const struct fetch_key *owner = NULL;
    locate_node(&known, &f->file->parent.state_root, &m);
    if (!m.located) return by_hash(f, hash);
    if (!bytes32_is_zero(&m.owner)) {
        owner = owner_of(f, &m.owner);
        if (owner == NULL) return by_hash(f, hash);
    }
    wh_status status = by_looked_up(f, &m, owner, hash);
    if (status == WH_E_MISSING) status = by_hash(f, hash);
    if (status == WH_E_MISSING) status = derive(f, &m, owner, hash);
    return status == WH_E_MISSING ? by_key(f, &m, owner, hash) : status;
}
