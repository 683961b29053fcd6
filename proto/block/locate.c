/* SPDX-License-Identifier: MIT */
#include "proto/block/locate.h"

#include <stdlib.h>

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"

/* A node still to be looked at: its encoding, and the way to it. */
struct place {
    wh_span node;
    bytes32 owner; /* zero: account trie */
    unsigned len;
    uint8_t path[64];
};

struct search {
    const struct wh_preimages *known;
    struct check_missing *m;
    struct place *stack;
    size_t count, cap;
    bool failed;
};

static void push(struct search *s, const struct place *p)
{
    if (s->count == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 256;
        struct place *stack = realloc(s->stack, cap * sizeof *stack);
        if (stack == NULL) {
            s->failed = true;
            return;
        }
        s->stack = stack;
        s->cap = cap;
    }
    s->stack[s->count++] = *p;
}

/* A reference by hash: found, known, or unknown and of no interest. */
static void follow_hash(struct search *s, struct place *p, const bytes32 *hash)
{
    if (bytes32_eq(hash, &s->m->hash)) {
        s->m->located = true;
        s->m->owner = p->owner;
        s->m->path_len = p->len;
        memcpy(s->m->path, p->path, p->len);
        return;
    }
    if (s->known->get(s->known->ctx, WH_OBJECT_NODE, hash, &p->node) == WH_OK) push(s, p);
}

static void follow(struct search *s, struct place *p, const struct rlp_item *child)
{
    bytes32 hash;
    if (child->is_list) {
        p->node = child->raw;
        push(s, p);
    } else if (child->payload.len == 32) {
        memcpy(hash.b, child->payload.ptr, 32);
        follow_hash(s, p, &hash);
    }
}

/* An account's storage trie has its own paths. */
static void follow_account(struct search *s, const struct place *leaf, wh_span value)
{
    wh_span fields, skipped;
    bytes32 root;
    struct place p = {.len = 0};
    if (leaf->len != 64 || rlp_list(value, &fields) != WH_OK) return;
    if (rlp_next_string(&fields, &skipped) != WH_OK) return;
    if (rlp_next_string(&fields, &skipped) != WH_OK) return;
    if (rlp_next_fixed(&fields, root.b, 32) != WH_OK) return;
    for (unsigned i = 0; i < 32; i++)
        p.owner.b[i] = (uint8_t)(leaf->path[2 * i] << 4 | leaf->path[2 * i + 1]);
    if (!bytes32_eq(&root, &KECCAK_EMPTY_TRIE)) follow_hash(s, &p, &root);
}

/* Extension or leaf: hex-prefix path, then child or value (Yellow Paper appendix C). */
static void look_short(struct search *s, struct place *p, wh_span items)
{
    wh_span hp;
    struct rlp_item child;
    if (rlp_next_string(&items, &hp) != WH_OK || rlp_next(&items, &child) != WH_OK) return;
    if (hp.len == 0 || hp.len > 33) return;
    bool leaf = (hp.ptr[0] & 0x20) != 0, odd = (hp.ptr[0] & 0x10) != 0;
    if (p->len + 2 * (hp.len - 1) + odd > 64) return;
    if (odd) p->path[p->len++] = hp.ptr[0] & 15;
    for (size_t i = 1; i < hp.len; i++) {
        p->path[p->len++] = hp.ptr[i] >> 4;
        p->path[p->len++] = hp.ptr[i] & 15;
    }
    if (!leaf)
        follow(s, p, &child);
    else if (bytes32_is_zero(&p->owner))
        follow_account(s, p, child.payload);
}

static void look(struct search *s, const struct place *at)
{
    size_t count;
    wh_span items;
    struct rlp_item child;
    struct place p = *at;
    if (rlp_list(at->node, &items) != WH_OK || rlp_count(items, &count) != WH_OK) return;
    if (count == 2) {
        look_short(s, &p, items);
        return;
    }
    if (count != 17 || at->len >= 64) return;
    for (uint8_t nibble = 0; nibble < 16 && rlp_next(&items, &child) == WH_OK; nibble++) {
        p = *at;
        p.path[p.len++] = nibble;
        follow(s, &p, &child);
    }
}

void locate_node(const struct wh_preimages *known, const bytes32 *root, struct check_missing *m)
{
    struct search s = {.known = known, .m = m};
    struct place top = {.len = 0};
    m->located = false;
    follow_hash(&s, &top, root);
    while (s.count > 0 && !m->located && !s.failed) {
        struct place p = s.stack[--s.count];
        look(&s, &p);
    }
    free(s.stack);
}
