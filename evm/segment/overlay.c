/* SPDX-License-Identifier: MIT */
#include "evm/segment/overlay.h"

enum { FIRST_PLACES = 1024 };

void overlay_init(struct overlay *o, struct wh_arena *arena, const struct wh_preimages *below,
                  const struct wh_sink *next)
{
    *o = (struct overlay){.below = below, .next = next, .arena = arena};
}

static struct overlay_object *place_of(const struct overlay *o, const bytes32 *hash)
{
    size_t mask = o->places - 1, at = (size_t)load_be64(hash->b) & mask;
    while (o->objects[at].bytes.ptr != NULL && !bytes32_eq(&o->objects[at].hash, hash))
        at = (at + 1) & mask;
    return &o->objects[at];
}

static wh_status grow(struct overlay *o)
{
    struct overlay old = *o;
    o->places = old.places > 0 ? 2 * old.places : FIRST_PLACES;
    o->objects = WH_NEW(o->arena, struct overlay_object, o->places);
    if (o->objects == NULL) {
        *o = old;
        return WH_E_NOMEM;
    }
    memset(o->objects, 0, o->places * sizeof *o->objects);
    for (size_t i = 0; i < old.places; i++)
        if (old.objects[i].bytes.ptr != NULL) *place_of(o, &old.objects[i].hash) = old.objects[i];
    return WH_OK;
}

wh_status overlay_put(struct overlay *o, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    if (2 * (o->count + 1) > o->places) WH_TRY(grow(o));
    struct overlay_object *place = place_of(o, hash);
    if (place->bytes.ptr == NULL) {
        *place = (struct overlay_object){*hash, bytes};
        o->count++;
    }
    return o->next != NULL ? o->next->put(o->next->ctx, kind, hash, bytes) : WH_OK;
}

static wh_status overlay_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    const struct overlay *o = ctx;
    if (o->places > 0) {
        const struct overlay_object *place = place_of(o, hash);
        if (place->bytes.ptr != NULL) {
            *bytes = place->bytes;
            return WH_OK;
        }
    }
    return o->below != NULL ? o->below->get(o->below->ctx, kind, hash, bytes) : WH_E_MISSING;
}

static wh_status sink_put(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    return overlay_put(ctx, kind, hash, bytes);
}

void overlay_preimages(struct overlay *o, struct wh_preimages *out)
{
    *out = (struct wh_preimages){.ctx = o, .get = overlay_get};
}

void overlay_sink(struct overlay *o, struct wh_sink *out)
{
    *out = (struct wh_sink){.ctx = o, .put = sink_put};
}
