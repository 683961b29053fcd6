/* SPDX-License-Identifier: MIT */
/* `check N|A:B`: blocks that an L2 node brings. The node is believed nothing; where it refuses what a
 * block reads, the answer is "cannot tell". */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "challenger/check.h"
#include "proto/fetch/fetch.h"
#include "proto/sys/json.h"

enum { HEADERS_ALL = 256 };

struct range_run {
    const struct check_how *how;
    struct check_ground ground;
    struct l1_rpc *rpc;
    struct fetch *fetch;
    bytes32 head; /* of the block before, if has_head */
    bool has_head;
    int code;
};

bool check_range_parse(const char *text, uint64_t *first, uint64_t *last)
{
    char copy[48];
    if (strlen(text) >= sizeof copy) return false;
    strcpy(copy, text);
    char *colon = strchr(copy, ':');
    if (colon != NULL) *colon = 0;
    if (!wh_parse_u64(copy, first)) return false;
    *last = *first;
    return colon == NULL || wh_parse_u64(colon + 1, last);
}

static wh_status open_node(struct range_run *r, struct wh_error *err)
{
    const struct wh_strlist *urls = r->how->l2_rpc;
    if (urls == NULL || urls->count == 0)
        return wh_fail(err, WH_ERR_CLI_MISSING, "blocks by number need --l2-eth-rpc URL");
    struct l1_rpc_config config = {.urls = urls->v, .url_count = urls->count};
    WH_TRY(l1_rpc_open(&r->rpc, &config, err));
    return fetch_open(&r->fetch, r->rpc, r->ground.crypto, &r->how->hints, err);
}

/* A reason that the node gave is worth more than the bare name of what is missing. */
static void add_fault(const struct range_run *r, struct check_report *report)
{
    const size_t len = strlen(report->why);
    if (report->verdict != CHECK_CANNOT_TELL || fetch_fault(r->fetch)[0] == 0) return;
    snprintf(report->why + len, sizeof report->why - len, " (last refusal: %s)",
             fetch_fault(r->fetch));
}

/* Runs the block that was fetched. *again: it needs all headers that BLOCKHASH can reach. */
static wh_status run_block(struct range_run *r, const struct blockfile *f, bool last_try,
                           bool *again, struct wh_error *err)
{
    struct check_report report;
    const struct check_more more = fetch_more(r->fetch, f);
    r->ground.arena.used = 0;
    wh_status status =
        check_block_with(f, fetch_crypto(r->fetch), &r->ground.arena, &more, &report);
    if (status != WH_OK) {
        const struct wh_error *trouble = fetch_trouble(r->fetch);
        if (trouble != NULL) {
            if (err != NULL) *err = *trouble;
            return trouble->status;
        }
        return wh_fail(err, status == WH_E_NOMEM ? WH_ERR_NOMEM : WH_ERR_SYS,
                       "block %" PRIu64 ": status %d", f->number, (int)status);
    }
    *again = report.needs_headers && !last_try;
    if (*again) return WH_OK;
    add_fault(r, &report);
    r->code = check_worse(r->code, check_say(r->how, "L2", &report));
    return WH_OK;
}

/* Blocks of one range follow each other, or the node changed its mind between two answers. */
static wh_status check_link(struct range_run *r, const struct blockfile *f, struct wh_error *err)
{
    const bool fits = !r->has_head || bytes32_eq(&r->head, &f->head.parent_hash);
    r->head = f->hash;
    r->has_head = true;
    if (fits) return WH_OK;
    return wh_fail(err, WH_ERR_RPC_PRUNED, "block %" PRIu64 " does not follow the one before it",
                   f->number);
}

static wh_status one_block(struct range_run *r, uint64_t number, struct wh_error *err)
{
    bool again = true, found = false;
    for (unsigned headers = 1; again; headers = HEADERS_ALL) {
        struct blockfile f;
        WH_TRY(fetch_block(r->fetch, number, headers, &f, &found, err));
        if (!found)
            return wh_fail(err, WH_ERR_CLI_RANGE, "block %" PRIu64 " is not on this chain", number);
        wh_status status = headers == 1 ? check_link(r, &f, err) : WH_OK;
        if (status == WH_OK) status = run_block(r, &f, headers == HEADERS_ALL, &again, err);
        blockfile_close(&f);
        if (status != WH_OK) return status;
    }
    return WH_OK;
}

static wh_status whole_range(struct range_run *r, uint64_t first, uint64_t last,
                             struct wh_error *err)
{
    uint64_t head;
    if (first == 0 || first > last)
        return wh_fail(err, WH_ERR_CLI_RANGE, "blocks %" PRIu64 ":%" PRIu64 "%s", first, last,
                       first == 0 ? ": the first block has no state before it" : ": ends first");
    WH_TRY(open_node(r, err));
    WH_TRY(fetch_head(r->fetch, &head, err));
    if (last > head)
        return wh_fail(err, WH_ERR_CLI_RANGE,
                       "blocks %" PRIu64 ":%" PRIu64 ", but the chain ends at %" PRIu64, first,
                       last, head);
    for (uint64_t n = first; n <= last; n++)
        WH_TRY(one_block(r, n, err));
    return WH_OK;
}

static void counts_json(const struct fetch_counts *c)
{
    struct wh_jw w;
    struct wh_buf text = {0};
    wh_jw_init(&w, &text);
    wh_jw_obj(&w, NULL);
    wh_jw_u64(&w, "v", 1);
    wh_jw_str(&w, "type", "fetch");
    wh_jw_u64(&w, "requests", c->requests);
    wh_jw_bool(&w, "witness", c->witnesses);
    wh_jw_bool(&w, "raw_block", c->raw);
    wh_jw_u64(&w, "proofs", c->proofs);
    wh_jw_u64(&w, "codes", c->codes);
    wh_jw_u64(&w, "siblings_derived", c->derived);
    wh_jw_u64(&w, "siblings_by_key", c->by_key);
    wh_jw_u64(&w, "by_hash", c->by_hash);
    wh_jw_end(&w);
    const char *line = wh_buf_cstr(&text);
    if (line != NULL) puts(line);
    wh_buf_done(&text);
}

/* How the blocks came: what a node serves shows here. */
static void say_counts(const struct range_run *r)
{
    const struct fetch_counts c = fetch_counts(r->fetch);
    if (r->how->json)
        counts_json(&c);
    else if (!r->how->quiet)
        printf("%" PRIu64 " requests%s%s, %" PRIu64 " proofs, %" PRIu64 " codes, %" PRIu64
               " siblings found\n",
               c.requests, c.witnesses ? ", witnesses" : "", c.raw ? ", raw blocks" : "", c.proofs,
               c.codes, c.derived + c.by_key + c.by_hash);
}

int check_range(const struct check_how *how, uint64_t first, uint64_t last)
{
    struct range_run r = {.how = how, .code = WH_EXIT_OK};
    struct wh_error err = {0};
    wh_status status = check_ground_open(&r.ground, &err);
    if (status == WH_OK) status = whole_range(&r, first, last, &err);
    if (status == WH_OK) say_counts(&r);
    fetch_close(r.fetch);
    l1_rpc_close(r.rpc);
    check_ground_close(&r.ground);
    if (status != WH_OK) return check_worse(r.code, wh_error_print(stderr, how->program, &err));
    return r.code;
}
