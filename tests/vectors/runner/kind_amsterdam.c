/* SPDX-License-Identifier: MIT */
/* Blockchain tests of Amsterdam, whose rules are not implemented: at the level of tries. Each block's access
 * list says what it wrote; the state root of its header must follow from that, block by block. */
#include <string.h>

#include "tests/vectors/runner/access_list.h"
#include "tests/vectors/runner/chain.h"
#include "tests/vectors/runner/genesis.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/value.h"

static bool header_root(const json_t *header, bytes32 *root)
{
    return json_object_get(header, "stateRoot") != NULL &&
           value_b32(json_object_get(header, "stateRoot"), root);
}

/* A block without header is refused for reasons that take rules to see. True: it was judged. */
static bool block_run(struct runner *r, size_t i, const json_t *block, bytes32 *root)
{
    bytes32 want;
    struct state st;
    struct wh_preimages io = store_preimages(&r->store);
    struct wh_sink made = store_sink(&r->store);
    const json_t *list = json_object_get(block, "blockAccessList");
    if (!header_root(json_object_get(block, "blockHeader"), &want)) return false;
    wh_arena_rewind(&r->work, 0);
    wh_status status = state_init(&st, &r->work, &io, r->crypto, NULL, root);
    if (status == WH_OK) status = access_list_apply(&st, list, &made, root);
    if (status != WH_OK)
        case_differs_f(r, "access list", "applied", "status %d in block %zu", (int)status, i);
    else
        case_hash(r, "state root", &want, root);
    return true;
}

/* Blocks before the fork, and refused ones, have no list: they run by the rules before it. */
static void block_before(struct chain *c, size_t i, const json_t *block, bytes32 *root)
{
    struct wh_buf rlp = {0};
    const char *why = "no hex";
    enum chain_verdict verdict = CHAIN_REFUSED;
    if (value_bytes(json_object_get(block, "rlp"), &rlp))
        verdict = chain_add(c, wh_buf_span(&rlp), &why);
    bool valid = json_object_get(block, "blockHeader") != NULL;
    if (verdict == CHAIN_ACCEPTED && !valid)
        case_differs_f(c->r, "block", "refused", "accepted (block %zu of the file)", i);
    if (verdict == CHAIN_REFUSED && valid)
        case_differs_f(c->r, "block", "accepted", "refused (block %zu of the file): %s", i, why);
    memcpy(root->b, chain_head(c)->state + 0x060, 32);
    wh_buf_done(&rlp);
}

static bool genesis_open(struct runner *r, const json_t *test, bytes32 *root)
{
    bytes32 want;
    wh_arena_rewind(&r->keep, 0);
    store_reset(&r->store);
    if (!genesis_state(r, json_object_get(test, "pre"), root) ||
        !header_root(json_object_get(test, "genesisBlockHeader"), &want)) {
        case_differs(r, "genesis", "understood", "not");
        return false;
    }
    return case_hash(r, "genesis state", &want, root);
}

/* "BPO2ToAmsterdamAtTime15k" begins by the rules of BPO2. How many blocks of Amsterdam were judged. */
static size_t run_test(struct runner *r, const json_t *test, const char *network)
{
    size_t i;
    json_t *block;
    bytes32 root;
    struct chain chain = {0};
    char before[64];
    const char *to = strstr(network, "ToAmsterdam");
    bool ok = true;
    size_t judged = 0;
    if (to != NULL) {
        snprintf(before, sizeof before, "%.*s", (int)(to - network), network);
        ok = chain_open(&chain, r, test, before);
        if (ok) memcpy(root.b, chain_head(&chain)->state + 0x060, 32);
    } else {
        ok = genesis_open(r, test, &root);
    }
    json_array_foreach(json_object_get(test, "blocks"), i, block)
    {
        if (r->bad || !ok) continue;
        if (to != NULL && json_object_get(block, "blockAccessList") == NULL)
            block_before(&chain, i, block, &root);
        else
            judged += block_run(r, i, block, &root);
    }
    chain_close(&chain);
    return judged;
}

bool kind_amsterdam_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    const char *network = json_string_value(json_object_get(t, "network"));
    return json_object_get(t, "blocks") != NULL && network != NULL &&
           strstr(network, "Amsterdam") != NULL;
}

void kind_amsterdam_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        const char *network = json_string_value(json_object_get(test, "network"));
        if (network == NULL || !case_begin(r, name, "Amsterdam, tries")) continue;
        if (run_test(r, test, network) == 0 && !r->bad)
            case_skip(r, "only refused blocks of Amsterdam");
        else
            case_end(r);
    }
}
