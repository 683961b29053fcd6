/* SPDX-License-Identifier: MIT */
/* Inserts and deletes, copy on write.
 *
 * A change first walks to the place of its key and resolves all it needs, then builds upward: nodes made
 * by this very update are changed in place, all others are copied. So whoever holds the old root keeps
 * the old trie, and a failing update leaves nothing behind but memory. */
#include "evm/mpt/mpt.h"
#include "evm/mpt/node.h"

/* The way from the root to the place of a key: inner nodes with the slot taken in each. */
struct trail {
    unsigned n;
    unsigned depth;       /* nibbles above the end */
    struct mpt_node *end; /* leaf, or extension that diverges; NULL: an empty slot */
    unsigned common;      /* nibbles of end's path that the key shares */
    struct {
        struct mpt_node *node;
        unsigned slot;
    } at[MPT_DEPTH_MAX];
};

static wh_status walk(struct mpt *t, struct mpt_key key, struct trail *w)
{
    mpt_ref *slot = &t->root;
    bool under_ext = false;
    w->n = 0, w->depth = 0, w->end = NULL, w->common = 0;
    while (*slot != 0) {
        struct mpt_node *n;
        WH_TRY(mpt_visit(t->pool, slot, w->depth, under_ext, &n));
        unsigned i = 0;
        if (n->kind == MPT_BRANCH) {
            i = mpt_key_at(key, w->depth);
            w->depth += i != MPT_TERMINATOR;
        } else {
            unsigned common = mpt_common(n, key, w->depth);
            if (n->kind == MPT_LEAF || common < n->path_len) {
                w->end = n;
                w->common = common;
                break;
            }
            w->depth += common;
        }
        WH_ASSERT(w->n < MPT_DEPTH_MAX);
        w->at[w->n].node = n;
        w->at[w->n].slot = i;
        w->n++;
        slot = &n->u.child[i];
        under_ext = n->kind == MPT_EXT;
    }
    return WH_OK;
}

/* found: the trail ended at the leaf of the key. */
static bool found(const struct trail *w, struct mpt_key key)
{
    return w->end != NULL && w->end->kind == MPT_LEAF && w->common == w->end->path_len &&
           w->depth + w->common == key.len;
}

/* make is a pending node of this update. */
static struct mpt_node *make(struct mpt_pool *pool, enum mpt_kind kind)
{
    struct mpt_node *n = mpt_node_new(pool, kind);
    if (n != NULL) n->edit = pool->edit;
    return n;
}

/* own is n if this update made it, else a pending copy. */
static struct mpt_node *own(struct mpt_pool *pool, struct mpt_node *n)
{
    if (n->edit == pool->edit && n->enc == NULL) return n;
    struct mpt_node *copy = make(pool, (enum mpt_kind)n->kind);
    if (copy == NULL) return NULL;
    copy->path = n->path;
    copy->path_at = n->path_at;
    copy->path_len = n->path_len;
    copy->mask = n->mask;
    if (n->kind == MPT_BRANCH)
        memcpy(copy->u.child, n->u.child, sizeof n->u.child);
    else if (n->kind == MPT_EXT)
        copy->u.child[0] = n->u.child[0];
    else
        copy->u.value = n->u.value;
    return copy;
}

static void set_child(struct mpt_node *n, unsigned i, mpt_ref child)
{
    n->u.child[i] = child;
    if (n->kind != MPT_BRANCH) return;
    n->mask = child != 0 ? n->mask | 1u << i : n->mask & ~(1u << i);
}

/* relink puts child (0: nothing) below the first n nodes of the trail. */
static wh_status relink(struct mpt *t, struct trail *w, unsigned n, mpt_ref child)
{
    while (n > 0) {
        n--;
        struct mpt_node *old = w->at[n].node;
        struct mpt_node *mine = own(t->pool, old);
        if (mine == NULL) return WH_E_NOMEM;
        set_child(mine, w->at[n].slot, child);
        if (mine == old) return WH_OK; /* then all above is ours and already linked */
        child = mpt_ref_of(mine, MPT_REF_NODE);
    }
    t->root = child;
    return WH_OK;
}

static struct mpt_node *make_leaf(struct mpt_pool *pool, struct mpt_key key, unsigned depth,
                                  wh_span value)
{
    struct mpt_node *n = make(pool, MPT_LEAF);
    if (n == NULL) return NULL;
    unsigned at = depth < key.len ? depth : key.len;
    n->path = key.p;
    n->path_at = (uint8_t)at;
    n->path_len = (uint8_t)(key.len - at);
    n->u.value = value;
    return n;
}

/* tail is what is left of n when its first `drop` nibbles are used up: for an extension that is used up
 * whole, its child. */
static mpt_ref tail(struct mpt_pool *pool, const struct mpt_node *n, unsigned drop)
{
    if (n->kind == MPT_EXT && drop == n->path_len) return n->u.child[0];
    struct mpt_node *copy = make(pool, (enum mpt_kind)n->kind);
    if (copy == NULL) return 0;
    copy->path = n->path;
    copy->path_at = (uint8_t)(n->path_at + drop);
    copy->path_len = (uint8_t)(n->path_len - drop);
    if (n->kind == MPT_EXT)
        copy->u.child[0] = n->u.child[0];
    else
        copy->u.value = n->u.value;
    return mpt_ref_of(copy, MPT_REF_NODE);
}

/* split puts a branch where the key leaves the path of the trail's end. */
static wh_status split(struct mpt *t, const struct trail *w, struct mpt_key key, wh_span value,
                       mpt_ref *out)
{
    struct mpt_pool *pool = t->pool;
    const struct mpt_node *old = w->end;
    unsigned c = w->common, depth = w->depth + c;
    unsigned old_slot = MPT_TERMINATOR, old_drop = c;
    if (c < old->path_len) {
        old_slot = mpt_nibble(old->path, old->path_at + c);
        old_drop = c + 1;
    }
    struct mpt_node *branch = make(pool, MPT_BRANCH);
    struct mpt_node *leaf = make_leaf(pool, key, depth + 1, value);
    mpt_ref old_child = tail(pool, old, old_drop);
    if (branch == NULL || leaf == NULL || old_child == 0) return WH_E_NOMEM;
    set_child(branch, old_slot, old_child);
    set_child(branch, mpt_key_at(key, depth), mpt_ref_of(leaf, MPT_REF_NODE));
    *out = mpt_ref_of(branch, MPT_REF_NODE);
    if (c == 0) return WH_OK;

    struct mpt_node *ext = make(pool, MPT_EXT);
    if (ext == NULL) return WH_E_NOMEM;
    ext->path = old->path;
    ext->path_at = old->path_at;
    ext->path_len = (uint8_t)c;
    ext->u.child[0] = *out;
    *out = mpt_ref_of(ext, MPT_REF_NODE);
    return WH_OK;
}

static wh_status insert(struct mpt *t, struct mpt_key key, wh_span value)
{
    struct trail w;
    WH_TRY(walk(t, key, &w));
    mpt_ref made;
    if (w.end == NULL || found(&w, key)) {
        if (w.end != NULL && w.end->u.value.len == value.len &&
            memcmp(w.end->u.value.ptr, value.ptr, value.len) == 0)
            return WH_OK;
        struct mpt_node *leaf = make_leaf(t->pool, key, w.depth, value);
        if (leaf == NULL) return WH_E_NOMEM;
        made = mpt_ref_of(leaf, MPT_REF_NODE);
    } else {
        WH_TRY(split(t, &w, key, value, &made));
    }
    return relink(t, &w, w.n, made);
}

/* put_nibbles appends n's path (NULL: nothing) to the nibbles at out; returns their new number. */
static unsigned put_nibbles(uint8_t *out, unsigned len, const struct mpt_node *n)
{
    if (n == NULL) return len;
    for (unsigned i = 0; i < n->path_len; i++, len++) {
        unsigned v = mpt_nibble(n->path, n->path_at + i);
        out[len / 2] = (uint8_t)(len % 2 == 0 ? v << 4 : out[len / 2] | v);
    }
    return len;
}

/* merge is the node that stands for a branch of which only the child in slot is left: above's path (an
 * extension over the branch, or NULL), the slot's nibble, and the child's own path. */
static wh_status merge(struct mpt_pool *pool, const struct mpt_node *above, unsigned slot,
                       struct mpt_node *child, struct mpt_node **out)
{
    const struct mpt_node *below = child->kind == MPT_BRANCH ? NULL : child;
    struct mpt_node *n = make(pool, child->kind == MPT_LEAF ? MPT_LEAF : MPT_EXT);
    uint8_t *path = wh_arena_alloc(pool->arena, MPT_KEY_MAX + 1, 1);
    if (n == NULL || path == NULL) return WH_E_NOMEM;
    unsigned len = put_nibbles(path, 0, above);
    if (slot != MPT_TERMINATOR) {
        path[len / 2] = (uint8_t)(len % 2 == 0 ? slot << 4 : path[len / 2] | slot);
        len++;
    }
    len = put_nibbles(path, len, below);
    n->path = path;
    n->path_len = (uint8_t)len;
    if (child->kind == MPT_LEAF)
        n->u.value = child->u.value;
    else
        n->u.child[0] = below != NULL ? child->u.child[0] : mpt_ref_of(child, MPT_REF_NODE);
    *out = n;
    return WH_OK;
}

static wh_status delete (struct mpt *t, struct mpt_key key)
{
    struct trail w;
    WH_TRY(walk(t, key, &w));
    if (!found(&w, key)) return WH_OK; /* absence is proved: nothing to do */
    if (w.n == 0) {
        t->root = 0;
        return WH_OK;
    }
    struct mpt_node *branch = w.at[w.n - 1].node;
    uint32_t left = branch->mask & ~(1u << w.at[w.n - 1].slot);
    if (__builtin_popcount(left) > 1) return relink(t, &w, w.n, 0);

    /* The branch goes. What its last child is decides the new node, so it must be known (T3). */
    unsigned slot = (unsigned)__builtin_ctz(left);
    unsigned depth = w.depth - (w.at[w.n - 1].slot != MPT_TERMINATOR);
    struct mpt_node *child, *merged;
    WH_TRY(mpt_visit(t->pool, &branch->u.child[slot], depth + (slot != MPT_TERMINATOR), false,
                     &child));
    unsigned n = w.n - 1;
    struct mpt_node *above = n > 0 && w.at[n - 1].node->kind == MPT_EXT ? w.at[n - 1].node : NULL;
    WH_TRY(merge(t->pool, above, slot, child, &merged));
    return relink(t, &w, above != NULL ? n - 1 : n, mpt_ref_of(merged, MPT_REF_NODE));
}

static bool ascending(wh_span a, wh_span b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);
    return order < 0 || (order == 0 && a.len < b.len);
}

wh_status mpt_update(struct mpt *t, const struct mpt_change *changes, size_t n)
{
    struct mpt next = *t;
    t->pool->edit++;
    for (size_t i = 0; i < n; i++) {
        wh_span key = changes[i].key;
        WH_ASSERT(key.len <= MPT_KEY_MAX && (t->any_key || key.len == 32));
        WH_ASSERT(i == 0 || ascending(changes[i - 1].key, key));
        if (changes[i].value.len != 0)
            WH_TRY(
                insert(&next, (struct mpt_key){key.ptr, 2 * (unsigned)key.len}, changes[i].value));
    }
    for (size_t i = 0; i < n; i++) {
        wh_span key = changes[i].key;
        if (changes[i].value.len == 0)
            WH_TRY(delete (&next, (struct mpt_key){key.ptr, 2 * (unsigned)key.len}));
    }
    *t = next;
    return WH_OK;
}
