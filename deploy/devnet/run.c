/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/run.h"

#include "deploy/devnet/fees.h"

static wh_status block_hash(void *ctx, uint64_t number, bytes32 *out)
{
    struct run *r = ctx;
    const struct block *b = r->parent;
    if (number < r->oldest_hash) r->oldest_hash = number;
    while (b != NULL && b->head.number > number)
        b = b->parent;
    if (b == NULL || b->head.number != number) return WH_E_MISSING;
    *out = b->hash;
    return WH_OK;
}

static wh_status open_root(struct run *r, struct node *n, const bytes32 *root,
                           const struct block *parent, const struct block_header *head,
                           struct hash_set *record)
{
    *r = (struct run){.node = n,
                      .parent = parent,
                      .state_mark = wh_arena_mark(&n->arena),
                      .frame_mark = wh_arena_mark(&n->frames),
                      .view = {&n->objects, record},
                      .oldest_hash = parent->head.number};
    r->preimages = objects_preimages(&r->view);
    r->block = (struct evm_block){.fork = FORK_OSAKA,
                                  .chain_id = n->config.chain_id,
                                  .number = head->number,
                                  .timestamp = head->timestamp,
                                  .gas_limit = head->gas_limit,
                                  .coinbase = head->coinbase,
                                  .base_fee = head->base_fee,
                                  .blob_base_fee = fees_blob_base(head->excess_blob_gas),
                                  .randao = head->mix_hash,
                                  .block_hash = block_hash,
                                  .block_hash_ctx = r};
    r->execute.crypto = n->crypto;
    r->execute.chunks = &n->chunks;
    r->execute.arena = &n->execute_arena;
    r->host = execute_host(&r->execute);
    r->evm = (struct evm){.state = &r->state,
                          .crypto = n->crypto,
                          .block = &r->block,
                          .origin = &r->origin,
                          .arena = &n->frames,
                          .host = &r->host};
    WH_TRY(state_init(&r->state, &n->arena, &r->preimages, n->crypto, NULL, root));
    /* Calls on the state of block b are made for the block after it: what is paid there, what is
     * available there. */
    return execute_open_block(&r->execute, &r->state, parent->head.number + 1);
}

wh_status run_open(struct run *r, struct node *n, const struct block *parent,
                   const struct block_header *head, struct hash_set *record)
{
    const wh_status status = open_root(r, n, &parent->head.state_root, parent, head, record);
    if (status != WH_OK) run_close(r);
    return status;
}

wh_status run_open_at(struct run *r, struct node *n, const struct block *b)
{
    wh_status status = open_root(r, n, &b->head.state_root, b, &b->head, NULL);
    if (status != WH_OK) run_close(r);
    return status;
}

void run_close(struct run *r)
{
    wh_arena_rewind(&r->node->arena, r->state_mark);
    wh_arena_rewind(&r->node->frames, r->frame_mark);
}

wh_status run_check(struct run *r, const struct tx *tx, const address *sender,
                    enum tx_reject *reject)
{
    const struct tx_rules rules = {.fork = r->block.fork,
                                   .chain_id = r->block.chain_id,
                                   .gas_limit = r->block.gas_limit,
                                   .gas_used = r->gas_used,
                                   .blob_gas_limit = NODE_BLOB_MAX * NODE_BLOB_GAS,
                                   .blob_gas_used = r->blob_gas_used,
                                   .base_fee = r->block.base_fee,
                                   .blob_base_fee = r->block.blob_base_fee};
    *reject = tx_check_static(&rules, tx, 1);
    if (*reject != TX_ACCEPTED) return WH_OK;
    struct state_info info;
    WH_TRY(state_get(&r->state, sender, &info));
    *reject = tx_check_account(tx, info.nonce, &info.balance);
    if (*reject != TX_ACCEPTED) return WH_OK;
    wh_span code;
    WH_TRY(state_get_code(&r->state, sender, &code));
    if (code.len > 0) *reject = tx_check_code(code);
    return WH_OK;
}

wh_status run_tx(struct run *r, const struct tx *tx, const address *sender, struct tx_result *out)
{
    WH_TRY(execute_open_tx(&r->execute, &r->state, sender));
    struct account *a = state_account(&r->state, sender);
    if (a == NULL) return WH_E_NOMEM;
    WH_TRY(state_load(&r->state, a));
    WH_TRY(tx_execute(&r->evm, tx, sender, out));
    WH_TRY(execute_close_tx(&r->execute, &r->state, sender));
    r->gas_used += out->gas_used;
    r->blob_gas_used += out->blob_gas;
    return WH_OK;
}
