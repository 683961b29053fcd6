/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_GENESIS_H
#define WH_PROTO_BLOCK_GENESIS_H

/* The start of a chain from a genesis file in go-ethereum's form: `config`, the fields of the header,
 * and `alloc`, the accounts with balance, nonce, code and storage. Numbers are hexadecimal ("0x..."), decimal
 * strings, or JSON integers. */

#include "evm/base/arena.h"
#include "evm/base/crypto.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/header.h"
#include "evm/segment/seg_state.h"
#include "proto/block/objects.h"
#include "proto/sys/error.h"

/* What a genesis file does not say of a chain. */
struct genesis_rules {
    enum chain_ruleset ruleset;
    uint64_t forced_gas_cap; /* `rollup` */
};

struct genesis {
    struct chain_config config;
    struct block_header head;
    bytes32 hash;                 /* of the header */
    wh_span header;               /* its RLP; lives as long as this */
    struct block_objects objects; /* trie nodes and codes of the state */
    size_t accounts;
    struct wh_arena arena; /* own mapping */
};

/* genesis_open reads path, builds the state, and makes the header as go-ethereum does (fields that the fork
 * has and the file leaves out: base fee 10^9, gas limit 4,712,388, empty lists). `rollup`: the file's forks
 * must be Osaka from the start. Errors: WH_ERR_FILE_*, WH_ERR_JSON_* with the field. */
WH_MUST wh_status genesis_open(const char *path, const struct genesis_rules *rules,
                               const struct evm_crypto *crypto, struct genesis *out,
                               struct wh_error *err);
void genesis_close(struct genesis *g); /* safe on zeroed objects */

/* genesis_pre is the SegState at input 0: sealed, the ring knows the genesis block alone. */
void genesis_pre(const struct genesis *g, uint8_t pre[SEG_STATE_SIZE]);

#endif
