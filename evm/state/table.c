/* SPDX-License-Identifier: MIT */
/* Growing arrays and open-addressing tables in the arena. What is outgrown stays in the arena: sizes
 * double, so the waste is at most what is in use. */
#include "evm/state/private.h"

wh_status state_fail(struct state *st, wh_status status)
{
    if (st->failure == WH_OK) st->failure = status;
    return st->failure;
}

wh_status state_grow(struct state *st, void **items, size_t *cap, size_t count, size_t size)
{
    if (count < *cap) return WH_OK;
    size_t grown = *cap == 0 ? 64 : 2 * *cap;
    void *p = wh_arena_alloc(st->arena, grown * size, 16);
    if (p == NULL) return state_fail(st, WH_E_NOMEM);
    if (count != 0) memcpy(p, *items, count * size);
    *items = p;
    *cap = grown;
    return WH_OK;
}

wh_status table_init(struct state *st, struct state_table *t, size_t places)
{
    t->places = WH_NEW(st->arena, struct state_place, places);
    if (t->places == NULL) return state_fail(st, WH_E_NOMEM);
    memset(t->places, 0, places * sizeof *t->places);
    t->mask = places - 1;
    t->count = 0;
    return WH_OK;
}

wh_status table_make_room(struct state *st, struct state_table *t)
{
    if (2 * (t->count + 1) <= t->mask + 1) return WH_OK;
    struct state_table grown;
    WH_TRY(table_init(st, &grown, 2 * (t->mask + 1)));
    grown.count = t->count;
    for (size_t i = 0; i <= t->mask; i++) {
        if (t->places[i].item == NULL) continue;
        size_t k = (size_t)t->places[i].hash & grown.mask;
        while (grown.places[k].item != NULL)
            k = (k + 1) & grown.mask;
        grown.places[k] = t->places[i];
    }
    *t = grown;
    return WH_OK;
}
