/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "deploy/devnet/build.h"
#include "deploy/devnet/run.h"
#include "evm/hash/keccak.h"
#include "evm/hash/sha256.h"
#include "game/contracts/generated/contracts.h"
#include "proto/sys/hex.h"

/* Where genesis puts TraceStore: the ASCII of "WHTR". */
const address GENESIS_TRACE_STORE = {{[16] = 0x57, [17] = 0x48, [18] = 0x54, [19] = 0x52}};

struct system_row {
    const char *name, *at, *code;
};
static const struct system_row SYSTEM_ROWS[] = {
#define SYSTEM(name, at, code) {#name, at, code},
#include "deploy/devnet/system.def"
#undef SYSTEM
};

enum { SYSTEM_CODE_MAX = 1024 };

static wh_status put_system(struct state *st, const struct system_row *row)
{
    uint8_t code[SYSTEM_CODE_MAX];
    address at;
    const u256 nothing = {{0}};
    const size_t len = strlen(row->code) / 2;
    if (len > sizeof code || !wh_hex_decode(row->at, strlen(row->at), at.b, 20) ||
        !wh_hex_decode(row->code, strlen(row->code), code, len))
        return WH_E_FORMAT;
    return state_put_account(st, &at, 1, &nothing, wh_span_of(code, len));
}

/* TraceStore has no arguments: its creation code is run where the contract shall stand. */
static wh_status put_trace_store(struct run *r)
{
    const struct evm_message create = {
        .kind = EVM_CREATE,
        .gas = (int64_t)NODE_TX_GAS_MAX,
        .to = GENESIS_TRACE_STORE,
        .code_from = GENESIS_TRACE_STORE,
        .input = wh_span_of(contract_trace_store.creation, contract_trace_store.creation_len)};
    struct evm_result result;
    state_begin_tx(&r->state);
    WH_TRY(evm_execute(&r->evm, &create, &result));
    if (result.halt != EVM_SUCCESS) return WH_E_FORMAT;
    return state_commit_tx(&r->state, FORK_OSAKA);
}

static wh_status put_all(struct run *r)
{
    const struct node *n = r->node;
    const u256 nothing = {{0}};
    for (size_t i = 0; i < sizeof SYSTEM_ROWS / sizeof *SYSTEM_ROWS; i++)
        WH_TRY(put_system(&r->state, &SYSTEM_ROWS[i]));
    /* Nonce 1, or EIP-161 would delete 0x0101 with its slots (PROTOCOL 6). */
    WH_TRY(state_put_account(&r->state, &EXECUTE_ADDRESS, 1, &nothing, wh_span_of(NULL, 0)));
    for (size_t i = 0; i < n->config.accounts; i++)
        WH_TRY(state_put_account(&r->state, &n->accounts[i].at, 0, &n->config.balance,
                                 wh_span_of(NULL, 0)));
    return put_trace_store(r);
}

static void fill_header(const struct node *n, struct block_header *h)
{
    static const char extra[] = "whittle devnet";
    *h = (struct block_header){.fields = header_fields(FORK_OSAKA),
                               .ommers_hash = KECCAK_EMPTY_LIST,
                               .coinbase = n->config.coinbase,
                               .txs_root = KECCAK_EMPTY_TRIE,
                               .receipts_root = KECCAK_EMPTY_TRIE,
                               .gas_limit = n->config.gas_limit,
                               .timestamp = n->config.genesis_time,
                               .extra_len = sizeof extra - 1,
                               .base_fee = n->config.base_fee,
                               .withdrawals_root = KECCAK_EMPTY_TRIE,
                               .requests_hash = SHA256_EMPTY};
    memcpy(h->extra, extra, sizeof extra - 1);
}

wh_status build_genesis(struct node *n, struct block **out)
{
    /* A block before the first one, so that the state can be opened like any other. */
    struct block none = {.head = {.gas_limit = n->config.gas_limit}};
    none.head.state_root = KECCAK_EMPTY_TRIE;
    struct block_header head;
    fill_header(n, &head);
    struct run r;
    WH_TRY(run_open(&r, n, &none, &head, NULL));
    wh_status status = put_all(&r);
    struct wh_sink sink = objects_sink(&n->objects);
    if (status == WH_OK) status = state_settle(&r.state, &sink, &head.state_root);
    if (status == WH_OK) status = block_seal(n->crypto, &head, NULL, out);
    run_close(&r);
    if (status == WH_OK) n->trace_store = GENESIS_TRACE_STORE;
    return status;
}
