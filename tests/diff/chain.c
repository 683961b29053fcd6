/* SPDX-License-Identifier: MIT */
#include "tests/diff/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "evm/hash/keccak.h"
#include "evm/segment/fees.h"
#include "evm/segment/frontier.h"
#include "evm/segment/receipt.h"
#include "tests/diff/sign.h"

static const address HISTORY = {{0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
                                 0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35}};
/* EIP-2935's contract, which the other side has in its genesis from Prague on. */
static const uint8_t HISTORY_CODE[] = {
    0x33, 0x73, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0x14, 0x60, 0x46, 0x57, 0x60, 0x20,
    0x36, 0x03, 0x60, 0x42, 0x57, 0x5f, 0x35, 0x60, 0x01, 0x43, 0x03, 0x81, 0x11, 0x60,
    0x42, 0x57, 0x61, 0x1f, 0xff, 0x81, 0x43, 0x03, 0x11, 0x60, 0x42, 0x57, 0x61, 0x1f,
    0xff, 0x90, 0x06, 0x54, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3, 0x5b, 0x5f, 0x5f, 0xfd,
    0x5b, 0x5f, 0x35, 0x61, 0x1f, 0xff, 0x60, 0x01, 0x43, 0x03, 0x06, 0x55, 0x00};

static bool map(struct wh_arena *a, size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) return false;
    wh_arena_init(a, p, size);
    return true;
}

bool diff_chain_open(struct diff_chain *ch, const struct evm_crypto *crypto)
{
    memset(ch, 0, sizeof *ch);
    ch->crypto = crypto;
    return map(&ch->keep, (size_t)1 << 32) && map(&ch->state_arena, (size_t)1 << 33) &&
           map(&ch->frames, (size_t)1 << 33) && nodes_init(&ch->nodes, &ch->keep);
}

void diff_chain_close(struct diff_chain *ch)
{
    nodes_done(&ch->nodes);
    munmap(ch->keep.base, ch->keep.cap);
    munmap(ch->state_arena.base, ch->state_arena.cap);
    munmap(ch->frames.base, ch->frames.cap);
}

static wh_status open_state(struct diff_chain *ch)
{
    wh_arena_rewind(&ch->state_arena, 0);
    wh_arena_rewind(&ch->frames, 0);
    return state_init(&ch->state, &ch->state_arena, &ch->preimages, ch->crypto, NULL, &ch->root);
}

static wh_status put_genesis(struct diff_chain *ch)
{
    const struct diff_case *c = ch->c;
    const u256 zero = {{0}};
    for (unsigned i = 0; i < c->account_count; i++) {
        const struct diff_account *a = &c->accounts[i];
        WH_TRY(state_put_account(&ch->state, &a->at, a->nonce, &a->balance, wh_buf_span(&a->code)));
        for (unsigned k = 0; k < a->slot_count; k++)
            WH_TRY(state_put_slot(&ch->state, &a->at, &a->keys[k], &a->values[k]));
    }
    if (c->fork < FORK_PRAGUE) return WH_OK;
    return state_put_account(&ch->state, &HISTORY, 0, &zero,
                             wh_span_of(HISTORY_CODE, sizeof HISTORY_CODE));
}

/* Blob limits as the other side has them on a chain that it does not know: the target of BPO2, the fork's
 * own maximum and update fraction (known.def). */
static struct chain_fork blob_rules(enum evm_fork fork)
{
    bool prague = fork >= FORK_PRAGUE;
    if (fork < FORK_CANCUN) return (struct chain_fork){.fork = (uint8_t)fork};
    return (struct chain_fork){.fork = (uint8_t)(prague ? FORK_PRAGUE : FORK_CANCUN),
                               .blob_target = 14,
                               .blob_max = prague ? 9 : 6,
                               .blob_fraction = prague ? 5007716 : 3338477};
}

wh_status diff_chain_start(struct diff_chain *ch, const struct diff_case *c)
{
    ch->c = c;
    wh_arena_rewind(&ch->keep, 0);
    nodes_reset(&ch->nodes);
    ch->preimages = nodes_preimages(&ch->nodes);
    ch->root = KECCAK_EMPTY_TRIE;
    ch->entry = blob_rules(c->fork);
    ch->parent = (struct block_header){
        .fields = header_fields(c->fork), .gas_limit = DIFF_GAS_LIMIT, .timestamp = DIFF_TIME};
    /* Half full, so that the base fee of block 1 is that of block 0, as the other side has it. */
    ch->parent.gas_used = DIFF_GAS_LIMIT / 2;
    ch->parent.base_fee = u256_from_u64(c->fork >= FORK_LONDON ? FEE_INITIAL_BASE : 0);
    struct wh_sink sink = nodes_sink(&ch->nodes);
    WH_TRY(open_state(ch));
    WH_TRY(put_genesis(ch));
    return state_settle(&ch->state, &sink, &ch->root);
}

static wh_status block_hash(void *ctx, uint64_t n, bytes32 *out)
{
    struct diff_chain *ch = ctx;
    if (n >= DIFF_BLOCKS_MAX) return WH_E_MISSING;
    *out = ch->hashes[n];
    return WH_OK;
}

/* The other side takes keccak(parent hash || number, little-endian) for PREVRANDAO. */
static bytes32 next_randao(const struct diff_chain *ch, uint64_t number)
{
    uint8_t in[40];
    bytes32 out;
    memcpy(in, ch->hashes[number - 1].b, 32);
    store_le64(in + 32, number);
    keccak256(in, sizeof in, &out);
    return out;
}

static void open_block(struct diff_chain *ch, const struct diff_block *b, struct block_header *head)
{
    enum evm_fork fork = ch->c->fork;
    *head = (struct block_header){.fields = header_fields(fork),
                                  .coinbase = b->coinbase,
                                  .number = ch->parent.number + 1,
                                  .gas_limit = DIFF_GAS_LIMIT,
                                  .timestamp = ch->parent.timestamp + b->seconds};
    head->parent_hash = ch->hashes[ch->parent.number];
    head->mix_hash = next_randao(ch, head->number);
    if (fork >= FORK_LONDON) head->base_fee = fee_next_base(&ch->parent);
    if (fork >= FORK_CANCUN) head->excess_blob_gas = fee_next_excess(&ch->entry, &ch->parent);
    ch->block = (struct evm_block){.fork = fork,
                                   .chain_id = DIFF_CHAIN_ID,
                                   .number = head->number,
                                   .timestamp = head->timestamp,
                                   .gas_limit = head->gas_limit,
                                   .coinbase = head->coinbase,
                                   .base_fee = head->base_fee,
                                   .block_hash = block_hash,
                                   .block_hash_ctx = ch};
    if (fork >= FORK_PARIS) ch->block.randao = head->mix_hash;
    if (fork >= FORK_CANCUN)
        ch->block.blob_base_fee = fee_blob_base(&ch->entry, head->excess_blob_gas);
    ch->evm = (struct evm){.state = &ch->state,
                           .crypto = ch->crypto,
                           .block = &ch->block,
                           .origin = &ch->origin,
                           .arena = &ch->frames};
    ch->rules = (struct tx_rules){.fork = fork,
                                  .chain_id = DIFF_CHAIN_ID,
                                  .gas_limit = head->gas_limit,
                                  .blob_gas_limit = ch->entry.blob_max * FEE_GAS_PER_BLOB,
                                  .base_fee = ch->block.base_fee,
                                  .blob_base_fee = ch->block.blob_base_fee};
}

static wh_status begin(struct diff_chain *ch)
{
    bool has_code;
    WH_TRY(open_state(ch));
    if (ch->c->fork < FORK_PRAGUE) return WH_OK;
    return evm_system_call(&ch->evm, &HISTORY, wh_span_of(ch->hashes[ch->parent.number].b, 32),
                           &has_code, NULL);
}

static wh_status read_nonces(struct diff_chain *ch, struct diff_nonces *n)
{
    for (unsigned i = 0; i < DIFF_KEYS; i++) {
        uint8_t key[32];
        address at;
        struct state_info info;
        diff_key(i, key, &at);
        WH_TRY(state_get(&ch->state, &at, &info));
        n->of[i] = info.nonce;
    }
    return WH_OK;
}

static wh_status check(struct diff_chain *ch, struct diff_outcome *o, struct tx *tx)
{
    struct state_info info;
    wh_span code;
    o->reject = tx_check_decode(ch->crypto, &ch->rules, wh_buf_span(&o->raw), tx);
    if (o->reject == TX_ACCEPTED) o->reject = tx_check_static(&ch->rules, tx, 1);
    if (o->reject != TX_ACCEPTED) return WH_OK;
    WH_TRY(tx_check_signature(ch->crypto, &ch->rules, tx, &o->sender, &o->reject));
    if (o->reject != TX_ACCEPTED) return WH_OK;
    WH_TRY(state_get(&ch->state, &o->sender, &info));
    o->reject = tx_check_account(tx, info.nonce, &info.balance);
    if (o->reject != TX_ACCEPTED) return WH_OK;
    WH_TRY(state_get_code(&ch->state, &o->sender, &code));
    if (code.len > 0) o->reject = tx_check_code(code);
    return WH_OK;
}

static wh_status run(struct diff_chain *ch, const struct tx *tx, const address *sender,
                     struct tx_result *out)
{
    struct account *a = state_account(&ch->state, sender);
    if (a == NULL) return WH_E_NOMEM;
    WH_TRY(state_load(&ch->state, a));
    return tx_execute(&ch->evm, tx, sender, out);
}

/* gas_near: what the transaction alone uses with plenty of gas on the state before the block. */
static wh_status resolve_gas(struct diff_chain *ch, struct diff_tx *t)
{
    if (t->gas_near == 0) return WH_OK;
    struct diff_outcome o = {0};
    struct diff_nonces nonces;
    struct tx tx;
    t->gas = 1000000;
    wh_status s = begin(ch);
    if (s == WH_OK) s = read_nonces(ch, &nonces);
    if (s == WH_OK) {
        diff_sign(t, &nonces, &o.raw);
        s = check(ch, &o, &tx);
    }
    if (s == WH_OK && o.reject == TX_ACCEPTED) {
        s = run(ch, &tx, &o.sender, &o.result);
        int64_t gas = (int64_t)o.result.gas_used - (t->gas_near - 1);
        if (gas >= 21000) t->gas = (uint64_t)gas;
    }
    t->gas_near = 0;
    wh_buf_done(&o.raw);
    return s;
}

/* Everything of the result that must outlive the next transaction. */
static wh_status keep_result(struct diff_chain *ch, struct diff_outcome *o)
{
    struct tx_result *r = &o->result;
    struct state_log *logs = WH_NEW(&ch->keep, struct state_log, r->log_count + 1);
    uint8_t *output = WH_NEW(&ch->keep, uint8_t, r->output.len + 1);
    if (logs == NULL || output == NULL) return WH_E_NOMEM;
    if (r->output.len > 0) memcpy(output, r->output.ptr, r->output.len);
    r->output.ptr = output;
    for (size_t i = 0; i < r->log_count; i++) {
        uint8_t *data = WH_NEW(&ch->keep, uint8_t, r->logs[i].data.len + 1);
        if (data == NULL) return WH_E_NOMEM;
        logs[i] = r->logs[i];
        if (logs[i].data.len > 0) memcpy(data, logs[i].data.ptr, logs[i].data.len);
        logs[i].data.ptr = data;
    }
    r->logs = logs;
    return WH_OK;
}

static wh_status run_tx(struct diff_chain *ch, struct diff_tx *t, struct diff_outcome *o,
                        struct block_header *head)
{
    struct diff_nonces nonces;
    struct tx tx = {0};
    WH_TRY(read_nonces(ch, &nonces));
    diff_sign(t, &nonces, &o->raw);
    ch->crypto->keccak256(ch->crypto->ctx, o->raw.ptr, o->raw.len, &o->hash);
    ch->rules.gas_used = head->gas_used;
    ch->rules.blob_gas_used = head->blob_gas_used;
    WH_TRY(check(ch, o, &tx));
    bool in = o->reject == TX_ACCEPTED;
    if (in) WH_TRY(run(ch, &tx, &o->sender, &o->result));
    if (ch->tally) tally_tx(ch->tally, ch->c->fork, &tx, o->reject, in ? &o->result : NULL);
    if (!in) return WH_OK;
    WH_TRY(keep_result(ch, o));
    head->gas_used += o->result.gas_used;
    head->blob_gas_used += o->result.blob_gas;
    o->cumulative_gas = head->gas_used;
    struct receipt r = {.type = tx.type,
                        .has_status = true,
                        .success = o->result.success,
                        .cumulative_gas = head->gas_used,
                        .logs = o->result.logs,
                        .log_count = o->result.log_count};
    WH_TRY(receipt_bloom(ch->crypto, &ch->frames, &r));
    for (size_t i = 0; i < 256; i++)
        head->bloom[i] |= r.bloom[i];
    return receipt_encode(&ch->keep, &r, &o->receipt);
}

static wh_status list_roots(struct diff_chain *ch, const struct diff_outcome *o, unsigned n,
                            struct block_header *head)
{
    struct frontier txs, receipts;
    frontier_init(&txs);
    frontier_init(&receipts);
    for (unsigned i = 0; i < n; i++) {
        if (o[i].reject != TX_ACCEPTED) continue;
        WH_TRY(frontier_push(&txs, ch->crypto, wh_buf_span(&o[i].raw)));
        WH_TRY(frontier_push(&receipts, ch->crypto, o[i].receipt));
    }
    frontier_root(&txs, ch->crypto, &head->txs_root);
    frontier_root(&receipts, ch->crypto, &head->receipts_root);
    return WH_OK;
}

wh_status diff_chain_block(struct diff_chain *ch, struct diff_block *b,
                           struct diff_outcome *outcomes, struct block_header *head)
{
    struct wh_sink sink = nodes_sink(&ch->nodes);
    open_block(ch, b, head);
    for (unsigned t = 0; t < b->tx_count; t++)
        WH_TRY(resolve_gas(ch, &b->txs[t]));
    WH_TRY(begin(ch));
    if (ch->tally != NULL) ch->evm.tracer = &ch->tally->tracer;
    for (unsigned t = 0; t < b->tx_count; t++)
        WH_TRY(run_tx(ch, &b->txs[t], &outcomes[t], head));
    WH_TRY(state_settle(&ch->state, &sink, &head->state_root));
    ch->root = head->state_root;
    return list_roots(ch, outcomes, b->tx_count, head);
}

void diff_outcomes_done(struct diff_outcome *o, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        wh_buf_done(&o[i].raw);
    memset(o, 0, n * sizeof *o);
}

wh_status diff_chain_exists(struct diff_chain *ch, const address *at, bool *exists)
{
    struct state_info info;
    WH_TRY(state_get(&ch->state, at, &info));
    *exists = info.exists;
    return WH_OK;
}
