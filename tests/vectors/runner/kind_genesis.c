/* SPDX-License-Identifier: MIT */
/* GenesisTests, and the genesis files of BasicTests. */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "proto/block/rawblock.h"
#include "tests/vectors/runner/genesis.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/value.h"

/* [header, [], []] */
static wh_span block_of(const struct block_header *h, uint8_t out[2 * HEADER_MAX])
{
    uint8_t header[HEADER_MAX];
    size_t len = header_encode(h, header);
    uint8_t *p = rlp_put_list(out, len + 2);
    memcpy(p, header, len);
    p += len;
    *p++ = 0xc0;
    *p++ = 0xc0;
    return wh_span_of(out, (size_t)(p - out));
}

static void run_test(struct runner *r, const json_t *test)
{
    struct block_header h = {0};
    struct wh_buf want = {0};
    uint8_t bytes[2 * HEADER_MAX];
    wh_arena_rewind(&r->keep, 0);
    store_reset(&r->store);
    if (genesis_state(r, json_object_get(test, "alloc"), &h.state_root) &&
        genesis_header(test, &h) && value_bytes(json_object_get(test, "result"), &want))
        case_bytes(r, "block", wh_buf_span(&want), block_of(&h, bytes));
    else
        case_differs(r, "test", "understood", "not");
    wh_buf_done(&want);
}

bool kind_genesis_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    return json_object_get(t, "alloc") != NULL && json_object_get(t, "result") != NULL;
}

void kind_genesis_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        if (!case_begin(r, name, NO_FORK)) continue;
        run_test(r, test);
        case_end(r);
    }
}

/* One genesis block: its bytes, state root and hash. */
bool kind_genesis_hash_is(const struct member *m, const json_t *file)
{
    (void)m;
    return json_object_get(file, "genesis_rlp_hex") != NULL;
}

/* Hashes stand in these files without 0x. */
static bool plain_hash(const json_t *v, bytes32 *out)
{
    struct wh_buf b = {0};
    bool ok = value_bytes(v, &b) && b.len == sizeof out->b;
    if (ok) memcpy(out->b, b.ptr, sizeof out->b);
    wh_buf_done(&b);
    return ok;
}

void kind_genesis_hash_run(struct runner *r, json_t *file)
{
    struct wh_buf rlp = {0};
    struct raw_block block;
    struct block_header h;
    bytes32 root, hash, got;
    if (!case_begin(r, "genesis", NO_FORK)) return;
    if (value_bytes(json_object_get(file, "genesis_rlp_hex"), &rlp) &&
        raw_block_decode(wh_buf_span(&rlp), &block) == WH_OK &&
        header_decode(block.header, &h) == WH_OK &&
        plain_hash(json_object_get(file, "genesis_state_root"), &root) &&
        plain_hash(json_object_get(file, "genesis_hash"), &hash)) {
        keccak256(block.header.ptr, block.header.len, &got);
        case_hash(r, "hash", &hash, &got);
        case_hash(r, "state root", &root, &h.state_root);
    } else {
        case_differs(r, "test", "understood", "not");
    }
    wh_buf_done(&rlp);
    case_end(r);
}

/* Genesis blocks of a proof of concept: headers of 13 fields, which no chain of today has. */
bool kind_genesis_list_is(const struct member *m, const json_t *file)
{
    (void)m;
    return json_object_get(json_array_get(file, 0), "inputs") != NULL;
}

void kind_genesis_list_run(struct runner *r, json_t *file)
{
    size_t i;
    json_t *test;
    char name[32];
    json_array_foreach(file, i, test)
    {
        struct wh_buf rlp = {0};
        struct raw_block block;
        struct block_header h;
        snprintf(name, sizeof name, "genesis #%zu", i);
        if (!case_begin(r, name, NO_FORK)) continue;
        if (!value_bytes(json_object_get(test, "result"), &rlp) ||
            raw_block_decode(wh_buf_span(&rlp), &block) != WH_OK ||
            header_decode(block.header, &h) != WH_OK)
            case_differs(r, "block", "decoded", "not");
        wh_buf_done(&rlp);
        case_end(r);
    }
}
