/* SPDX-License-Identifier: MIT */
/* BEGIN: opens an input and its block (PROTOCOL 4.2). */
#include "evm/hash/keccak.h"
#include "evm/segment/frontier.h"
#include "evm/segment/header_rules.h"
#include "evm/segment/input.h"
#include "evm/segment/price.h"
#include "evm/segment/requests.h"
#include "evm/segment/step.h"

/* EIP-4788 and EIP-2935. */
static const address BEACON_ROOTS = {{0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
                                      0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02}};
static const address BLOCK_HASHES = {{0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
                                      0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35}};

/* Every claim of the header that can be judged before the transactions. s.number and s.fork are those
 * of the new block. */
static bool header_fits(const struct step *step, const struct eth_input *in,
                        const struct block_header *parent, const struct block_header *h)
{
    uint8_t fork = step->s.fork;
    if (!bytes32_eq(&h->parent_hash, &step->s.head_hash) || h->number != step->s.number)
        return false;
    if (!bytes32_eq(&h->ommers_hash, &in->ommers_hash)) return false;
    if (bytes32_is_zero(&in->wds_hash) != (fork < FORK_SHANGHAI)) return false;
    return header_follows(&step->config, step->entry, parent, h);
}

/* The claimed header, judged. *fits false: INVALID. */
static wh_status header_judge(struct step *step, const struct eth_input *in,
                              const struct block_header *parent, struct block_header *h, bool *fits)
{
    wh_span bytes;
    WH_TRY(step_ask(step, &in->block_hash, &bytes));
    step->s.number++;
    *fits = header_decode(bytes, h) == WH_OK;
    if (!*fits) return WH_OK;
    step->entry = chain_config_active(&step->config, step->s.number, h->timestamp);
    step->s.fork = step->entry->fork;
    *fits = header_fits(step, in, parent, h);
    return WH_OK;
}

static void open_ethereum(struct seg_state *s, const struct eth_input *in,
                          const struct block_header *h)
{
    s->items_rest = in->items_head;
    s->items_left = in->items_count;
    s->wds_hash = in->wds_hash;
    s->coinbase = h->coinbase;
    s->timestamp = h->timestamp;
    s->gas_limit = h->gas_limit;
    s->excess_blob_gas = h->excess_blob_gas;
    s->base_fee = h->base_fee;
    s->prev_randao = h->mix_hash;
    if (s->fork >= FORK_CANCUN)
        s->beacon_root = h->beacon_root;
    else
        u256_to_be(&h->difficulty, s->beacon_root.b); /* 0 from Paris on */
    memcpy(s->extra_data.b, h->extra, h->extra_len);
    s->extra_len = h->extra_len;
    s->l1_hash = in->block_hash;
    s->ommers_hash = h->ommers_hash;
    s->nonce = h->nonce;
}

static void open_rollup(struct step *step, const struct block_input *in,
                        const struct block_header *parent)
{
    struct seg_state *s = &step->s;
    s->items_rest = in->items_head;
    s->items_left = in->items_count;
    s->wds_hash = in->wds_hash;
    s->coinbase = in->coinbase;
    s->timestamp = in->timestamp > parent->timestamp ? in->timestamp : parent->timestamp + 1;
    s->gas_limit = in->gas_limit;
    s->prev_randao = in->prev_randao;
    s->beacon_root = in->anchor;
    s->l1_number = in->l1_number;
    s->l1_hash = in->l1_hash;
    s->ommers_hash = KECCAK_EMPTY_LIST;
    step->entry = chain_config_active(&step->config, s->number, s->timestamp);
    s->fork = step->entry->fork;
    s->base_fee = header_base_fee(&step->config, step->entry, parent);
}

/* Empty accumulators, and the SHA-256 of deposits if they are read. All else was zero while SEALED. */
static wh_status open_common(struct step *step)
{
    struct seg_state *s = &step->s;
    struct frontier empty;
    uint8_t bytes[FRONTIER_BYTES_EMPTY];
    frontier_init(&empty);
    size_t len = frontier_encode(&empty, bytes, sizeof bytes);
    step->m->crypto->keccak256(step->m->crypto->ctx, bytes, len, &s->txs_acc);
    s->rcpts_acc = s->txs_acc;
    s->input_hash = *step->input_hash;
    s->phase = SEG_OPEN;
    if (step_reads_requests(step)) deposits_start(s);
    return step_made(step, WH_OBJECT_DATA, &s->txs_acc, wh_span_of(bytes, len));
}

/* Unchecked system calls: no code or a failure is silent. */
static wh_status system_calls(struct step *step)
{
    struct state *st;
    bool has_code;
    if (step->s.fork < FORK_CANCUN) return WH_OK;
    WH_TRY(step_state(step, &st));
    step_block(step);
    struct evm evm = step_evm(step);
    WH_TRY(evm_system_call(&evm, &BEACON_ROOTS, wh_span_of(step->s.beacon_root.b, 32), &has_code,
                           NULL));
    if (step->s.fork < FORK_PRAGUE) return WH_OK;
    return evm_system_call(&evm, &BLOCK_HASHES, wh_span_of(step->s.head_hash.b, 32), &has_code,
                           NULL);
}

static wh_status state_changes(struct step *step)
{
    const struct chain_fork *dao = chain_config_entry(&step->config, FORK_DAO);
    if (dao != NULL && dao->by == 0 && step->s.number == dao->at) WH_TRY(step_dao_edit(step));
    WH_TRY(system_calls(step));
    return step_settle(step);
}

static wh_status parent_ask(struct step *step, struct block_header *parent)
{
    wh_span bytes;
    WH_TRY(step_ask(step, &step->s.head_hash, &bytes));
    return header_decode(bytes, parent);
}

static wh_status begin_ethereum(struct step *step, wh_span input)
{
    struct eth_input in;
    struct block_header parent, h;
    bool fits;
    WH_TRY(eth_input_decode(input, &in));
    WH_TRY(parent_ask(step, &parent));
    WH_TRY(header_judge(step, &in, &parent, &h, &fits));
    if (!fits) return step_refuse(step);
    open_ethereum(&step->s, &in, &h);
    return WH_OK;
}

static wh_status begin_rollup(struct step *step, wh_span input)
{
    struct block_input in;
    struct block_header parent;
    WH_TRY(block_input_decode(input, &in));
    WH_TRY(parent_ask(step, &parent));
    step->s.number++;
    open_rollup(step, &in, &parent);
    return WH_OK;
}

wh_status step_begin(struct step *step)
{
    wh_span input;
    WH_TRY(step_price_is(step, seg_x_begin(step_trace_len(step))));
    WH_TRY(step_ask(step, step->input_hash, &input));
    WH_TRY(step_is_rollup(step) ? begin_rollup(step, input) : begin_ethereum(step, input));
    if (step->invalid) return WH_OK;
    WH_TRY(open_common(step));
    return state_changes(step);
}
