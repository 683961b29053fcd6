/* SPDX-License-Identifier: MIT */
/* whittle-diff: the same blocks on our engine and on anvil.
 *
 *   whittle-diff --anvil PROGRAM [--seed N] [--rounds N] [--fork NAME] [--blocks N] [--txs N]
 *                [--save FOLDER] [--all]     generated cases, one genesis a round; prints TAP; saves
 *                                            those that differ, or all
 *   whittle-diff --tally [...]          the same cases on our side alone: what they do; exit code 1 if an
 *                                       instruction, a precompile or an edge never came up
 *   whittle-diff [--anvil PROGRAM] FILE...   kept cases; without anvil against what they expect
 *   whittle-diff --write FILE                fills in what a kept case expects, from our side
 * Exit code 1: a difference; 2: something could not be run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evm/native/crypto.h"
#include "tests/diff/compare.h"
#include "tests/diff/generate.h"
#include "tests/diff/segments.h"
#include "tests/diff/sign.h"

struct options {
    const char *anvil, *save, *fork;
    uint64_t seed;
    unsigned rounds, blocks, txs;
    bool write, all, tally;
};

struct counts {
    unsigned txs, blocks, accepted, succeeded, refused, known;
    uint64_t gas;
    struct diff_segments segments;
};

static struct diff_chain chain;
static struct tally tally;

static bool fail(const char *what, wh_status s)
{
    printf("# %s: status %d\n", what, (int)s);
    return false;
}

static void count(struct counts *n, const struct diff_outcome *o, unsigned txs, uint64_t gas)
{
    n->blocks++;
    n->gas += gas;
    for (unsigned i = 0; i < txs; i++) {
        n->txs++;
        if (o[i].reject != TX_ACCEPTED)
            n->refused++;
        else if (o[i].result.success)
            n->succeeded++;
        n->accepted += o[i].reject == TX_ACCEPTED;
    }
}

static uint64_t included(const struct diff_outcome *o, unsigned n)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < n; i++)
        bits |= (uint64_t)(o[i].reject == TX_ACCEPTED) << i;
    return bits;
}

/* A transaction that we refuse would take the place of a sound one of its sender in a pool. */
static bool is_replacing(const struct diff_block *b, const struct diff_outcome *o, unsigned i)
{
    if (o[i].reject == TX_ACCEPTED) return false;
    for (unsigned k = 0; k < b->tx_count; k++)
        if (b->txs[k].key == b->txs[i].key && o[k].reject == TX_ACCEPTED) return true;
    return false;
}

/* Sends, mines and compares block b of both sides. false: the other side does not answer. */
static bool run_theirs(struct diff_anvil *a, const struct diff_block *b, struct diff_outcome *o,
                       struct block_header *head, struct diff_report *r)
{
    struct wh_buf raws[64] = {{0}};
    bool wrong[64];
    struct diff_mined mined = {0};
    struct wh_error err;
    json_t *accounts = NULL;
    wh_error_clear(&err);
    unsigned n = 0;
    for (unsigned i = 0; i < b->tx_count; i++) {
        if (is_replacing(b, o, i)) continue;
        wrong[n] = o[i].reject != TX_ACCEPTED;
        diff_pooled(&b->txs[i], wh_buf_span(&o[i].raw), chain.c->fork >= FORK_OSAKA, &raws[n++]);
    }
    wh_status s = diff_anvil_send(a, raws, wrong, n, &err);
    if (s == WH_OK) s = diff_anvil_mine(a, &b->coinbase, head->timestamp, &err);
    if (s == WH_OK) s = diff_anvil_block(a, head->number, true, &mined, &err);
    if (s == WH_OK) {
        diff_compare_block(r, chain.c->fork, b, o, head, &mined);
        chain.parent = mined.head;
        chain.parent.fields = head->fields;
        chain.hashes[head->number] = mined.hash;
        s = diff_anvil_dump(a, &accounts, &err);
    }
    if (s == WH_OK) s = diff_compare_state(r, &chain, accounts);
    if (s != WH_OK) printf("# block %llu: %s\n", (unsigned long long)head->number, err.what);
    json_decref(accounts);
    diff_mined_done(&mined);
    for (unsigned i = 0; i < n; i++)
        wh_buf_done(&raws[i]);
    return s == WH_OK;
}

/* Without the other side the chain goes on with our own headers. */
static void run_alone(const struct options *opt, const struct diff_block *b,
                      const struct diff_outcome *o, struct block_header *head,
                      struct diff_report *r)
{
    const struct diff_expect *e = &b->expect;
    uint8_t rlp[HEADER_MAX];
    size_t n = header_encode(head, rlp);
    chain.parent = *head;
    chain.crypto->keccak256(chain.crypto->ctx, rlp, n, &chain.hashes[head->number]);
    bool same = e->known && e->gas_used == head->gas_used &&
                e->included == included(o, b->tx_count) &&
                bytes32_eq(&e->state_root, &head->state_root) &&
                bytes32_eq(&e->txs_root, &head->txs_root) &&
                bytes32_eq(&e->receipts_root, &head->receipts_root);
    if (same || opt->tally) return;
    r->count++;
    wh_buf_printf(&r->lines, "# block %llu: %s\n", (unsigned long long)head->number,
                  e->known ? "not as expected" : "nothing expected");
}

static void expect(struct diff_block *b, const struct diff_outcome *o,
                   const struct block_header *head)
{
    b->expect = (struct diff_expect){.known = true,
                                     .state_root = head->state_root,
                                     .txs_root = head->txs_root,
                                     .receipts_root = head->receipts_root,
                                     .gas_used = head->gas_used,
                                     .included = included(o, b->tx_count)};
}

/* Runs a case; false: something could not be run. */
static bool run_case(const struct options *opt, struct diff_case *c, struct diff_report *r,
                     struct counts *n)
{
    struct diff_anvil anvil = {0};
    struct diff_outcome outcomes[64];
    wh_status s = diff_chain_start(&chain, c);
    if (s != WH_OK) return fail("genesis", s);
    if (opt->anvil != NULL && !diff_anvil_start(&anvil, opt->anvil, c)) return false;
    bool ok = true;
    if (opt->anvil != NULL) {
        struct diff_mined genesis;
        struct wh_error err;
        ok = diff_anvil_block(&anvil, 0, false, &genesis, &err) == WH_OK;
        chain.hashes[0] = genesis.hash;
        diff_mined_done(&genesis);
    } else {
        memset(chain.hashes, 0, sizeof chain.hashes);
    }
    memset(outcomes, 0, sizeof outcomes);
    for (unsigned i = 0; ok && i < c->block_count && r->count == 0; i++) {
        struct diff_block *b = &c->blocks[i];
        struct block_header head;
        s = diff_chain_block(&chain, b, outcomes, &head);
        if (s != WH_OK) ok = fail("our side", s);
        if (ok) count(n, outcomes, b->tx_count, head.gas_used);
        if (ok && opt->anvil != NULL) ok = run_theirs(&anvil, b, outcomes, &head, r);
        if (ok && opt->write) expect(b, outcomes, &head);
        if (ok && opt->anvil == NULL) run_alone(opt, b, outcomes, &head, r);
        diff_outcomes_done(outcomes, b->tx_count);
    }
    diff_anvil_stop(&anvil);
    if (ok && r->count == 0 && !opt->tally) {
        s = diff_segments_run(&chain, c, r, &n->segments);
        if (s != WH_OK) ok = fail("segments", s);
    }
    return ok;
}

static bool save(const struct diff_case *c, const char *path)
{
    struct wh_buf text = {0};
    diff_case_save(c, &text);
    FILE *f = fopen(path, "w");
    bool ok = f != NULL && fwrite(text.ptr, 1, text.len, f) == text.len;
    if (f != NULL && fclose(f) != 0) ok = false;
    wh_buf_done(&text);
    if (!ok) fprintf(stderr, "%s: cannot be written\n", path);
    return ok;
}

static bool report(unsigned number, const char *name, bool ran, struct diff_report *r)
{
    bool ok = ran && r->count == 0;
    printf("%sok %u - %s\n", ok ? "" : "not ", number, name);
    if (r->lines.len > 0) fwrite(r->lines.ptr, 1, r->lines.len, stdout);
    wh_buf_done(&r->lines);
    fflush(stdout);
    return ok;
}

/* Forks in turn; the newest most often, as it is what EXECUTE runs. None before London: anvil 1.7.1 sets
 * the fork but keeps the gas table of the newest (EIP-1884, 2200, 2929 in a Frontier block). */
static enum evm_fork round_fork(const struct options *opt, uint64_t seed)
{
    static const enum evm_fork turn[] = {FORK_OSAKA, FORK_PRAGUE, FORK_OSAKA,    FORK_CANCUN,
                                         FORK_OSAKA, FORK_LONDON, FORK_PRAGUE,   FORK_OSAKA,
                                         FORK_PARIS, FORK_OSAKA,  FORK_SHANGHAI, FORK_PRAGUE};
    if (opt->fork != NULL) return diff_fork_of(opt->fork);
    return turn[(seed - 1) % (sizeof turn / sizeof *turn)];
}

static int run_rounds(const struct options *opt)
{
    struct counts n = {0};
    bool all = true;
    for (unsigned i = 0; i < opt->rounds; i++) {
        struct diff_case c;
        struct diff_report r = {0};
        char name[120], path[512];
        uint64_t seed = opt->seed + i;
        enum evm_fork fork = round_fork(opt, seed);
        diff_generate(seed, fork, opt->blocks, opt->txs, chain.crypto, &c);
        bool ran = run_case(opt, &c, &r, &n);
        snprintf(name, sizeof name, "%s seed %llu: %u blocks of %u transactions",
                 diff_fork_name(fork), (unsigned long long)seed, opt->blocks, opt->txs);
        n.known += r.known;
        bool ok = report(i + 1, name, ran, &r);
        snprintf(path, sizeof path, "%s/%s-%llu.json", opt->save ? opt->save : ".",
                 diff_fork_name(fork), (unsigned long long)seed);
        if ((!ok || opt->all) && opt->save != NULL) (void)save(&c, path);
        all &= ok;
        diff_case_done(&c);
    }
    printf(
        "1..%u\n# %u transactions in %u blocks: %u accepted (%u successful), %u refused, %llu gas, "
        "%u known departures of the other side\n",
        opt->rounds, n.txs, n.blocks, n.accepted, n.succeeded, n.refused, (unsigned long long)n.gas,
        n.known);
    printf(
        "# %llu steps from traces of %llu bytes in all; one bit turned in each: %llu refused, the "
        "others the same leaf\n",
        (unsigned long long)n.segments.steps, (unsigned long long)n.segments.bytes,
        (unsigned long long)n.segments.refused);
    return all ? 0 : 1;
}

static int run_tally(struct options *opt)
{
    struct counts n = {0};
    tally_init(&tally);
    chain.tally = &tally;
    for (unsigned i = 0; i < opt->rounds; i++) {
        struct diff_case c;
        struct diff_report r = {0};
        enum evm_fork fork = round_fork(opt, opt->seed + i);
        diff_generate(opt->seed + i, fork, opt->blocks, opt->txs, chain.crypto, &c);
        bool ran = run_case(opt, &c, &r, &n);
        diff_case_done(&c);
        if (!ran) return 2;
    }
    tally_print(&tally);
    unsigned gaps = tally_gaps(&tally);
    printf("%sok 1 - %u transactions reach every instruction, precompile and edge\n1..1\n",
           gaps == 0 ? "" : "not ", n.txs);
    return gaps == 0 ? 0 : 1;
}

static int run_files(const struct options *opt, char **paths, unsigned count)
{
    struct counts n = {0};
    bool all = true;
    for (unsigned i = 0; i < count; i++) {
        struct diff_case c;
        struct diff_report r = {0};
        if (!diff_case_load(paths[i], &c)) return 2;
        bool ran = run_case(opt, &c, &r, &n);
        if (opt->write) {
            ran = ran && save(&c, paths[i]);
            r.count = 0;
            r.lines.len = 0;
        }
        const char *slash = strrchr(paths[i], '/');
        all &= report(i + 1, slash ? slash + 1 : paths[i], ran, &r);
        diff_case_done(&c);
    }
    printf("1..%u\n", count);
    return all ? 0 : 1;
}

static bool number(const char *text, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 10);
    return *text != 0 && *end == 0;
}

int main(int argc, char **argv)
{
    struct options opt = {.seed = 1, .rounds = 1, .blocks = 10, .txs = 10};
    char *files[1024];
    unsigned count = 0;
    for (int i = 1; i < argc; i++) {
        uint64_t v = 0;
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--write") == 0) {
            opt.write = true;
        } else if (strcmp(argv[i], "--all") == 0) {
            opt.all = true;
        } else if (strcmp(argv[i], "--tally") == 0) {
            opt.tally = true;
        } else if (argv[i][0] != '-' && count < 1024) {
            files[count++] = argv[i];
        } else if (next != NULL && strcmp(argv[i], "--anvil") == 0) {
            opt.anvil = argv[++i];
        } else if (next != NULL && strcmp(argv[i], "--save") == 0) {
            opt.save = argv[++i];
        } else if (next != NULL && strcmp(argv[i], "--fork") == 0 && diff_fork_of(next) != 0) {
            opt.fork = argv[++i];
        } else if (next != NULL && number(next, &v)) {
            if (strcmp(argv[i], "--seed") == 0) opt.seed = v;
            if (strcmp(argv[i], "--rounds") == 0) opt.rounds = (unsigned)v;
            if (strcmp(argv[i], "--blocks") == 0) opt.blocks = (unsigned)v;
            if (strcmp(argv[i], "--txs") == 0) opt.txs = (unsigned)v;
            i++;
        } else {
            fprintf(stderr, "whittle-diff: what is '%s'? (main.c tells the options)\n", argv[i]);
            return 2;
        }
    }
    if (opt.blocks >= DIFF_BLOCKS_MAX || opt.txs > 64 ||
        (count == 0 && opt.anvil == NULL && !opt.tally)) {
        fprintf(stderr,
                "whittle-diff: --anvil PROGRAM or FILE, --blocks below 64, --txs up to 64\n");
        return 2;
    }
    const struct evm_crypto *crypto = wh_native_crypto();
    if (crypto == NULL || !diff_chain_open(&chain, crypto)) return 2;
    if (opt.tally) opt.anvil = NULL;
    int code = count > 0   ? run_files(&opt, files, count)
               : opt.tally ? run_tally(&opt)
                           : run_rounds(&opt);
    diff_chain_close(&chain);
    return code;
}
