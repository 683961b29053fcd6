/* SPDX-License-Identifier: MIT */
/* One line for each event, as the chain logged it: when, who, what, what it cost. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deploy/show/show.h"
#include "proto/l1/calls.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

void show_say(struct show *s, const char *fmt, ...)
{
    va_list ap;
    double t = (double)(wh_mono_ms() - s->started_ms) / 1000.0;
    FILE *out = s->cfg->json ? stderr : stdout;
    fprintf(out, "%6.2f s  ", t);
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    fputc('\n', out);
    fflush(out);
}

const char *show_name(const struct show *s, const address *who)
{
    const struct party *const named[] = {&s->operator, & s->proposer, &s->challenger};
    for (size_t i = 0; i < 3; i++)
        if (address_eq(&named[i]->key.addr, who)) return named[i]->name;
    for (size_t i = 0; i < s->cfg->rivals; i++)
        if (address_eq(&s->rivals[i].key.addr, who)) return s->rivals[i].name;
    return "somebody";
}

const char *show_number(uint64_t v, char out[32])
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v), at = 0;
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

static uint64_t gas_of(struct show *s, const bytes32 *tx)
{
    struct l1_receipt r;
    bool found = false;
    struct wh_error err = {0};
    if (l1_get_receipt(s->rpc, tx, &r, &found, &err) != WH_OK || !found) return 0;
    return r.gas_used;
}

static void tell_split(struct show *s, const struct game_event *ev, const char *gas)
{
    const struct game_node *n = game_node_of(&s->agent.view, &ev->id);
    if (!n) return;
    const struct game_context *c = game_context_at(&s->agent.view, n->ctx);
    uint64_t width = (uint64_t)1 << c->h;
    show_say(s, "  %-10s split   steps %u..%llu into %u, gas %s", show_name(s, &ev->who),
             c->pos_low, (unsigned long long)(c->pos_low + width), ev->span_count, gas);
}

/* The terminal that was proven: what its step was, and what the trace is. */
static void tell_proof(struct show *s, const struct game_event *ev, const char *gas)
{
    const struct game_node *n = game_node_of(&s->agent.view, &ev->id);
    struct agent_where where;
    struct wh_error err = {0};
    if (!n) return;
    uint32_t step = game_context_at(&s->agent.view, n->ctx)->pos_low;
    if (agent_locate(&s->agent, step, &where, &err) == WH_OK && where.is_tx)
        show_say(s, "  %-10s prove   segment %u is transaction %llu, %.18s.., gas %s",
                 show_name(s, &ev->who), step, (unsigned long long)(where.at - 1),
                 wh_hex32(&where.tx_hash).s, gas);
    else
        show_say(s, "  %-10s prove   segment %u, gas %s", show_name(s, &ev->who), step, gas);
}

static const char *judged(struct show *s, const bytes32 *aid)
{
    struct store_verdict_row row;
    bool found = false;
    if (store_verdict_get(s->store, aid, &row, NULL, &found, NULL) != WH_OK || !found) return "";
    return row.verdict == STORE_AGREE     ? ": AGREES with the own run"
           : row.verdict == STORE_INVALID ? ": INVALID"
                                          : ": cannot tell";
}

static void tell_one(struct show *s, const struct store_event *e, const struct game_event *ev)
{
    char gas[32];
    (void)show_number(gas_of(s, &e->tx_hash), gas);
    const char *who = show_name(s, &ev->who);
    switch (ev->kind) {
    case GAME_EVENT_STAKED:
        show_say(s, "  %-10s stake   a bond is locked, gas %s", who, gas);
        break;
    case GAME_EVENT_POSTED:
        show_say(s, "  %-10s post    assertion %.10s..%s, gas %s", who, wh_hex32(&ev->aid).s,
                 judged(s, &ev->aid), gas);
        break;
    case GAME_EVENT_JOINED:
        show_say(s, "  %-10s join    assertion %.10s.., gas %s", who, wh_hex32(&ev->aid).s, gas);
        break;
    case GAME_EVENT_SPLIT: tell_split(s, ev, gas); break;
    case GAME_EVENT_PROVEN: tell_proof(s, ev, gas); break;
    case GAME_EVENT_DECIDED:
        show_say(s, "  decide: assertion %.10s.. won its game%s, gas %s", wh_hex32(&ev->aid).s,
                 judged(s, &ev->aid), gas);
        break;
    case GAME_EVENT_CONFIRMED:
        show_say(s, "  confirm: assertion %.10s.. is the chain's, gas %s", wh_hex32(&ev->aid).s,
                 gas);
        break;
    case GAME_EVENT_REJECTED:
        show_say(s, "  reject: assertion %.10s.. is out, gas %s", wh_hex32(&ev->aid).s, gas);
        break;
    case GAME_EVENT_SLASHED:
        show_say(s,
                 "  slash: the bond of %s is gone, half burnt, half for those who worked, gas %s",
                 who, gas);
        break;
    case GAME_EVENT_REWARDED:
        show_say(s, "  claim: %s is paid for its moves, gas %s", who, gas);
        break;
    case GAME_EVENT_UNSTAKED:
        show_say(s, "  %-10s unstake the bond is free, gas %s", who, gas);
        break;
    case GAME_EVENT_WITHDRAWN:
        show_say(s, "  withdraw: %.4f ether to %s, gas %s", (double)ev->amount / 1e18, who, gas);
        break;
    case GAME_EVENT_TIMER_UPDATED:
    case GAME_EVENT_SWEPT:
    case GAME_EVENT_INPUT:
    case GAME_EVENT_ETHEREUM_INPUT:
    case GAME_EVENT_COUNT: break;
    }
}

static wh_status visit(void *ctx, const struct store_event *e, struct wh_error *err)
{
    struct show *s = (struct show *)ctx;
    struct calls_log log = {e->topic_count, e->topics, e->data};
    struct game_event ev;
    bytes32 spans[TREE_ARITY_MAX];
    bool known;
    (void)err;
    if (calls_event(&log, &ev, spans, NULL, &known)) tell_one(s, e, &ev);
    s->told = e->seq;
    s->last_change_ms = wh_mono_ms();
    return WH_OK;
}

/* --- what the challenger says itself, in its log */

static void value_of(const char *line, const char *key, char *out, size_t cap)
{
    const char *at = strstr(line, key);
    out[0] = 0;
    if (!at) return;
    at += strlen(key);
    bool quoted = *at == '"';
    at += quoted;
    size_t len = strcspn(at, quoted ? "\"\n" : " \n");
    snprintf(out, cap, "%.*s", (int)len, at);
}

static void tell_log_line(struct show *s, const char *line)
{
    char a[300], b[300];
    if (strstr(line, "event=execute.block")) {
        value_of(line, "steps=", a, sizeof a);
        value_of(line, "gas=", b, sizeof b);
        show_say(s, "  challenger ran the block twice in %s segments, gas %s, equal both times", a,
                 b);
    } else if (strstr(line, "event=assertion.verdict msg=invalid")) {
        value_of(line, "assertion=", a, sizeof a);
        value_of(line, "reason=", b, sizeof b);
        show_say(s, "  challenger says INVALID of %.10s..: %.72s", a, b);
    } else if (strstr(line, "event=execute.step")) {
        value_of(line, "trace_bytes=", a, sizeof a);
        value_of(line, "x=", b, sizeof b);
        show_say(s,
                 "  challenger made the trace, %s bytes, and ran EXECUTE on it, X %s: its own leaf",
                 a, b);
    }
}

static void tell_log(struct show *s)
{
    struct wh_buf text = {0};
    if (!s->challenger.child ||
        wh_file_read(s->challenger.child->log, 64u << 20, &text, NULL) != WH_OK ||
        !wh_buf_cstr(&text)) {
        wh_buf_done(&text);
        return;
    }
    const char *at = (const char *)text.ptr + (s->log_told < text.len ? s->log_told : text.len);
    for (const char *eol; (eol = strchr(at, '\n')) != NULL; at = eol + 1) {
        char line[600];
        snprintf(line, sizeof line, "%.*s", (int)(eol - at), at);
        tell_log_line(s, line);
    }
    s->log_told = (size_t)(at - (const char *)text.ptr);
    wh_buf_done(&text);
}

wh_status show_tell(struct show *s, struct wh_error *err)
{
    tell_log(s);
    return store_events_each(s->store, s->told, visit, s, err);
}
