/* SPDX-License-Identifier: MIT */
#include "evm/segment/cache.h"

wh_status seg_cache_init(struct seg_cache *c, struct wh_arena *arena, size_t senders,
                         struct code_cache *codes)
{
    size_t places = 1;
    while (places < senders * 2)
        places *= 2; /* at most half full: probes stay short */
    c->codes = codes;
    c->sender_count = 0;
    c->sender_places = places;
    c->senders = WH_NEW(arena, struct seg_sender, places);
    if (c->senders == NULL) return WH_E_NOMEM;
    memset(c->senders, 0, places * sizeof *c->senders);
    return WH_OK;
}

/* The place that holds the item, or the free one where it would go. */
static struct seg_sender *place_of(const struct seg_cache *c, const bytes32 *item)
{
    size_t mask = c->sender_places - 1;
    size_t at = (size_t)load_be64(item->b) & mask;
    while (!bytes32_is_zero(&c->senders[at].item) && !bytes32_eq(&c->senders[at].item, item))
        at = (at + 1) & mask;
    return &c->senders[at];
}

bool seg_cache_sender(const struct seg_cache *c, const bytes32 *item, bool low_s, address *out)
{
    if (c == NULL || c->sender_places == 0) return false;
    const struct seg_sender *s = place_of(c, item);
    if (bytes32_is_zero(&s->item) || s->low_s != low_s) return false;
    *out = s->sender;
    return true;
}

void seg_cache_keep_sender(struct seg_cache *c, const bytes32 *item, bool low_s,
                           const address *sender)
{
    if (c == NULL || c->sender_places == 0) return;
    struct seg_sender *s = place_of(c, item);
    if (bytes32_is_zero(&s->item)) {
        if ((c->sender_count + 1) * 2 > c->sender_places) return;
        c->sender_count++;
    }
    *s = (struct seg_sender){.item = *item, .sender = *sender, .low_s = low_s};
}
