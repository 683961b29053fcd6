/* SPDX-License-Identifier: MIT */
/* What is on its way: honest moves by party and key, and what the adversary means to do. */
#include <string.h>

#include "game/sim/engine.h"

void *sim_new(struct sim *s, size_t size)
{
    void *p = wh_arena_alloc(s->arena, size, 16);
    if (p != NULL) memset(p, 0, size);
    return p;
}

/* Grows an array in the arena; what was there before stays behind. */
static void *grown(struct sim *s, void *old, size_t size, uint32_t count, uint32_t *cap)
{
    if (count < *cap) return old;
    uint32_t more = *cap == 0 ? 32 : 2 * *cap;
    void *p = wh_arena_alloc(s->arena, size * more, 16);
    if (p == NULL) return NULL;
    if (count != 0) memcpy(p, old, size * count);
    *cap = more;
    return p;
}

/* --- heaps: the least (first, then second) comes out */
static bool before(const struct sim_due *a, const struct sim_due *b)
{
    return a->first != b->first ? a->first < b->first : a->second < b->second;
}

static wh_status push(struct sim *s, struct sim_heap *h, struct sim_due x)
{
    h->at = grown(s, h->at, sizeof *h->at, h->count, &h->cap);
    if (h->at == NULL) return WH_E_NOMEM;
    uint32_t i = h->count++;
    for (; i > 0 && before(&x, &h->at[(i - 1) / 2]); i = (i - 1) / 2)
        h->at[i] = h->at[(i - 1) / 2];
    h->at[i] = x;
    return WH_OK;
}

static struct sim_due pop(struct sim_heap *h)
{
    struct sim_due top = h->at[0], x = h->at[--h->count];
    uint32_t i = 0;
    for (uint32_t kid; (kid = 2 * i + 1) < h->count; i = kid) {
        if (kid + 1 < h->count && before(&h->at[kid + 1], &h->at[kid])) kid++;
        if (!before(&h->at[kid], &x)) break;
        h->at[i] = h->at[kid];
    }
    h->at[i] = x;
    return top;
}

/* --- honest moves */
static uint32_t sent_slot(const struct sim *s, uint64_t key)
{
    uint32_t at = (uint32_t)(key >> 20) & s->sent_mask;
    while (s->sent[at].key != 0 && s->sent[at].key != key)
        at = (at + 1) & s->sent_mask;
    return at;
}

static uint64_t party_key(uint32_t party, uint64_t key)
{
    uint64_t k = sim_mix(key, party);
    return k == 0 ? 1 : k;
}

bool sim_sent(struct sim *s, uint32_t party, uint64_t key)
{
    if (s->sent == NULL) return false;
    return s->sent[sent_slot(s, party_key(party, key))].sent;
}

wh_status sim_note_sent(struct sim *s, uint32_t party, uint64_t move, bool sent)
{
    uint64_t key = party_key(party, move);
    if (s->sent == NULL || 2 * s->sent_count >= s->sent_mask) {
        uint32_t size = s->sent == NULL ? 64 : 2 * (s->sent_mask + 1), old = s->sent_mask + 1;
        __typeof__(s->sent) from = s->sent;
        s->sent = sim_new(s, size * sizeof *s->sent);
        if (s->sent == NULL) return WH_E_NOMEM;
        s->sent_mask = size - 1;
        for (uint32_t i = 0; from != NULL && i < old; i++)
            if (from[i].key != 0) s->sent[sent_slot(s, from[i].key)] = from[i];
    }
    uint32_t at = sent_slot(s, key);
    if (s->sent[at].key == 0) s->sent_count++;
    s->sent[at].key = key;
    s->sent[at].sent = sent;
    return WH_OK;
}

wh_status sim_send(struct sim *s, const struct sim_tx *tx)
{
    WH_TRY(sim_note_sent(s, tx->party, tx->key, true));
    s->tx = grown(s, s->tx, sizeof *s->tx, s->tx_count, &s->tx_cap);
    if (s->tx == NULL) return WH_E_NOMEM;
    uint32_t i = s->tx_count++;
    s->tx[i] = *tx;
    s->tx[i].ready = sim_block_at(s, s->now + sim_get(s, SIM_SLOT) + s->party_delay[tx->party]);
    return push(s, &s->coming, (struct sim_due){s->tx[i].ready, i, i});
}

wh_status sim_stand_first(struct sim *s)
{
    WH_TRY(s->protocol->look(s, 0));
    s->coming.count = 0;
    for (uint32_t i = 0; i < s->tx_count; i++) {
        s->tx[i].ready = 0;
        WH_TRY(push(s, &s->coming, (struct sim_due){0, i, i}));
    }
    return WH_OK;
}

wh_status sim_come(struct sim *s)
{
    while (s->coming.count != 0 && s->coming.at[0].first <= s->now) {
        uint32_t i = pop(&s->coming).number;
        WH_TRY(push(s, &s->ready, (struct sim_due){s->tx[i].order, i, i}));
    }
    return WH_OK;
}

struct sim_tx *sim_most_urgent(struct sim *s)
{
    return &s->tx[pop(&s->ready).number];
}

/* --- the adversary */
/* Its latency, and the next block. */
static uint64_t its_time(const struct sim *s, uint64_t t)
{
    uint64_t delay = sim_get(s, SIM_EVIL_DELAY), soon = s->now + sim_get(s, SIM_SLOT) + delay;
    if (t == SIM_NEVER) return t;
    return sim_block_at(s, delay != 0 && t < soon ? soon : t);
}

wh_status sim_chance(struct sim *s, const struct sim_chance *c)
{
    /* Rewards are taken at once, whatever the strategy. */
    uint64_t t = c->kind == SIM_MOVE_CLAIM ? s->now : s->strategy->when(s, c);
    WH_ASSERT(t >= s->now);
    t = its_time(s, t);
    if (t == SIM_NEVER) return WH_OK;
    if (s->acting && t <= s->now) { /* it goes on with what it is about before it turns elsewhere */
        s->next = grown(s, s->next, sizeof *s->next, s->next_count, &s->next_cap);
        if (s->next == NULL) return WH_E_NOMEM;
        s->next[s->next_count++] = *c;
        return WH_OK;
    }
    uint32_t i = s->chance_free;
    if (i != 0) {
        i--;
        s->chance_free = s->chance[i].free;
    } else {
        s->chance = grown(s, s->chance, sizeof *s->chance, s->chance_count, &s->chance_cap);
        if (s->chance == NULL) return WH_E_NOMEM;
        i = s->chance_count++;
    }
    s->chance[i].what = *c;
    return push(s, &s->timed, (struct sim_due){t, s->chance_made++, i});
}

bool sim_next_chance(struct sim *s, struct sim_chance *out)
{
    if (s->next_count != 0) {
        *out = s->next[--s->next_count];
        return true;
    }
    if (s->timed.count == 0 || s->timed.at[0].first > s->now) return false;
    uint32_t i = pop(&s->timed).number;
    *out = s->chance[i].what;
    s->chance[i].free = s->chance_free;
    s->chance_free = i + 1;
    return true;
}
