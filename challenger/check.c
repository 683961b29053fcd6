/* SPDX-License-Identifier: MIT */
/* `check FILE...`: re-execution of single blocks from their witness. A file that cannot be read, or
 * leaves something open, is "cannot tell", never a verdict about the block. */
#include "challenger/check.h"

#include <jansson.h>
#include <string.h>
#include <sys/mman.h>

#include "evm/native/crypto.h"
#include "game/store/store.h"
#include "proto/block/check.h"
#include "proto/sys/error.h"
#include "proto/sys/hex.h"

#define ARENA_BYTES (UINT64_C(16) << 30) /* address space; touched lazily */

static const char *const verdicts[] = {"agree", "invalid", "cannot tell"};
static const int codes[] = {WH_EXIT_OK, WH_EXIT_INVALID, WH_EXIT_UNKNOWN};

static int worse(int a, int b)
{
    if (a == WH_EXIT_INVALID || b == WH_EXIT_INVALID) return WH_EXIT_INVALID;
    return a == WH_EXIT_OK ? b : a;
}

static void print_text(const char *path, const struct check_report *r, bool quiet)
{
    printf("%s: block %llu %s: %s\n", path, (unsigned long long)r->number, wh_hex32(&r->hash).s,
           verdicts[r->verdict]);
    if (r->why[0]) printf("  why: %s\n", r->why);
    if (quiet) return;
    printf("  %zu transactions in %zu segments, gas %llu, %.1f ms (load %.1f, run %.1f)\n",
           r->tx_count, r->segments, (unsigned long long)r->gas_used, r->total_ms, r->load_ms,
           r->execute_ms);
    if (r->derived_siblings)
        printf("  settled once at the end: the witness lacks siblings for roots per segment\n");
    if (r->ring_partial)
        printf("  block hashes are known in part; none that was missing was read\n");
    if (r->verdict == CHECK_AGREE && r->results && r->segments)
        printf("  state root %s, last leaf %s%s\n",
               wh_hex32(&r->results[r->segments - 1].state_root).s, wh_hex32(&r->last_leaf).s,
               r->reference_checked ? ", each root equal to the file's reference" : "");
}

static void print_json(const char *path, const struct check_report *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "v", json_integer(1));
    json_object_set_new(o, "type", json_string("check"));
    json_object_set_new(o, "file", json_string(path));
    json_object_set_new(o, "verdict", json_string(verdicts[r->verdict]));
    json_object_set_new(o, "number", json_integer((json_int_t)r->number));
    json_object_set_new(o, "hash", json_string(wh_hex32(&r->hash).s));
    if (r->why[0]) json_object_set_new(o, "why", json_string(r->why));
    if (r->verdict == CHECK_INVALID)
        json_object_set_new(o, "first_wrong_segment", json_integer((json_int_t)r->first_wrong));
    if (r->missing.known) {
        json_t *m = json_object();
        json_object_set_new(m, "hash", json_string(wh_hex32(&r->missing.hash).s));
        json_object_set_new(m, "kind", json_string(r->missing.is_code ? "code" : "node"));
        if (r->missing.located) {
            char path_hex[65];
            for (unsigned i = 0; i < r->missing.path_len; i++)
                path_hex[i] = "0123456789abcdef"[r->missing.path[i] & 15];
            path_hex[r->missing.path_len] = 0;
            json_object_set_new(m, "owner", json_string(wh_hex32(&r->missing.owner).s));
            json_object_set_new(m, "path", json_string(path_hex));
        }
        json_object_set_new(o, "missing", m);
    }
    json_object_set_new(o, "transactions", json_integer((json_int_t)r->tx_count));
    json_object_set_new(o, "segments", json_integer((json_int_t)r->segments));
    json_object_set_new(o, "gas_used", json_integer((json_int_t)r->gas_used));
    json_object_set_new(o, "total_ms", json_real(r->total_ms));
    if (r->verdict == CHECK_AGREE && r->results) {
        json_t *roots = json_array();
        for (size_t i = 0; i < r->segments; i++)
            json_array_append_new(roots, json_string(wh_hex32(&r->results[i].state_root).s));
        json_object_set_new(o, "state_roots", roots);
        json_object_set_new(o, "last_leaf", json_string(wh_hex32(&r->last_leaf).s));
    }
    char *text = json_dumps(o, JSON_COMPACT);
    if (text) puts(text);
    free(text);
    json_decref(o);
}

static int check_one(const char *program, const char *path, struct wh_arena *arena, bool json,
                     bool quiet)
{
    struct blockfile f = {0};
    struct check_report r = {0};
    struct wh_error err = {0};
    const struct evm_crypto *crypto = wh_native_crypto();
    if (!crypto) {
        (void)wh_fail(&err, WH_ERR_CRYPTO, "setting up the crypto libraries");
        return wh_error_print(stderr, program, &err);
    }
    if (blockfile_open(path, crypto, &f, &err) != WH_OK)
        return wh_error_print(stderr, program, &err);
    arena->used = 0;
    wh_status st = check_block(&f, crypto, arena, &r);
    int code = WH_EXIT_UNKNOWN;
    if (st != WH_OK) {
        (void)wh_fail(&err, st == WH_E_NOMEM ? WH_ERR_NOMEM : WH_ERR_SYS, "%s: status %d%s%s", path,
                      (int)st, r.why[0] ? ": " : "", r.why);
        code = wh_error_print(stderr, program, &err);
    } else {
        code = codes[r.verdict];
        if (json)
            print_json(path, &r);
        else
            print_text(path, &r, quiet);
    }
    blockfile_close(&f);
    return code;
}

int check_files(const char *program, const char *const *paths, size_t count, bool json, bool quiet)
{
    struct wh_arena arena;
    void *block = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) {
        struct wh_error err = {0};
        (void)wh_fail(&err, WH_ERR_NOMEM, "address space for execution");
        return wh_error_print(stderr, program, &err);
    }
    wh_arena_init(&arena, block, ARENA_BYTES);
    int code = WH_EXIT_OK;
    for (size_t i = 0; i < count; i++)
        code = worse(code, check_one(program, paths[i], &arena, json, quiet));
    (void)munmap(block, ARENA_BYTES);
    return code;
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
