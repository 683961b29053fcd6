/* SPDX-License-Identifier: MIT */
#include "challenger/transcript.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "evm/native/crypto.h"
#include "game/core/view.h"
#include "proto/l1/calls.h"
#include "proto/l1/proofs.h"
#include "proto/messages.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

#define VIEW_BYTES (UINT64_C(4) << 30) /* address space; touched lazily */

/* --- export */

struct collector {
    struct transcript t;
    size_t places;
    struct wh_buf bytes; /* data of all logs; spans are set when it is whole */
};

static wh_status collect(void *ctx, const struct store_event *e, struct wh_error *err)
{
    struct collector *c = (struct collector *)ctx;
    if (c->t.count == c->places) {
        size_t places = c->places ? 2 * c->places : 256;
        struct transcript_log *v = (struct transcript_log *)realloc(c->t.logs, places * sizeof *v);
        if (!v) return wh_fail(err, WH_ERR_NOMEM, "%zu logs", places);
        c->t.logs = v;
        c->places = places;
    }
    struct transcript_log *l = &c->t.logs[c->t.count++];
    *l = (struct transcript_log){.l1_block = e->l1_block,
                                 .l1_time = e->l1_time,
                                 .log_index = e->log_index,
                                 .tx_hash = e->tx_hash,
                                 .at = e->addr,
                                 .topic_count = e->topic_count,
                                 .data = {NULL, e->data.len}};
    memcpy(l->topics, e->topics, sizeof l->topics);
    wh_buf_put(&c->bytes, e->data.ptr, e->data.len);
    return wh_buf_ok(&c->bytes) ? WH_OK : wh_fail(err, WH_ERR_NOMEM, "logs");
}

static wh_status export_to(const struct daemon_config *cfg, const char *path, struct wh_error *err)
{
    struct network net = {0};
    struct store *store = NULL;
    struct collector c = {0};
    struct wh_buf out = {0};
    const char *dir;
    wh_status st = daemon_dir(cfg, &dir, err);
    if (st == WH_OK) st = daemon_network(cfg, &net, err);
    if (st == WH_OK) st = store_open_read(&store, dir, err);
    if (st == WH_OK) st = store_events_each(store, 0, collect, &c, err);
    if (st == WH_OK) {
        const uint8_t *at = c.bytes.ptr;
        for (size_t i = 0; i < c.t.count; at += c.t.logs[i].data.len, i++)
            c.t.logs[i].data.ptr = at;
        c.t.l1_chain_id = net.l1_chain_id;
        c.t.deployed_at = net.deploy_time;
        c.t.game = net.game;
        c.t.inbox = net.inbox;
        game_config_encode(&net.cfg, c.t.config);
        st = transcript_write(&c.t, &out, err);
    }
    if (st == WH_OK) st = wh_file_write(path, out.ptr, out.len, 0644, err);
    if (st == WH_OK) printf("%zu logs, %zu bytes in %s\n", c.t.count, out.len, path);
    wh_buf_done(&out);
    wh_buf_done(&c.bytes);
    free(c.t.logs);
    store_close(store);
    network_done(&net);
    return st;
}

int transcript_export(const struct daemon_config *cfg, const char *program, const char *path)
{
    struct wh_error err = {0};
    if (export_to(cfg, path, &err) != WH_OK) return wh_error_print(stderr, program, &err);
    return WH_EXIT_OK;
}

/* --- replay */

static wh_status fold(const struct transcript *t, struct game *view, struct wh_error *err)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct transcript_log *l = &t->logs[i];
        struct calls_log log = {l->topic_count, l->topics, l->data};
        struct game_event ev;
        bytes32 spans[TREE_ARITY_MAX];
        bool known = false;
        if (!address_eq(&l->at, &t->game) && !address_eq(&l->at, &t->inbox)) continue;
        if (!calls_event(&log, &ev, spans, NULL, &known)) {
            if (!known) continue;
            return wh_fail(err, WH_ERR_MSG_FORM, "log %zu is malformed", i);
        }
        ev.time = l->l1_time;
        wh_status st = game_view_apply_event(view, &ev);
        if (st == WH_E_NOMEM) return wh_fail(err, WH_ERR_NOMEM, "the game");
        if (st != WH_OK)
            return wh_fail(err, WH_ERR_MSG_FORM, "log %zu, %s, does not follow from those before",
                           i, game_event_name(ev.kind));
    }
    return WH_OK;
}

static void print(const struct game *view, const struct transcript *t)
{
    static const char *const names[] = {"none", "pending", "confirmed", "rejected"};
    printf("game %s on chain %llu: %zu logs, %llu inputs, %u nodes\n", wh_hex20(&t->game).s,
           (unsigned long long)t->l1_chain_id, t->count, (unsigned long long)game_inbox_count(view),
           view->nodes.count);
    for (uint32_t i = 0; i < view->assertions.count; i++) {
        const struct game_assertion *a = game_assertion_at(view, i);
        if (i == view->genesis) continue;
        printf("assertion %s %s, last leaf %s\n", wh_hex32(&a->aid).s, names[a->status],
               wh_hex32(&a->last_leaf).s);
    }
}

static wh_status replay(const char *path, struct wh_error *err)
{
    struct wh_buf bytes = {0};
    struct transcript t = {0};
    struct game_config cfg;
    struct game view;
    struct wh_arena arena;
    void *block = mmap(NULL, VIEW_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) return wh_fail(err, WH_ERR_NOMEM, "address space for the game");
    wh_arena_init(&arena, block, VIEW_BYTES);
    wh_status st = wh_file_read_any(path, MESSAGE_MAX, &bytes, err);
    if (st == WH_OK) st = transcript_read(wh_buf_span(&bytes), &t, err);
    if (st == WH_OK && l1_decode_config(wh_span_of(t.config, sizeof t.config), &cfg, NULL) != WH_OK)
        st = wh_fail(err, WH_ERR_MSG_FORM, "the configuration is malformed");
    if (st == WH_OK && game_init(&view, &cfg, &arena, wh_native_crypto(), t.deployed_at) != GAME_OK)
        st = wh_fail(err, WH_ERR_MSG_FORM, "the configuration is refused");
    if (st == WH_OK) st = fold(&t, &view, err);
    if (st == WH_OK) print(&view, &t);
    transcript_done(&t);
    wh_buf_done(&bytes);
    (void)munmap(block, VIEW_BYTES);
    return st;
}

int transcript_replay(const char *program, const char *path)
{
    struct wh_error err = {0};
    if (replay(path, &err) != WH_OK) return wh_error_print(stderr, program, &err);
    return WH_EXIT_OK;
}
