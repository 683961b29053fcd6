/* SPDX-License-Identifier: MIT */
/* `check FILE...`: re-execution of single blocks from their witness. A file that cannot be read, or
 * leaves something open, is "cannot tell", never a verdict about the block. */
#include "challenger/check.h"

#include <stdio.h>
#include <sys/mman.h>

#include "evm/native/crypto.h"
#include "game/store/store.h"
#include "proto/sys/hex.h"

#define ARENA_BYTES (UINT64_C(16) << 30) /* address space; touched lazily */

wh_status check_ground_open(struct check_ground *g, struct wh_error *err)
{
    *g = (struct check_ground){.crypto = wh_native_crypto()};
    if (g->crypto == NULL) return wh_fail(err, WH_ERR_CRYPTO, "setting up the crypto libraries");
    g->block = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (g->block == MAP_FAILED) {
        g->block = NULL;
        return wh_fail(err, WH_ERR_NOMEM, "address space for execution");
    }
    wh_arena_init(&g->arena, g->block, ARENA_BYTES);
    return WH_OK;
}

void check_ground_close(struct check_ground *g)
{
    if (g->block != NULL) (void)munmap(g->block, ARENA_BYTES);
    g->block = NULL;
}

/* A run over files. */
struct run {
    const struct check_how *how;
    struct check_ground ground;
    int code;
};

static int check_one(struct run *run, const char *name, const struct blockfile *f)
{
    struct check_report r = {0};
    struct wh_error err = {0};
    run->ground.arena.used = 0;
    wh_status st = check_block(f, run->ground.crypto, &run->ground.arena, &r);
    if (st == WH_OK) return check_say(run->how, name, &r);
    (void)wh_fail(&err, st == WH_E_NOMEM ? WH_ERR_NOMEM : WH_ERR_SYS, "%s: status %d%s%s", name,
                  (int)st, r.why[0] ? ": " : "", r.why);
    return wh_error_print(stderr, run->how->program, &err);
}

static void check_sink(void *ctx, const char *name, struct blockfile *f, const struct wh_error *err)
{
    struct run *run = ctx;
    const int code =
        f != NULL ? check_one(run, name, f) : wh_error_print(stderr, run->how->program, err);
    run->code = check_worse(run->code, code);
}

int check_files(const struct check_how *how, const char *const *paths, size_t count)
{
    struct run run = {.how = how, .code = WH_EXIT_OK};
    struct wh_error err = {0};
    wh_status st = check_ground_open(&run.ground, &err);
    if (st == WH_OK) {
        st = fileset_read(paths, count, &how->hints, run.ground.crypto, check_sink, &run);
        if (st != WH_OK) (void)wh_fail(&err, WH_ERR_NOMEM, "%zu files", count);
    }
    check_ground_close(&run.ground);
    return st == WH_OK ? run.code : wh_error_print(stderr, how->program, &err);
}

int check_claim(const char *program, const char *datadir, const char *aid, bool json)
{
    static const int by_verdict[] = {[STORE_AGREE] = WH_EXIT_OK,
                                     [STORE_INVALID] = WH_EXIT_INVALID,
                                     [STORE_UNKNOWN] = WH_EXIT_UNKNOWN};
    static const char *const names[] = {"", "agree", "invalid", "cannot tell"};
    struct wh_error err = {0};
    struct store *store = NULL;
    struct store_verdict_row row;
    bool found = false;
    bytes32 id;
    wh_status st = wh_hex_parse(aid, id.b, 32) ? WH_OK : wh_fail(&err, WH_ERR_CLI_VALUE, "%s", aid);
    if (st == WH_OK) st = store_open_read(&store, datadir, &err);
    if (st == WH_OK) st = store_verdict_get(store, &id, &row, NULL, &found, &err);
    if (st == WH_OK && !found) st = wh_fail(&err, WH_ERR_STORE_MISSING, "assertion %s", aid);
    store_close(store);
    if (st != WH_OK) return wh_error_print(stderr, program, &err);
    if (json)
        printf("{\"v\":1,\"type\":\"claim\",\"assertion\":\"%s\",\"verdict\":\"%s\"}\n", aid,
               names[row.verdict]);
    else
        printf("%s: %s: %s\n", aid, names[row.verdict], row.reason);
    return by_verdict[row.verdict];
}
