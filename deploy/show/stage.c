/* SPDX-License-Identifier: MIT */
/* From nothing to the parties playing: an L1, keys with ether, contracts, the block in the Inbox. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deploy/show/show.h"
#include "evm/native/crypto.h"
#include "proto/l1/calls.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

#define FUND_ETHER 1000u

struct child *show_child(struct show *s, const char *name, const char *program)
{
    char path[512];
    WH_ASSERT(s->child_count < SHOW_CHILDREN);
    struct child *c = &s->children[s->child_count++];
    snprintf(path, sizeof path, "%s/%s", s->cfg->bin, program);
    child_init(c, name, path, s->dir);
    return c;
}

static wh_status make_dir(struct show *s, struct wh_error *err)
{
    const char *base = getenv("TMPDIR");
    if (s->cfg->dir) {
        snprintf(s->dir, sizeof s->dir, "%s", s->cfg->dir);
        if (mkdir(s->dir, 0700) != 0 && errno != EEXIST)
            return wh_fail(err, WH_ERR_CFG_DATADIR, "%s: %s", s->dir, strerror(errno));
        return WH_OK;
    }
    snprintf(s->dir, sizeof s->dir, "%s/whittle-demo-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(s->dir))
        return wh_fail(err, WH_ERR_CFG_DATADIR, "%s: %s", s->dir, strerror(errno));
    return WH_OK;
}

/* --- L1 */

static wh_status read_url(const char *path, char *url, size_t cap, struct wh_error *err)
{
    struct wh_buf text = {0};
    json_t *doc = NULL;
    const char *value = NULL;
    wh_status st = wh_file_read(path, 1u << 20, &text, err);
    if (st == WH_OK) st = wh_json_parse((const char *)text.ptr, text.len, &doc, err);
    if (st == WH_OK) {
        struct wh_json root = wh_json_root(doc, "devnet"), j;
        st = wh_json_get(&root, "url", &j, err);
        if (st == WH_OK) st = wh_json_string(&j, &value, err);
        if (st == WH_OK) snprintf(url, cap, "%s", value);
    }
    json_decref(doc);
    wh_buf_done(&text);
    return st;
}

static wh_status start_l1(struct show *s, struct wh_error *err)
{
    if (s->cfg->l1) {
        snprintf(s->url, sizeof s->url, "%s", s->cfg->l1);
        show_say(s, "an L1 at %s; steps will be proven by signatures of attesters, 2 of 3", s->url);
        return WH_OK;
    }
    char path[300], line[256];
    struct child *c = show_child(s, "devnet", "whittle-devnet");
    snprintf(path, sizeof path, "%s/devnet.json", s->dir);
    child_arg(c, "--port");
    child_arg(c, "0");
    child_arg(c, "--config-out");
    child_arg(c, "%s", path);
    child_arg(c, "--quiet");
    WH_TRY(child_start(c, err));
    WH_TRY(child_wait_line(c, "http://", line, sizeof line, 10000, err));
    WH_TRY(read_url(path, s->url, sizeof s->url, err));
    s->devnet = true;
    show_say(s, "whittle-devnet: an L1 with the EXECUTE precompile at 0x0101, %s", s->url);
    return WH_OK;
}

static wh_status open_rpc(struct show *s, struct wh_error *err)
{
    const char *url = s->url;
    struct l1_rpc_config rc = {.urls = &url, .url_count = 1};
    return l1_rpc_open(&s->rpc, &rc, err);
}

/* --- parties */

static wh_status make_party(struct show *s, struct party *p, const char *name, bool honest,
                            struct wh_error *err)
{
    snprintf(p->name, sizeof p->name, "%s", name);
    snprintf(p->key_path, sizeof p->key_path, "%s/%s.key", s->dir, name);
    snprintf(p->datadir, sizeof p->datadir, "%s/%s", s->dir, name);
    p->honest = honest;
    return l1_key_file_new(p->key_path, &p->key, err);
}

static wh_status fund(struct show *s, const char *from, const struct party *p, struct wh_error *err)
{
    u256 wei = u256_from_u64(FUND_ETHER), ether = u256_from_u64(UINT64_C(1000000000000000000));
    char value[67];
    json_t *tx = json_object(), *params = json_array(), *result = NULL;
    u256_mul(&wei, &wei, &ether);
    wh_quantity_print(&wei, value);
    json_object_set_new(tx, "from", json_string(from));
    json_object_set_new(tx, "to", json_string(wh_hex20(&p->key.addr).s));
    json_object_set_new(tx, "value", json_string(value));
    json_array_append_new(params, tx);
    WH_TRY(l1_rpc_call(s->rpc, "eth_sendTransaction", params, &result, err));
    json_decref(result);
    return WH_OK;
}

static wh_status fund_all(struct show *s, struct wh_error *err)
{
    json_t *accounts = NULL;
    struct party *const all[] = {&s->operator, & s->proposer, &s->challenger};
    WH_TRY(l1_rpc_call(s->rpc, "eth_accounts", NULL, &accounts, err));
    const char *from = json_string_value(json_array_get(accounts, 0));
    wh_status st =
        from ? WH_OK
             : wh_fail(err, WH_ERR_RPC_FORM, "the L1 has no unlocked account to take ether from");
    for (size_t i = 0; st == WH_OK && i < 3; i++)
        st = fund(s, from, all[i], err);
    for (size_t i = 0; st == WH_OK && i < s->cfg->rivals; i++)
        st = fund(s, from, &s->rivals[i], err);
    json_decref(accounts);
    return st;
}

static wh_status make_parties(struct show *s, struct wh_error *err)
{
    WH_TRY(make_party(s, &s->operator, "operator", true, err));
    WH_TRY(make_party(s, &s->proposer, "proposer", true, err));
    WH_TRY(make_party(s, &s->challenger, "challenger", true, err));
    for (size_t i = 0; i < s->cfg->rivals; i++) {
        char name[32];
        snprintf(name, sizeof name, s->cfg->rivals == 1 ? "liar" : "liar-%zu", i + 1);
        WH_TRY(make_party(s, &s->rivals[i], name, false, err));
    }
    for (size_t i = 0; !s->devnet && i < SHOW_ATTESTERS; i++) {
        char name[32];
        snprintf(name, sizeof name, "attester-%zu", i + 1);
        WH_TRY(make_party(s, &s->attesters[i], name, true, err));
    }
    return fund_all(s, err);
}

/* --- contracts and block */

static void net_args(struct show *s, struct child *c)
{
    child_arg(c, "--network");
    child_arg(c, "%s/network.json", s->dir);
    child_arg(c, "--l1-eth-rpc");
    child_arg(c, "%s", s->url);
}

static wh_status deploy(struct show *s, struct wh_error *err)
{
    struct child *c = show_child(s, "deploy", "whittle-deploy");
    child_arg(c, "--l1-eth-rpc");
    child_arg(c, "%s", s->url);
    child_arg(c, "--key-file");
    child_arg(c, "%s", s->operator.key_path);
    child_arg(c, "--preset");
    child_arg(c, "devnet");
    child_arg(c, "--block");
    child_arg(c, "%s", s->cfg->block);
    child_arg(c, "--partial-ring");
    child_arg(c, "--rpc-block-number");
    child_arg(c, "latest");
    child_arg(c, "--out");
    child_arg(c, "%s/network.json", s->dir);
    if (s->devnet) {
        child_arg(c, "--trace-store"); /* where the devnet's EXECUTE looks for chunks */
        child_arg(c, "0x0000000000000000000000000000000057485452");
    } else {
        child_arg(c, "--verifier");
        child_arg(c, "attested");
        for (size_t i = 0; i < SHOW_ATTESTERS; i++) {
            child_arg(c, "--signer");
            child_arg(c, "%s", wh_hex20(&s->attesters[i].key.addr).s);
        }
    }
    WH_TRY(child_run(c, err));
    char path[300];
    snprintf(path, sizeof path, "%s/network.json", s->dir);
    WH_TRY(network_load(path, &s->net, err));
    show_say(
        s, "contracts deployed: Game %.12s.., bond 1 ether, T %llu s, 2^%u steps a claim, arity %u",
        wh_hex20(&s->net.game).s, (unsigned long long)s->net.cfg.t, s->net.cfg.k,
        1u << s->net.cfg.a);
    return WH_OK;
}

static wh_status post_block(struct show *s, struct wh_error *err)
{
    struct child *c = show_child(s, "post-block", "whittle-proposer");
    const struct blockfile *f = &s->l2.files[0];
    child_arg(c, "post-block");
    child_arg(c, "%s", s->cfg->block);
    net_args(s, c);
    child_arg(c, "--key-file");
    child_arg(c, "%s", s->operator.key_path);
    WH_TRY(child_run(c, err));
    show_say(s, "%s block %llu is in the Inbox as calldata: %zu transactions, hash %.18s..",
             f->network, (unsigned long long)f->number, f->tx_count, wh_hex32(&f->hash).s);
    return WH_OK;
}

/* --- the players */

static void daemon_args(struct show *s, struct child *c, const struct party *p)
{
    net_args(s, c);
    child_arg(c, "--datadir");
    child_arg(c, "%s", p->datadir);
    child_arg(c, "--key-file");
    child_arg(c, "%s", p->key_path);
    child_arg(c, "--l2-witness");
    child_arg(c, "%s", s->cfg->block);
    child_arg(c, "--http-poll-interval");
    child_arg(c, "50ms");
    child_arg(c, "--num-confirmations");
    child_arg(c, "1");
    child_arg(c, "--tx.resubmit");
    child_arg(c, "2s");
    child_arg(c, "--log.format");
    child_arg(c, "logfmt");
    for (size_t i = 0; !s->devnet && p->honest && i < SHOW_ATTESTERS; i++) {
        child_arg(c, "--attester");
        child_arg(c, "%s", s->attester_urls[i]);
    }
}

static wh_status start_attesters(struct show *s, struct wh_error *err)
{
    for (size_t i = 0; i < SHOW_ATTESTERS; i++) {
        struct party *p = &s->attesters[i];
        char line[256];
        p->child = show_child(s, p->name, "whittle-challenger");
        child_arg(p->child, "attest");
        net_args(s, p->child);
        child_arg(p->child, "--key-file");
        child_arg(p->child, "%s", p->key_path);
        WH_TRY(child_start(p->child, err));
        WH_TRY(child_wait_line(p->child, "http://", line, sizeof line, 10000, err));
        const char *at = strstr(line, "http://");
        snprintf(s->attester_urls[i], sizeof s->attester_urls[i], "%.*s", (int)strcspn(at, " \n"),
                 at);
    }
    return WH_OK;
}

/* Each further liar lies in another way about another transaction. */
static void lie_of(const struct show *s, size_t i, char out[48])
{
    struct lie lie = s->lie;
    size_t txs = s->l2.files[0].tx_count;
    lie.kind = (enum lie_kind)(((size_t)lie.kind + i) % LIE_COUNT);
    lie.at = (lie.at + 5 * i) % (txs ? txs : 1);
    if (lie.kind == LIE_swapped && lie.at + 1 >= txs && lie.at > 0) lie.at--;
    snprintf(out, 48, "%s@%llu", lie_name(lie.kind), (unsigned long long)lie.at);
}

static wh_status start_players(struct show *s, struct wh_error *err)
{
    if (!s->devnet) WH_TRY(start_attesters(s, err));
    s->proposer.child = show_child(s, "proposer", "whittle-proposer");
    daemon_args(s, s->proposer.child, &s->proposer);
    child_arg(s->proposer.child, "--defend-delay");
    child_arg(s->proposer.child, "30s");
    WH_TRY(child_start(s->proposer.child, err));
    show_say(s, "whittle-proposer starts: runs the block twice, will post what it found");
    for (size_t i = 0; i < s->cfg->rivals; i++) {
        struct party *p = &s->rivals[i];
        char lie[48];
        struct lie parsed;
        lie_of(s, i, lie);
        p->child = show_child(s, p->name, "whittle-liar");
        daemon_args(s, p->child, p);
        child_arg(p->child, "--lie");
        child_arg(p->child, "%s", lie);
        WH_TRY(child_start(p->child, err));
        (void)lie_parse(lie, &parsed);
        show_say(s, "whittle-liar starts as %s: it will claim of transaction %llu that %s (%s)",
                 p->name, (unsigned long long)parsed.at, lie_text(parsed.kind), lie);
    }
    return WH_OK;
}

wh_status show_challenger(struct show *s, struct wh_error *err)
{
    s->challenger.child = show_child(s, "challenger", "whittle-challenger");
    daemon_args(s, s->challenger.child, &s->challenger);
    WH_TRY(child_start(s->challenger.child, err));
    show_say(s, "whittle-challenger starts: believes nobody, runs the block itself");
    return WH_OK;
}

static wh_status start_watching(struct show *s, struct wh_error *err)
{
    char dir[300];
    const struct evm_crypto *crypto = wh_native_crypto();
    snprintf(dir, sizeof dir, "%s/watch", s->dir);
    WH_TRY(store_open(&s->store, dir, err));
    struct agent_options opt = {.name = "whittle-demo",
                                .net = &s->net,
                                .rpc = s->rpc,
                                .store = s->store,
                                .crypto = crypto,
                                .l2 = &s->l2};
    return agent_open(&s->agent, &opt, err);
}

wh_status show_open(struct show *s, struct wh_error *err)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    s->started_ms = wh_mono_ms();
    if (!crypto) return wh_fail(err, WH_ERR_CRYPTO, "setting up the crypto libraries");
    if (!s->cfg->block) return wh_fail(err, WH_ERR_CLI_MISSING, "--block FILE");
    if (s->cfg->lie && !lie_parse(s->cfg->lie, &s->lie))
        return wh_fail(err, WH_ERR_CLI_VALUE, "--lie %s: KIND@N is wanted", s->cfg->lie);
    if (s->cfg->rivals < 1 || s->cfg->rivals > SHOW_RIVALS_MAX)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--rivals is between 1 and %u", SHOW_RIVALS_MAX);
    s->witness[0] = s->cfg->block;
    WH_TRY(l2_open(&s->l2, crypto, 0, s->witness, 1, NULL, 0, err));
    size_t txs = s->l2.files[0].tx_count;
    if (txs == 0)
        return wh_fail(err, WH_ERR_CLI_RANGE, "the block has no transaction to lie about");
    if (!s->cfg->lie) s->lie = (struct lie){LIE_balance, txs / 2 - (txs % 2 == 0), UINT64_MAX};
    if (s->lie.at >= txs)
        return wh_fail(err, WH_ERR_CLI_RANGE, "--lie %s: the block has %zu transactions",
                       s->cfg->lie, txs);
    WH_TRY(make_dir(s, err));
    WH_TRY(start_l1(s, err));
    WH_TRY(open_rpc(s, err));
    WH_TRY(make_parties(s, err));
    WH_TRY(deploy(s, err));
    WH_TRY(post_block(s, err));
    WH_TRY(start_watching(s, err));
    return start_players(s, err);
}

/* show_leave starts the honest daemons again with --leave: what they locked comes home. */
wh_status show_leave(struct show *s, struct wh_error *err)
{
    struct child *const all[] = {s->proposer.child, s->challenger.child};
    show_say(s, "all claims are judged; the honest take their bonds home");
    for (size_t i = 0; i < 2; i++) {
        child_kill(all[i], SIGTERM);
        child_arg(all[i], "--leave");
        WH_TRY(child_start(all[i], err));
    }
    return WH_OK;
}

static void remove_dir(const char *dir)
{
    char command[300];
    /* the path is ours: made by mkdtemp, or an empty directory of the caller's */
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    if (system(command) != 0) fprintf(stderr, "whittle-demo: could not remove %s\n", dir);
}

void show_close(struct show *s)
{
    for (size_t i = s->child_count; i-- > 0;)
        child_done(&s->children[i]);
    store_close(s->proposer.seen);
    store_close(s->challenger.seen);
    for (size_t i = 0; i < SHOW_RIVALS_MAX; i++)
        store_close(s->rivals[i].seen);
    agent_close(&s->agent);
    l2_close(&s->l2);
    store_close(s->store);
    network_done(&s->net);
    l1_rpc_close(s->rpc);
    if (s->dir[0] && !s->cfg->keep && !s->cfg->dir)
        remove_dir(s->dir);
    else if (s->dir[0] && s->cfg->keep)
        show_say(s, "stores and logs are in %s", s->dir);
}
