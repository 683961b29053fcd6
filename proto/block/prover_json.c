/* SPDX-License-Identifier: MIT */
/* zk-pig's ProverInput: one block as JSON-RPC shows it (member `transaction`, singular), node and code
 * lists, ancestors as objects, the chain's configuration in geth's form. `extra` is not needed. */
#include <stdio.h>

#include "proto/block/chainspec.h"
#include "proto/block/readers.h"

static wh_status read_one_block(struct block_parts *p, const struct wh_json *root,
                                struct wh_error *err)
{
    size_t count;
    struct wh_json blocks, header;
    WH_TRY(wh_json_get(root, "blocks", &blocks, err));
    WH_TRY(wh_json_array(&blocks, 1, &count, err));
    if (count == 0) return wh_json_fail(&blocks, err, "no block");
    struct wh_json block = wh_json_at(&blocks, 0);
    WH_TRY(wh_json_get(&block, "header", &header, err));
    WH_TRY(read_header_json(p, &header, &p->header, err));
    WH_TRY(read_body_json(p, &block, "transaction", err));
    p->has_block = true;
    return WH_OK;
}

wh_status read_prover_input(struct block_parts *p, const struct wh_json *root, struct wh_error *err)
{
    struct wh_json j;
    WH_TRY(read_one_block(p, root, err));
    WH_TRY(wh_json_get(root, "witness", &j, err));
    WH_TRY(read_witness(p, &j, "ancestors", err));
    if (!wh_json_opt(root, "chainConfig", &j)) return WH_OK;
    WH_TRY(chainspec_read(&j, &p->config, err));
    p->has_config = true;
    p->chain_id = p->config.chain_id;
    return WH_OK;
}
