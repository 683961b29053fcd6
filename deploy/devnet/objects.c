/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/objects.h"

#include <stdlib.h>

enum { SLAB_BYTES = 1 << 20 };

struct object_slab {
    struct object_slab *next;
    size_t used, cap;
    uint8_t bytes[];
};

static size_t start_of(const bytes32 *hash, size_t cap)
{
    return (size_t)load_le64(hash->b) & (cap - 1);
}

static struct object *place_of(struct object *table, size_t cap, const bytes32 *hash)
{
    size_t i = start_of(hash, cap);
    while (table[i].bytes.ptr != NULL && !bytes32_eq(&table[i].hash, hash))
        i = (i + 1) & (cap - 1);
    return &table[i];
}

static wh_status grow(struct objects *o)
{
    if (o->count * 2 < o->cap) return WH_OK;
    const size_t cap = o->cap ? o->cap * 2 : 1024;
    struct object *table = calloc(cap, sizeof *table);
    if (table == NULL) return WH_E_NOMEM;
    for (size_t i = 0; i < o->cap; i++)
        if (o->table[i].bytes.ptr != NULL) *place_of(table, cap, &o->table[i].hash) = o->table[i];
    free(o->table);
    o->table = table;
    o->cap = cap;
    return WH_OK;
}

static uint8_t *slab_take(struct objects *o, size_t len)
{
    if (o->slabs == NULL || o->slabs->cap - o->slabs->used < len) {
        const size_t cap = len > SLAB_BYTES ? len : SLAB_BYTES;
        struct object_slab *s = malloc(sizeof *s + cap);
        if (s == NULL) return NULL;
        *s = (struct object_slab){.next = o->slabs, .cap = cap};
        o->slabs = s;
    }
    uint8_t *at = o->slabs->bytes + o->slabs->used;
    o->slabs->used += len;
    return at;
}

wh_status objects_put(struct objects *o, const bytes32 *hash, wh_span bytes)
{
    WH_ASSERT(bytes.len > 0);
    WH_TRY(grow(o));
    struct object *at = place_of(o->table, o->cap, hash);
    if (at->bytes.ptr != NULL) return WH_OK;
    uint8_t *copy = slab_take(o, bytes.len);
    if (copy == NULL) return WH_E_NOMEM;
    memcpy(copy, bytes.ptr, bytes.len);
    *at = (struct object){.hash = *hash, .bytes = {copy, bytes.len}};
    o->count++;
    o->total_bytes += bytes.len;
    return WH_OK;
}

wh_status objects_get(const struct objects *o, const bytes32 *hash, wh_span *bytes)
{
    if (o->cap == 0) return WH_E_MISSING;
    const struct object *at = place_of(o->table, o->cap, hash);
    if (at->bytes.ptr == NULL) return WH_E_MISSING;
    *bytes = at->bytes;
    return WH_OK;
}

static wh_status sink_put(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    (void)kind;
    return objects_put(ctx, hash, bytes);
}

struct wh_sink objects_sink(struct objects *o)
{
    return (struct wh_sink){.ctx = o, .put = sink_put};
}

void objects_done(struct objects *o)
{
    while (o->slabs != NULL) {
        struct object_slab *next = o->slabs->next;
        free(o->slabs);
        o->slabs = next;
    }
    free(o->table);
    *o = (struct objects){0};
}

static wh_status set_grow(struct hash_set *s)
{
    if (s->count * 2 < s->cap) return WH_OK;
    const size_t cap = s->cap ? s->cap * 2 : 256;
    uint32_t *index = calloc(cap, sizeof *index);
    bytes32 *items = realloc(s->items, cap / 2 * sizeof *items);
    if (items != NULL) s->items = items;
    uint8_t *kinds = realloc(s->kinds, cap / 2);
    if (kinds != NULL) s->kinds = kinds;
    if (index == NULL || items == NULL || kinds == NULL) {
        free(index);
        return WH_E_NOMEM;
    }
    for (size_t n = 0; n < s->count; n++) {
        size_t i = start_of(&s->items[n], cap);
        while (index[i] != 0)
            i = (i + 1) & (cap - 1);
        index[i] = (uint32_t)n + 1;
    }
    free(s->index);
    s->index = index;
    s->cap = cap;
    return WH_OK;
}

wh_status hash_set_add(struct hash_set *s, enum wh_object kind, const bytes32 *hash)
{
    WH_TRY(set_grow(s));
    size_t i = start_of(hash, s->cap);
    while (s->index[i] != 0) {
        if (bytes32_eq(&s->items[s->index[i] - 1], hash)) return WH_OK;
        i = (i + 1) & (s->cap - 1);
    }
    s->items[s->count] = *hash;
    s->kinds[s->count] = (uint8_t)kind;
    s->index[i] = (uint32_t)++s->count;
    return WH_OK;
}

void hash_set_done(struct hash_set *s)
{
    free(s->items);
    free(s->kinds);
    free(s->index);
    *s = (struct hash_set){0};
}

static wh_status view_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct objects_view *v = ctx;
    WH_TRY(objects_get(v->objects, hash, bytes));
    return v->record ? hash_set_add(v->record, kind, hash) : WH_OK;
}

static wh_status view_use(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    struct objects_view *v = ctx;
    (void)bytes;
    return v->record ? hash_set_add(v->record, kind, hash) : WH_OK;
}

struct wh_preimages objects_preimages(struct objects_view *view)
{
    return (struct wh_preimages){.ctx = view, .get = view_get, .use = view_use};
}
