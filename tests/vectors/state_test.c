/* SPDX-License-Identifier: MIT */
#include "tests/vectors/state_test.h"

#include <stdio.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/sign.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/fees.h"
#include "evm/tx/execute.h"
#include "evm/tx/validate.h"
#include "tests/vectors/value.h"

struct fork_name {
    const char *name;
    enum evm_fork fork;
    uint64_t blob_max, blob_fraction; /* defaults where the file has no blobSchedule */
};

static const struct fork_name FORKS[] = {
    {"Frontier", FORK_FRONTIER, 0, 0},
    {"Homestead", FORK_HOMESTEAD, 0, 0},
    {"EIP150", FORK_TANGERINE, 0, 0},
    {"EIP158", FORK_SPURIOUS, 0, 0},
    {"Byzantium", FORK_BYZANTIUM, 0, 0},
    {"Constantinople", FORK_CONSTANTINOPLE, 0, 0},
    {"ConstantinopleFix", FORK_PETERSBURG, 0, 0},
    {"Istanbul", FORK_ISTANBUL, 0, 0},
    {"Berlin", FORK_BERLIN, 0, 0},
    {"London", FORK_LONDON, 0, 0},
    {"Paris", FORK_PARIS, 0, 0},
    {"Merge", FORK_PARIS, 0, 0},
    {"Shanghai", FORK_SHANGHAI, 0, 0},
    {"Cancun", FORK_CANCUN, 6, 3338477},
    {"Prague", FORK_PRAGUE, 9, 5007716},
    {"Osaka", FORK_OSAKA, 9, 5007716},
};

static const struct fork_name *fork_of(const char *name)
{
    for (size_t i = 0; i < sizeof FORKS / sizeof *FORKS; i++)
        if (strcmp(FORKS[i].name, name) == 0) return &FORKS[i];
    return NULL;
}

/* One case: everything that the two runs of it share. */
struct test_case {
    struct state_run *run;
    const struct fork_name *fork;
    const json_t *test, *post;
    bytes32 pre_root;
    struct evm_block block;
    struct tx_rules rules;
    struct tx tx;
    struct wh_buf raw, data, list;
    address sender;
    enum tx_reject reject;
};

/* ---- pre-state ---- */

static wh_status put_account(struct state *st, const char *at, const json_t *account)
{
    address where;
    uint64_t nonce;
    u256 balance;
    struct wh_buf code = {0};
    if (!value_text_address(at, &where) || !value_u64(json_object_get(account, "nonce"), &nonce) ||
        !value_u256(json_object_get(account, "balance"), &balance) ||
        !value_bytes(json_object_get(account, "code"), &code))
        return WH_E_FORMAT;
    wh_status s = state_put_account(st, &where, nonce, &balance, wh_buf_span(&code));
    wh_buf_done(&code);
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(account, "storage"), key, value)
    {
        u256 k, v;
        if (!value_text_u256(key, &k) || !value_u256(value, &v)) return WH_E_FORMAT;
        if (s == WH_OK) s = state_put_slot(st, &where, &k, &v);
    }
    return s;
}

static wh_status build_pre(struct state_run *run, const json_t *pre, bytes32 *root)
{
    struct state st;
    struct wh_sink sink = nodes_sink(&run->nodes);
    wh_arena_rewind(&run->pre, 0);
    wh_arena_rewind(&run->state, 0);
    nodes_reset(&run->nodes);
    WH_TRY(state_init(&st, &run->state, NULL, run->crypto, NULL, &KECCAK_EMPTY_TRIE));
    const char *at;
    json_t *account;
    json_object_foreach((json_t *)(uintptr_t)pre, at, account)
        WH_TRY(put_account(&st, at, account));
    return state_settle(&st, &sink, root);
}

/* ---- block ---- */

/* BLOCKHASH(n) is the hash of the decimal digits of n. */
static wh_status block_hash(void *ctx, uint64_t n, bytes32 *out)
{
    (void)ctx;
    char text[24];
    int len = snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    keccak256((const uint8_t *)text, (size_t)len, out);
    return WH_OK;
}

static void blob_schedule(const struct test_case *c, uint64_t *max, uint64_t *fraction)
{
    const json_t *config = json_object_get(c->test, "config");
    const json_t *row = json_object_get(json_object_get(config, "blobSchedule"), c->fork->name);
    *max = c->fork->blob_max;
    *fraction = c->fork->blob_fraction;
    if (row == NULL) return;
    (void)value_u64(json_object_get(row, "max"), max);
    (void)value_u64(json_object_get(row, "baseFeeUpdateFraction"), fraction);
}

static bool read_block(struct test_case *c)
{
    const json_t *env = json_object_get(c->test, "env");
    const json_t *chain = json_object_get(json_object_get(c->test, "config"), "chainid");
    struct evm_block *b = &c->block;
    enum evm_fork fork = c->fork->fork;
    uint64_t max, fraction, excess;
    memset(b, 0, sizeof *b);
    b->fork = fork;
    b->chain_id = 1;
    b->block_hash = block_hash;
    if (chain != NULL && !value_u64(chain, &b->chain_id)) return false;
    bool ok = value_address(json_object_get(env, "currentCoinbase"), &b->coinbase) &&
              value_u64(json_object_get(env, "currentNumber"), &b->number) &&
              value_u64(json_object_get(env, "currentTimestamp"), &b->timestamp) &&
              value_u64(json_object_get(env, "currentGasLimit"), &b->gas_limit) &&
              value_u64(json_object_get(env, "currentExcessBlobGas"), &excess);
    const json_t *random = json_object_get(env, "currentRandom");
    if (fork < FORK_LONDON || random == NULL) random = json_object_get(env, "currentDifficulty");
    ok = ok && value_b32(random, &b->randao);
    const json_t *fee = json_object_get(env, "currentBaseFee");
    if (fork >= FORK_LONDON) {
        b->base_fee = u256_from_u64(10);
        if (fee != NULL) ok = ok && value_u256(fee, &b->base_fee);
    }
    blob_schedule(c, &max, &fraction);
    if (ok && fork >= FORK_CANCUN) b->blob_base_fee = fee_exponential(1, excess, fraction);
    c->rules = (struct tx_rules){.fork = fork,
                                 .chain_id = b->chain_id,
                                 .gas_limit = b->gas_limit,
                                 .blob_gas_limit = max * FEE_GAS_PER_BLOB,
                                 .base_fee = b->base_fee,
                                 .blob_base_fee = b->blob_base_fee};
    return ok;
}

/* ---- transaction ---- */

static const json_t *indexed(const struct test_case *c, const char *list, const char *index)
{
    const json_t *t = json_object_get(c->test, "transaction");
    const json_t *i = json_object_get(json_object_get(c->post, "indexes"), index);
    return json_array_get(json_object_get(t, list), (size_t)json_integer_value(i));
}

/* The payload of an access list, as the decoder would leave it. */
static bool read_access_list(struct test_case *c, const json_t *list)
{
    size_t i;
    json_t *entry, *key;
    json_array_foreach(list, i, entry)
    {
        const json_t *keys = json_object_get(entry, "storageKeys");
        size_t n = json_array_size(keys), k;
        uint8_t head[RLP_PREFIX_MAX];
        address at;
        if (!value_address(json_object_get(entry, "address"), &at)) return false;
        wh_buf_put(&c->list, head, (size_t)(rlp_put_list(head, 21 + rlp_list_size(33 * n)) - head));
        wh_buf_put(&c->list, "\x94", 1);
        wh_buf_put(&c->list, at.b, 20);
        wh_buf_put(&c->list, head, (size_t)(rlp_put_list(head, 33 * n) - head));
        json_array_foreach(keys, k, key)
        {
            bytes32 word;
            if (!value_b32(key, &word)) return false;
            wh_buf_put(&c->list, "\xa0", 1);
            wh_buf_put(&c->list, word.b, 32);
        }
        c->tx.access_addresses++;
        c->tx.access_slots += (uint32_t)n;
    }
    c->tx.access_list = wh_buf_span(&c->list);
    return true;
}

/* Old fills have fields alone. A value over 256 bits makes the transaction invalid. */
static bool read_fields(struct test_case *c)
{
    const json_t *t = json_object_get(c->test, "transaction");
    const json_t *to = json_object_get(t, "to");
    struct tx *tx = &c->tx;
    const json_t *price = json_object_get(t, "gasPrice");
    bool market = price == NULL;
    tx->type = market ? TX_FEE_MARKET : TX_LEGACY;
    tx->chain_id = c->block.chain_id;
    tx->has_chain_id = market;
    bool ok = value_u64(json_object_get(t, "nonce"), &tx->nonce) &&
              value_u64(indexed(c, "gasLimit", "gas"), &tx->gas) &&
              value_u256(indexed(c, "value", "value"), &tx->value) &&
              value_u256(market ? json_object_get(t, "maxFeePerGas") : price, &tx->max_fee) &&
              value_u256(market ? json_object_get(t, "maxPriorityFeePerGas") : price,
                         &tx->max_priority) &&
              value_bytes(indexed(c, "data", "data"), &c->data);
    tx->data = wh_buf_span(&c->data);
    tx->has_to = to != NULL && json_string_length(to) > 2;
    if (tx->has_to) ok = ok && value_address(to, &tx->to);
    const json_t *list = indexed(c, "accessLists", "data");
    if (json_is_array(list)) {
        if (!market) tx->type = TX_ACCESS_LIST;
        ok = ok && read_access_list(c, list);
    }
    return ok;
}

static bool read_sender(struct test_case *c)
{
    const json_t *t = json_object_get(c->test, "transaction");
    bytes32 key;
    if (value_address(json_object_get(t, "sender"), &c->sender)) return true;
    return value_b32(json_object_get(t, "secretKey"), &key) &&
           wh_key_address(key.b, &c->sender) == WH_OK;
}

/* read_tx fills tx and sender, or sets the reason why there is none. */
static wh_status read_tx(struct test_case *c)
{
    const json_t *bytes = json_object_get(c->post, "txbytes");
    c->reject = TX_ACCEPTED;
    if (bytes == NULL) {
        if (!read_sender(c)) return WH_E_FORMAT;
        c->reject = read_fields(c) ? tx_check_static(&c->rules, &c->tx, 1) : TX_BAD_FORM;
        return WH_OK;
    }
    if (!value_bytes(bytes, &c->raw)) return WH_E_FORMAT;
    c->reject = tx_check_decode(c->run->crypto, &c->rules, wh_buf_span(&c->raw), &c->tx);
    if (c->reject == TX_ACCEPTED) c->reject = tx_check_static(&c->rules, &c->tx, 1);
    if (c->reject != TX_ACCEPTED) return WH_OK;
    WH_TRY(tx_check_signature(c->run->crypto, &c->rules, &c->tx, &c->sender, &c->reject));
    address named;
    const json_t *sender = json_object_get(json_object_get(c->test, "transaction"), "sender");
    if (c->reject == TX_ACCEPTED && value_address(sender, &named) &&
        !address_eq(&named, &c->sender))
        return WH_E_MISMATCH;
    return WH_OK;
}

/* ---- run ---- */

struct outcome {
    enum tx_reject reject;
    bytes32 root, logs;
};

static wh_status check_account(struct test_case *c, struct state *st, enum tx_reject *reject)
{
    struct account *a = state_account(st, &c->sender);
    if (a == NULL) return st->failure;
    WH_TRY(state_load(st, a));
    *reject = tx_check_account(&c->tx, a->f.nonce, &a->f.balance);
    if (*reject != TX_ACCEPTED || !tx_check_code_hash(&c->rules, !a->f.has_code, reject))
        return WH_OK;
    WH_TRY(state_load_code(st, a));
    *reject = tx_check_code(wh_span_of(a->f.code->bytes, a->f.code->len));
    return WH_OK;
}

static wh_status hash_logs(const struct tx_result *r, bytes32 *out)
{
    struct wh_buf b = {0};
    size_t size = 16;
    for (size_t i = 0; i < r->log_count; i++)
        size += r->logs[i].data.len + 256;
    uint8_t *p = wh_buf_grow(&b, size);
    if (p == NULL) return WH_E_NOMEM;
    struct rlp_back w;
    rlp_back_init(&w, p, size);
    size_t all = rlp_back_mark(&w);
    for (size_t i = r->log_count; i-- > 0;) {
        const struct state_log *log = &r->logs[i];
        size_t one = rlp_back_mark(&w);
        rlp_back_string(&w, log->data);
        size_t topics = rlp_back_mark(&w);
        for (unsigned k = log->topic_count; k-- > 0;)
            rlp_back_string(&w, wh_span_of(log->topics[k].b, 32));
        rlp_back_list(&w, topics);
        rlp_back_string(&w, wh_span_of(log->at.b, 20));
        rlp_back_list(&w, one);
    }
    rlp_back_list(&w, all);
    wh_span bytes;
    wh_status s = rlp_back_done(&w, &bytes);
    if (s == WH_OK) keccak256(bytes.ptr, bytes.len, out);
    wh_buf_done(&b);
    return s;
}

/* The coinbase is touched also by a rejected transaction, but not in fills of execution-spec-tests,
 * which show the state. */
static wh_status touch_coinbase(struct test_case *c, struct state *st, bool rejected)
{
    if (rejected && json_object_get(c->post, "state") != NULL) return WH_OK;
    struct account *a = state_account(st, &c->block.coinbase);
    if (a == NULL) return st->failure;
    state_begin_tx(st);
    WH_TRY(state_load(st, a));
    if (c->fork->fork < FORK_SPURIOUS)
        WH_TRY(state_make(st, a));
    else
        WH_TRY(state_touch(st, a));
    return state_commit_tx(st, c->fork->fork);
}

static void print_step(void *ctx, const struct evm_step *s)
{
    (void)ctx;
    printf("{\"pc\":%llu,\"op\":%u,\"gas\":\"0x%llx\",\"memSize\":%zu,\"stack\":[",
           (unsigned long long)s->pc, s->op, (unsigned long long)s->gas, s->memory_len);
    for (size_t i = 0; i < s->stack_len; i++) {
        const u256 *w = &s->stack[i];
        printf("%s\"0x", i ? "," : "");
        bool lead = true;
        for (int k = 3; k >= 0; k--) {
            if (lead && w->w[k] == 0 && k > 0) continue;
            printf(lead ? "%llx" : "%016llx", (unsigned long long)w->w[k]);
            lead = false;
        }
        printf("\"");
    }
    const char *name = evm_opcode_name(s->op);
    printf("],\"depth\":%u,\"refund\":%lld,\"opName\":\"%s\"}\n", s->depth, (long long)s->refund,
           name == NULL ? "UNDEFINED" : name);
}

static const struct evm_tracer TRACER = {NULL, print_step};

static wh_status run_once(struct test_case *c, struct outcome *out)
{
    struct state_run *run = c->run;
    struct wh_preimages preimages = nodes_preimages(&run->nodes);
    struct tx_result result = {0};
    struct state st;
    wh_arena_rewind(&run->state, 0);
    wh_arena_rewind(&run->frames, 0);
    struct evm evm = {.state = &st,
                      .crypto = run->crypto,
                      .block = &c->block,
                      .arena = &run->frames,
                      .tracer = run->trace ? &TRACER : NULL};
    WH_TRY(state_init(&st, &run->state, &preimages, run->crypto, NULL, &c->pre_root));
    out->reject = c->reject;
    if (out->reject == TX_ACCEPTED) WH_TRY(check_account(c, &st, &out->reject));
    if (out->reject == TX_ACCEPTED) WH_TRY(tx_execute(&evm, &c->tx, &c->sender, &result));
    WH_TRY(hash_logs(&result, &out->logs));
    if (run->verbose)
        printf("# gas used %llu refunded %llu success %d\n", (unsigned long long)result.gas_used,
               (unsigned long long)result.gas_refunded, result.success);
    WH_TRY(touch_coinbase(c, &st, out->reject != TX_ACCEPTED));
    return state_settle(&st, NULL, &out->root);
}

static void print_hash(const char *what, const bytes32 *h)
{
    printf("    %s 0x", what);
    for (int i = 0; i < 32; i++)
        printf("%02x", h->b[i]);
    printf("\n");
}

/* judge compares; prints why not. */
static bool judge(const struct test_case *c, wh_status status, const struct outcome *o)
{
    bytes32 root, logs;
    if (status != WH_OK) {
        printf("    status %d\n", (int)status);
        return false;
    }
    bool refuse = json_object_get(c->post, "expectException") != NULL;
    if (refuse != (o->reject != TX_ACCEPTED)) {
        printf("    %s: %s\n", refuse ? "accepted, want a refusal" : "refused",
               tx_reject_text(o->reject));
        return false;
    }
    if (!value_b32(json_object_get(c->post, "hash"), &root) ||
        !value_b32(json_object_get(c->post, "logs"), &logs))
        return false;
    bool ok = bytes32_eq(&root, &o->root) && bytes32_eq(&logs, &o->logs);
    if (!bytes32_eq(&root, &o->root)) {
        print_hash("root got ", &o->root);
        print_hash("root want", &root);
    }
    if (!bytes32_eq(&logs, &o->logs)) printf("    logs differ\n");
    return ok;
}

static bool run_case(struct test_case *c)
{
    struct outcome full, again;
    if (!read_block(c)) {
        printf("    environment not understood\n");
        return false;
    }
    wh_status s = read_tx(c);
    nodes_begin(&c->run->nodes, false);
    if (s == WH_OK) s = run_once(c, &full);
    if (!judge(c, s, &full)) return false;
    if (!c->run->stateless) return true;
    nodes_begin(&c->run->nodes, true);
    s = run_once(c, &again);
    if (s == WH_OK && bytes32_eq(&full.root, &again.root) && bytes32_eq(&full.logs, &again.logs))
        return true;
    printf("    the stateless run differs, status %d\n", (int)s);
    return false;
}

static void run_entry(struct state_run *run, const char *path, const char *name, const json_t *test,
                      const struct fork_name *fork, const json_t *post, size_t i,
                      const bytes32 *pre_root)
{
    struct test_case c = {
        .run = run, .fork = fork, .test = test, .post = post, .pre_root = *pre_root};
    if (run->verbose) printf("# %s %s %zu\n", name, fork->name, i);
    bool ok = run_case(&c);
    wh_buf_done(&c.raw);
    wh_buf_done(&c.data);
    wh_buf_done(&c.list);
    if (!ok) printf("FAIL %s %s %s[%zu]\n", path, name, fork->name, i);
    if (ok)
        run->by_fork[fork->fork].passed++;
    else
        run->by_fork[fork->fork].failed++;
}

static void run_test(struct state_run *run, const char *path, const char *name, const json_t *test)
{
    bytes32 root;
    const char *fork_text;
    json_t *posts, *post;
    size_t i;
    wh_status s = build_pre(run, json_object_get(test, "pre"), &root);
    json_object_foreach(json_object_get(test, "post"), fork_text, posts)
    {
        const struct fork_name *fork = fork_of(fork_text);
        if (run->filter_fork != NULL && strcmp(run->filter_fork, fork_text) != 0) continue;
        if (fork == NULL || s != WH_OK) {
            printf("FAIL %s %s %s: %s\n", path, name, fork_text,
                   s != WH_OK ? "pre-state not understood" : "unknown fork");
            run->by_fork[0].failed++;
            continue;
        }
        json_array_foreach(posts, i, post) run_entry(run, path, name, test, fork, post, i, &root);
    }
}

bool is_state_test(const json_t *file)
{
    void *first = json_object_iter((json_t *)(uintptr_t)file);
    const json_t *test = first == NULL ? NULL : json_object_iter_value(first);
    return json_object_get(test, "transaction") != NULL && json_object_get(test, "post") != NULL;
}

void state_test_file(struct state_run *run, const char *path, const json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach((json_t *)(uintptr_t)file, name, test)
    {
        if (run->filter_name != NULL && strstr(name, run->filter_name) == NULL) continue;
        run_test(run, path, name, test);
    }
}
