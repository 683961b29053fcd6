/* SPDX-License-Identifier: MIT */
/* Node encoding: Yellow Paper appendix D, function c; hex-prefix: appendix C. */
#include "evm/mpt/node.h"

#include "evm/rlp/rlp.h"

struct mpt_node *mpt_node_new(struct mpt_pool *pool, enum mpt_kind kind)
{
    size_t u = kind == MPT_BRANCH ? 17 * sizeof(mpt_ref)
               : kind == MPT_EXT  ? sizeof(mpt_ref)
                                  : sizeof(wh_span);
    size_t size = offsetof(struct mpt_node, u) + u;
    struct mpt_node *n = wh_arena_alloc(pool->arena, size, _Alignof(struct mpt_node));
    if (n == NULL) return NULL;
    memset(n, 0, size);
    n->kind = (uint8_t)kind;
    return n;
}

unsigned mpt_common(const struct mpt_node *n, struct mpt_key key, unsigned depth)
{
    unsigned max = key.len - depth < n->path_len ? key.len - depth : n->path_len;
    unsigned i = 0;
    if (((n->path_at ^ depth) & 1) == 0) { /* same half of the byte: compare whole bytes */
        if (max > 0 && depth % 2 == 1) {
            if (mpt_nibble(n->path, n->path_at) != mpt_nibble(key.p, depth)) return 0;
            i = 1;
        }
        const uint8_t *a = n->path + (n->path_at + i) / 2, *b = key.p + (depth + i) / 2;
        for (; i + 2 <= max && *a == *b; i += 2)
            a++, b++;
    }
    while (i < max && mpt_nibble(n->path, n->path_at + i) == mpt_nibble(key.p, depth + i))
        i++;
    return i;
}

/* ---- decoding ---- */

/* take_child reads one child reference at p < end: nothing, a hash, or an embedded node. */
static wh_status take_child(const uint8_t **p, const uint8_t *end, mpt_ref *child)
{
    if (*p == end) return WH_E_FORMAT;
    uint8_t first = **p;
    size_t left = (size_t)(end - *p);
    if (first == 0x80) {
        *child = 0;
        *p += 1;
    } else if (first == 0xa0) {
        if (left < 33) return WH_E_FORMAT;
        *child = mpt_ref_of(*p + 1, MPT_REF_HASH);
        *p += 33;
    } else if (first >= 0xc1 && first < 0xc0 + 31) { /* with its prefix less than 32 bytes */
        size_t len = 1 + (size_t)(first - 0xc0);
        if (left < len) return WH_E_FORMAT;
        *child = mpt_ref_of(*p, MPT_REF_INLINE);
        *p += len;
    } else {
        return WH_E_FORMAT;
    }
    return WH_OK;
}

/* is_full: 16 hashes and no value, the most frequent node of all. */
static bool is_full(wh_span payload)
{
    if (payload.len != 16 * 33 + 1 || payload.ptr[16 * 33] != 0x80) return false;
    unsigned other = 0;
    for (unsigned i = 0; i < 16; i++)
        other |= payload.ptr[33 * i] ^ 0xa0u;
    return other == 0;
}

static wh_status decode_branch(struct mpt_node *n, wh_span payload)
{
    const uint8_t *p = payload.ptr, *end = p + payload.len;
    uint32_t mask = 0;
    if (is_full(payload)) {
        for (unsigned i = 0; i < 16; i++)
            n->u.child[i] = mpt_ref_of(p + 33 * i + 1, MPT_REF_HASH);
        n->mask = 0xffff;
        return WH_OK;
    }
    for (unsigned i = 0; i < 16; i++) {
        WH_TRY(take_child(&p, end, &n->u.child[i]));
        mask |= (uint32_t)(n->u.child[i] != 0) << i;
    }
    n->mask = mask;
    if (end - p != 1 || *p != 0x80) return WH_E_FORMAT; /* no value in a branch */
    return __builtin_popcount(n->mask) >= 2 ? WH_OK : WH_E_FORMAT;
}

/* set_hex_prefix points n's path into hex-prefix bytes; *is_leaf by its flag. */
static wh_status set_hex_prefix(struct mpt_node *n, wh_span hp, bool *is_leaf)
{
    if (hp.len == 0 || hp.len > 1 + MPT_NIBBLES / 2) return WH_E_FORMAT;
    unsigned flag = hp.ptr[0] >> 4;
    bool odd = (flag & 1) != 0;
    if (flag > 3 || (!odd && (hp.ptr[0] & 15) != 0)) return WH_E_FORMAT;
    n->path = hp.ptr;
    n->path_at = odd ? 1 : 2;
    n->path_len = (uint8_t)(2 * hp.len - n->path_at);
    *is_leaf = flag >= 2;
    return WH_OK;
}

static wh_status decode_short(struct mpt_pool *pool, wh_span payload, unsigned depth,
                              struct mpt_node **out)
{
    wh_span hp;
    WH_TRY(rlp_next_string(&payload, &hp));
    if (payload.len == 0) return WH_E_FORMAT;
    struct mpt_node *n = mpt_node_new(pool, MPT_LEAF); /* the larger of the two */
    if (n == NULL) return WH_E_NOMEM;
    bool is_leaf;
    WH_TRY(set_hex_prefix(n, hp, &is_leaf));
    unsigned below = depth + n->path_len;
    if (is_leaf) {
        WH_TRY(rlp_string(payload, &n->u.value));
        if (n->u.value.len == 0 || below != MPT_NIBBLES) return WH_E_FORMAT;
    } else {
        n->kind = MPT_EXT;
        const uint8_t *p = payload.ptr, *end = p + payload.len;
        mpt_ref child = 0;
        WH_TRY(take_child(&p, end, &child));
        if (child == 0 || p != end || n->path_len == 0 || below >= MPT_NIBBLES) return WH_E_FORMAT;
        n->u.child[0] = child;
    }
    *out = n;
    return WH_OK;
}

/* is_branch: payload starts like 17 items rather than two. An encoded pair is a hex-prefix string, whose
 * first byte as a string of one is < 0x40, or 0x81..0xa1 and then < 0x40, and exactly one item more. */
static wh_status is_branch(wh_span payload, bool *branch)
{
    struct rlp_item item;
    for (int i = 0; i < 2; i++)
        WH_TRY(rlp_next(&payload, &item));
    *branch = payload.len > 0;
    return WH_OK;
}

wh_status mpt_node_decode(struct mpt_pool *pool, wh_span bytes, unsigned depth,
                          struct mpt_node **out)
{
    wh_span payload;
    bool branch;
    WH_TRY(rlp_list(bytes, &payload));
    branch = is_full(payload);
    if (!branch) WH_TRY(is_branch(payload, &branch));
    struct mpt_node *n = NULL;
    if (branch) {
        if (depth >= MPT_NIBBLES) return WH_E_FORMAT;
        n = mpt_node_new(pool, MPT_BRANCH);
        if (n == NULL) return WH_E_NOMEM;
        WH_TRY(decode_branch(n, payload));
    } else {
        WH_TRY(decode_short(pool, payload, depth, &n));
    }
    n->enc = bytes.ptr;
    n->enc_len = (uint32_t)bytes.len;
    *out = n;
    return WH_OK;
}

/* ---- encoding ---- */

static size_t hex_prefix_len(const struct mpt_node *n)
{
    return n->path_len / 2u + 1u;
}

static void put_hex_prefix(uint8_t *out, const struct mpt_node *n)
{
    unsigned flag = n->kind == MPT_LEAF ? 2 : 0, at = n->path_at, odd = n->path_len & 1u;
    size_t whole = n->path_len / 2u;
    out[0] = (uint8_t)((flag | odd) << 4 | (odd ? mpt_nibble(n->path, at) : 0));
    at += odd;
    if (at % 2 == 0) {
        if (whole > 0) memcpy(out + 1, n->path + at / 2, whole);
    } else {
        const uint8_t *p = n->path + at / 2;
        for (size_t i = 0; i < whole; i++)
            out[1 + i] = (uint8_t)(p[i] << 4 | p[i + 1] >> 4);
    }
}

/* put_child writes a reference as an item of the parent. */
static uint8_t *put_child(uint8_t *p, mpt_ref r)
{
    const uint8_t *from = mpt_bytes_of(r);
    size_t len = 32;
    unsigned tag = mpt_tag_of(r);
    if (r == 0) {
        *p = 0x80;
        return p + 1;
    }
    if (tag == MPT_REF_INLINE) {
        len = 1u + (size_t)(from[0] - 0xc0);
    } else if (tag == MPT_REF_NODE) {
        const struct mpt_node *n = mpt_node_of(r);
        WH_ASSERT(n->enc != NULL);
        from = n->enc_len < 32 ? n->enc : n->hash;
        len = n->enc_len < 32 ? n->enc_len : 32;
    }
    if (len == 32) {
        *p = 0xa0;
        memcpy(p + 1, from, 32);
        return p + 33;
    }
    memcpy(p, from, len);
    return p + len;
}

/* branch_value: the key that ends at this branch (any_key tries). Its leaf has no encoding of its own. */
static wh_span branch_value(const struct mpt_node *n)
{
    mpt_ref r = n->u.child[MPT_TERMINATOR];
    return r == 0 ? wh_span_of(NULL, 0) : mpt_node_of(r)->u.value;
}

static uint8_t *put_branch_value(uint8_t *p, const struct mpt_node *n)
{
    wh_span value = branch_value(n);
    p = rlp_put_string(p, value);
    mpt_ref r = n->u.child[MPT_TERMINATOR];
    if (r != 0) mpt_node_of(r)->u.value.ptr = p - value.len;
    return p;
}

size_t mpt_node_bound(const struct mpt_node *n)
{
    size_t value = n->kind == MPT_BRANCH ? branch_value(n).len
                   : n->kind == MPT_LEAF ? n->u.value.len
                                         : 0;
    size_t items = n->kind == MPT_BRANCH ? 16 * 33 : RLP_PREFIX_MAX + hex_prefix_len(n) + 33;
    return RLP_PREFIX_MAX + items + RLP_PREFIX_MAX + value;
}

/* The payload is written first, behind room for the longest prefix, then the prefix in front of it: so
 * children are looked at once. */
void mpt_node_encode(struct mpt_node *n, uint8_t *out)
{
    uint8_t *start = out + RLP_PREFIX_MAX, *p = start;
    if (n->kind == MPT_BRANCH) {
        for (int i = 0; i < 16; i++)
            p = put_child(p, n->u.child[i]);
        p = put_branch_value(p, n);
    } else {
        size_t hp = hex_prefix_len(n);
        if (hp > 1) p = rlp_put_string_prefix(p, hp);
        put_hex_prefix(p, n);
        n->path = p;
        n->path_at = n->path_len % 2 != 0 ? 1 : 2;
        p += hp;
        if (n->kind == MPT_LEAF) {
            p = rlp_put_string(p, n->u.value);
            n->u.value.ptr = p - n->u.value.len;
        } else {
            p = put_child(p, n->u.child[0]);
        }
    }
    size_t payload = (size_t)(p - start);
    uint8_t *enc = start - rlp_prefix_size(payload);
    (void)rlp_put_list(enc, payload);
    n->enc = enc;
    n->enc_len = (uint32_t)(p - enc);
}
