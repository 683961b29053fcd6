/* SPDX-License-Identifier: MIT */
#include "proto/block/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "evm/segment/cache.h"
#include "evm/state/code.h"
#include "proto/block/locate.h"
#include "proto/sys/hex.h"

/* A check at work: the source remembers what it could not answer. */
struct checker {
    const struct blockfile *f;
    const struct evm_crypto *crypto;
    struct wh_arena *arena;
    const struct check_more *more; /* may be NULL */
    struct check_report *report;
    struct blockfile_chain chain;
    struct wh_preimages source;
    struct seg_cache cache;
    struct code_cache codes;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Brings an object from elsewhere; bytes of another hash are none. */
static wh_status fetch(struct checker *k, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    bytes32 got;
    if (k->more == NULL || kind == WH_OBJECT_DATA) return WH_E_MISSING;
    WH_TRY(k->more->get(k->more->ctx, kind, hash, bytes));
    k->crypto->keccak256(k->crypto->ctx, bytes->ptr, bytes->len, &got);
    if (!bytes32_eq(&got, hash)) return WH_E_MISSING;
    k->report->fetched++;
    return WH_OK;
}

static wh_status source_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    struct checker *k = ctx;
    wh_status status = k->source.get(k->source.ctx, kind, hash, bytes);
    if (status == WH_E_MISSING) status = fetch(k, kind, hash, bytes);
    if (status == WH_E_MISSING) {
        k->report->missing.known = true;
        k->report->missing.is_code = kind == WH_OBJECT_CODE;
        k->report->missing.hash = *hash;
    }
    return status;
}

/* What is at hand, for looking around in the tries. */
static wh_status known_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    const struct checker *k = ctx;
    (void)kind;
    wh_status status = blockfile_get(k->f, hash, bytes);
    if (status == WH_OK || k->more == NULL) return status;
    return k->more->at_hand(k->more->ctx, hash, bytes);
}

static wh_status cannot_tell(struct check_report *r, const char *why)
{
    r->verdict = CHECK_CANNOT_TELL;
    snprintf(r->why, sizeof r->why, "%s", why);
    return WH_OK;
}

static wh_status run(struct checker *k, bool defer, uint8_t state[SEG_STATE_SIZE])
{
    struct check_report *r = k->report;
    struct wh_preimages io = {.ctx = k, .get = source_get};
    struct seg_env env = {.preimages = &io,
                          .arena = k->arena,
                          .crypto = k->crypto,
                          .cache = &k->cache,
                          .defer_settle = defer};
    size_t max = k->chain.item_count + 2;
    memcpy(state, k->chain.pre, SEG_STATE_SIZE);
    r->results = WH_NEW(k->arena, struct seg_result, max);
    if (r->results == NULL) return WH_E_NOMEM;
    r->missing = (struct check_missing){0};
    return seg_run(&env, 1, &k->chain.input_hash, 0, state, r->results, max, &r->segments);
}

/* Index of the first segment whose root is not the reference's; segments if none. */
static size_t first_difference(const struct checker *k)
{
    const struct blockfile *f = k->f;
    const struct check_report *r = k->report;
    if (!f->has_reference || r->derived_siblings) return r->segments;
    if (f->has_root_before && r->segments > 0 &&
        !bytes32_eq(&f->root_before_txs, &r->results[0].state_root))
        return 0;
    for (size_t i = 0; i < f->tx_count && i + 1 < r->segments; i++)
        if (!bytes32_eq(&f->refs[i].state_root, &r->results[i + 1].state_root) ||
            f->refs[i].gas_used != r->results[i + 1].gas)
            return i + 1;
    return r->segments;
}

static const char *segment_name(const struct check_report *r, size_t i, char *buf, size_t len)
{
    if (i == 0) return "BEGIN";
    if (i == r->tx_count + 1) return "END";
    snprintf(buf, len, "transaction %zu", i - 1);
    return buf;
}

static void judge(struct checker *k, const uint8_t state[SEG_STATE_SIZE])
{
    char name[40];
    struct check_report *r = k->report;
    size_t differs = first_difference(k);
    bool sealed = state[0x005] == SEG_SEALED && memcmp(state + 0x040, k->f->hash.b, 32) == 0;
    r->reference_checked = k->f->has_reference && !r->derived_siblings;
    for (size_t i = 0; i < r->segments; i++)
        r->gas_used += r->results[i].gas;
    r->last_leaf = r->results[r->segments - 1].leaf;
    r->verdict = sealed && differs == r->segments ? CHECK_AGREE : CHECK_INVALID;
    if (r->verdict == CHECK_AGREE) return;
    r->first_wrong = differs < r->segments ? differs : r->segments - 1;
    snprintf(r->why, sizeof r->why, "%s: segment %zu (%s) is the first wrong one",
             sealed ? "the block hash is right, the file's reference is not"
                    : "the rules do not lead to this header",
             r->first_wrong, segment_name(r, r->first_wrong, name, sizeof name));
}

static void missing_say(struct check_report *r)
{
    struct check_missing *m = &r->missing;
    char path[65];
    if (!m->known) {
        r->needs_headers = true;
        snprintf(r->why, sizeof r->why, "BLOCKHASH needs a header that the file lacks");
        return;
    }
    for (unsigned i = 0; i < m->path_len; i++)
        path[i] = "0123456789abcdef"[m->path[i]];
    path[m->path_len] = 0;
    if (m->is_code)
        snprintf(r->why, sizeof r->why, "missing code %s", wh_hex32(&m->hash).s);
    else if (m->located)
        snprintf(r->why, sizeof r->why, "missing node: owner %s, path %s, hash %s",
                 bytes32_is_zero(&m->owner) ? "state" : wh_hex32(&m->owner).s,
                 m->path_len ? path : "-", wh_hex32(&m->hash).s);
    else
        snprintf(r->why, sizeof r->why, "missing node: hash %s", wh_hex32(&m->hash).s);
}

/* A per-block witness may lack a sibling that only a settle per step needs (PROTOCOL 4.1): then the
 * tries are written once at END, the block hash alone is compared, and that is said. Before Byzantium
 * the receipts hold the roots in between. */
static wh_status retry_deferred(struct checker *k, uint8_t state[SEG_STATE_SIZE])
{
    struct check_report *r = k->report;
    size_t failed_at = r->segments;
    const struct chain_fork *fork =
        chain_config_active(&k->chain.config, k->f->head.number, k->f->head.timestamp);
    wh_status status = WH_E_MISSING;
    if (fork->fork >= FORK_BYZANTIUM && r->missing.known) status = run(k, true, state);
    if (status == WH_OK) {
        r->derived_siblings = true;
        judge(k, state);
        return WH_OK;
    }
    if (status != WH_E_MISSING) return status;
    r->verdict = CHECK_CANNOT_TELL;
    if (r->segments < failed_at) failed_at = r->segments;
    r->first_wrong = failed_at;
    struct wh_preimages known = {.ctx = k, .get = known_get};
    if (r->missing.known && !r->missing.is_code)
        locate_node(&known, &k->f->parent.state_root, &r->missing);
    missing_say(r);
    return WH_OK;
}

static wh_status check_run(struct checker *k)
{
    uint8_t state[SEG_STATE_SIZE];
    struct check_report *r = k->report;
    WH_TRY(code_cache_init(&k->codes, k->arena));
    WH_TRY(seg_cache_init(&k->cache, k->arena, k->chain.item_count, &k->codes));
    wh_status status = run(k, false, state);
    if (status == WH_E_MISSING)
        status = retry_deferred(k, state);
    else if (status == WH_OK)
        judge(k, state);
    if (status <= 0) return status;
    r->first_wrong = r->segments;
    return cannot_tell(r, status == WH_E_FORMAT ? "the witness holds a malformed object"
                                                : "the file does not fit its chain");
}

static wh_status chain_open(struct checker *k)
{
    struct chain_config config;
    struct wh_error err = {0};
    if (!blockfile_config(k->f, CHAIN_WITNESS_UNLIMITED, &config))
        return cannot_tell(k->report,
                           "no rules are known for this chain (--l2-chain-id, --l2-genesis)");
    wh_status status = blockfile_chain_open(k->f, &config, k->crypto, &k->chain, &err);
    if (status == WH_E_MISSING) return cannot_tell(k->report, err.what);
    return status;
}

wh_status check_block_with(const struct blockfile *f, const struct evm_crypto *crypto,
                           struct wh_arena *arena, const struct check_more *more,
                           struct check_report *out)
{
    struct checker k = {.f = f, .crypto = crypto, .arena = arena, .more = more, .report = out};
    double start = now_ms();
    *out = (struct check_report){.number = f->number, .hash = f->hash, .tx_count = f->tx_count};
    wh_status status = chain_open(&k);
    if (status != WH_OK || out->verdict == CHECK_CANNOT_TELL) return status;
    blockfile_chain_preimages(f, &k.chain, &k.source);
    uint64_t wanted = f->number < 256 ? f->number : 256;
    out->ring_partial = k.chain.ring_known < wanted;
    out->load_ms = now_ms() - start;
    status = check_run(&k);
    out->total_ms = now_ms() - start;
    out->execute_ms = out->total_ms - out->load_ms;
    blockfile_chain_close(&k.chain);
    return status;
}

wh_status check_block(const struct blockfile *f, const struct evm_crypto *crypto,
                      struct wh_arena *arena, struct check_report *out)
{
    return check_block_with(f, crypto, arena, NULL, out);
}
