/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_PARTS_H
#define WH_PROTO_BLOCK_PARTS_H

/* What a file or a node brings of one block, before anything of it is believed: the block, a witness,
 * or both. Readers of the forms (forms.def) fill it; parts_assemble makes a blockfile of it. */

#include "proto/block/blockfile.h"

enum block_form {
#define FORM(name, word, block, witness, what) FORM_##name,
#include "proto/block/forms.def"
#undef FORM
    FORM_COUNT
};

const char *block_form_word(enum block_form form); /* "witness" */
const char *block_form_what(enum block_form form); /* for people */

/* A growing list of borrowed byte strings. */
struct block_list {
    wh_span *v; /* owns the array */
    size_t count, cap;
};

struct parts_memory; /* private: chunks that never move */

struct block_parts {
    const struct evm_crypto *crypto; /* borrowed */
    enum block_form form;
    char network[32];
    uint64_t chain_id; /* 0: not said */
    bool has_config;   /* the form names rules; for chains without a preset */
    struct chain_config config;
    bool has_block;
    wh_span header;
    struct block_list txs, uncles, withdrawals;
    bool has_withdrawals; /* false: null, before Shanghai */
    bool has_witness;
    struct block_list headers; /* RLP, any order, may be more than needed */
    struct block_list nodes, codes;
    struct blockfile_tx_ref *refs; /* owns; txs.count entries; NULL: no reference */
    bool has_root_before;
    bytes32 root_before_txs;
    struct parts_memory *memory; /* owns */
};

/* parts_read recognises the form of the bytes (one zstd frame is unpacked first) and reads it.
 * *out is filled on WH_OK alone and then owned by the caller until parts_done or parts_assemble. Else
 * the error names file and field: WH_ERR_FILE_*, WH_ERR_JSON_*, WH_ERR_MSG_FORM, exit code 7. */
WH_MUST wh_status parts_read(const char *name, wh_span bytes, const struct evm_crypto *crypto,
                             struct block_parts *out, struct wh_error *err);
WH_MUST wh_status parts_open(const char *path, const struct evm_crypto *crypto,
                             struct block_parts *out, struct wh_error *err);
void parts_done(struct block_parts *p); /* safe on zeroed objects */

/* parts_fits: a witness brings the header that is the parent of this block. */
bool parts_fits(const struct block_parts *block, const struct block_parts *witness);
/* parts_join moves the witness of one into the other, and closes it. WH_E_NOMEM alone. */
WH_MUST wh_status parts_join(struct block_parts *block, struct block_parts *witness,
                             struct wh_error *err);

/* parts_assemble checks what the parts say of themselves (the body belongs to the header, headers link
 * to it, a chain id is known), hashes the witness and makes *out of it. The parts are empty afterwards,
 * whatever the outcome. Errors as of parts_read. */
WH_MUST wh_status parts_assemble(struct block_parts *p, struct blockfile *out,
                                 struct wh_error *err);

/* ---- for the readers ---- */

uint8_t *parts_take(struct block_parts *p, size_t len); /* NULL: out of memory */
WH_MUST wh_status parts_copy(struct block_parts *p, wh_span bytes, wh_span *out,
                             struct wh_error *err);
WH_MUST wh_status parts_add(struct block_list *list, wh_span bytes, struct wh_error *err);
/* parts_memory_free frees what a blockfile took over. */
void parts_memory_free(struct parts_memory *m);

bytes32 parts_hash(const struct block_parts *p, wh_span bytes);

#endif
