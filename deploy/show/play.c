/* SPDX-License-Identifier: MIT */
/* Watching the game, and moving the L1's time when nobody who is honest has anything to do: clocks are
 * waited out, not slept. Also the drills: daemons killed at random moments, a reorg in the middle. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "deploy/show/show.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

#define QUIET_MS      1000u /* without a new block: whoever has not said that he is done will not */
#define STEP_S        10u   /* L1 time moved at once */
#define STUCK_MS      15000u
#define CLAIMS_MS     3000u /* without a new claim, before all stand */
#define DRILL_S       200u  /* L1 time over which kills are spread */
#define CHALLENGER_MS 5000u /* it comes at the latest then, whoever has posted */

/* wants: does the honest strategy, as this party, want a move now? leaving: it is on its way out. */
static bool wants(struct show *s, const struct party *p, bool leaving)
{
    struct agent *a = &s->agent;
    struct solver_own own;
    struct solver_me me = a->me;
    struct solver_out out;
    me.who = p->key.addr;
    me.watch = false;
    me.leaving = leaving;
    me.prepaid = (u128)1 << 100; /* deposits are no matter of time */
    me.price = 1;
    agent_own(a, &own);
    if (solver_moves(&a->view, &own, &me, &a->tick_arena, &out) != WH_OK) return true;
    for (size_t i = 0; i < out.count; i++)
        if (out.moves[i].kind != GAME_MOVE_STAKE && out.moves[i].kind != GAME_MOVE_POST)
            return true;
    return false;
}

struct tally {
    uint32_t roots, confirmed, rejected, bonds, credits;
    bool proposer_paid;
};

static struct tally count(const struct show *s)
{
    const struct game *g = &s->agent.view;
    struct tally t = {0};
    for (uint32_t i = 0; i < g->assertions.count; i++) {
        const struct game_assertion *a = game_assertion_at(g, i);
        if (i == g->genesis) continue;
        t.roots++;
        t.confirmed += a->status == GAME_CONFIRMED;
        t.rejected += a->status == GAME_REJECTED;
    }
    for (uint32_t i = 0; i < g->accounts.count; i++) {
        const struct game_account *x = game_account_at(g, i);
        bool known = address_eq(&x->who, &s->proposer.key.addr) ||
                     address_eq(&x->who, &s->challenger.key.addr);
        for (size_t j = 0; j < s->cfg->rivals; j++)
            known = known || address_eq(&x->who, &s->rivals[j].key.addr);
        if (!known) continue;
        t.bonds += x->bond != 0;
        t.credits += x->credit != 0;
    }
    return t;
}

/* --- drills */

static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct drill {
    uint64_t random;
    uint64_t next_ms; /* of the next kill */
    bool reorged;
};

static wh_status kill_one(struct show *s, struct drill *d, struct wh_error *err)
{
    struct child *const all[] = {s->proposer.child, s->rivals[0].child, s->challenger.child};
    struct child *c = all[draw(&d->random) % (s->challenger.child ? 3 : 2)];
    child_kill(c, SIGKILL);
    s->kills++;
    show_say(s, "  drill: %s is killed (%u of %llu) and started again", c->name, s->kills,
             (unsigned long long)s->cfg->kills);
    d->next_ms = wh_mono_ms() + 40 + draw(&d->random) % 300;
    return child_start(c, err);
}

static wh_status drills(struct show *s, struct drill *d, struct wh_error *err)
{
    struct tally t = count(s);
    if (s->kills < s->cfg->kills && wh_mono_ms() >= d->next_ms) WH_TRY(kill_one(s, d, err));
    if (s->cfg->reorg && !d->reorged && t.roots > s->cfg->rivals &&
        s->agent.view.nodes.count >= 10) {
        d->reorged = true;
        s->reorgs++;
        show_say(s, "  drill: the L1 drops its last %llu blocks",
                 (unsigned long long)s->cfg->reorg);
        WH_TRY(l1_dev_reorg(s->rpc, s->cfg->reorg, err));
    }
    return WH_OK;
}

/* --- has everybody answered? */

static wh_status count_live(void *ctx, const struct store_intent *i, struct wh_error *err)
{
    (void)err;
    *(size_t *)ctx += i->state == STORE_INTENT_QUEUED || i->state == STORE_INTENT_SENT;
    return WH_OK;
}

/* done: this party has looked at the head, and has nothing on the way. No answer counts as no. */
static bool done(const struct show *s, struct party *p)
{
    struct wh_error err = {0};
    struct wh_buf looked = {0};
    bool found = false;
    size_t live = 0;
    int code;
    if (!p->child || (!p->honest && child_gone(p->child, &code))) return true; /* liars may end */
    if (!p->seen && store_open_read(&p->seen, p->datadir, &err) != WH_OK) return false;
    wh_status st = store_meta_get(p->seen, AGENT_LOOKED, &looked, &found, &err);
    bool here = st == WH_OK && found && looked.len == 32 &&
                memcmp(looked.ptr, s->agent.head_hash.b, 32) == 0;
    wh_buf_done(&looked);
    return here && store_intents_each(p->seen, false, count_live, &live, &err) == WH_OK &&
           live == 0;
}

static bool all_done(struct show *s)
{
    bool yes = done(s, &s->proposer) && done(s, &s->challenger);
    for (size_t i = 0; yes && i < s->cfg->rivals; i++)
        yes = done(s, &s->rivals[i]);
    return yes;
}

/* --- the loop */

static wh_status move_time(struct show *s, uint64_t seconds, struct wh_error *err)
{
    WH_TRY(l1_dev_increase_time(s->rpc, seconds, err));
    WH_TRY(l1_dev_mine(s->rpc, 1, err));
    s->moved_s += seconds;
    s->last_change_ms = wh_mono_ms();
    return WH_OK;
}

static wh_status look(struct show *s, struct wh_error *err)
{
    struct agent_news news;
    wh_status st = agent_tick(&s->agent, &news, err);
    if (st == WH_E_NET) { /* a read crossed a block or a reorg: look again */
        wh_error_clear(err);
        return WH_OK;
    }
    WH_TRY(st);
    if (news.reorged) {
        uint64_t last;
        WH_TRY(store_event_last(s->store, &last, err));
        if (s->told > last) s->told = last;
    }
    if (s->agent.head != s->head) {
        s->head = s->agent.head;
        s->last_change_ms = wh_mono_ms();
    }
    return show_tell(s, err);
}

/* check_children: a daemon that ended by itself ends the demo. */
static wh_status check_children(struct show *s, struct wh_error *err)
{
    struct child *const all[] = {s->proposer.child, s->challenger.child};
    for (size_t i = 0; i < 2; i++) {
        int code = 0;
        if (all[i] && all[i]->pid && child_gone(all[i], &code))
            return wh_fail(err, WH_ERR_SYS, "%s ended with %d: see its log", all[i]->name, code);
    }
    return WH_OK;
}

/* over: every claim is judged; once the honest have been told to leave, nobody has a bond, a credit
 * or a reward to come. */
static bool over(struct show *s, bool left)
{
    struct tally t = count(s);
    if (t.roots == 0 || t.confirmed + t.rejected < t.roots) return false;
    if (!left) return true;
    return s->kills >= s->cfg->kills && t.bonds == 0 && t.credits == 0 &&
           !wants(s, &s->challenger, true) && !wants(s, &s->proposer, true);
}

/* time_to_move: nobody has anything to do at this second of L1. begun: all claims stand; before that
 * nobody's clock should run. */
static bool time_to_move(struct show *s, bool begun)
{
    uint64_t quiet = wh_mono_ms() - s->last_change_ms;
    /* kills are spread over the whole game */
    if (s->kills * DRILL_S < s->cfg->kills * (s->moved_s + STEP_S)) return false;
    if (quiet <= QUIET_MS && !all_done(s)) return false;
    if (!begun && count(s).roots == 0)
        return true; /* the first claim needs a block behind the Game's */
    return (begun || quiet > CLAIMS_MS) && (!wants(s, &s->challenger, false) || quiet > STUCK_MS);
}

wh_status show_play(struct show *s, struct wh_error *err)
{
    struct drill d = {.random = s->cfg->seed, .next_ms = wh_mono_ms() + 100};
    uint64_t end = wh_mono_ms() + s->cfg->timeout_ms;
    uint64_t late = wh_mono_ms() + CHALLENGER_MS;
    bool left = false;
    s->last_change_ms = wh_mono_ms();
    while (!over(s, left)) {
        if (wh_mono_ms() > end)
            return wh_fail(err, WH_ERR_SYS, "no end after %llu s",
                           (unsigned long long)(s->cfg->timeout_ms / 1000));
        WH_TRY(look(s, err));
        WH_TRY(check_children(s, err));
        WH_TRY(drills(s, &d, err));
        struct tally t = count(s);
        if (!s->challenger.child && (t.roots > s->cfg->rivals || wh_mono_ms() > late))
            WH_TRY(show_challenger(s, err));
        if (!left && over(s, false)) {
            left = true;
            WH_TRY(show_leave(s, err));
        }
        if (time_to_move(s, t.roots > s->cfg->rivals))
            WH_TRY(move_time(s, t.roots > s->cfg->rivals ? STEP_S : 1, err));
        wh_sleep_ms(10);
    }
    return look(s, err);
}
