/* SPDX-License-Identifier: MIT */
#include "challenger/status.h"

#include <stdlib.h>
#include <string.h>

#include "proto/sys/hex.h"

struct tally {
    struct store *store;
    json_t *doc, *assertions, *moves;
    unsigned verdicts[4];
    unsigned intents[5];
};

static const char *const verdict_names[] = {"", "agree", "invalid", "cannot tell"};
static const char *const intent_names[] = {"queued", "sent", "mined", "done", "failed"};

static const char *const status_names[] = {"none", "pending", "confirmed", "rejected"};

static wh_status see_assertion(void *ctx, const struct store_assertion *a, struct wh_error *err)
{
    struct tally *t = (struct tally *)ctx;
    bool found = false;
    struct store_verdict_row row;
    WH_TRY(store_verdict_get(t->store, &a->aid, &row, NULL, &found, err));
    json_t *o = json_object();
    json_object_set_new(o, "assertion", json_string(wh_hex32(&a->aid).s));
    json_object_set_new(o, "staker", json_string(wh_hex20(&a->staker).s));
    json_object_set_new(o, "l1_block", json_integer((json_int_t)a->l1_block));
    json_object_set_new(o, "status", json_string(a->status < 4 ? status_names[a->status] : "?"));
    json_object_set_new(o, "verdict", json_string(found ? verdict_names[row.verdict] : "none yet"));
    if (found && row.reason[0]) json_object_set_new(o, "reason", json_string(row.reason));
    if (found && row.first_wrong != UINT64_MAX)
        json_object_set_new(o, "first_wrong_segment", json_integer((json_int_t)row.first_wrong));
    json_array_append_new(t->assertions, o);
    if (found && a->status == GAME_PENDING) t->verdicts[row.verdict]++;
    return WH_OK;
}

static wh_status see_intent(void *ctx, const struct store_intent *i, struct wh_error *err)
{
    struct tally *t = (struct tally *)ctx;
    (void)err;
    t->intents[i->state]++;
    json_t *o = json_object();
    json_object_set_new(o, "kind", json_string(i->kind));
    json_object_set_new(o, "state", json_string(intent_names[i->state]));
    if (i->mined_block) {
        json_object_set_new(o, "l1_block", json_integer((json_int_t)i->mined_block));
        json_object_set_new(o, "gas", json_integer((json_int_t)i->gas_used));
        json_object_set_new(o, "tx", json_string(wh_hex32(&i->mined_tx).s));
    }
    json_array_append_new(t->moves, o);
    return WH_OK;
}

static wh_status gather(struct tally *t, struct wh_error *err)
{
    struct store_l1_block head = {0};
    uint64_t steps = 0, inputs = 0;
    bool found = false;
    WH_TRY(store_l1_head(t->store, &head, &found, err));
    WH_TRY(store_steps_count(t->store, &steps, err));
    WH_TRY(store_input_count(t->store, &inputs, err));
    WH_TRY(store_assertions_each(t->store, see_assertion, t, err));
    WH_TRY(store_intents_each(t->store, true, see_intent, t, err));
    json_object_set_new(t->doc, "v", json_integer(1));
    json_object_set_new(t->doc, "type", json_string("status"));
    json_object_set_new(t->doc, "l1_block", json_integer((json_int_t)head.number));
    json_object_set_new(t->doc, "inputs", json_integer((json_int_t)inputs));
    json_object_set_new(t->doc, "steps", json_integer((json_int_t)steps));
    json_object_set(t->doc, "assertions", t->assertions);
    json_object_set(t->doc, "moves", t->moves);
    return WH_OK;
}

static void print_text(const struct tally *t)
{
    size_t i;
    json_t *o;
    printf("L1 block %lld, %lld inputs, %lld own steps\n",
           (long long)json_integer_value(json_object_get(t->doc, "l1_block")),
           (long long)json_integer_value(json_object_get(t->doc, "inputs")),
           (long long)json_integer_value(json_object_get(t->doc, "steps")));
    json_array_foreach(t->assertions, i, o)
    {
        const char *reason = json_string_value(json_object_get(o, "reason"));
        printf("assertion %s %s, own verdict: %s%s%s\n",
               json_string_value(json_object_get(o, "assertion")),
               json_string_value(json_object_get(o, "status")),
               json_string_value(json_object_get(o, "verdict")), reason ? ": " : "",
               reason ? reason : "");
    }
    printf("moves:");
    for (size_t k = 0; k < sizeof intent_names / sizeof intent_names[0]; k++)
        printf(" %u %s", t->intents[k], intent_names[k]);
    printf("\n");
}

int status_print(const struct daemon_config *cfg, const char *program, bool json)
{
    struct tally t = {0};
    struct wh_error err = {0};
    const char *dir = NULL;
    int code = WH_EXIT_OK;
    t.doc = json_object();
    t.assertions = json_array();
    t.moves = json_array();
    wh_status st = daemon_dir(cfg, &dir, &err);
    if (st == WH_OK) st = store_open_read(&t.store, dir, &err);
    if (st == WH_OK) st = gather(&t, &err);
    if (st != WH_OK) {
        code = wh_error_print(stderr, program, &err);
    } else if (json) {
        char *text = json_dumps(t.doc, JSON_COMPACT);
        if (text) puts(text);
        free(text);
    } else {
        print_text(&t);
    }
    if (code == 0 && t.verdicts[STORE_INVALID])
        code = WH_EXIT_INVALID;
    else if (code == 0 && t.verdicts[STORE_UNKNOWN])
        code = WH_EXIT_UNKNOWN;
    store_close(t.store);
    json_decref(t.doc);
    json_decref(t.assertions);
    json_decref(t.moves);
    return code;
}
