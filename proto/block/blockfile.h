/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_BLOCKFILE_H
#define WH_PROTO_BLOCK_BLOCKFILE_H

/* Block files: one real block with all that a stateless run of it needs, in any form of forms.def (plain
 * or zstd). Nothing in a file is believed: bytes are indexed by their keccak; hash, number and the link
 * to the parent are compared with the headers themselves, the body with the header's roots. */

#include "evm/base/bytes.h"
#include "evm/base/crypto.h"
#include "evm/base/preimage.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/header.h"
#include "proto/sys/error.h"

struct blockfile_tx_ref { /* an independent engine's answer, a second opinion */
    uint64_t gas_used;
    int status; /* 0, 1, or -1 if the file has none */
    bytes32 state_root;
};

struct blockfile {
    char network[32];
    uint64_t chain_id, number; /* chain_id 0: neither file nor transactions say it */
    bool has_config;           /* rules that came with the file: for chains without a preset */
    struct chain_config config;
    bytes32 hash; /* keccak(header), equal to the file's */
    wh_span header;
    struct block_header head;
    size_t tx_count;
    wh_span *txs; /* EIP-2718 bytes */
    size_t uncle_count;
    wh_span *uncles;
    bool has_withdrawals; /* false: null, before Shanghai */
    size_t withdrawal_count;
    wh_span *withdrawals;
    bool has_parent;
    wh_span parent_header;
    struct block_header parent; /* of parent_header; keccak checked against head.parent_hash */
    size_t ancestor_count;
    wh_span *ancestors;            /* newest first, below the parent; links checked */
    bytes32 *ancestor_hashes;      /* keccak of each */
    const wh_span *nodes, *codes;  /* of the witness, as they came; borrowed from the file */
    size_t node_count, code_count; /* without the ignored element 0x80 */
    uint64_t node_bytes, code_bytes;
    bool has_reference, has_root_before;
    bytes32 root_before_txs;
    struct blockfile_tx_ref *refs; /* tx_count entries if has_reference */
    void *store;                   /* private: memory and index */
};

/* blockfile_open reads path, which holds block and witness. WH_OK: *out owns its memory until
 * blockfile_close. Else the error names the field: W-FILE-00n, W-JSON-00n, W-MSG-001, exit code 7 (cannot
 * tell). Files that hold one half each: parts.h. */
WH_MUST wh_status blockfile_open(const char *path, const struct evm_crypto *crypto,
                                 struct blockfile *out, struct wh_error *err);
/* blockfile_parse: the same over JSON bytes (plain or one zstd frame). name: for messages. */
WH_MUST wh_status blockfile_parse(const char *name, wh_span bytes, const struct evm_crypto *crypto,
                                  struct blockfile *out, struct wh_error *err);
void blockfile_close(struct blockfile *f); /* safe on zeroed objects */

/* blockfile_index hashes the whole witness and puts it into the index. Reading does it; again it changes
 * nothing and costs the same (benches). */
WH_MUST wh_status blockfile_index(struct blockfile *f, const struct evm_crypto *crypto);

/* blockfile_get finds a trie node, code or header of the file by hash. WH_E_MISSING else. */
WH_MUST wh_status blockfile_get(const struct blockfile *f, const bytes32 *hash, wh_span *out);

/* blockfile_config: the preset of the file's chain (mainnet, Hoodi), else the rules that came with the
 * file, with this witness cap. False: neither. */
bool blockfile_config(const struct blockfile *f, uint64_t witness_cap, struct chain_config *out);

/* All that a step over this block reads, built from a file for one rule set `ethereum` chain. */
struct blockfile_chain {
    struct chain_config config;
    uint8_t pre[1024]; /* SEALED at the parent, ring filled from parent and ancestors */
    bytes32 input_hash;
    uint8_t input[132];      /* EthInput */
    wh_span withdrawals_rlp; /* list as posted; empty before Shanghai */
    wh_span ommers_rlp;
    size_t item_count;
    wh_span *items;      /* kind byte || transaction */
    unsigned ring_known; /* slots of the ring that the file knows */
    void *store;         /* private */
};

/* blockfile_chain_open builds the pre-state (number of the parent, inbox_pos 0) and the input. What
 * `postEthereum` takes is header, withdrawals_rlp, ommers_rlp, txs. WH_E_MISSING: no parent header. */
WH_MUST wh_status blockfile_chain_open(const struct blockfile *f, const struct chain_config *config,
                                       const struct evm_crypto *crypto, struct blockfile_chain *out,
                                       struct wh_error *err);
void blockfile_chain_close(struct blockfile_chain *c);

/* blockfile_chain_preimages answers from the chain's own objects (configuration, input, items, ring,
 * frontiers at the start) and from the file. Both outlive *out. */
void blockfile_chain_preimages(const struct blockfile *f, const struct blockfile_chain *c,
                               struct wh_preimages *out);

#endif
