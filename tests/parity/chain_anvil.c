/* SPDX-License-Identifier: MIT */
/* The L1 of chain.h on anvil, another EVM, over JSON-RPC: a call with a price is a transaction in a block of
 * its own, with that time and base fee; one without is an eth_call. WH_ANVIL names the program. */
#include <stdio.h>
#include <stdlib.h>

#include "evm/interp/evm.h"
#include "evm/native/crypto.h"
#include "game/contracts/generated/contracts.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"
#include "tests/diff/anvil.h"
#include "tests/parity/chain.h"
#include "tests/parity/chain_code.h"
#include "tests/vectors/runner/value.h"

enum { LOGS = 64, PLACES = 1 << 14, CODE_GAS = 16777216 }; /* EIP-7825 */

struct log {
    address at;
    bytes32 topics[4];
    unsigned topic_count;
    struct wh_buf data;
};

/* A slot that was asked for; all are asked for anew, in batches, once something has happened. */
struct known {
    bytes32 key, value;
    bool used;
};

struct chain_l1 {
    struct diff_anvil anvil;
    address deployer, verifier, inbox, game;
    uint64_t time;
    struct wh_buf output;
    struct log logs[LOGS];
    struct known *slots; /* open addressing */
    size_t known;
    bool fresh;
};

static void die(const char *what, const struct wh_error *err)
{
    printf("Bail out! anvil, %s: %s\n", what, err->what);
    exit(1);
}

static json_t *ask(struct chain_l1 *c, const char *method, json_t *params)
{
    json_t *result = NULL;
    struct wh_error err;
    wh_error_clear(&err);
    if (l1_rpc_call_null(c->anvil.rpc, method, params, &result, &err) != WH_OK) die(method, &err);
    return result;
}

static void tell(struct chain_l1 *c, const char *method, json_t *params)
{
    json_decref(ask(c, method, params));
}

static json_t *quantity(u128 v)
{
    u256 w = {{(uint64_t)v, (uint64_t)(v >> 64), 0, 0}};
    char text[80];
    wh_quantity_print(&w, text);
    return json_string(text);
}

struct chain_l1 *chain_open(void)
{
    struct chain_l1 *c = calloc(1, sizeof *c);
    if (c == NULL || (c->slots = calloc(PLACES, sizeof *c->slots)) == NULL) abort();
    return c;
}

void chain_close(struct chain_l1 *c)
{
    diff_anvil_stop(&c->anvil);
    wh_buf_done(&c->output);
    for (unsigned i = 0; i < LOGS; i++)
        wh_buf_done(&c->logs[i].data);
    free(c->slots);
    free(c);
}

/* ---- transactions ---- */

static json_t *message(const address *from, const address *to, u128 value, uint64_t price,
                       wh_span data)
{
    json_t *tx =
        json_pack("{s:o,s:o,s:o,s:o}", "from", anvil_hex(from->b, 20), "gas", quantity(CODE_GAS),
                  "value", quantity(value), "data", anvil_hex(data.ptr, data.len));
    if (to != NULL) json_object_set_new(tx, "to", anvil_hex(to->b, 20));
    if (price > 0) json_object_set_new(tx, "gasPrice", quantity(price));
    return tx;
}

/* One block with one transaction; its receipt. */
static json_t *mine(struct chain_l1 *c, json_t *tx, uint64_t time, uint64_t basefee, json_t **hash)
{
    tell(c, "anvil_setNextBlockBaseFeePerGas", json_pack("[o]", quantity(basefee)));
    *hash = ask(c, "eth_sendTransaction", json_pack("[o]", tx));
    tell(c, "evm_mine", json_pack("[I]", (json_int_t)time));
    json_t *receipt = ask(c, "eth_getTransactionReceipt", json_pack("[O]", *hash));
    if (!json_is_object(receipt)) {
        printf("Bail out! anvil: a transaction was not mined\n");
        exit(1);
    }
    c->fresh = false;
    c->time = time;
    return receipt;
}

static size_t read_logs(struct chain_l1 *c, const json_t *list)
{
    size_t i, k;
    json_t *o, *topic;
    json_array_foreach(list, i, o)
    {
        if (i == LOGS) abort();
        struct log *l = &c->logs[i];
        wh_buf_reset(&l->data);
        l->topic_count = 0;
        if (!value_address(json_object_get(o, "address"), &l->at) ||
            !value_bytes(json_object_get(o, "data"), &l->data))
            abort();
        json_array_foreach(json_object_get(o, "topics"), k, topic)
        {
            if (k == 4 || !value_b32(topic, &l->topics[l->topic_count++])) abort();
        }
    }
    return json_array_size(list);
}

static uint64_t number(const json_t *o, const char *key)
{
    uint64_t v;
    if (!value_u64(json_object_get(o, key), &v)) abort();
    return v;
}

/* Output, or data of the revert: the receipt does not tell. */
static int64_t read_trace(struct chain_l1 *c, json_t *hash)
{
    json_t *traces = ask(c, "trace_transaction", json_pack("[O]", hash));
    const json_t *result = json_object_get(json_array_get(traces, 0), "result");
    wh_buf_reset(&c->output);
    if (!value_bytes(json_object_get(result, "output"), &c->output)) abort();
    int64_t gas = (int64_t)number(result, "gasUsed");
    json_decref(traces);
    return gas;
}

static struct chain_reply look(struct chain_l1 *c, const address *from, const address *to,
                               wh_span data)
{
    json_t *out = ask(c, "eth_call", json_pack("[o,s]", message(from, to, 0, 0, data), "latest"));
    wh_buf_reset(&c->output);
    if (!value_bytes(out, &c->output)) abort();
    json_decref(out);
    return (struct chain_reply){.ok = true, .data = wh_buf_span(&c->output)};
}

struct chain_reply chain_call(struct chain_l1 *c, const address *from, const address *to,
                              u128 value, uint64_t time, uint64_t gasprice, uint64_t basefee,
                              wh_span data)
{
    if (gasprice == 0) return look(c, from, to, data);
    json_t *hash;
    json_t *receipt = mine(c, message(from, to, value, gasprice, data), time, basefee, &hash);
    struct chain_reply r = {.ok = number(receipt, "status") == 1};
    r.log_count = read_logs(c, json_object_get(receipt, "logs"));
    r.gas_used = read_trace(c, hash);
    r.data = wh_buf_span(&c->output);
    json_decref(receipt);
    json_decref(hash);
    return r;
}

struct calls_log chain_log(const struct chain_l1 *c, size_t i, address *at)
{
    const struct log *l = &c->logs[i];
    *at = l->at;
    return (struct calls_log){
        .topic_count = l->topic_count, .topics = l->topics, .data = wh_buf_span(&l->data)};
}

/* ---- set-up ---- */

static bool deploy(struct chain_l1 *c, const struct contract_code *code, wh_span arguments,
                   const address *at)
{
    struct wh_buf init = {0};
    json_t *hash;
    address made;
    wh_buf_put(&init, code->creation, code->creation_len);
    wh_buf_put(&init, arguments.ptr, arguments.len);
    json_t *receipt = mine(c, message(&c->deployer, NULL, 0, 1000000000, wh_buf_span(&init)),
                           c->time, 1000000000, &hash);
    bool ok = number(receipt, "status") == 1;
    if (!value_address(json_object_get(receipt, "contractAddress"), &made)) abort();
    if (ok && !address_eq(&made, at)) abort();
    wh_buf_done(&init);
    json_decref(receipt);
    json_decref(hash);
    return ok;
}

/* A new process: an empty state, a second before `time`. */
static void start(struct chain_l1 *c, uint64_t time)
{
    const char *program = getenv("WH_ANVIL");
    char stamp[24];
    snprintf(stamp, sizeof stamp, "%llu", (unsigned long long)time - 1);
    const char *const args[] = {"--hardfork",         "osaka",    "--chain-id",  "1337",
                                "--gas-limit",        "60000000", "--timestamp", stamp,
                                "--auto-impersonate", NULL};
    diff_anvil_stop(&c->anvil);
    if (program == NULL || !anvil_process_start(&c->anvil.process, program, args)) {
        printf("Bail out! WH_ANVIL names no anvil\n");
        exit(1);
    }
    c->anvil.rpc = c->anvil.process.rpc;
}

void chain_reset(struct chain_l1 *c, uint64_t time)
{
    uint8_t room[CHAIN_CODE_VERIFIER];
    const struct evm_crypto *crypto = wh_native_crypto();
    struct wh_buf args = {0};
    start(c, time);
    c->time = time;
    c->known = 0;
    c->fresh = false;
    memset(c->slots, 0, PLACES * sizeof *c->slots);
    c->deployer = (address){{1}};
    c->verifier = (address){{0xaa, 1}};
    evm_create_address(crypto, &c->deployer, 0, &c->inbox);
    evm_create_address(crypto, &c->deployer, 1, &c->game);
    chain_fund(c, &c->deployer, 1);
    wh_span code = chain_code_verifier(room);
    tell(c, "anvil_setCode",
         json_pack("[o,o]", anvil_hex(c->verifier.b, 20), anvil_hex(code.ptr, code.len)));
    chain_code_inbox(&args);
    if (!deploy(c, &contract_inbox, wh_buf_span(&args), &c->inbox)) abort();
    wh_buf_done(&args);
}

void chain_addresses(const struct chain_l1 *c, address *verifier, address *inbox, address *game)
{
    *verifier = c->verifier;
    *inbox = c->inbox;
    *game = c->game;
}

bool chain_deploy_game(struct chain_l1 *c, const struct game_config *cfg)
{
    uint8_t args[GAME_CONFIG_SIZE];
    game_config_encode(cfg, args);
    return deploy(c, &contract_game, wh_span_of(args, sizeof args), &c->game);
}

/* Gas is paid here, so all have a million ether besides. */
void chain_fund(struct chain_l1 *c, const address *who, u128 wei)
{
    wei += (u128)1000000 * 1000000000000000000u;
    tell(c, "anvil_setBalance", json_pack("[o,o]", anvil_hex(who->b, 20), quantity(wei)));
}

/* ---- state ---- */

u128 chain_balance(struct chain_l1 *c, const address *who)
{
    u256 v;
    json_t *out = ask(c, "eth_getBalance", json_pack("[o,s]", anvil_hex(who->b, 20), "latest"));
    if (!value_u256(out, &v)) abort();
    json_decref(out);
    return (u128)v.w[1] << 64 | v.w[0];
}

static struct known *place_of(struct chain_l1 *c, const bytes32 *key)
{
    size_t i = (load_be32(key->b) ^ load_be32(key->b + 28)) % PLACES;
    while (c->slots[i].used && !bytes32_eq(&c->slots[i].key, key))
        i = (i + 1) % PLACES;
    return &c->slots[i];
}

/* eth_getStorageAt of all that is known. */
static void refresh(struct chain_l1 *c, const address *at)
{
    json_t **params = calloc(2 * c->known + 1, sizeof *params), **results = params + c->known;
    struct known **to = calloc(c->known + 1, sizeof *to);
    struct wh_error err;
    size_t n = 0;
    if (params == NULL || to == NULL) abort();
    for (size_t i = 0; i < PLACES; i++) {
        if (!c->slots[i].used) continue;
        to[n] = &c->slots[i];
        params[n++] =
            json_pack("[o,o,s]", anvil_hex(at->b, 20), anvil_hex(c->slots[i].key.b, 32), "latest");
    }
    wh_error_clear(&err);
    if (n > 0 && l1_rpc_batch(c->anvil.rpc, "eth_getStorageAt", n, params, results, &err) != WH_OK)
        die("eth_getStorageAt", &err);
    for (size_t i = 0; i < n; i++) {
        if (!value_b32(results[i], &to[i]->value)) abort();
        json_decref(results[i]);
    }
    free(params);
    free(to);
    c->fresh = true;
}

bytes32 chain_slot(struct chain_l1 *c, const address *at, const bytes32 *key)
{
    if (!address_eq(at, &c->game)) abort();
    if (!c->fresh) refresh(c, at);
    struct known *k = place_of(c, key);
    if (k->used) return k->value;
    json_t *out = ask(c, "eth_getStorageAt",
                      json_pack("[o,o,s]", anvil_hex(at->b, 20), anvil_hex(key->b, 32), "latest"));
    if (2 * ++c->known > PLACES || !value_b32(out, &k->value)) abort();
    json_decref(out);
    k->key = *key;
    k->used = true;
    return k->value;
}

size_t chain_slots(struct chain_l1 *c, const address *at)
{
    json_t *accounts = NULL, *value;
    struct wh_error err;
    const char *key;
    size_t n = 0;
    wh_error_clear(&err);
    if (diff_anvil_dump(&c->anvil, &accounts, &err) != WH_OK) die("anvil_dumpState", &err);
    json_t *name = anvil_hex(at->b, 20);
    json_t *storage =
        json_object_get(json_object_get(accounts, json_string_value(name)), "storage");
    json_object_foreach(storage, key, value)
    {
        u256 v;
        if (!value_u256(value, &v)) abort();
        n += !u256_is_zero(&v);
    }
    json_decref(name);
    json_decref(accounts);
    return n;
}
