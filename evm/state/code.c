/* SPDX-License-Identifier: MIT */
#include "evm/state/code.h"

#define CODE_PLACES 256

wh_status code_cache_init(struct code_cache *c, struct wh_arena *arena)
{
    struct code **places = WH_NEW(arena, struct code *, CODE_PLACES);
    if (places == NULL) return WH_E_NOMEM;
    memset(places, 0, sizeof(struct code *) * CODE_PLACES);
    *c = (struct code_cache){.arena = arena, .places = places, .mask = CODE_PLACES - 1};
    return WH_OK;
}

/* Keys are hashes of what somebody had to deploy: their first bytes spread well enough. */
static struct code **place_of(struct code **places, size_t mask, const bytes32 *hash)
{
    size_t i = (size_t)load_le64(hash->b) & mask;
    while (places[i] != NULL && !bytes32_eq(&places[i]->hash, hash))
        i = (i + 1) & mask;
    return &places[i];
}

struct code *code_cache_find(const struct code_cache *c, const bytes32 *hash)
{
    return *place_of(c->places, c->mask, hash);
}

static wh_status make_room(struct code_cache *c)
{
    if (2 * (c->count + 1) <= c->mask + 1) return WH_OK;
    size_t places = 2 * (c->mask + 1);
    struct code **grown = WH_NEW(c->arena, struct code *, places);
    if (grown == NULL) return WH_E_NOMEM;
    memset(grown, 0, sizeof(struct code *) * places);
    for (size_t i = 0; i <= c->mask; i++)
        if (c->places[i] != NULL) *place_of(grown, places - 1, &c->places[i]->hash) = c->places[i];
    c->places = grown;
    c->mask = places - 1;
    return WH_OK;
}

wh_status code_cache_add(struct code_cache *c, const bytes32 *hash, wh_span bytes,
                         struct code **out)
{
    WH_TRY(make_room(c));
    size_t mark = wh_arena_mark(c->arena);
    struct code *code = WH_NEW(c->arena, struct code, 1);
    uint64_t *jumpdests = WH_NEW(c->arena, uint64_t, code_words(bytes.len));
    uint8_t *copy = WH_NEW(c->arena, uint8_t, bytes.len + CODE_PADDING);
    if (code == NULL || jumpdests == NULL || copy == NULL) {
        wh_arena_rewind(c->arena, mark);
        return WH_E_NOMEM;
    }
    if (bytes.len != 0) memcpy(copy, bytes.ptr, bytes.len);
    memset(copy + bytes.len, 0, CODE_PADDING);
    *code = (struct code){
        .hash = *hash, .bytes = copy, .len = bytes.len, .jumpdests = jumpdests, .analysed = false};
    *place_of(c->places, c->mask, hash) = code;
    c->count++;
    *out = code;
    return WH_OK;
}

void code_find_jumpdests(const uint8_t *bytes, size_t len, uint64_t *map)
{
    memset(map, 0, code_words(len) * sizeof(uint64_t));
    for (size_t i = 0; i < len; i++) {
        uint8_t op = bytes[i];
        /* PUSH1..PUSH32 are 0x60..0x7f: the only bytes that, as signed, reach 0x60. */
        if ((int8_t)op >= 0x60)
            i += (size_t)op - 0x5f;
        else if (op == 0x5b)
            map[i / 64] |= (uint64_t)1 << (i % 64);
    }
}

bool code_is_delegation(wh_span code, address *to)
{
    if (code.len != 23 || code.ptr[0] != 0xef || code.ptr[1] != 0x01 || code.ptr[2] != 0x00)
        return false;
    memcpy(to->b, code.ptr + 3, 20);
    return true;
}
