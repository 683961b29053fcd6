/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_READERS_H
#define WH_PROTO_BLOCK_READERS_H

/* One reader a form, and what they share. Private to proto/block. Each fills zeroed parts (crypto and
 * form set) and leaves them to the caller on failure, too. */

#include "proto/block/parts.h"
#include "proto/sys/json.h"

enum {
    READ_LIST_MAX = 1 << 22,    /* entries of a list of a witness or block */
    READ_OBJECT_MAX = 64 << 20, /* bytes of one entry */
};

/* JSON: data of any length, and lists of it. Empty entries are refused. */
wh_status read_data(struct block_parts *p, const struct wh_json *j, wh_span *out,
                    struct wh_error *err);
wh_status read_data_list(struct block_parts *p, const struct wh_json *list, struct block_list *out,
                         struct wh_error *err);

wh_status read_stateless(struct block_parts *p, const struct wh_json *root, struct wh_error *err);

/* read_witness: {state, codes, headers, keys} in all dialects (witness_json.c). headers: name of the
 * member with headers. */
wh_status read_witness(struct block_parts *p, const struct wh_json *witness, const char *headers,
                       struct wh_error *err);

/* A block or header as eth_getBlockByNumber and kin write it (block_json.c). The RLP is rebuilt, and
 * compared with the member `hash` if there is one. read_block_json: with full transactions. */
wh_status read_header_json(struct block_parts *p, const struct wh_json *j, wh_span *rlp,
                           struct wh_error *err);
wh_status read_block_json(struct block_parts *p, const struct wh_json *j, struct wh_error *err);
/* Transactions, uncles, withdrawals of a block alone; txs: name of the member with transactions. */
wh_status read_body_json(struct block_parts *p, const struct wh_json *j, const char *txs,
                         struct wh_error *err);
/* tx_json.c: one transaction with its signature, types 0 to 4, as EIP-2718 bytes. */
wh_status read_tx_json(struct block_parts *p, const struct wh_json *j, wh_span *raw,
                       struct wh_error *err);

wh_status read_prover_input(struct block_parts *p, const struct wh_json *root,
                            struct wh_error *err);

/* RLP: raw block, ExtWitness, payload; the outer shape tells which. */
wh_status read_rlp(struct block_parts *p, wh_span rlp, struct wh_error *err);
wh_status read_block_rlp(struct block_parts *p, wh_span rlp, struct wh_error *err);

wh_status read_bundle(struct block_parts *p, wh_span bytes, struct wh_error *err);

#endif
