/* SPDX-License-Identifier: MIT */
/* Which keys does a run look up? Every trie key is the hash of an address or of a slot's number, so the
 * strings of 20 and 32 bytes that are hashed hold them all (and some that are none, which do no harm). */
#include <stdlib.h>

#include "proto/fetch/private.h"

static bool make_places(struct fetch_keys *k, size_t n)
{
    uint32_t *places = calloc(n, sizeof *places);
    if (places == NULL) return false;
    free(k->places);
    k->places = places;
    k->place_count = n;
    for (size_t i = 0; i < k->count; i++) {
        size_t at = (size_t)load_be64(k->v[i].hash.b) & (n - 1);
        while (places[at] != 0)
            at = (at + 1) & (n - 1);
        places[at] = (uint32_t)i + 1;
    }
    return true;
}

static bool make_room(struct fetch_keys *k)
{
    if (k->count == k->cap) {
        const size_t cap = k->cap > 0 ? 2 * k->cap : 1024;
        struct fetch_key *v = realloc(k->v, cap * sizeof *v);
        if (v == NULL) return false;
        k->v = v;
        k->cap = cap;
    }
    return 2 * (k->count + 1) <= k->place_count ||
           make_places(k, k->place_count > 0 ? 2 * k->place_count : 4096);
}

void keys_note(struct fetch_keys *k, const uint8_t *bytes, size_t len, const bytes32 *hash)
{
    if (k->failed || !make_room(k)) {
        k->failed = true;
        return;
    }
    size_t mask = k->place_count - 1, at = (size_t)load_be64(hash->b) & mask;
    for (; k->places[at] != 0; at = (at + 1) & mask)
        if (bytes32_eq(&k->v[k->places[at] - 1].hash, hash)) return;
    struct fetch_key *key = &k->v[k->count++];
    *key = (struct fetch_key){.hash = *hash, .len = (uint8_t)len};
    memcpy(key->bytes, bytes, len);
    k->places[at] = (uint32_t)k->count;
}

void keys_clear(struct fetch_keys *k)
{
    k->count = 0;
    k->failed = false;
    if (k->place_count > 0) memset(k->places, 0, k->place_count * sizeof *k->places);
}

void keys_done(struct fetch_keys *k)
{
    free(k->v);
    free(k->places);
    *k = (struct fetch_keys){0};
}

static void noting_keccak256(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    struct fetch *f = ctx;
    f->inner->keccak256(NULL, data, len, out);
    if (len == 20 || len == 32) keys_note(&f->keys, data, len, out);
}

/* All functions of a table share one context, so the others must not need theirs. */
void keys_crypto(struct fetch *f)
{
    WH_ASSERT(f->inner->ctx == NULL);
    f->crypto = *f->inner;
    f->crypto.ctx = f;
    f->crypto.keccak256 = noting_keccak256;
}
