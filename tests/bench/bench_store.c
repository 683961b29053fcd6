/* SPDX-License-Identifier: MIT */
/* bench_store: own steps and preimages, written durably and read again; wall time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "game/store/store.h"
#include "proto/sys/file.h"

#define STEPS  (1u << 20)
#define BATCH  (1u << 14)
#define NODES  100000u
#define NODE_N 400u

static struct wh_error err;

static void must(wh_status st)
{
    if (st == WH_OK) return;
    wh_error_print(stderr, "bench_store", &err);
    exit(1);
}

static void told(const char *what, uint64_t n, uint64_t from_ms)
{
    uint64_t ms = wh_mono_ms() - from_ms;
    printf("%-28s %8" PRIu64 " in %6" PRIu64 " ms, %8" PRIu64 " a second\n", what, n, ms,
           n * 1000 / (ms ? ms : 1));
}

static bytes32 hash_of(uint64_t i)
{
    bytes32 h;
    for (unsigned k = 0; k < 4; k++) {
        i = (i ^ i >> 31) * UINT64_C(0x9e3779b97f4a7c15) + k;
        store_be64(h.b + 8 * k, i);
    }
    return h;
}

static void steps(struct store *s)
{
    struct store_step *v = calloc(BATCH, sizeof *v);
    bytes32 *leaves = calloc(STEPS, sizeof *leaves);
    if (!v || !leaves) exit(1);
    uint64_t t = wh_mono_ms();
    for (uint64_t at = 0; at < STEPS; at += BATCH) {
        for (uint64_t i = 0; i < BATCH; i++)
            v[i] = (struct store_step){hash_of(at + i), hash_of(at + i + STEPS), 21000, at * 21000};
        must(store_steps_append(s, at, v, BATCH, &err));
    }
    told("steps written, 16,384 a commit", STEPS, t);
    t = wh_mono_ms();
    must(store_leaves_get(s, 0, STEPS, leaves, &err));
    told("leaves read", STEPS, t);
    free(v);
    free(leaves);
}

static void nodes(struct store *s)
{
    uint8_t bytes[NODE_N] = {0};
    struct wh_buf out = {0};
    bool found = false;
    uint64_t t = wh_mono_ms();
    for (uint64_t i = 0; i < NODES; i++) {
        bytes32 h = hash_of(i);
        if (i % 5000 == 0) must(store_begin(s, &err));
        must(store_preimage_put(s, STORE_NODE, &h, wh_span_of(bytes, sizeof bytes), &err));
        if (i % 5000 == 4999) must(store_commit(s, &err));
    }
    told("nodes written, 5,000 a commit", NODES, t);
    t = wh_mono_ms();
    for (uint64_t i = 0; i < NODES; i++) {
        bytes32 h = hash_of(NODES - 1 - i);
        wh_buf_reset(&out);
        must(store_preimage_get(s, STORE_NODE, &h, &out, &found, &err));
        if (!found || out.len != NODE_N) exit(1);
    }
    told("nodes read", NODES, t);
    wh_buf_done(&out);
}

int main(void)
{
    char dir[] = "bench_store_XXXXXX", path[64];
    static const char *const names[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm", "lock"};
    struct store *s = NULL;
    if (mkdtemp(dir) == NULL) return 1;
    must(store_open(&s, dir, &err));
    steps(s);
    nodes(s);
    store_close(s);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
    return 0;
}
