/* SPDX-License-Identifier: MIT */
#include "game/agent/objects.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_PLACES 4096u

wh_status objects_init(struct agent_objects *o, const struct evm_crypto *crypto,
                       struct store *store, struct wh_arena *arena, struct wh_error *err)
{
    memset(o, 0, sizeof *o);
    o->crypto = crypto;
    o->store = store;
    o->arena = arena;
    o->places = (struct agent_object *)calloc(FIRST_PLACES, sizeof *o->places);
    if (!o->places) return wh_fail(err, WH_ERR_NOMEM, "object table");
    o->place_count = FIRST_PLACES;
    return WH_OK;
}

void objects_done(struct agent_objects *o)
{
    free(o->places);
    memset(o, 0, sizeof *o);
}

void objects_clear(struct agent_objects *o)
{
    memset(o->places, 0, o->place_count * sizeof *o->places);
    o->used = 0;
}

/* The place of hash: its own, or the free one where it would go. Keccak output needs no mixing. */
static struct agent_object *place_of(struct agent_object *places, size_t count, const bytes32 *hash)
{
    size_t i = (size_t)load_le64(hash->b) & (count - 1);
    while (places[i].bytes.ptr && !bytes32_eq(&places[i].hash, hash))
        i = (i + 1) & (count - 1);
    return &places[i];
}

static wh_status grow(struct agent_objects *o)
{
    size_t count = o->place_count * 2;
    struct agent_object *bigger = (struct agent_object *)calloc(count, sizeof *bigger);
    if (!bigger) return WH_E_NOMEM;
    for (size_t i = 0; i < o->place_count; i++)
        if (o->places[i].bytes.ptr) *place_of(bigger, count, &o->places[i].hash) = o->places[i];
    free(o->places);
    o->places = bigger;
    o->place_count = count;
    return WH_OK;
}

/* insert borrows bytes, which live in the arena. */
static wh_status insert(struct agent_objects *o, enum wh_object kind, const bytes32 *hash,
                        wh_span bytes, bool fresh)
{
    if (o->used * 2 >= o->place_count) WH_TRY(grow(o));
    struct agent_object *p = place_of(o->places, o->place_count, hash);
    if (p->bytes.ptr) return WH_OK;
    *p = (struct agent_object){*hash, bytes, (uint8_t)kind, fresh};
    o->used++;
    return WH_OK;
}

static wh_status copy_in(struct agent_objects *o, wh_span bytes, wh_span *out)
{
    uint8_t *at = (uint8_t *)wh_arena_alloc(o->arena, bytes.len + 1, 1);
    if (!at) return WH_E_NOMEM;
    memcpy(at, bytes.ptr, bytes.len);
    *out = wh_span_of(at, bytes.len);
    return WH_OK;
}

wh_status objects_keep(struct agent_objects *o, enum wh_object kind, wh_span bytes,
                       const bytes32 *hash)
{
    bytes32 h;
    if (!hash) {
        o->crypto->keccak256(o->crypto->ctx, bytes.ptr, bytes.len, &h);
        hash = &h;
    }
    if (place_of(o->places, o->place_count, hash)->bytes.ptr) return WH_OK;
    wh_span copy;
    WH_TRY(copy_in(o, bytes, &copy));
    return insert(o, kind, hash, copy, true);
}

static wh_status get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct agent_objects *o = (struct agent_objects *)ctx;
    const struct agent_object *p = place_of(o->places, o->place_count, hash);
    if (p->bytes.ptr) {
        *bytes = p->bytes;
        return WH_OK;
    }
    struct wh_buf buf = {0};
    bool found = false, fresh = false;
    wh_status st = store_preimage_get(o->store, (enum store_kind)kind, hash, &buf, &found, &o->err);
    if (st == WH_OK && found) {
        /* a row that rotted on its disk is no preimage: it is asked for, and written, again */
        bytes32 h;
        o->crypto->keccak256(o->crypto->ctx, buf.ptr, buf.len, &h);
        found = bytes32_eq(&h, hash);
        if (!found) wh_buf_reset(&buf);
    }
    if (st == WH_OK && !found) {
        fresh = true;
        st = o->source.fetch ? o->source.fetch(o->source.ctx, kind, hash, &buf, &o->err)
                             : WH_E_MISSING;
    }
    if (st == WH_OK) st = copy_in(o, wh_buf_span(&buf), bytes);
    if (st == WH_OK) st = insert(o, kind, hash, *bytes, fresh);
    wh_buf_done(&buf);
    if (st == WH_E_MISSING) {
        o->missing = *hash;
        o->missing_kind = kind;
        o->is_missing = true;
    }
    return st;
}

static wh_status put(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    return objects_keep((struct agent_objects *)ctx, kind, bytes, hash);
}

struct wh_preimages objects_preimages(struct agent_objects *o)
{
    return (struct wh_preimages){o, get, NULL};
}

struct wh_sink objects_sink(struct agent_objects *o)
{
    return (struct wh_sink){o, put};
}

wh_status objects_store(struct agent_objects *o, struct wh_error *err)
{
    for (size_t i = 0; i < o->place_count; i++) {
        struct agent_object *p = &o->places[i];
        if (!p->bytes.ptr || !p->fresh) continue;
        WH_TRY(store_preimage_put(o->store, (enum store_kind)p->kind, &p->hash, p->bytes, err));
    }
    for (size_t i = 0; i < o->place_count; i++)
        o->places[i].fresh = false;
    return WH_OK;
}
