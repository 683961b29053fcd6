/* SPDX-License-Identifier: MIT */
/* Watching the game, and moving the L1's time when nobody who is honest has anything to do: clocks are
 * waited out, not slept. Also the drills: daemons killed at random moments, a reorg in the middle. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "deploy/show/show.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

#define QUIET_MS      250u /* without a new block: everybody has answered */
#define STEP_S        10u  /* L1 time moved at once */
#define STUCK_MS      15000u
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
    d->next_ms = wh_mono_ms() + 60 + draw(&d->random) % 700;
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
    return t.bonds == 0 && t.credits == 0 && !wants(s, &s->challenger, true) &&
           !wants(s, &s->proposer, true);
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
        uint64_t quiet = wh_mono_ms() - s->last_change_ms;
        bool begun = t.roots > s->cfg->rivals; /* before, nobody's clock should run */
        if (quiet > QUIET_MS && (begun || quiet > 3000) &&
            (!wants(s, &s->challenger, false) || quiet > STUCK_MS))
            WH_TRY(move_time(s, begun ? STEP_S : 1, err));
        wh_sleep_ms(20);
    }
    return look(s, err);
}
