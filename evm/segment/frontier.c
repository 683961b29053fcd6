/* SPDX-License-Identifier: MIT */
/* The frontier accumulator of PROTOCOL 4.5: trie nodes are built on the way out of a subtree and only
 * their references stay. Names (push, fold, zero, pend) are PROTOCOL's. */
#include "evm/segment/frontier.h"

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"

/* RLP(i) as nibbles. */
struct key {
    uint8_t nibble[FRONTIER_DEPTHS];
    unsigned len; /* 2, 4 or 6 */
};

static struct key key_of(uint32_t i)
{
    uint8_t bytes[RLP_PREFIX_MAX];
    unsigned n = (unsigned)(rlp_put_u64(bytes, i) - bytes);
    struct key k = {.len = 2 * n};
    WH_ASSERT(k.len <= FRONTIER_DEPTHS);
    for (unsigned j = 0; j < k.len; j++)
        k.nibble[j] = j % 2 == 0 ? bytes[j / 2] >> 4 : bytes[j / 2] & 15;
    return k;
}

void frontier_init(struct frontier *f)
{
    memset(f, 0, sizeof *f);
}

/* ---- bytes ---- */

static unsigned zero_count(uint32_t n)
{
    return n >= 1 && n <= 128 ? 3 : 0;
}

static unsigned pend_count(uint32_t n)
{
    return n >= 2 ? key_of(n - 1).len + 1 : 0;
}

static wh_status take_ref(wh_span *in, struct frontier_ref *r)
{
    if (in->len == 0) return WH_E_FORMAT;
    size_t len = in->ptr[0];
    if (len < 1 || len > 32 || in->len < 1 + len) return WH_E_FORMAT;
    r->len = (uint8_t)len;
    memcpy(r->b, in->ptr + 1, len);
    *in = wh_span_of(in->ptr + 1 + len, in->len - 1 - len);
    return WH_OK;
}

wh_status frontier_decode(wh_span bytes, struct frontier *f)
{
    frontier_init(f);
    if (bytes.len < 4) return WH_E_FORMAT;
    f->n = load_be32(bytes.ptr);
    if (f->n > FRONTIER_ITEMS_MAX) return WH_E_FORMAT;
    wh_span in = wh_span_of(bytes.ptr + 4, bytes.len - 4);
    for (unsigned i = 0; i < zero_count(f->n); i++)
        WH_TRY(take_ref(&in, &f->zero[i]));
    for (unsigned i = 0; i < pend_count(f->n); i++)
        WH_TRY(take_ref(&in, &f->pend[i]));
    struct key last = {.len = 0};
    if (f->n >= 2) last = key_of(f->n - 1);
    for (unsigned d = 0; d < FRONTIER_DEPTHS; d++) {
        if (in.len < 2) return WH_E_FORMAT;
        unsigned mask = load_be16(in.ptr), limit = d < last.len ? last.nibble[d] : 0;
        if (mask >> limit != 0)
            return WH_E_FORMAT; /* closed children are left of the newest path */
        in = wh_span_of(in.ptr + 2, in.len - 2);
        f->mask[d] = (uint16_t)mask;
        for (unsigned m = mask; m != 0; m &= m - 1)
            WH_TRY(take_ref(&in, &f->closed[d][__builtin_ctz(m)]));
    }
    return rlp_end(in);
}

/* put_ref writes if there is room; *at counts on in any case. */
static void put_ref(uint8_t *out, size_t cap, size_t *at, const struct frontier_ref *r)
{
    size_t end = *at + 1 + r->len;
    if (end <= cap) {
        out[*at] = r->len;
        memcpy(out + *at + 1, r->b, r->len);
    }
    *at = end;
}

size_t frontier_encode(const struct frontier *f, uint8_t *out, size_t cap)
{
    size_t at = 4;
    if (cap < at) return 0;
    store_be32(out, f->n);
    for (unsigned i = 0; i < zero_count(f->n); i++)
        put_ref(out, cap, &at, &f->zero[i]);
    for (unsigned i = 0; i < pend_count(f->n); i++)
        put_ref(out, cap, &at, &f->pend[i]);
    for (unsigned d = 0; d < FRONTIER_DEPTHS; d++) {
        if (at + 2 <= cap) store_be16(out + at, f->mask[d]);
        at += 2;
        for (unsigned m = f->mask[d]; m != 0; m &= m - 1)
            put_ref(out, cap, &at, &f->closed[d][__builtin_ctz(m)]);
    }
    return at <= cap ? at : 0;
}

void frontier_hash(const struct frontier *f, const struct evm_crypto *crypto, bytes32 *out)
{
    uint8_t bytes[4 + 33 * (3 + 7 + 16 * FRONTIER_DEPTHS) + 2 * FRONTIER_DEPTHS];
    size_t n = frontier_encode(f, bytes, sizeof bytes);
    WH_ASSERT(n > 0);
    crypto->keccak256(crypto->ctx, bytes, n, out);
}

/* ---- nodes ---- */

static void ref_of(const struct evm_crypto *crypto, const uint8_t *node, size_t len,
                   struct frontier_ref *r)
{
    if (len < 32) {
        r->len = (uint8_t)len;
        memcpy(r->b, node, len);
        return;
    }
    bytes32 h;
    crypto->keccak256(crypto->ctx, node, len, &h);
    r->len = 32;
    memcpy(r->b, h.b, 32);
}

static uint8_t *put_item(uint8_t *p, const struct frontier_ref *r)
{
    if (r->len == 32) *p++ = 0xa0;
    memcpy(p, r->b, r->len);
    return p + r->len;
}

static size_t item_size(const struct frontier_ref *r)
{
    return r->len == 32 ? 33 : r->len;
}

/* hex_prefix of key[from..to), at most 6 nibbles: an RLP item of at most 5 bytes. */
static uint8_t *put_path(uint8_t *p, const struct key *k, unsigned from, unsigned to, unsigned flag)
{
    unsigned len = to - from, odd = len % 2;
    uint8_t hp[4];
    hp[0] = (uint8_t)((flag + odd) << 4 | (odd ? k->nibble[from] : 0));
    from += odd;
    for (unsigned i = 1; i <= len / 2; i++, from += 2)
        hp[i] = (uint8_t)(k->nibble[from] << 4 | k->nibble[from + 1]);
    return rlp_put_string(p, wh_span_of(hp, 1 + len / 2));
}

static size_t path_size(unsigned nibbles)
{
    return nibbles < 2 ? 1 : 2 + nibbles / 2;
}

enum { HEAD_MAX = 2 * RLP_PREFIX_MAX + 5, SMALL = 4096 };

/* put_leaf_head writes the leaf of the last r nibbles up to its value. */
static size_t put_leaf_head(uint8_t *out, const struct key *k, unsigned r, wh_span value)
{
    uint8_t *p = rlp_put_list(out, path_size(r) + rlp_string_size(value));
    p = put_path(p, k, k->len - r, k->len, 2);
    if (rlp_string_size(value) > 1) p = rlp_put_string_prefix(p, value.len);
    return (size_t)(p - out);
}

/* leaf_refs_small: the leaves for all remainders, hashed side by side. False: no memory for them. */
static bool leaf_refs_small(const struct evm_crypto *crypto, struct wh_arena *scratch,
                            const struct key *k, wh_span value, struct frontier_ref *refs)
{
    size_t mark = wh_arena_mark(scratch), room = HEAD_MAX + value.len;
    uint8_t *node = WH_NEW(scratch, uint8_t, room * (k->len + 1));
    if (node == NULL) return false;
    wh_span in[FRONTIER_DEPTHS + 1];
    bytes32 hash[FRONTIER_DEPTHS + 1];
    for (unsigned r = 0; r <= k->len; r++, node += room) {
        size_t head = put_leaf_head(node, k, r, value);
        memcpy(node + head, value.ptr, value.len);
        in[r] = wh_span_of(node, head + value.len);
    }
    crypto->keccak_many(crypto->ctx, k->len + 1, in, hash);
    for (unsigned r = 0; r <= k->len; r++) {
        bool whole = in[r].len < 32;
        refs[r].len = whole ? (uint8_t)in[r].len : 32;
        memcpy(refs[r].b, whole ? in[r].ptr : hash[r].b, refs[r].len);
    }
    wh_arena_rewind(scratch, mark);
    return true;
}

/* One leaf, its value hashed where it lies. */
static void leaf_ref(const struct key *k, unsigned r, wh_span value, struct frontier_ref *ref)
{
    uint8_t node[HEAD_MAX + 32];
    size_t head = put_leaf_head(node, k, r, value);
    bytes32 h;
    if (head + value.len < 32) {
        memcpy(node + head, value.ptr, value.len);
        ref->len = (uint8_t)(head + value.len);
        memcpy(ref->b, node, ref->len);
        return;
    }
    keccak256_2(wh_span_of(node, head), value, &h);
    ref->len = 32;
    memcpy(ref->b, h.b, 32);
}

/* leaf_refs fills refs[0..k->len]: which remainder is needed is known only later. */
static void leaf_refs(const struct evm_crypto *crypto, struct wh_arena *scratch,
                      const struct key *k, wh_span value, struct frontier_ref *refs)
{
    if (scratch != NULL && value.len <= SMALL && leaf_refs_small(crypto, scratch, k, value, refs))
        return;
    for (unsigned r = 0; r <= k->len; r++)
        leaf_ref(k, r, value, &refs[r]);
}

/* branch over the closed children of depth d. */
static void branch_ref(const struct evm_crypto *crypto, const struct frontier *f, unsigned d,
                       struct frontier_ref *out)
{
    uint8_t node[RLP_PREFIX_MAX + 16 * 33 + 1];
    size_t size = 1;
    for (unsigned i = 0; i < 16; i++)
        size += f->mask[d] >> i & 1 ? item_size(&f->closed[d][i]) : 1;
    uint8_t *p = rlp_put_list(node, size);
    for (unsigned i = 0; i < 16; i++) {
        if (f->mask[d] >> i & 1)
            p = put_item(p, &f->closed[d][i]);
        else
            *p++ = 0x80;
    }
    *p++ = 0x80;
    ref_of(crypto, node, (size_t)(p - node), out);
}

/* extend puts an extension with key[from..to) over r; nothing if the path is empty. */
static void extend(const struct evm_crypto *crypto, const struct key *k, unsigned from, unsigned to,
                   struct frontier_ref *r)
{
    if (from == to) return;
    uint8_t node[64];
    uint8_t *p = rlp_put_list(node, path_size(to - from) + item_size(r));
    p = put_path(p, k, from, to, 0);
    p = put_item(p, r);
    ref_of(crypto, node, (size_t)(p - node), r);
}

/* fold is one reference for all of k's path deeper than depth `above` (-1: all of it); the depths it
 * folds are cleared. */
static struct frontier_ref fold(struct frontier *f, const struct evm_crypto *crypto,
                                const struct key *k, const struct frontier_ref *leaf, int above)
{
    unsigned stop = (unsigned)(above + 1),
             below = 0; /* below: depth of the node that ref stands for */
    struct frontier_ref ref = {0};
    for (unsigned d = k->len; d-- > stop;) {
        if (f->mask[d] == 0) continue;
        if (ref.len == 0)
            ref = leaf[k->len - d - 1];
        else
            extend(crypto, k, d + 1, below, &ref);
        f->closed[d][k->nibble[d]] = ref;
        f->mask[d] = (uint16_t)(f->mask[d] | 1u << k->nibble[d]);
        branch_ref(crypto, f, d, &ref);
        f->mask[d] = 0;
        below = d;
    }
    if (ref.len == 0) return leaf[k->len - stop];
    extend(crypto, k, stop, below, &ref);
    return ref;
}

/* close folds the path of k where `next` leaves it. */
static void close_path(struct frontier *f, const struct evm_crypto *crypto, const struct key *k,
                       const struct frontier_ref *leaf, const struct key *next)
{
    unsigned p = 0;
    while (k->nibble[p] == next->nibble[p])
        p++;
    struct frontier_ref ref = fold(f, crypto, k, leaf, (int)p);
    f->closed[p][k->nibble[p]] = ref;
    f->mask[p] = (uint16_t)(f->mask[p] | 1u << k->nibble[p]);
}

wh_status frontier_push(struct frontier *f, const struct evm_crypto *crypto, wh_span value)
{
    return frontier_push_in(f, crypto, NULL, value);
}

wh_status frontier_push_in(struct frontier *f, const struct evm_crypto *crypto,
                           struct wh_arena *scratch, wh_span value)
{
    if (f->n >= FRONTIER_ITEMS_MAX || value.len == 0) return WH_E_FORMAT;
    struct key zero = key_of(0), next = key_of(f->n);
    if (f->n == 0) {
        leaf_refs(crypto, scratch, &zero, value, f->zero);
    } else {
        if (f->n >= 2) {
            struct key last = key_of(f->n - 1);
            close_path(f, crypto, &last, f->pend, f->n == 128 ? &zero : &next);
        }
        if (f->n == 128) close_path(f, crypto, &zero, f->zero, &next);
        leaf_refs(crypto, scratch, &next, value, f->pend);
    }
    f->n++;
    if (f->n > 128) memset(f->zero, 0, sizeof f->zero);
    return WH_OK;
}

void frontier_root(const struct frontier *f, const struct evm_crypto *crypto, bytes32 *root)
{
    if (f->n == 0) {
        *root = KECCAK_EMPTY_TRIE;
        return;
    }
    struct frontier work = *f;
    struct key zero = key_of(0), last = key_of(f->n - 1);
    struct frontier_ref top;
    if (f->n <= 128) {
        if (f->n >= 2) close_path(&work, crypto, &last, f->pend, &zero);
        top = fold(&work, crypto, &zero, f->zero, -1);
    } else {
        top = fold(&work, crypto, &last, f->pend, -1);
    }
    if (top.len == 32)
        memcpy(root->b, top.b, 32);
    else
        crypto->keccak256(crypto->ctx, top.b, top.len, root);
}
