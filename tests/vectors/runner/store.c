/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/store.h"

#include <stdlib.h>

#include "evm/hash/keccak.h"

enum { FIRST_PLACES = 1 << 12 };

bool store_init(struct store *s, struct wh_arena *arena)
{
    *s = (struct store){.arena = arena, .mask = FIRST_PLACES - 1, .age = 1};
    s->places = calloc(s->mask + 1, sizeof *s->places);
    return s->places != NULL;
}

void store_done(struct store *s)
{
    free(s->places);
    *s = (struct store){0};
}

void store_reset(struct store *s)
{
    s->age++;
    s->count = 0;
}

static struct store_entry *find(const struct store *s, const bytes32 *hash)
{
    size_t i = (size_t)load_le64(hash->b) & s->mask;
    while (s->places[i].age == s->age && !bytes32_eq(&s->places[i].hash, hash))
        i = (i + 1) & s->mask;
    return &s->places[i];
}

static bool grow(struct store *s)
{
    struct store old = *s;
    s->mask = 2 * s->mask + 1;
    s->places = calloc(s->mask + 1, sizeof *s->places);
    if (s->places == NULL) return false;
    for (size_t i = 0; i <= old.mask; i++)
        if (old.places[i].age == s->age) *find(s, &old.places[i].hash) = old.places[i];
    free(old.places);
    return true;
}

static wh_status put(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    (void)kind;
    struct store *s = ctx;
    if (2 * s->count > s->mask && !grow(s)) return WH_E_NOMEM;
    struct store_entry *e = find(s, hash);
    if (e->age == s->age) return WH_OK;
    uint8_t *copy = WH_NEW(s->arena, uint8_t, bytes.len + 1);
    if (copy == NULL) return WH_E_NOMEM;
    if (bytes.len > 0) memcpy(copy, bytes.ptr, bytes.len);
    *e = (struct store_entry){*hash, wh_span_of(copy, bytes.len), s->age};
    s->count++;
    return WH_OK;
}

bytes32 store_put(struct store *s, wh_span bytes)
{
    bytes32 hash;
    keccak256(bytes.ptr, bytes.len, &hash);
    if (put(s, WH_OBJECT_DATA, &hash, bytes) != WH_OK) abort();
    return hash;
}

static wh_status get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)kind;
    struct store *s = ctx;
    const struct store_entry *e = find(s, hash);
    if (e->age != s->age) return WH_E_MISSING;
    *bytes = e->bytes;
    return WH_OK;
}

struct wh_preimages store_preimages(struct store *s)
{
    return (struct wh_preimages){.ctx = s, .get = get, .use = NULL};
}

struct wh_sink store_sink(struct store *s)
{
    return (struct wh_sink){.ctx = s, .put = put};
}
