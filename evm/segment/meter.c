/* SPDX-License-Identifier: MIT */
#include "evm/segment/meter.h"

enum { FIRST_OBJECTS = 256, ENTRY_PREFIX = 4 };

/* Tables double in the arena; what they leave behind is bounded by their last size. */
static wh_status objects_grow(struct meter *m)
{
    size_t cap = m->object_cap ? 2 * m->object_cap : FIRST_OBJECTS;
    struct meter_object *objects = WH_NEW(m->arena, struct meter_object, cap);
    uint32_t *places = WH_NEW(m->arena, uint32_t, 2 * cap);
    if (objects == NULL || places == NULL) return WH_E_NOMEM;
    if (m->count > 0) memcpy(objects, m->objects, m->count * sizeof *objects);
    memset(places, 0, 2 * cap * sizeof *places);
    m->objects = objects;
    m->places = places;
    m->object_cap = cap;
    m->place_count = 2 * cap;
    for (size_t i = 0; i < m->count; i++) {
        size_t at = (size_t)load_be64(objects[i].hash.b) & (m->place_count - 1);
        while (places[at] != 0)
            at = (at + 1) & (m->place_count - 1);
        places[at] = (uint32_t)i + 1;
    }
    return WH_OK;
}

/* The object of that hash, or a new one without kinds. */
static wh_status object_of(struct meter *m, const bytes32 *hash, wh_span bytes,
                           struct meter_object **out)
{
    if (m->count == m->object_cap) WH_TRY(objects_grow(m));
    size_t mask = m->place_count - 1, at = (size_t)load_be64(hash->b) & mask;
    for (; m->places[at] != 0; at = (at + 1) & mask) {
        *out = &m->objects[m->places[at] - 1];
        if (bytes32_eq(&(*out)->hash, hash)) return WH_OK;
    }
    *out = &m->objects[m->count];
    **out = (struct meter_object){.hash = *hash, .bytes = bytes};
    m->places[at] = (uint32_t)++m->count;
    return WH_OK;
}

static wh_status asked(struct meter *m, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    struct meter_object *object;
    WH_TRY(object_of(m, hash, bytes, &object));
    uint8_t bit = (uint8_t)(1u << kind);
    if (object->kinds & bit) return WH_OK;
    object->kinds |= bit;
    if (kind == WH_OBJECT_DATA) return WH_OK;
    m->w += bytes.len + ENTRY_PREFIX;
    if (!m->capped || m->w <= m->cap) return WH_OK;
    m->crossed = true;
    return WH_E_LIMIT;
}

static wh_status meter_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct meter *m = ctx;
    WH_TRY(m->source->get(m->source->ctx, kind, hash, bytes));
    return m->on ? asked(m, kind, hash, *bytes) : WH_OK;
}

static wh_status meter_use(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    struct meter *m = ctx;
    if (m->source->use != NULL) WH_TRY(m->source->use(m->source->ctx, kind, hash, bytes));
    return m->on ? asked(m, kind, hash, bytes) : WH_OK;
}

void meter_init(struct meter *m, const struct wh_preimages *source, struct wh_arena *arena,
                bool remember)
{
    *m = (struct meter){.source = source, .arena = arena, .remember = remember, .on = remember};
    m->io = (struct wh_preimages){.ctx = m, .get = meter_get, .use = meter_use};
}

void meter_begin(struct meter *m)
{
    m->on = m->remember;
    m->capped = m->crossed = false;
    m->w = 0;
    m->count = 0;
    if (m->place_count > 0) memset(m->places, 0, m->place_count * sizeof *m->places);
}

void meter_cap(struct meter *m, uint64_t cap)
{
    if (cap == UINT64_MAX) return;
    m->on = m->capped = true;
    m->cap = cap;
}

void meter_uncap(struct meter *m)
{
    m->capped = false;
}
