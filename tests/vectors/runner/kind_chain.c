/* SPDX-License-Identifier: MIT */
/* Blockchain tests: blocks that are valid must be accepted with their own hash, all others refused; the
 * head and the state behind it must be those of the file. */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/segment/frontier.h"
#include "tests/vectors/runner/chain.h"
#include "tests/vectors/runner/genesis.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/value.h"

/* The root over the receipts of the file, whose header says what it must be. */
static void receipts_check(struct chain *c, const json_t *receipts)
{
    size_t i;
    json_t *receipt;
    struct frontier f;
    bytes32 root;
    bool ok = true;
    frontier_init(&f);
    json_array_foreach(receipts, i, receipt)
    {
        struct wh_buf rlp = {0};
        ok = ok && value_bytes(json_object_get(receipt, "rlp"), &rlp) &&
             frontier_push(&f, c->r->crypto, wh_buf_span(&rlp)) == WH_OK;
        wh_buf_done(&rlp);
    }
    if (!ok) {
        case_differs(c->r, "receipts", "understood", "not");
        return;
    }
    frontier_root(&f, c->r->crypto, &root);
    case_hash(c->r, "root of the file's receipts", &root,
              &c->blocks[c->count - 1].follow.header.receipts_root);
}

/* In the benchmark fixtures status stands wrongly in receipts; their headers are right. */
static bool has_receipts(const struct chain *c, const json_t *block)
{
    const json_t *first = json_array_get(json_object_get(block, "receipts"), 0);
    return json_object_get(first, "rlp") != NULL && strstr(c->r->member->path, "benchmark") == NULL;
}

static void accepted(struct chain *c, const json_t *block, size_t i, bool valid)
{
    bytes32 want;
    if (!valid) {
        case_differs_f(c->r, "block", "refused", "accepted (block %zu of the file)", i);
        return;
    }
    const json_t *hash = json_object_get(json_object_get(block, "blockHeader"), "hash");
    if (value_b32(hash, &want))
        case_hash(c->r, "block hash", &want, &c->blocks[c->count - 1].follow.hash);
    if (has_receipts(c, block)) receipts_check(c, json_object_get(block, "receipts"));
}

static void block_run(struct chain *c, size_t i, const json_t *block)
{
    struct wh_buf rlp = {0};
    const char *why = "";
    bool valid = json_object_get(block, "blockHeader") != NULL;
    enum chain_verdict verdict = CHAIN_REFUSED;
    if (value_bytes(json_object_get(block, "rlp"), &rlp))
        verdict = chain_add(c, wh_buf_span(&rlp), &why);
    else
        why = "no hex";
    if (verdict == CHAIN_ACCEPTED)
        accepted(c, block, i, valid);
    else if (verdict == CHAIN_REFUSED && valid)
        case_differs_f(c->r, "block", "accepted", "refused (block %zu of the file): %s", i, why);
    wh_buf_done(&rlp);
}

static void end_check(struct chain *c, const json_t *test)
{
    bytes32 want, root;
    struct runner *r = c->r;
    const struct chain_block *head = chain_head(c);
    const json_t *state = json_object_get(test, "postState");
    memcpy(root.b, head->state + 0x060, 32);
    if (!value_b32(json_object_get(test, "lastblockhash"), &want))
        case_differs(r, "last block", "in the file", "none");
    else
        case_hash(r, "last block", &want, &head->follow.hash);
    if (json_is_object(state)) {
        if (!genesis_state(r, state, &want))
            case_differs(r, "state of the file", "understood", "not");
        else
            case_hash(r, "state at the end", &want, &root);
    } else if (value_b32(json_object_get(test, "postStateHash"), &want) &&
               json_object_get(test, "postStateHash") != NULL) {
        case_hash(r, "state at the end", &want, &root);
    }
}

static void run_test(struct runner *r, const json_t *test, const char *network)
{
    struct chain c;
    size_t i;
    json_t *block;
    if (chain_open(&c, r, test, network)) {
        json_array_foreach(json_object_get(test, "blocks"), i, block)
        {
            if (!r->bad) block_run(&c, i, block);
        }
        if (!r->bad) end_check(&c, test);
    }
    chain_close(&c);
}

bool kind_chain_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    return json_object_get(t, "blocks") != NULL && json_object_get(t, "pre") != NULL;
}

void kind_chain_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        const char *network = json_string_value(json_object_get(test, "network"));
        if (network == NULL || !case_begin(r, name, network)) continue;
        run_test(r, test, network);
        case_end(r);
    }
}
