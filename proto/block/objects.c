/* SPDX-License-Identifier: MIT */
#include "proto/block/objects.h"

#include <stdlib.h>

enum { FIRST_PLACES = 1024 };

static struct block_object *place_of(const struct block_objects *o, const bytes32 *hash)
{
    size_t mask = o->place_count - 1, at = (size_t)load_be64(hash->b) & mask;
    while (o->places[at].bytes.ptr != NULL && !bytes32_eq(&o->places[at].hash, hash))
        at = (at + 1) & mask;
    return &o->places[at];
}

static bool resize(struct block_objects *o, size_t places)
{
    struct block_objects old = *o;
    o->place_count = places;
    o->places = calloc(o->place_count, sizeof *o->places);
    if (o->places == NULL) {
        *o = old;
        return false;
    }
    for (size_t i = 0; i < old.place_count; i++)
        if (old.places[i].bytes.ptr != NULL) *place_of(o, &old.places[i].hash) = old.places[i];
    free(old.places);
    return true;
}

bool block_objects_reserve(struct block_objects *o, size_t n)
{
    size_t places = o->place_count > 0 ? o->place_count : FIRST_PLACES;
    while (places < 2 * (o->count + n + 1))
        places *= 2;
    return places == o->place_count || resize(o, places);
}

bool block_objects_add(struct block_objects *o, const bytes32 *hash, wh_span bytes)
{
    if (!block_objects_reserve(o, 0)) return false;
    struct block_object *place = place_of(o, hash);
    if (place->bytes.ptr == NULL) {
        *place = (struct block_object){*hash, bytes};
        o->count++;
    }
    return true;
}

bool block_objects_find(const struct block_objects *o, const bytes32 *hash, wh_span *bytes)
{
    if (o->place_count == 0) return false;
    const struct block_object *place = place_of(o, hash);
    if (place->bytes.ptr == NULL) return false;
    *bytes = place->bytes;
    return true;
}

void block_objects_done(struct block_objects *o)
{
    free(o->places);
    *o = (struct block_objects){0};
}
