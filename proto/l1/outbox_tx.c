/* SPDX-License-Identifier: MIT */
/* Nonces, fees, and transactions of the outbox. */
#include <string.h>

#include "proto/l1/outbox_private.h"
#include "proto/l1/txsign.h"
#include "proto/sys/log.h"

#define TELL_MS 60000u

bool outbox_tell(struct pump *p, enum wh_err code, uint64_t nonce)
{
    size_t places = sizeof p->ob->told / sizeof p->ob->told[0], at = (size_t)nonce % places;
    bool again = p->ob->told[at].code == code && p->ob->told[at].nonce == nonce &&
                 outbox_since(p->now_ms, p->ob->told[at].ms) < TELL_MS;
    if (again) return false;
    p->ob->told[at].code = code;
    p->ob->told[at].nonce = nonce;
    p->ob->told[at].ms = p->now_ms;
    return true;
}

/* --- fees */
static uint64_t clamp(const u256 *v)
{
    return u256_fits_u64(v) ? v->w[0] : UINT64_MAX;
}

static wh_status read_fees(struct pump *p, struct wh_error *err)
{
    struct l1_fees f;
    if (p->have_fees) return WH_OK;
    WH_TRY(l1_get_fees(p->ob->rpc, &f, err));
    p->base_fee = clamp(&f.base_fee);
    p->tip = clamp(&f.tip);
    /* What others tip is hearsay: one block, or one answer, must not make us tip the whole cap. */
    uint64_t most = p->ob->min_tip > UINT64_MAX / 10 ? UINT64_MAX : 10 * p->ob->min_tip;
    if (most < p->base_fee) most = p->base_fee;
    if (p->tip > most) p->tip = most;
    if (p->tip < p->ob->min_tip) p->tip = p->ob->min_tip;
    p->have_fees = true;
    return WH_OK;
}

/* Twice the base fee outlasts six full blocks in a row. false: the cap is below what a block takes. */
static bool suggest(const struct pump *p, uint64_t *max_fee, uint64_t *tip)
{
    uint64_t cap = p->ob->cap;
    if (p->base_fee >= cap) return false;
    uint64_t room = cap - p->base_fee;
    *tip = p->tip < room ? p->tip : room;
    *max_fee = p->base_fee < room - *tip ? 2 * p->base_fee + *tip : cap;
    return true;
}

static uint64_t raised(uint64_t fee, uint64_t bps)
{
    __extension__ typedef unsigned __int128 u128;
    u128 v =
        ((u128)fee * (10000 + bps) + 9999) / 10000 + 1; /* some nodes want more than the rule */
    return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

/* --- sign, store, send */
static wh_status sign(struct pump *p, const struct store_intent *i, uint64_t nonce, wh_span data,
                      uint64_t max_fee, uint64_t tip, struct wh_buf *raw, struct store_intent_tx *t,
                      struct wh_error *err)
{
    struct outbox *ob = p->ob;
    struct l1_tx_fields f = {.chain_id = ob->chain_id,
                             .nonce = nonce,
                             .gas_limit = i->gas_limit,
                             .max_fee = u256_from_u64(max_fee),
                             .tip = u256_from_u64(tip),
                             .value = i->value,
                             .to = i->to,
                             .data = data};
    *t = (struct store_intent_tx){.key = i->key,
                                  .nonce = nonce,
                                  .sent_ms = p->now_ms,
                                  .max_fee = f.max_fee,
                                  .tip = f.tip,
                                  .live = true};
    return l1_tx_sign(&f, ob->key, raw, &t->hash, err);
}

/* The journal first, in one transaction; the bytes leave only after it is durable. i may be NULL. */
static wh_status journal(struct pump *p, const struct store_intent *i,
                         const struct store_intent_tx *t, wh_span raw, struct wh_error *err)
{
    struct store *s = p->ob->store;
    WH_TRY(store_begin(s, err));
    wh_status st = i ? store_intent_put(s, i, (wh_span){NULL, 0}, err) : WH_OK;
    if (st == WH_OK) st = store_intent_tx_put(s, t, raw, err);
    if (st == WH_OK) return store_commit(s, err);
    store_rollback(s);
    return st;
}

/* A node's refusal is no trouble of ours: the bytes are in the journal, and the next pump looks
 * again. *taken false then. Trouble of the connection is returned. */
static wh_status deliver(struct pump *p, wh_span raw, const struct store_intent_tx *t, bool *taken,
                         struct wh_error *err)
{
    struct wh_error why = {0};
    wh_status st = l1_send_raw(p->ob->rpc, raw, &t->hash, &why);
    *taken = st == WH_OK;
    if (st == WH_OK) return WH_OK;
    if (why.code == WH_ERR_TX_FUNDS) p->report->poor = true;
    if (why.code == WH_ERR_TX_FUNDS || why.code == WH_ERR_TX_REFUSED) {
        if (outbox_tell(p, why.code, t->nonce)) wh_log_error(WH_LEVEL_WARN, WH_EV_TX_FAILED, &why);
        return WH_OK;
    }
    if (err) *err = why;
    return st;
}

/* Can the account pay for it now? What is in flight is not counted: the node has the last word. */
static wh_status affordable(struct pump *p, const struct store_intent *i, uint64_t max_fee,
                            bool *yes, struct wh_error *err)
{
    __extension__ typedef unsigned __int128 u128;
    const struct l1_at at = L1_AT_LATEST;
    u256 have, need;
    WH_TRY(l1_balance(p->ob->rpc, &p->ob->key->addr, &at, &have, err));
    u128 gas = (u128)i->gas_limit * max_fee;
    need = (u256){{(uint64_t)gas, (uint64_t)(gas >> 64), 0, 0}};
    *yes = !u256_add(&need, &need, &i->value) && !u256_lt(&have, &need);
    return WH_OK;
}

wh_status outbox_first(struct pump *p, struct store_intent *i, bool *sent, struct wh_error *err)
{
    struct outbox *ob = p->ob;
    uint64_t max_fee = 0, tip = 0;
    bool yes = false, found = false;
    *sent = false;
    WH_TRY(read_fees(p, err));
    if (!suggest(p, &max_fee, &tip)) {
        p->report->capped = true;
        if (outbox_tell(p, WH_ERR_TX_CAP, ob->next_nonce))
            WH_LOG(WARN, CAP_REACHED, "the base fee is above --tx.max-fee; moves are kept",
                   WH_F_STR("move", i->kind), WH_F_U64("base_fee", p->base_fee),
                   WH_F_U64("max_fee", ob->cap));
        return WH_OK;
    }
    WH_TRY(affordable(p, i, max_fee, &yes, err));
    if (!yes) {
        p->report->poor = true;
        if (outbox_tell(p, WH_ERR_TX_FUNDS, ob->next_nonce))
            WH_LOG(WARN, TX_FAILED, "the account cannot pay for a move; it is kept",
                   WH_F_STR("move", i->kind), WH_F_ADDR("account", &ob->key->addr));
        return WH_OK;
    }
    struct wh_buf data = {0}, raw = {0};
    struct store_intent_tx t;
    struct store_intent row;
    wh_status st = store_intent_get(ob->store, &i->key, &row, &data, &found, err);
    if (st == WH_OK && !found) st = wh_fail(err, WH_ERR_STORE_MISSING, "an intent is gone");
    if (st == WH_OK)
        st = sign(p, i, ob->next_nonce, wh_buf_span(&data), max_fee, tip, &raw, &t, err);
    if (st == WH_OK) {
        i->state = STORE_INTENT_SENT;
        i->has_nonce = true;
        i->nonce = ob->next_nonce;
        i->sent_ms = p->now_ms;
        i->sends = 1;
        i->tries++;
        st = journal(p, i, &t, wh_buf_span(&raw), err);
    }
    if (st == WH_OK) {
        ob->next_nonce++;
        ob->journal = true;
        *sent = true;
        p->report->sent++;
        bool taken = false;
        st = deliver(p, wh_buf_span(&raw), &t, &taken, err);
        if (taken)
            WH_LOG(INFO, TX_SENT, i->kind, WH_F_B32("tx", &t.hash), WH_F_U64("nonce", t.nonce),
                   WH_F_U64("max_fee", max_fee), WH_F_B32("key", &i->key));
    }
    wh_buf_done(&data);
    wh_buf_done(&raw);
    return st;
}

/* --- what was sent for one nonce */
struct newest {
    struct store_intent_tx t;
    struct wh_buf raw; /* owns */
    bool found;
};

static wh_status take_newest(void *ctx, const struct store_intent_tx *t, wh_span raw,
                             struct wh_error *err)
{
    struct newest *n = ctx;
    if (n->found) return WH_OK;
    n->t = *t;
    n->found = true;
    wh_buf_put(&n->raw, raw.ptr, raw.len);
    return wh_buf_ok(&n->raw) ? WH_OK : wh_fail(err, WH_ERR_NOMEM, "transaction");
}

struct hashes {
    bytes32 v[OUTBOX_TXS_MAX];
    size_t n;
};

static wh_status take_hash(void *ctx, const struct store_intent_tx *t, wh_span raw,
                           struct wh_error *err)
{
    (void)raw, (void)err;
    struct hashes *h = ctx;
    if (h->n < OUTBOX_TXS_MAX) h->v[h->n++] = t->hash;
    return WH_OK;
}

wh_status outbox_find_receipt(struct outbox *ob, uint64_t nonce, struct l1_receipt *r, bool *found,
                              struct wh_error *err)
{
    struct hashes h = {.n = 0};
    *found = false;
    WH_TRY(store_intent_txs_each(ob->store, nonce, take_hash, &h, err));
    for (size_t i = 0; i < h.n && !*found; i++)
        WH_TRY(l1_get_receipt(ob->rpc, &h.v[i], r, found, err));
    return WH_OK;
}

/* Same nonce, both fees raised. i NULL: nobody wants the move any more, so an empty transfer to
 * ourselves takes its place. *sent false: the cap allows no valid raise. */
static wh_status bump(struct pump *p, struct store_intent *i, const struct newest *n, bool *sent,
                      struct wh_error *err)
{
    struct store_intent filler = {.key = n->t.key, .kind = "cancel", .gas_limit = 21000};
    struct outbox *ob = p->ob;
    uint64_t want_max = 0, want_tip = 0;
    *sent = false;
    WH_TRY(read_fees(p, err));
    uint64_t max_fee = raised(clamp(&n->t.max_fee), ob->bump_bps);
    uint64_t tip = raised(clamp(&n->t.tip), ob->bump_bps);
    if (suggest(p, &want_max, &want_tip)) {
        if (want_max > max_fee) max_fee = want_max;
        if (want_tip > tip) tip = want_tip;
    }
    if (max_fee > ob->cap || tip > max_fee) {
        p->report->capped = true;
        if (outbox_tell(p, WH_ERR_TX_CAP, n->t.nonce))
            WH_LOG(WARN, CAP_REACHED, "no block takes it, and --tx.max-fee allows no raise",
                   WH_F_U64("nonce", n->t.nonce), WH_F_U64("base_fee", p->base_fee),
                   WH_F_U64("max_fee", ob->cap));
        return WH_OK;
    }
    struct wh_buf data = {0}, raw = {0};
    struct store_intent_tx t;
    struct store_intent row;
    bool found = false, taken = false;
    wh_status st = WH_OK;
    filler.to = ob->key->addr;
    if (i) st = store_intent_get(ob->store, &i->key, &row, &data, &found, err);
    const struct store_intent *shape = i ? i : &filler;
    if (st == WH_OK)
        st = sign(p, shape, n->t.nonce, wh_buf_span(&data), max_fee, tip, &raw, &t, err);
    if (st == WH_OK && i) {
        i->sent_ms = p->now_ms;
        i->sends++;
    }
    if (st == WH_OK) st = journal(p, i, &t, wh_buf_span(&raw), err);
    if (st == WH_OK) {
        *sent = true;
        p->report->bumped++;
        WH_LOG(INFO, TX_BUMPED, shape->kind, WH_F_B32("tx", &t.hash), WH_F_U64("nonce", t.nonce),
               WH_F_U64("max_fee", max_fee));
        st = deliver(p, wh_buf_span(&raw), &t, &taken, err);
    }
    wh_buf_done(&data);
    wh_buf_done(&raw);
    return st;
}

static wh_status resend(struct pump *p, const struct newest *n, struct wh_error *err)
{
    bool taken = false;
    WH_TRY(deliver(p, wh_buf_span(&n->raw), &n->t, &taken, err));
    if (!taken) return WH_OK;
    p->report->resent++;
    WH_LOG(INFO, TX_SENT, "sent again, the same bytes", WH_F_B32("tx", &n->t.hash),
           WH_F_U64("nonce", n->t.nonce));
    return WH_OK;
}

/* The intent that this nonce was last used for; *current false: it went on to another nonce. */
static wh_status intent_of(struct pump *p, const struct newest *n, struct store_intent *i,
                           bool *current, struct wh_error *err)
{
    bool found = false;
    WH_TRY(store_intent_get(p->ob->store, &n->t.key, i, NULL, &found, err));
    *current = found && i->has_nonce && i->nonce == n->t.nonce;
    if (!*current || i->state == STORE_INTENT_SENT) return WH_OK;
    /* It was in a block that is no longer part of the chain. */
    WH_LOG(WARN, TX_LOST, i->kind, WH_F_B32("tx", &i->mined_tx), WH_F_U64("nonce", i->nonce),
           WH_F_U64("l1_block", i->mined_block));
    i->state = STORE_INTENT_SENT;
    i->mined_block = 0;
    i->reverted = false;
    memset(&i->mined_tx, 0, sizeof i->mined_tx);
    memset(&i->mined_hash, 0, sizeof i->mined_hash);
    return store_intent_put(p->ob->store, i, (wh_span){NULL, 0}, err);
}

static wh_status refill_one(struct pump *p, uint64_t nonce, struct newest *n, struct wh_error *err)
{
    struct store_intent i;
    bool current = false, known = false, sent = false;
    WH_TRY(store_intent_txs_each(p->ob->store, nonce, take_newest, n, err));
    if (!n->found) /* given out before this journal began: not ours to fill */
        return WH_OK;
    WH_TRY(intent_of(p, n, &i, &current, err));
    bool due = outbox_since(p->now_ms, n->t.sent_ms) >= p->ob->resubmit_ms;
    if (due && nonce == p->mined) {
        bool moot = !current || outbox_moot(p, &i);
        WH_TRY(bump(p, moot ? NULL : &i, n, &sent, err));
    }
    if (sent) return WH_OK;
    struct l1_tx tx = {0};
    WH_TRY(l1_get_tx(p->ob->rpc, &n->t.hash, &tx, &known, err));
    l1_tx_done(&tx);
    return known ? WH_OK : resend(p, n, err);
}

wh_status outbox_refill(struct pump *p, struct wh_error *err)
{
    wh_status st = WH_OK;
    for (uint64_t nonce = p->mined; nonce < p->ob->next_nonce && st == WH_OK; nonce++) {
        struct newest n = {.found = false};
        st = refill_one(p, nonce, &n, err);
        wh_buf_done(&n.raw);
    }
    return st;
}
