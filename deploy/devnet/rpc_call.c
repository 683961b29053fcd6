/* SPDX-License-Identifier: MIT */
/* eth_call and eth_estimateGas: a transaction that nobody signed, on the state after a block. */
#include <inttypes.h>

#include "deploy/devnet/build.h"
#include "deploy/devnet/miner.h"
#include "deploy/devnet/rpc.h"
#include "deploy/devnet/run.h"
#include "evm/tx/intrinsic.h"
#include "proto/sys/hex.h"

/* Where a call runs. */
struct place {
    struct block *block;
    bool pending; /* in the environment of the block after it */
};

struct attempt {
    bool ok;
    uint64_t gas_used, gas_refunded;
    uint64_t least;       /* what it owes before it runs */
    struct wh_buf output; /* owns */
};

static bool open_place(struct rpc *c, const struct place *at, struct run *r)
{
    wh_status status;
    if (at->pending) {
        struct block_header head;
        build_header(c->node, at->block, miner_timestamp(c->node), &head);
        status = run_open(r, c->node, at->block, &head, NULL);
    } else {
        status = run_open_at(r, c->node, at->block);
    }
    return status == WH_OK ? true : rpc_trouble(c, status);
}

static void make_tx(const struct rpc *c, const struct tx_args *a, uint64_t gas, uint64_t nonce,
                    struct tx *tx)
{
    *tx = (struct tx){.type = TX_FEE_MARKET,
                      .has_chain_id = true,
                      .has_to = a->has_to,
                      .chain_id = c->node->config.chain_id,
                      .nonce = nonce,
                      .gas = gas,
                      .max_fee = a->has_price ? a->price : a->max_fee,
                      .max_priority = a->has_price ? a->price : a->tip,
                      .value = a->value,
                      .max_blob_fee = a->blob_fee,
                      .to = a->to,
                      .data = wh_buf_span(&a->data),
                      .access_list = wh_buf_span(&a->access_list),
                      .blob_hashes = wh_buf_span(&a->blobs),
                      .authorizations = wh_buf_span(&a->authorizations),
                      .access_addresses = a->access_addresses,
                      .access_slots = a->access_slots,
                      .blob_count = a->blob_count,
                      .authorization_count = a->authorization_count};
    if (a->blob_count > 0) tx->type = TX_BLOB;
    if (a->authorization_count > 0) tx->type = TX_SET_CODE;
}

/* Without a price the gas is free and the base fee 0, as in geth. */
static bool check_price(struct rpc *c, struct run *r, const struct tx *tx)
{
    if (u256_is_zero(&tx->max_fee)) {
        r->block.base_fee = (u256){{0}};
        return true;
    }
    if (u256_lt(&tx->max_fee, &tx->max_priority))
        return rpc_fail(c, RPC_SERVER, "max priority fee per gas higher than max fee per gas");
    if (u256_lt(&tx->max_fee, &r->block.base_fee))
        return rpc_fail(c, RPC_SERVER, "max fee per gas less than block base fee");
    return true;
}

static bool check_funds(struct rpc *c, const struct tx *tx, const address *from,
                        const u256 *balance)
{
    if (tx_check_account(tx, tx->nonce, balance) == TX_ACCEPTED) return true;
    char have[80];
    wh_dec_print(balance, have);
    return rpc_fail(c, RPC_SERVER, "insufficient funds for gas * price + value: address %s have %s",
                    wh_hex20(from).s, have);
}

static bool run_once(struct rpc *c, struct run *r, const struct tx_args *a, uint64_t gas,
                     struct attempt *out)
{
    struct tx tx;
    struct state_info info;
    struct tx_result result;
    wh_status status = state_get(&r->state, &a->from, &info);
    if (status != WH_OK) return rpc_trouble(c, status);
    make_tx(c, a, gas, info.nonce, &tx);
    if (!check_price(c, r, &tx) || !check_funds(c, &tx, &a->from, &info.balance)) return false;
    const struct tx_intrinsic due = tx_intrinsic_gas(&tx, FORK_OSAKA);
    const uint64_t least = due.gas > due.floor ? due.gas : due.floor;
    out->least = least;
    if (gas < least)
        return rpc_fail(c, RPC_SERVER, "intrinsic gas too low: have %" PRIu64 ", want %" PRIu64,
                        gas, least);
    status = run_tx(r, &tx, &a->from, &result);
    if (status != WH_OK) return rpc_trouble(c, status);
    out->ok = result.success;
    out->gas_used = result.gas_used;
    out->gas_refunded = result.gas_refunded;
    wh_buf_reset(&out->output);
    wh_buf_put(&out->output, result.output.ptr, result.output.len);
    return wh_buf_ok(&out->output) ? true : rpc_trouble(c, WH_E_NOMEM);
}

static bool try_gas(struct rpc *c, const struct place *at, const struct tx_args *a, uint64_t gas,
                    struct attempt *out)
{
    struct run r;
    if (!open_place(c, at, &r)) return false;
    const bool ok = run_once(c, &r, a, gas, out);
    run_close(&r);
    return ok;
}

/* The text of Error(string), or what Panic(uint256) says; "" if it is neither. */
static void revert_reason(wh_span data, char *out, size_t cap)
{
    static const uint8_t error[4] = {0x08, 0xc3, 0x79, 0xa0}; /* Error(string) */
    static const uint8_t panic[4] = {0x4e, 0x48, 0x7b, 0x71}; /* Panic(uint256) */
    out[0] = '\0';
    if (data.len == 36 && memcmp(data.ptr, panic, 4) == 0) {
        snprintf(out, cap, ": panic code 0x%02x", data.ptr[35]);
        return;
    }
    if (data.len < 68 || memcmp(data.ptr, error, 4) != 0) return;
    const uint64_t len = load_be64(data.ptr + 60);
    if (len > data.len - 68) return;
    size_t n = 0;
    out[n++] = ':';
    out[n++] = ' ';
    for (uint64_t i = 0; i < len && n + 1 < cap; i++) {
        const uint8_t ch = data.ptr[68 + i];
        out[n++] = ch >= 0x20 && ch < 0x7f ? (char)ch : '?'; /* the answer stays UTF-8 */
    }
    out[n] = '\0';
}

/* A failed attempt as an error. A frame that halted has no data and no gas left. */
static bool fail_attempt(struct rpc *c, struct attempt *a, uint64_t gas)
{
    if (a->output.len == 0 && a->gas_used >= gas)
        return rpc_fail(c, RPC_SERVER, "out of gas or invalid instruction: gas %" PRIu64 " used up",
                        gas);
    char reason[256];
    revert_reason(wh_buf_span(&a->output), reason, sizeof reason);
    c->data = a->output;
    a->output = (struct wh_buf){0};
    return rpc_fail(c, RPC_REVERTED, "execution reverted%s", reason);
}

static bool refuse_overrides(struct rpc *c, size_t i)
{
    const json_t *v = arg_at(c, i);
    if (v == NULL || (json_is_object(v) && json_object_size(v) == 0)) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "state and block overrides are not supported");
}

bool rpc_call(struct rpc *c)
{
    struct tx_args a;
    struct attempt attempt = {0};
    struct place at;
    bool ok =
        refuse_overrides(c, 2) && refuse_overrides(c, 3) && arg_block(c, 1, &at.block, &at.pending);
    if (!ok) return false;
    ok = arg_tx(c, 0, &a);
    if (ok) {
        const uint64_t limit = at.block->head.gas_limit;
        const uint64_t gas = a.has_gas && a.gas < limit ? a.gas : limit;
        ok = try_gas(c, &at, &a, gas, &attempt);
        if (ok && !attempt.ok) ok = fail_attempt(c, &attempt, gas);
    }
    if (ok) wh_jw_data(&c->w, NULL, attempt.output.ptr, attempt.output.len);
    wh_buf_done(&attempt.output);
    tx_args_done(&a);
    return ok;
}

/* geth's search: the first run tells what is used; a limit a little above it mostly fits; then halve
 * until the answer is at most 1.5 % too high. */
static bool search(struct rpc *c, const struct place *at, const struct tx_args *a, uint64_t high,
                   struct attempt *run, uint64_t *gas)
{
    if (!try_gas(c, at, a, high, run)) return false;
    if (!run->ok) return fail_attempt(c, run, high);
    uint64_t low = (run->gas_used > run->least ? run->gas_used : run->least) - 1;
    uint64_t next = (run->gas_used + run->gas_refunded + 2300) * 64 / 63;
    while (low + 1 < high && (high - low) * 200 >= high * 3) {
        if (next >= high || next <= low) next = low + (high - low) / 2;
        if (next > low * 2) next = low * 2; /* most need little more than they use */
        if (!try_gas(c, at, a, next, run)) return false;
        if (run->ok)
            high = next;
        else
            low = next;
        next = low + (high - low) / 2;
    }
    *gas = high;
    return true;
}

static bool estimate_at(struct rpc *c, struct tx_args *a, const struct place *at, uint64_t *gas)
{
    uint64_t high = at->block->head.gas_limit;
    if (high > NODE_TX_GAS_MAX) high = NODE_TX_GAS_MAX;
    if (a->has_gas && a->gas >= 21000 && a->gas < high) high = a->gas;
    struct attempt run = {0};
    bool ok;
    const bool plain = a->has_to && a->data.len == 0 && a->access_addresses == 0 &&
                       a->blob_count == 0 && a->authorization_count == 0;
    if (plain && try_gas(c, at, a, 21000, &run) && run.ok) {
        *gas = 21000;
        ok = true;
    } else {
        c->code = 0;
        ok = search(c, at, a, high, &run, gas);
    }
    wh_buf_done(&run.output);
    return ok;
}

bool call_estimate(struct rpc *c, struct tx_args *a, struct block *b, uint64_t *gas)
{
    const struct place at = {b, false};
    return estimate_at(c, a, &at, gas);
}

bool rpc_estimate_gas(struct rpc *c)
{
    struct tx_args a;
    struct place at;
    uint64_t gas;
    if (!refuse_overrides(c, 2) || !arg_block(c, 1, &at.block, &at.pending)) return false;
    const bool ok = arg_tx(c, 0, &a) && estimate_at(c, &a, &at, &gas);
    if (ok) wh_jw_qty(&c->w, NULL, gas);
    tx_args_done(&a);
    return ok;
}
