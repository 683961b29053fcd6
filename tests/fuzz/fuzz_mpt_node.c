/* SPDX-License-Identifier: MIT */
/* Tries of a stranger's nodes. The input is flags, keys, and nodes (u16 length, bytes); a run of 32 bytes
 * "@@", index, 29 zeros in a node becomes the hash of that later node, so that mutated nodes stay linked.
 * Node 0 is the root. Whatever the nodes say:
 *   - a status is OK, FORMAT, MISSING (or NOMEM),
 *   - an update that fails leaves the trie as it was, one that succeeds changes its keys alone, also when
 *     the trie is opened anew from what was handed out,
 *   - a proof of a key (EIP-1186) holds all nodes that reading the key takes, and no more,
 *   - undoing an update, if it can be done, gives the first root back, as long as no node within reach is
 *     malformed: no accepted node has a second form. */
#include "evm/hash/keccak.h"
#include "evm/mpt/mpt.h"
#include "evm/mpt/node.h"
#include "tests/fuzz/fuzz.h"
#include "tests/plain_crypto.h"

enum { NODES = 32, KEYS = 6, STORE = 1024 };

struct world {
    struct {
        bytes32 hash;
        wh_span bytes;
    } store[STORE];
    size_t count, first; /* nodes; of them what the input brought */
    uint8_t *owned[NODES];
    unsigned owned_count;
    bool grown; /* answer from the others as well */
    struct wh_arena *arena;
    struct wh_preimages io;
};

static wh_status get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct world *w = ctx;
    (void)kind;
    for (size_t i = 0; i < (w->grown ? w->count : w->first); i++)
        if (bytes32_eq(&w->store[i].hash, hash)) {
            *bytes = w->store[i].bytes;
            return WH_OK;
        }
    return WH_E_MISSING;
}

static wh_status put(void *ctx, const bytes32 *hash, wh_span bytes)
{
    struct world *w = ctx;
    if (w->count == STORE) return WH_E_NOMEM;
    uint8_t *copy = WH_NEW(w->arena, uint8_t, bytes.len);
    if (copy == NULL) return WH_E_NOMEM;
    memcpy(copy, bytes.ptr, bytes.len);
    w->store[w->count].hash = *hash;
    w->store[w->count++].bytes = wh_span_of(copy, bytes.len);
    return WH_OK;
}

static bytes32 hash_of(wh_span bytes)
{
    bytes32 h;
    keccak256(bytes.ptr, bytes.len, &h);
    return h;
}

/* Nodes from last to first, so that a reference leads to a node that is done. */
static bool link_nodes(struct world *w, struct fuzz_in *in, bytes32 *root)
{
    static const uint8_t zeros[29];
    wh_span raw[NODES];
    bytes32 hashes[NODES];
    unsigned n = 0;
    while (in->left > 2 && n < NODES) {
        size_t len = fuzz_u16(in);
        raw[n] = fuzz_take(in, len);
        if (raw[n].len > 0) n++;
    }
    if (n == 0) return false;
    for (unsigned i = n; i-- > 0;) {
        uint8_t *node = malloc(raw[i].len); /* not of the arena: a sanitizer sees its end */
        if (node == NULL) return false;
        w->owned[w->owned_count++] = node;
        memcpy(node, raw[i].ptr, raw[i].len);
        for (size_t k = 0; k + 32 <= raw[i].len; k++)
            if (node[k] == '@' && node[k + 1] == '@' && node[k + 2] > i && node[k + 2] < n &&
                memcmp(node + k + 3, zeros, 29) == 0)
                memcpy(node + k, hashes[node[k + 2]].b, 32);
        hashes[i] = hash_of(wh_span_of(node, raw[i].len));
        w->store[w->count].hash = hashes[i];
        w->store[w->count++].bytes = wh_span_of(node, raw[i].len);
    }
    *root = hashes[0];
    return true;
}

static bool is_fact(wh_status s)
{
    return s == WH_OK || s == WH_E_FORMAT || s == WH_E_MISSING;
}

struct answer {
    wh_status status;
    wh_span value;
};

static void ask(struct mpt *t, const bytes32 *keys, unsigned n, struct answer *out)
{
    for (unsigned i = 0; i < n; i++) {
        out[i].value = wh_span_of(NULL, 0);
        out[i].status = mpt_get(t, &keys[i], &out[i].value);
        FUZZ_MUST(is_fact(out[i].status));
    }
}

static void open_trie(struct world *w, struct mpt_pool *pool, struct mpt *t, const bytes32 *root)
{
    mpt_pool_init(pool, w->arena, &w->io, &plain_crypto);
    pool->step = 1;
    FUZZ_MUST(mpt_open(t, pool, root) == WH_OK);
}

/* No node that can be reached is malformed. Missing ones do not count. */
static bool is_sound(struct world *w, const bytes32 *root)
{
    struct place {
        mpt_ref ref;
        unsigned depth;
        bool under_ext;
    } todo[512];
    struct mpt_pool pool;
    struct mpt t;
    size_t n = 1, seen = 0;
    open_trie(w, &pool, &t, root);
    todo[0] = (struct place){t.root, 0, false};
    while (n > 0 && seen++ < 4096) {
        struct place p = todo[--n];
        struct mpt_node *node;
        wh_status s =
            p.ref == 0 ? WH_E_MISSING : mpt_visit(&pool, &p.ref, p.depth, p.under_ext, &node);
        if (s == WH_E_FORMAT || n + 17 > 512) return false;
        if (s != WH_OK || node->kind == MPT_LEAF) continue;
        if (node->kind == MPT_EXT) {
            todo[n++] = (struct place){node->u.child[0], p.depth + node->path_len, true};
            continue;
        }
        for (unsigned i = 0; i < 16; i++)
            if ((node->mask >> i & 1) != 0)
                todo[n++] = (struct place){node->u.child[i], p.depth + 1, false};
    }
    return n == 0;
}

/* The trie says of each key what want says. After an update what was missing may have been made, and what
 * was malformed by its place alone may stand in order: an extension below an extension, below a branch
 * since the upper one was split. Nobody needs its bytes for that. */
static void same_answers(struct mpt *t, const bytes32 *keys, unsigned n, const struct answer *want,
                         bool updated)
{
    struct answer got[KEYS];
    ask(t, keys, n, got);
    for (unsigned i = 0; i < n; i++) {
        if (updated && want[i].status != WH_OK) continue;
        FUZZ_MUST(got[i].status == want[i].status);
        if (got[i].status == WH_OK) FUZZ_MUST(fuzz_same(got[i].value, want[i].value));
    }
}

/* ---- proofs ---- */

struct proof {
    wh_span node[2 * MPT_NIBBLES];
    size_t count;
    bool used[2 * MPT_NIBBLES];
};

static wh_status proof_node(void *ctx, wh_span bytes)
{
    struct proof *p = ctx;
    FUZZ_MUST(p->count < 2 * MPT_NIBBLES);
    p->node[p->count++] = bytes;
    return WH_OK;
}

static wh_status proof_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct proof *p = ctx;
    (void)kind;
    for (size_t i = 0; i < p->count; i++) {
        bytes32 h = hash_of(p->node[i]);
        if (!bytes32_eq(&h, hash)) continue;
        p->used[i] = true;
        *bytes = p->node[i];
        return WH_OK;
    }
    return WH_E_MISSING;
}

static void check_proof(struct world *w, const bytes32 *root, const bytes32 *key)
{
    struct mpt_pool pool, alone;
    struct mpt t, small;
    struct proof p = {.count = 0};
    struct wh_preimages io = {.ctx = &p, .get = proof_get};
    wh_span want, got;
    open_trie(w, &pool, &t, root);
    wh_status s = mpt_prove(&t, key, proof_node, &p);
    FUZZ_MUST(is_fact(s));
    wh_status read = mpt_get(&t, key, &want);
    if (s != WH_OK) return;
    FUZZ_MUST(read == WH_OK);
    mpt_pool_init(&alone, w->arena, &io, &plain_crypto);
    alone.step = 1;
    FUZZ_MUST(mpt_open(&small, &alone, root) == WH_OK);
    FUZZ_MUST(mpt_get(&small, key, &got) == WH_OK && fuzz_same(got, want));
    for (size_t i = 0; i < p.count; i++)
        FUZZ_MUST(p.used[i]);
}

static unsigned read_keys(struct fuzz_in *in, bytes32 *keys)
{
    unsigned n = fuzz_u8(in) % (KEYS + 1), kept = 0;
    for (unsigned i = 0; i < n; i++) {
        bytes32 k;
        unsigned at = 0;
        fuzz_fixed(in, k.b, 32);
        while (at < kept && bytes32_cmp(&keys[at], &k) < 0)
            at++;
        if (at < kept && bytes32_eq(&keys[at], &k)) continue;
        memmove(keys + at + 1, keys + at, (kept - at) * sizeof *keys);
        keys[at] = k;
        kept++;
    }
    return kept;
}

static void check_update(struct world *w, const bytes32 *root, const bytes32 *keys, unsigned n,
                         uint16_t ops)
{
    static const uint8_t values[40] = {0xaa, 0xbb, 0xcc, 0xdd, 0xee};
    struct mpt_pool pool, fresh;
    struct mpt t, anew, *list = &t;
    struct answer before[KEYS], after[KEYS];
    struct mpt_change changes[KEYS], back[KEYS];
    open_trie(w, &pool, &t, root);
    ask(&t, keys, n, before);
    unsigned m = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned op = ops >> (2 * i) & 3;
        after[i] = before[i];
        if (op == 0) continue;
        after[i] = (struct answer){WH_OK, wh_span_of(values, op == 1 ? 0 : op == 2 ? 3 : 40)};
        changes[m] = (struct mpt_change){wh_span_of(keys[i].b, 32), after[i].value};
        back[m++] = (struct mpt_change){wh_span_of(keys[i].b, 32), before[i].value};
    }
    wh_status s = mpt_update(&t, changes, m);
    FUZZ_MUST(is_fact(s));
    if (s != WH_OK) {
        same_answers(&t, keys, n, before, false);
        FUZZ_MUST(!mpt_is_pending(&t));
        bytes32 now = mpt_root(&t);
        FUZZ_MUST(bytes32_eq(&now, root));
        return;
    }
    wh_status done = mpt_commit_many(&list, 1, put, w);
    if (done != WH_OK) return; /* the store is full */
    same_answers(&t, keys, n, after, true);
    bytes32 now = mpt_root(&t);
    w->grown = true;
    open_trie(w, &fresh, &anew, &now);
    same_answers(&anew, keys, n, after, true);
    w->grown = false;
    if (!is_sound(w, root)) return;
    /* A sibling that nobody needed before may be missing. */
    s = mpt_update(&t, back, m);
    FUZZ_MUST(is_fact(s));
    if (s != WH_OK) return;
    FUZZ_MUST(mpt_commit_many(&list, 1, NULL, NULL) == WH_OK);
    now = mpt_root(&t);
    FUZZ_MUST(bytes32_eq(&now, root));
}

/* For rlp_mutator.c: one of the nodes. */
bool fuzz_rlp_place(wh_span input, unsigned which, size_t *at, size_t *len, bool *counted);
bool fuzz_rlp_place(wh_span input, unsigned which, size_t *at, size_t *len, bool *counted)
{
    struct fuzz_in in = {input.ptr, input.len};
    size_t starts[NODES], sizes[NODES];
    unsigned n = 0;
    (void)fuzz_u16(&in);
    (void)fuzz_take(&in, 32 * (size_t)(fuzz_u8(&in) % (KEYS + 1)));
    while (in.left > 2 && n < NODES) {
        size_t size = fuzz_u16(&in);
        starts[n] = input.len - in.left;
        sizes[n] = fuzz_take(&in, size).len;
        if (sizes[n] > 0) n++;
    }
    if (n == 0) return false;
    *at = starts[which % n];
    *len = sizes[which % n];
    *counted = true;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wh_arena arena;
    static struct world w;
    struct fuzz_in in = {data, size};
    bytes32 keys[KEYS + 1], root;
    w.arena = fuzz_arena(&arena, (size_t)1 << 26);
    w.count = 0;
    w.grown = false;
    w.io = (struct wh_preimages){.ctx = &w, .get = get};
    uint16_t ops = fuzz_u16(&in);
    unsigned n = read_keys(&in, keys);
    bool linked = link_nodes(&w, &in, &root);
    w.first = w.count;
    if (linked && n > 0) check_proof(&w, &root, &keys[0]);
    if (linked) check_update(&w, &root, keys, n, ops);
    while (w.owned_count > 0)
        free(w.owned[--w.owned_count]);
    return 0;
}
