/* SPDX-License-Identifier: MIT */
#include "tests/support/nodes.h"

#include <stdlib.h>

bool nodes_init(struct nodes *n, struct wh_arena *arena)
{
    *n = (struct nodes){.arena = arena, .mask = 4095};
    n->places = calloc(n->mask + 1, sizeof *n->places);
    return n->places != NULL;
}

void nodes_reset(struct nodes *n)
{
    memset(n->places, 0, (n->mask + 1) * sizeof *n->places);
    n->count = 0;
    n->run = 0;
}

void nodes_done(struct nodes *n)
{
    free(n->places);
    n->places = NULL;
}

static struct nodes_entry *find(const struct nodes *n, const bytes32 *hash)
{
    size_t i = (size_t)load_le64(hash->b) & n->mask;
    while (n->places[i].used && !bytes32_eq(&n->places[i].hash, hash))
        i = (i + 1) & n->mask;
    return &n->places[i];
}

static bool grow(struct nodes *n)
{
    struct nodes old = *n;
    n->mask = 2 * n->mask + 1;
    n->places = calloc(n->mask + 1, sizeof *n->places);
    if (n->places == NULL) return false;
    for (size_t i = 0; i <= old.mask; i++)
        if (old.places[i].used) *find(n, &old.places[i].hash) = old.places[i];
    free(old.places);
    return true;
}

static wh_status put(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    (void)kind;
    struct nodes *n = ctx;
    if (2 * n->count > n->mask && !grow(n)) return WH_E_NOMEM;
    struct nodes_entry *e = find(n, hash);
    if (e->used) return WH_OK;
    uint8_t *copy = WH_NEW(n->arena, uint8_t, bytes.len);
    if (copy == NULL) return WH_E_NOMEM;
    memcpy(copy, bytes.ptr, bytes.len);
    *e = (struct nodes_entry){.hash = *hash, .bytes = wh_span_of(copy, bytes.len), .used = true};
    n->count++;
    return WH_OK;
}

static wh_status get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)kind;
    struct nodes *n = ctx;
    struct nodes_entry *e = find(n, hash);
    if (!e->used || e->dropped || (n->closed && e->asked + 1 < n->run)) return WH_E_MISSING;
    e->asked = n->run;
    *bytes = e->bytes;
    return WH_OK;
}

void nodes_begin(struct nodes *n, bool closed)
{
    n->run++;
    if (!closed) n->run++; /* what an earlier run asked for counts no more */
    n->closed = closed;
}

bool nodes_asked(const struct nodes *n, const bytes32 *hash)
{
    const struct nodes_entry *e = find(n, hash);
    return e->used && e->asked == n->run;
}

void nodes_drop(struct nodes *n, const bytes32 *hash)
{
    find(n, hash)->dropped = true;
}

struct wh_preimages nodes_preimages(struct nodes *n)
{
    return (struct wh_preimages){.ctx = n, .get = get, .use = NULL};
}

struct wh_sink nodes_sink(struct nodes *n)
{
    return (struct wh_sink){.ctx = n, .put = put};
}
