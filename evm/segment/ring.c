/* SPDX-License-Identifier: MIT */
/* The BLOCKHASH ring of PROTOCOL 2 and 4.1. */
#include "evm/segment/ring.h"

#include "evm/hash/keccak.h"

static void make_node(const bytes32 *l, const bytes32 *r, bytes32 *out, ring_node emit, void *ctx)
{
    uint8_t node[64];
    memcpy(node, l->b, 32);
    memcpy(node + 32, r->b, 32);
    keccak256(node, sizeof node, out);
    if (emit != NULL) emit(ctx, out, node);
}

void ring_root(const bytes32 slots[RING_SLOTS], bytes32 *root, ring_node emit, void *ctx)
{
    bytes32 level[RING_SLOTS / 4];
    for (size_t i = 0; i < RING_SLOTS / 4; i++) {
        bytes32 left, right;
        make_node(&slots[4 * i], &slots[4 * i + 1], &left, emit, ctx);
        make_node(&slots[4 * i + 2], &slots[4 * i + 3], &right, emit, ctx);
        make_node(&left, &right, &level[i], emit, ctx);
    }
    for (size_t n = RING_SLOTS / 8; n > 0; n /= 2) {
        for (size_t i = 0; i < n; i++)
            make_node(&level[2 * i], &level[2 * i + 1], &level[i], emit, ctx);
    }
    *root = level[0];
}

wh_status ring_open(const struct wh_preimages *preimages, const bytes32 *root, uint8_t slot,
                    struct ring_path *out)
{
    bytes32 at = *root;
    for (unsigned d = 0; d < RING_DEPTH; d++) {
        wh_span node;
        WH_TRY(preimages->get(preimages->ctx, WH_OBJECT_DATA, &at, &node));
        if (node.len != 64) return WH_E_FORMAT;
        unsigned right = (unsigned)slot >> (RING_DEPTH - 1 - d) & 1;
        memcpy(at.b, node.ptr + 32 * right, 32);
        memcpy(out->siblings[RING_DEPTH - 1 - d].b, node.ptr + 32 * (1 - right), 32);
    }
    out->slot = slot;
    out->value = at;
    return WH_OK;
}

void ring_fold(const struct ring_path *path, const bytes32 *value, bytes32 *root, ring_node emit,
               void *ctx)
{
    bytes32 at = *value;
    for (unsigned h = 0; h < RING_DEPTH; h++) {
        const bytes32 *sibling = &path->siblings[h];
        bool right = (path->slot >> h & 1) != 0;
        make_node(right ? sibling : &at, right ? &at : sibling, &at, emit, ctx);
    }
    *root = at;
}

wh_status ring_lookup(const struct wh_preimages *preimages, const bytes32 *root, uint64_t n,
                      bytes32 *out)
{
    struct ring_path path;
    WH_TRY(ring_open(preimages, root, (uint8_t)(n % RING_SLOTS), &path));
    if (bytes32_is_zero(&path.value)) return WH_E_MISSING;
    *out = path.value;
    return WH_OK;
}
