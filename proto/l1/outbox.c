/* SPDX-License-Identifier: MIT */
/* Intents: what is wanted, what became of it. Transactions are outbox_tx.c's. */
#include "proto/l1/outbox.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "proto/l1/outbox_private.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

#define GWEI         UINT64_C(1000000000)
#define NONCES_AHEAD 65536u /* of the chain, however deep a reorg was; each is looked after */

bytes32 outbox_key(const char *kind, const uint8_t *id, size_t id_len, uint64_t epoch)
{
    struct keccak k;
    uint8_t len = (uint8_t)strlen(kind), be[8];
    bytes32 out;
    store_be64(be, epoch);
    keccak_init(&k);
    keccak_update(&k, &len, 1);
    keccak_update(&k, (const uint8_t *)kind, len);
    keccak_update(&k, id, id_len);
    keccak_update(&k, be, 8);
    keccak_final(&k, &out);
    return out;
}

struct list {
    struct store_intent *v; /* owns */
    size_t n, cap;
};

static wh_status take(void *ctx, const struct store_intent *i, struct wh_error *err)
{
    struct list *l = ctx;
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 32;
        struct store_intent *v = realloc(l->v, cap * sizeof *v);
        if (v == NULL) return wh_fail(err, WH_ERR_NOMEM, "intents");
        l->v = v;
        l->cap = cap;
    }
    l->v[l->n++] = *i;
    return WH_OK;
}

/* --- open: journal and chain against each other */
static wh_status nonce_trouble(const struct outbox *ob, uint64_t nonce, const char *how,
                               struct wh_error *err)
{
    return wh_fail(err, WH_ERR_KEY_NONCE, "%s: nonce %" PRIu64 " %s", wh_hex20(&ob->key->addr).s,
                   nonce, how);
}

static wh_status start_nonce(struct outbox *ob, struct wh_error *err)
{
    const struct l1_at latest = L1_AT_LATEST, pending = {.kind = L1_PENDING};
    uint64_t mined = 0, waiting = 0;
    WH_TRY(store_nonce_next(ob->store, &ob->next_nonce, &ob->journal, err));
    WH_TRY(l1_nonce(ob->rpc, &ob->key->addr, &latest, &mined, err));
    if (ob->journal && mined <= ob->next_nonce) {
        if (ob->next_nonce - mined <= NONCES_AHEAD) return WH_OK;
        return wh_fail(err, WH_ERR_STORE_CORRUPT,
                       "the journal gave out nonce %" PRIu64 ", the chain is at %" PRIu64,
                       ob->next_nonce - 1, mined);
    }
    if (ob->journal)
        WH_LOG(WARN, TX_LOST, "the key was used elsewhere since the last start",
               WH_F_ADDR("account", &ob->key->addr), WH_F_U64("nonce", ob->next_nonce),
               WH_F_U64("used", mined));
    /* An empty journal (new, or wiped), or one that the chain has passed while nobody ran: go on
     * behind whatever the node has of this account. */
    WH_TRY(l1_nonce(ob->rpc, &ob->key->addr, &pending, &waiting, err));
    if (waiting < mined) waiting = mined;
    uint64_t again = 0;
    WH_TRY(l1_nonce(ob->rpc, &ob->key->addr, &pending, &again, err));
    if (again != waiting) /* a nonce too high would leave a gap that nobody fills */
        return wh_fail(err, WH_ERR_RPC_DOUBT,
                       "%s: the next nonce is %" PRIu64 ", and then %" PRIu64,
                       wh_hex20(&ob->key->addr).s, waiting, again);
    ob->next_nonce = waiting;
    return WH_OK;
}

/* Who starts the program says that nobody else uses the key now. Nonces of ours that somebody else
 * used before, for long enough that every node must have a receipt if it was ours: their moves go
 * back to the queue. */
static wh_status disown(struct outbox *ob, struct wh_error *err)
{
    struct list l = {0};
    struct l1_block head;
    const struct l1_at latest = L1_AT_LATEST;
    uint64_t used = 0;
    bool found = false;
    WH_TRY(l1_block_at(ob->rpc, &latest, &head, &found, err));
    if (!found || head.number < OUTBOX_SETTLED) return WH_OK;
    wh_status st = store_intents_each(ob->store, false, take, &l, err);
    bool some = false;
    for (size_t k = 0; k < l.n; k++)
        some = some || l.v[k].has_nonce;
    struct l1_at old = l1_at_number(head.number - OUTBOX_SETTLED);
    if (st == WH_OK && some) st = l1_nonce(ob->rpc, &ob->key->addr, &old, &used, err);
    for (size_t k = 0; k < l.n && st == WH_OK; k++) {
        struct store_intent *i = &l.v[k];
        struct l1_receipt r;
        if (!i->has_nonce || i->nonce >= used) continue;
        st = outbox_find_receipt(ob, i->nonce, &r, &found, err);
        if (st != WH_OK || found) continue;
        WH_LOG(WARN, TX_LOST, i->kind, WH_F_STR("why", "its nonce was used by another program"),
               WH_F_U64("nonce", i->nonce));
        i->state = STORE_INTENT_QUEUED;
        i->has_nonce = false;
        i->sends = 0;
        st = store_intent_put(ob->store, i, (wh_span){NULL, 0}, err);
    }
    free(l.v);
    return st;
}

wh_status outbox_open(struct outbox **out, struct store *store, struct l1_rpc *rpc,
                      const struct l1_key *key, const struct outbox_config *c, struct wh_error *err)
{
    if (!u256_fits_u64(&c->max_fee) || !u256_fits_u64(&c->min_tip))
        return wh_fail(err, WH_ERR_CLI_VALUE, "--tx.max-fee or --tx.min-tip is over 18 eth");
    struct outbox *ob = calloc(1, sizeof *ob);
    if (ob == NULL) return wh_fail(err, WH_ERR_NOMEM, "outbox");
    *ob = (struct outbox){.store = store,
                          .rpc = rpc,
                          .key = key,
                          .chain_id = c->chain_id,
                          .cap = c->max_fee.w[0] ? c->max_fee.w[0] : 200 * GWEI,
                          .min_tip = c->min_tip.w[0] ? c->min_tip.w[0] : GWEI,
                          .bump_bps = c->bump_bps < 1200 ? 1200 : c->bump_bps,
                          .resubmit_ms = c->resubmit_ms ? c->resubmit_ms : 24000,
                          .confirmations = c->confirmations ? c->confirmations : 1,
                          .max_pending = c->max_pending ? c->max_pending : 16,
                          .suspect_nonce = UINT64_MAX};
    wh_status st = start_nonce(ob, err);
    if (st == WH_OK) st = disown(ob, err);
    if (st != WH_OK) {
        outbox_close(ob);
        return st;
    }
    *out = ob;
    return WH_OK;
}

void outbox_close(struct outbox *ob)
{
    if (ob == NULL) return;
    free(ob->wanted);
    free(ob);
}

/* --- rounds */
void outbox_round(struct outbox *ob)
{
    ob->wanted_count = 0;
}

bool outbox_wanted(const struct outbox *ob, const bytes32 *key)
{
    for (size_t i = 0; i < ob->wanted_count; i++)
        if (bytes32_eq(&ob->wanted[i], key)) return true;
    return false;
}

static wh_status want(struct outbox *ob, const bytes32 *key, struct wh_error *err)
{
    if (outbox_wanted(ob, key)) return WH_OK;
    if (ob->wanted_count == ob->wanted_cap) {
        size_t cap = ob->wanted_cap ? 2 * ob->wanted_cap : 64;
        bytes32 *v = realloc(ob->wanted, cap * sizeof *v);
        if (v == NULL) return wh_fail(err, WH_ERR_NOMEM, "outbox");
        ob->wanted = v;
        ob->wanted_cap = cap;
    }
    ob->wanted[ob->wanted_count++] = *key;
    return WH_OK;
}

wh_status outbox_live(struct outbox *ob, const bytes32 *key, bool *live, struct wh_error *err)
{
    struct store_intent i;
    bool found = false;
    WH_TRY(store_intent_get(ob->store, key, &i, NULL, &found, err));
    *live = found && (i.state == STORE_INTENT_SENT || i.state == STORE_INTENT_MINED);
    return *live ? want(ob, key, err) : WH_OK;
}

wh_status outbox_put(struct outbox *ob, const struct outbox_move *m, struct wh_error *err)
{
    struct store_intent i;
    struct wh_buf old = {0};
    bool found = false;
    WH_TRY(want(ob, &m->key, err));
    WH_TRY(store_intent_get(ob->store, &m->key, &i, &old, &found, err));
    bool same = found && old.len == m->data.len &&
                (old.len == 0 || memcmp(old.ptr, m->data.ptr, old.len) == 0) &&
                i.gas_limit == m->gas_limit && address_eq(&i.to, &m->to) &&
                u256_eq(&i.value, &m->value) && i.priority == m->priority;
    wh_buf_done(&old);
    /* One live transaction per key: what is sent stays as it is until the chain has answered. */
    if (found && (same || i.state == STORE_INTENT_SENT || i.state == STORE_INTENT_MINED))
        return WH_OK;
    if (!found) {
        memset(&i, 0, sizeof i);
        i.key = m->key;
        i.state = STORE_INTENT_QUEUED;
        i.queued_ms = wh_now_ms();
        WH_LOG(DEBUG, TX_QUEUED, m->kind, WH_F_B32("key", &m->key));
    }
    snprintf(i.kind, sizeof i.kind, "%s", m->kind);
    i.to = m->to;
    i.value = m->value;
    i.gas_limit = m->gas_limit;
    i.priority = m->priority;
    static const uint8_t none;
    return store_intent_put(ob->store, &i, m->data.ptr ? m->data : wh_span_of(&none, 0), err);
}

/* --- the chain's answers */
static wh_status save(struct pump *p, const struct store_intent *i, struct wh_error *err)
{
    return store_intent_put(p->ob->store, i, (wh_span){NULL, 0}, err);
}

/* The nonce is used on chain, but none of our transactions with it has a receipt. A node that lags
 * behind the one that told of the nonce shows the same, so it must last for some looks and blocks. */
static wh_status suspect(struct pump *p, uint64_t nonce, struct wh_error *err)
{
    struct outbox *ob = p->ob;
    if (ob->suspect_nonce != nonce) {
        ob->suspect_nonce = nonce;
        ob->suspect_head = p->head;
        ob->suspicions = 0;
    }
    ob->suspicions++;
    uint64_t blocks =
        ob->confirmations > OUTBOX_SETTLED ? ob->confirmations : (uint64_t)OUTBOX_SETTLED;
    if (ob->suspicions < OUTBOX_LOOKS || p->head < ob->suspect_head + blocks) return WH_OK;
    return nonce_trouble(ob, nonce, "was used by a transaction that is not ours", err);
}

/* A nonce below p->mined: which of ours was it, and where is it now? */
static wh_status look_up(struct pump *p, struct store_intent *i, struct wh_error *err)
{
    struct l1_receipt r;
    bool found = false;
    WH_TRY(outbox_find_receipt(p->ob, i->nonce, &r, &found, err));
    if (!found) return suspect(p, i->nonce, err);
    if (p->ob->suspect_nonce == i->nonce) p->ob->suspect_nonce = UINT64_MAX;
    bool moved = i->state != STORE_INTENT_MINED || !bytes32_eq(&i->mined_hash, &r.block_hash);
    if (!moved) return WH_OK;
    i->state = STORE_INTENT_MINED;
    i->mined_block = r.block_number;
    i->mined_hash = r.block_hash;
    i->mined_tx = r.tx_hash;
    i->gas_used = r.gas_used;
    i->reverted = !r.ok;
    WH_LOG(INFO, TX_MINED, i->kind, WH_F_B32("tx", &r.tx_hash),
           WH_F_U64("l1_block", r.block_number), WH_F_U64("gas", r.gas_used),
           WH_F_U64("nonce", i->nonce), WH_F_STR("status", r.ok ? "ok" : "reverted"));
    return save(p, i, err);
}

bool outbox_moot(const struct pump *p, const struct store_intent *i)
{
    if (p->view->truth) return p->view->truth(p->view->ctx, i) == OUTBOX_DONE;
    return !outbox_wanted(p->ob, &i->key);
}

static enum outbox_truth truth_of(const struct pump *p, const struct store_intent *i)
{
    if (i->mined_block > p->view->l1_block || !p->view_canonical) return OUTBOX_UNKNOWN;
    if (p->view->truth) return p->view->truth(p->view->ctx, i);
    return outbox_wanted(p->ob, &i->key) ? OUTBOX_NOT_DONE : OUTBOX_DONE;
}

/* The state still asks for a move that is mined: it goes back to the queue, with growing pauses. One
 * that did not even revert has had its effect, as far as the chain goes: the first pause is for the
 * planner, to look whether its view is whole. */
static wh_status again(struct pump *p, struct store_intent *i, struct wh_error *err)
{
    unsigned shift = i->tries < 2 ? 0 : i->tries - 2 < 8 ? i->tries - 2 : 8;
    uint64_t pause = i->tries < 2 && i->reverted ? 0 : p->ob->resubmit_ms << shift;
    if (!i->reverted || i->tries >= 2) p->report->denied++;
    if (outbox_since(p->now_ms, i->sent_ms) < pause) return WH_OK;
    WH_LOG(WARN, TX_FAILED, i->kind, WH_F_B32("tx", &i->mined_tx),
           WH_F_STR("status", i->reverted ? "reverted" : "without effect"),
           WH_F_U64("tries", i->tries));
    i->state = STORE_INTENT_QUEUED;
    i->has_nonce = false;
    i->sends = 0;
    p->report->failed++;
    return save(p, i, err);
}

static wh_status settle(struct pump *p, struct store_intent *i, struct wh_error *err)
{
    switch (truth_of(p, i)) {
    case OUTBOX_UNKNOWN: return WH_OK;
    case OUTBOX_NOT_DONE: return again(p, i, err);
    case OUTBOX_DONE: break;
    }
    if (p->head < i->mined_block + p->ob->confirmations) return WH_OK; /* a reorg may undo it */
    i->state = i->reverted ? STORE_INTENT_FAILED : STORE_INTENT_DONE;
    p->report->done++;
    WH_LOG(INFO, TX_DONE, i->kind, WH_F_B32("key", &i->key), WH_F_U64("l1_block", i->mined_block));
    return save(p, i, err);
}

/* Finished moves that the state asks for again, e.g. a reward that a later slash made larger. */
static wh_status revive(struct pump *p, struct wh_error *err)
{
    struct outbox *ob = p->ob;
    for (size_t k = 0; k < ob->wanted_count; k++) {
        struct store_intent i;
        bool found = false;
        WH_TRY(store_intent_get(ob->store, &ob->wanted[k], &i, NULL, &found, err));
        if (!found || (i.state != STORE_INTENT_DONE && i.state != STORE_INTENT_FAILED)) continue;
        if (i.mined_block > p->view->l1_block || !p->view_canonical) continue;
        i.state = STORE_INTENT_QUEUED;
        i.has_nonce = false;
        i.sends = 0;
        WH_TRY(save(p, &i, err));
    }
    return WH_OK;
}

static wh_status reconcile(struct pump *p, struct wh_error *err)
{
    struct list l = {0};
    wh_status st = store_intents_each(p->ob->store, false, take, &l, err);
    for (size_t k = 0; k < l.n && st == WH_OK; k++) {
        struct store_intent *i = &l.v[k];
        if (i->has_nonce && i->nonce < p->mined) {
            st = look_up(p, i, err);
            if (st == WH_OK && i->state == STORE_INTENT_MINED) st = settle(p, i, err);
        } else if (i->state == STORE_INTENT_QUEUED && !outbox_wanted(p->ob, &i->key)) {
            i->state = i->reverted ? STORE_INTENT_FAILED : STORE_INTENT_DONE;
            st = i->tries ? save(p, i, err) : store_intent_drop(p->ob->store, &i->key, err);
        }
    }
    free(l.v);
    return st;
}

static wh_status send_queued(struct pump *p, struct wh_error *err)
{
    struct list l = {0};
    wh_status st = store_intents_each(p->ob->store, false, take, &l, err);
    for (size_t k = 0; k < l.n && st == WH_OK; k++) {
        bool sent = false;
        if (l.v[k].state != STORE_INTENT_QUEUED) continue;
        if (p->ob->next_nonce - p->mined >= p->ob->max_pending) break;
        st = outbox_first(p, &l.v[k], &sent, err);
        if (p->report->capped) break;
    }
    free(l.v);
    return st;
}

/* Was the view folded on the chain that the node shows now? */
static wh_status check_view(struct pump *p, const struct l1_block *head, struct wh_error *err)
{
    struct l1_block b = *head;
    bool found = true;
    if (p->view->l1_block != head->number) {
        struct l1_at at = l1_at_number(p->view->l1_block);
        WH_TRY(l1_block_at(p->ob->rpc, &at, &b, &found, err));
    }
    p->view_canonical = found && bytes32_eq(&b.hash, &p->view->l1_hash);
    return WH_OK;
}

static wh_status count(void *ctx, const struct store_intent *i, struct wh_error *err)
{
    (void)err;
    struct outbox_report *r = ctx;
    r->queued += i->state == STORE_INTENT_QUEUED;
    r->pending += i->state == STORE_INTENT_SENT;
    r->mined += i->state == STORE_INTENT_MINED;
    return WH_OK;
}

/* passed_by: the chain has used a nonce that was not given out here. One answer may be wrong. */
static wh_status passed_by(struct pump *p, struct wh_error *err)
{
    struct outbox *ob = p->ob;
    if (++ob->ahead >= OUTBOX_LOOKS)
        return nonce_trouble(ob, ob->next_nonce, "was used by another program", err);
    return wh_fail(err, WH_ERR_RPC_DOUBT,
                   "%s: nonce %" PRIu64 " is used, and was not given out here",
                   wh_hex20(&ob->key->addr).s, ob->next_nonce);
}

wh_status outbox_pump(struct outbox *ob, const struct outbox_view *view,
                      struct outbox_report *report, struct wh_error *err)
{
    struct outbox_report unused;
    if (report == NULL) report = &unused;
    memset(report, 0, sizeof *report);
    const struct l1_at latest = L1_AT_LATEST;
    struct l1_block head;
    bool found = false;
    struct pump p = {.ob = ob, .view = view, .report = report};
    p.now_ms = view->now_ms ? view->now_ms : wh_now_ms();
    WH_TRY(l1_block_at(ob->rpc, &latest, &head, &found, err));
    if (!found) return wh_fail(err, WH_ERR_RPC_NULL, "eth_getBlockByNumber latest: null");
    p.head = head.number;
    WH_TRY(l1_nonce(ob->rpc, &ob->key->addr, &latest, &p.mined, err));
    if (p.mined > ob->next_nonce) {
        uint64_t again = 0;
        if (ob->journal) return passed_by(&p, err);
        WH_TRY(l1_nonce(ob->rpc, &ob->key->addr, &latest, &again, err));
        if (again != p.mined) return passed_by(&p, err);
        ob->next_nonce = p.mined; /* nothing of ours was sent yet */
    }
    ob->ahead = 0;
    WH_TRY(check_view(&p, &head, err));
    WH_TRY(reconcile(&p, err));
    WH_TRY(revive(&p, err));
    WH_TRY(outbox_refill(&p, err));
    /* what was planned on blocks that are not (or not yet again) the chain's waits for another look */
    if (p.view_canonical) WH_TRY(send_queued(&p, err));
    return store_intents_each(ob->store, false, count, report, err);
}
