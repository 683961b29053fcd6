/* SPDX-License-Identifier: MIT */
/* Verdicts as text and as JSON lines. */
#include <inttypes.h>
#include <stdio.h>

#include "challenger/check.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

static const char *const verdicts[] = {"agree", "invalid", "cannot tell"};
static const int codes[] = {WH_EXIT_OK, WH_EXIT_INVALID, WH_EXIT_UNKNOWN};

int check_worse(int a, int b)
{
    if (a == WH_EXIT_INVALID || b == WH_EXIT_INVALID) return WH_EXIT_INVALID;
    return a == WH_EXIT_OK ? b : a;
}

static void print_text(const char *name, const struct check_report *r, bool quiet)
{
    printf("%s: block %" PRIu64 " %s: %s\n", name, r->number, wh_hex32(&r->hash).s,
           verdicts[r->verdict]);
    if (r->why[0]) printf("  why: %s\n", r->why);
    if (quiet) return;
    printf("  %zu transactions in %zu segments, gas %" PRIu64 ", %.1f ms (load %.1f, run %.1f)\n",
           r->tx_count, r->segments, r->gas_used, r->total_ms, r->load_ms, r->execute_ms);
    if (r->fetched > 0) printf("  %" PRIu64 " objects fetched while it ran\n", r->fetched);
    if (r->derived_siblings)
        printf("  settled once at the end: the witness lacks siblings for roots per segment\n");
    if (r->ring_partial)
        printf("  block hashes are known in part; none that was missing was read\n");
    if (r->verdict == CHECK_AGREE && r->results && r->segments)
        printf("  state root %s, last leaf %s%s\n",
               wh_hex32(&r->results[r->segments - 1].state_root).s, wh_hex32(&r->last_leaf).s,
               r->reference_checked ? ", each root equal to the file's reference" : "");
}

static void json_missing(struct wh_jw *w, const struct check_missing *m)
{
    char path[65];
    wh_jw_obj(w, "missing");
    wh_jw_b32(w, "hash", &m->hash);
    wh_jw_str(w, "kind", m->is_code ? "code" : "node");
    if (m->located) {
        for (unsigned i = 0; i < m->path_len; i++)
            path[i] = "0123456789abcdef"[m->path[i] & 15];
        path[m->path_len] = 0;
        wh_jw_b32(w, "owner", &m->owner);
        wh_jw_str(w, "path", path);
    }
    wh_jw_end(w);
}

static void json_milliseconds(struct wh_jw *w, const char *key, double ms)
{
    char text[32];
    const int n = snprintf(text, sizeof text, "%.3f", ms);
    wh_jw_raw(w, key, text, (size_t)n);
}

static void json_report(struct wh_jw *w, const char *name, const struct check_report *r)
{
    wh_jw_obj(w, NULL);
    wh_jw_u64(w, "v", 1);
    wh_jw_str(w, "type", "check");
    wh_jw_str(w, "file", name);
    wh_jw_str(w, "verdict", verdicts[r->verdict]);
    wh_jw_u64(w, "number", r->number);
    wh_jw_b32(w, "hash", &r->hash);
    if (r->why[0]) wh_jw_str(w, "why", r->why);
    if (r->verdict == CHECK_INVALID) wh_jw_u64(w, "first_wrong_segment", r->first_wrong);
    if (r->missing.known) json_missing(w, &r->missing);
    wh_jw_u64(w, "transactions", r->tx_count);
    wh_jw_u64(w, "segments", r->segments);
    wh_jw_u64(w, "gas_used", r->gas_used);
    if (r->fetched > 0) wh_jw_u64(w, "fetched", r->fetched);
    if (r->derived_siblings) wh_jw_bool(w, "settled_once", true);
    json_milliseconds(w, "total_ms", r->total_ms);
    if (r->verdict == CHECK_AGREE && r->results) {
        wh_jw_arr(w, "state_roots");
        for (size_t i = 0; i < r->segments; i++)
            wh_jw_b32(w, NULL, &r->results[i].state_root);
        wh_jw_end(w);
        wh_jw_b32(w, "last_leaf", &r->last_leaf);
    }
    wh_jw_end(w);
}

static void print_json(const char *name, const struct check_report *r)
{
    struct wh_jw w;
    struct wh_buf text = {0};
    wh_jw_init(&w, &text);
    json_report(&w, name, r);
    const char *line = wh_buf_cstr(&text);
    if (line != NULL) puts(line);
    wh_buf_done(&text);
}

int check_say(const struct check_how *how, const char *name, const struct check_report *r)
{
    if (how->json)
        print_json(name, r);
    else
        print_text(name, r, how->quiet);
    return codes[r->verdict];
}
