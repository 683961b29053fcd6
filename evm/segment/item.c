/* SPDX-License-Identifier: MIT */
/* TX: one item of the block (PROTOCOL 4.3). */
#include "evm/segment/frontier.h"
#include "evm/segment/input.h"
#include "evm/segment/price.h"
#include "evm/segment/receipt.h"
#include "evm/segment/requests.h"
#include "evm/segment/sender.h"
#include "evm/segment/step.h"
#include "evm/tx/execute.h"
#include "evm/tx/validate.h"

/* The item while it is judged and run. */
struct item {
    uint8_t kind;
    wh_span bytes; /* EIP-2718 bytes */
    bytes32 hash;  /* h */
    bytes32 next_rest;
    struct tx tx;
    struct tx_rules rules;
    address sender;
    enum tx_reject reject;
};

/* What the run left behind, from tx_execute or from the overflow rule. */
struct outcome {
    bool success;
    uint64_t gas_used;
    const struct state_log *logs;
    size_t log_count;
};

/* Opens items_rest and the item. A form that the Inbox cannot make is no statement. */
static wh_status item_open(struct step *step, struct item *item)
{
    wh_span pair, raw;
    WH_TRY(step_ask(step, &step->s.items_rest, &pair));
    if (pair.len != 64) return WH_E_FORMAT;
    memcpy(item->hash.b, pair.ptr, 32);
    memcpy(item->next_rest.b, pair.ptr + 32, 32);
    if (bytes32_is_zero(&item->next_rest) != (step->s.items_left == 1)) return WH_E_FORMAT;
    WH_TRY(step_ask(step, &item->hash, &raw));
    if (raw.len == 0) return WH_E_FORMAT;
    item->kind = raw.ptr[0];
    item->bytes = wh_span_of(raw.ptr + 1, raw.len - 1);
    return WH_OK;
}

static void rules_fill(const struct step *step, struct tx_rules *r)
{
    const struct seg_state *s = &step->s;
    *r = (struct tx_rules){.fork = (enum evm_fork)s->fork,
                           .rollup = step_is_rollup(step),
                           .chain_id = s->chain_id,
                           .gas_limit = s->gas_limit,
                           .gas_used = s->gas_used,
                           .blob_gas_limit = (uint64_t)step->entry->blob_max << 17,
                           .blob_gas_used = s->blob_gas_used,
                           .body_size = s->body_size,
                           .forced_gas_cap = step->config.forced_gas_cap,
                           .base_fee = s->base_fee,
                           .blob_base_fee = step->block.blob_base_fee};
}

/* c1, c2, and X, which is known from here on: work is bounded before any is done (T16). */
static wh_status item_read(struct step *step, struct item *item)
{
    item->reject = tx_check_kind(&item->rules, item->kind);
    if (item->reject == TX_ACCEPTED)
        item->reject = tx_check_decode(step->m->crypto, &item->rules, item->bytes, &item->tx);
    uint64_t gas = item->reject == TX_ACCEPTED ? item->tx.gas : 0;
    return step_price_is(step,
                         seg_x_tx(item->rules.fork, gas, step->s.gas_limit, step_trace_len(step)));
}

/* c9, with the cache of senders: a function of the item's bytes and the rule alone. */
static wh_status sender_recover(struct step *step, struct item *item)
{
    bool low_s = item->rules.fork >= FORK_HOMESTEAD;
    struct seg_cache *cache = step->m->cache;
    if (seg_cache_sender(cache, &item->hash, low_s, &item->sender)) return WH_OK;
    WH_TRY(
        tx_check_signature(step->m->crypto, &item->rules, &item->tx, &item->sender, &item->reject));
    if (item->reject == TX_ACCEPTED)
        seg_cache_keep_sender(cache, &item->hash, low_s, &item->sender);
    return WH_OK;
}

/* c3..c11; item->reject is the answer. */
static wh_status item_judge(struct step *step, struct item *item)
{
    struct state *st;
    item->reject = tx_check_static(&item->rules, &item->tx, item->kind);
    if (item->reject != TX_ACCEPTED) return WH_OK;
    WH_TRY(sender_recover(step, item));
    if (item->reject != TX_ACCEPTED) return WH_OK;
    WH_TRY(step_state(step, &st));
    return tx_check_state(st, &item->rules, &item->tx, &item->sender, &item->reject);
}

static wh_status item_execute(struct step *step, struct item *item, struct outcome *out)
{
    struct evm evm = step_evm(step);
    struct tx_result result;
    WH_TRY(tx_execute(&evm, &item->tx, &item->sender, &result));
    *out = (struct outcome){.success = result.success,
                            .gas_used = result.gas_used,
                            .logs = result.logs,
                            .log_count = result.log_count};
    return WH_OK;
}

/* Deposits of the run's logs, in order (EIP-6110). */
static void deposits_read(struct step *step, const struct outcome *out)
{
    uint8_t deposit[DEPOSIT_SIZE];
    if (!step_reads_requests(step)) return;
    for (size_t i = 0; i < out->log_count && !step->invalid; i++) {
        if (!deposit_log(&out->logs[i], &step->config.deposit_contract)) continue;
        if (deposit_read(out->logs[i].data, deposit))
            deposits_add(&step->s, deposit);
        else
            step->invalid = true;
    }
}

/* Witness overflow in `rollup`: the run is undone, its gas is paid all the same. Starts over from the
 * pre root: what the run changed lives in a state that is dropped. */
static wh_status overflow_apply(struct step *step, const struct item *item, struct outcome *out)
{
    struct state *st;
    u256 price, priority, gas = u256_from_u64(item->tx.gas), fee;
    meter_uncap(&step->m->meter);
    step->begun = false;
    step->m->open = false;
    WH_TRY(step_state(step, &st));
    state_begin_tx(st);

    tx_effective_price(&item->tx, &step->s.base_fee, &price, &priority);
    struct account *sender = state_account(st, &item->sender);
    struct account *coinbase = state_account(st, &step->s.coinbase);
    if (sender == NULL || coinbase == NULL) return WH_E_NOMEM;
    WH_TRY(state_load(st, sender));
    WH_TRY(state_set_nonce(st, sender, sender->f.nonce + 1));
    u256_mul(&fee, &gas, &price);
    WH_TRY(state_sub_balance(st, sender, &fee));
    WH_TRY(state_load(st, coinbase));
    u256_mul(&fee, &gas, &priority);
    if (!u256_is_zero(&fee)) WH_TRY(state_add_balance(st, coinbase, &fee));
    WH_TRY(state_commit_tx(st, item->rules.fork));
    *out = (struct outcome){.success = false, .gas_used = item->tx.gas};
    return step_settle(step);
}

/* Run, deposits and settle under the witness cap. */
static wh_status item_run(struct step *step, struct item *item, struct outcome *out)
{
    struct meter *meter = &step->m->meter;
    wh_status status = item_execute(step, item, out);
    if (status == WH_OK) {
        deposits_read(step, out);
        if (step->invalid) return WH_OK;
        status = step_settle(step);
    }
    if (status != WH_E_LIMIT || !meter->crossed) {
        meter_uncap(meter);
        return status;
    }
    return step_is_rollup(step) ? overflow_apply(step, item, out) : step_refuse(step);
}

static wh_status frontier_advance(struct step *step, bytes32 *acc, wh_span value)
{
    wh_span bytes;
    uint8_t next[FRONTIER_BYTES_MAX];
    const struct evm_crypto *crypto = step->m->crypto;
    struct frontier *f = WH_NEW(&step->m->scratch, struct frontier, 1);
    if (f == NULL) return WH_E_NOMEM;
    WH_TRY(step_ask(step, acc, &bytes));
    WH_TRY(frontier_decode(bytes, f));
    WH_TRY(frontier_push_in(f, crypto, &step->m->scratch, value));
    size_t len = frontier_encode(f, next, sizeof next);
    if (len == 0) return WH_E_FORMAT; /* larger than any that pushes make */
    crypto->keccak256(crypto->ctx, next, len, acc);
    return step_made(step, WH_OBJECT_DATA, acc, wh_span_of(next, len));
}

static wh_status receipt_make(struct step *step, const struct item *item, const struct outcome *out,
                              struct receipt *r, wh_span *bytes)
{
    *r = (struct receipt){.type = item->tx.type,
                          .has_status = step->s.fork >= FORK_BYZANTIUM,
                          .success = out->success,
                          .state_root = step->s.state_root,
                          .cumulative_gas = step->s.gas_used,
                          .logs = out->logs,
                          .log_count = out->log_count};
    WH_TRY(receipt_bloom(step->m->crypto, &step->m->scratch, r));
    return receipt_encode(&step->m->scratch, r, bytes);
}

static void fees_burn(struct seg_state *s, const struct step *step, uint64_t gas, uint64_t blob_gas)
{
    u256 part, n = u256_from_u64(gas);
    u256_mul(&part, &s->base_fee, &n);
    (void)u256_add(&s->burned_fees, &s->burned_fees, &part);
    n = u256_from_u64(blob_gas);
    u256_mul(&part, &step->block.blob_base_fee, &n);
    (void)u256_add(&s->burned_fees, &s->burned_fees, &part);
}

static wh_status item_include(struct step *step, const struct item *item, const struct outcome *out)
{
    struct seg_state *s = &step->s;
    struct receipt receipt;
    wh_span bytes;
    uint64_t blob_gas = tx_blob_gas(&item->tx);
    s->gas_used += out->gas_used;
    s->blob_gas_used += blob_gas;
    s->body_size += tx_element_size(&item->tx);
    fees_burn(s, step, out->gas_used, blob_gas);
    WH_TRY(receipt_make(step, item, out, &receipt, &bytes));
    for (size_t i = 0; i < sizeof s->logs_bloom.b; i++)
        s->logs_bloom.b[i] |= receipt.bloom[i];
    WH_TRY(frontier_advance(step, &s->txs_acc, item->tx.raw));
    WH_TRY(frontier_advance(step, &s->rcpts_acc, bytes));
    s->tx_index++;
    step->included = true;
    step->gas = out->gas_used;
    return WH_OK;
}

static wh_status item_finish(struct step *step, struct item *item)
{
    struct outcome out = {0};
    meter_cap(&step->m->meter, step->config.witness_cap);
    WH_TRY(item_judge(step, item));
    if (item->reject != TX_ACCEPTED) return WH_OK;
    WH_TRY(item_run(step, item, &out));
    return step->invalid ? WH_OK : item_include(step, item, &out);
}

wh_status step_item(struct step *step)
{
    struct item item = {0};
    WH_TRY(item_open(step, &item));
    step_block(step);
    rules_fill(step, &item.rules);
    WH_TRY(item_read(step, &item));
    if (item.reject == TX_ACCEPTED) WH_TRY(item_finish(step, &item));
    if (item.reject != TX_ACCEPTED && !step_is_rollup(step)) return step_refuse(step);
    if (step->invalid) return WH_OK;
    step->s.items_rest = item.next_rest;
    step->s.items_left--;
    return WH_OK;
}
