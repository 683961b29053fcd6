/* SPDX-License-Identifier: MIT */
/* END: withdrawals, rewards, requests, the sealed header (PROTOCOL 4.4). */
#include "evm/hash/keccak.h"
#include "evm/hash/sha256.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/frontier.h"
#include "evm/segment/header.h"
#include "evm/segment/price.h"
#include "evm/segment/requests.h"
#include "evm/segment/ring.h"
#include "evm/segment/step.h"

enum {
    WITHDRAWALS_MAX_ROLLUP = 16,
    BLOCK_SIZE_MAX = 8388608, /* EIP-7934 */
};

/* EIP-7002 and EIP-7251. */
static const address WITHDRAWAL_REQUESTS = {{0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e,
                                             0xb5, 0x5e, 0x80, 0xd1, 0x9a, 0xd8, 0x35,
                                             0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02}};
static const address CONSOLIDATION_REQUESTS = {{0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48,
                                                0x86, 0x42, 0xfb, 0x57, 0x9f, 0x8b, 0x00,
                                                0xf3, 0xa5, 0x90, 0x00, 0x72, 0x51}};

/* All that END asks for before it judges. */
struct closing {
    wh_span withdrawals; /* RLP list; len 0: none before Shanghai */
    bool withdrawals_ok;
    size_t withdrawal_count;
    wh_span ommers; /* RLP list; len 0: not asked for, from Paris on */
    bytes32 txs_root, receipts_root;
    struct ring_path slot;
};

static wh_status frontier_close(struct step *step, const bytes32 *acc, bytes32 *root)
{
    wh_span bytes;
    struct frontier f;
    WH_TRY(step_ask(step, acc, &bytes));
    WH_TRY(frontier_decode(bytes, &f));
    frontier_root(&f, step->m->crypto, root);
    return WH_OK;
}

/* A malformed list is INVALID, as the poster chose it; in `rollup` the Inbox wrote it. */
static wh_status withdrawals_ask(struct step *step, struct closing *c)
{
    c->withdrawals = wh_span_of(NULL, 0);
    c->withdrawals_ok = true;
    c->withdrawal_count = 0;
    if (!bytes32_is_zero(&step->s.wds_hash)) {
        WH_TRY(step_ask(step, &step->s.wds_hash, &c->withdrawals));
        c->withdrawals_ok = withdrawals_count(c->withdrawals, &c->withdrawal_count) == WH_OK;
        if (!c->withdrawals_ok) c->withdrawal_count = 0;
    }
    WH_TRY(step_price_is(
        step, seg_x_end(step_is_rollup(step), c->withdrawal_count, step_trace_len(step))));
    bool fits = c->withdrawals_ok && c->withdrawal_count <= WITHDRAWALS_MAX_ROLLUP;
    return step_is_rollup(step) && !fits ? WH_E_FORMAT : WH_OK;
}

static wh_status closing_ask(struct step *step, struct closing *c)
{
    struct seg_state *s = &step->s;
    WH_TRY(withdrawals_ask(step, c));
    c->ommers = wh_span_of(NULL, 0);
    if (s->fork < FORK_PARIS) WH_TRY(step_ask(step, &s->ommers_hash, &c->ommers));
    WH_TRY(frontier_close(step, &s->txs_acc, &c->txs_root));
    WH_TRY(frontier_close(step, &s->rcpts_acc, &c->receipts_root));
    return ring_open(&step->m->meter.io, &s->anc_root, (uint8_t)s->number, &c->slot);
}

/* Checked system call: no code or a failure makes the block invalid (T14). *hash is set and *some true
 * if the contract returned data. */
static wh_status request_call(struct step *step, const address *at, uint8_t type, bytes32 *hash,
                              bool *some)
{
    bool has_code;
    struct evm_result result;
    struct evm evm = step_evm(step);
    WH_TRY(evm_system_call(&evm, at, wh_span_of(NULL, 0), &has_code, &result));
    if (!has_code || result.halt != EVM_SUCCESS) return step_refuse(step);
    *some = result.output.len > 0;
    if (!*some) return WH_OK;
    return request_hash(step->m->crypto, &step->m->scratch, type, result.output, hash);
}

static wh_status requests_close(struct step *step, bytes32 *out)
{
    struct state *st;
    bytes32 deposits, withdrawals, consolidations;
    bool some_withdrawals = false, some_consolidations = false;
    *out = SHA256_EMPTY;
    if (!step_reads_requests(step)) return WH_OK;

    WH_TRY(step_state(step, &st));
    WH_TRY(request_call(step, &WITHDRAWAL_REQUESTS, REQUEST_WITHDRAWAL, &withdrawals,
                        &some_withdrawals));
    if (step->invalid) return WH_OK;
    WH_TRY(request_call(step, &CONSOLIDATION_REQUESTS, REQUEST_CONSOLIDATION, &consolidations,
                        &some_consolidations));
    if (step->invalid) return WH_OK;
    if (step->s.dep_n > 0) deposits_hash(&step->s, &deposits);
    const bytes32 *const hashes[3] = {step->s.dep_n > 0 ? &deposits : NULL,
                                      some_withdrawals ? &withdrawals : NULL,
                                      some_consolidations ? &consolidations : NULL};
    return requests_hash(step->m->crypto, hashes, out);
}

/* 1 to 3: everything that still changes the state. */
static wh_status state_close(struct step *step, const struct closing *c, bytes32 *requests)
{
    if (!c->withdrawals_ok) return step_refuse(step);
    if (c->withdrawal_count > 0) WH_TRY(withdrawals_apply(step, c->withdrawals));
    if (step->s.fork < FORK_PARIS) WH_TRY(step_rewards(step, c->ommers));
    if (step->invalid) return WH_OK;
    WH_TRY(requests_close(step, requests));
    return step->invalid ? WH_OK : step_settle(step);
}

static void header_fill(const struct step *step, const struct closing *c, const bytes32 *requests,
                        struct block_header *h)
{
    const struct seg_state *s = &step->s;
    *h = (struct block_header){
        .fields = step_is_rollup(step) ? 21 : header_fields((enum evm_fork)s->fork),
        .parent_hash = s->head_hash,
        .ommers_hash = s->ommers_hash,
        .coinbase = s->coinbase,
        .state_root = s->state_root,
        .txs_root = c->txs_root,
        .receipts_root = c->receipts_root,
        .number = s->number,
        .gas_limit = s->gas_limit,
        .gas_used = s->gas_used,
        .timestamp = s->timestamp,
        .extra_len = s->extra_len,
        .mix_hash = s->prev_randao,
        .nonce = s->nonce,
        .base_fee = s->base_fee,
        .blob_gas_used = s->blob_gas_used,
        .excess_blob_gas = s->excess_blob_gas,
        .requests_hash = *requests,
    };
    memcpy(h->bloom, s->logs_bloom.b, sizeof h->bloom);
    memcpy(h->extra, s->extra_data.b, s->extra_len);
    if (s->fork >= FORK_CANCUN)
        h->beacon_root = s->beacon_root;
    else
        h->difficulty = u256_from_be(s->beacon_root.b);
}

/* EIP-7934: RLP length of the whole block. */
static bool block_too_large(const struct step *step, const struct closing *c, size_t header_len)
{
    size_t ommers = c->ommers.len > 0 ? c->ommers.len : 1; /* the empty list */
    size_t txs = rlp_list_size(step->s.body_size);
    return rlp_list_size(header_len + txs + ommers + c->withdrawals.len) > BLOCK_SIZE_MAX;
}

static wh_status seal(struct step *step, const struct closing *c, const bytes32 *requests,
                      bytes32 *hash)
{
    struct block_header h;
    uint8_t bytes[HEADER_MAX];
    const struct evm_crypto *crypto = step->m->crypto;
    header_fill(step, c, requests, &h);
    if (h.fields >= 17)
        WH_TRY(withdrawals_root(step, c->withdrawals, c->withdrawal_count, &h.withdrawals_root));
    size_t len = header_encode(&h, bytes);
    crypto->keccak256(crypto->ctx, bytes, len, hash);
    /* Handed out whether it is the claimed one or not: who builds a block learns its header so. */
    WH_TRY(step_made(step, WH_OBJECT_DATA, hash, wh_span_of(bytes, len)));
    if (step_is_rollup(step)) return WH_OK;
    bool large = step->s.fork >= FORK_OSAKA && block_too_large(step, c, len);
    if (large || !bytes32_eq(hash, &step->s.l1_hash)) return step_refuse(step);
    return WH_OK;
}

/* Ring nodes are handed out through a callback without a status. */
struct ring_made {
    struct step *step;
    wh_status status;
};

static void ring_node_made(void *ctx, const bytes32 *hash, const uint8_t node[64])
{
    struct ring_made *r = ctx;
    if (r->status == WH_OK)
        r->status = step_made(r->step, WH_OBJECT_DATA, hash, wh_span_of(node, 64));
}

static wh_status state_sealed(struct step *step, const struct closing *c, const bytes32 *hash)
{
    const struct seg_state *s = &step->s;
    struct ring_made ring = {.step = step, .status = WH_OK};
    struct seg_state sealed = {.ruleset = s->ruleset,
                               .phase = SEG_SEALED,
                               .chain_id = s->chain_id,
                               .chain_cfg_hash = s->chain_cfg_hash,
                               .number = s->number,
                               .inbox_pos = s->inbox_pos + 1,
                               .head_hash = *hash,
                               .state_root = s->state_root};
    ring_fold(&c->slot, hash, &sealed.anc_root, ring_node_made, &ring);
    step->s = sealed;
    return ring.status;
}

wh_status step_end(struct step *step)
{
    struct closing c;
    bytes32 requests, hash;
    if (step->s.extra_len > sizeof step->s.extra_data.b) return WH_E_FORMAT;
    WH_TRY(closing_ask(step, &c));
    step_block(step);
    WH_TRY(state_close(step, &c, &requests));
    if (step->invalid) return WH_OK;
    WH_TRY(seal(step, &c, &requests, &hash));
    if (step->invalid) return WH_OK;
    return state_sealed(step, &c, &hash);
}
