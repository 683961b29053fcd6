/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_MESSAGES_H
#define WH_PROTO_MESSAGES_H

/* The protobuf messages of whittle.proto as plain structs. Readers are strict: bounds, widths and
 * versions are checked, unknown fields and other encodings of the same message are refused
 * (WH_ERR_MSG_FORM, exit 7). */

#include "evm/base/bytes.h"
#include "proto/sys/buf.h"
#include "proto/sys/error.h"

#define MESSAGE_MAX         (64u << 20) /* bytes of a file */
#define EVIDENCE_CLAIMS_MAX 256u
#define EVIDENCE_MP_MAX     33u

struct step_place {
    uint64_t l1_chain_id;
    address game;
    bytes32 gid;
    uint64_t pos;
    unsigned a;
    bytes32 base;
    size_t mp_count;
    bytes32 mp[EVIDENCE_MP_MAX];
};

struct step_evidence {
    uint64_t target;
    bytes32 input_hash;
    uint8_t pre[1024];
    wh_span trace; /* borrows from the bytes that were read, or from the writer's buffer */
    bytes32 post_leaf;
    size_t claimed_count;
    bytes32 claimed[EVIDENCE_CLAIMS_MAX];
    bool has_place;
    struct step_place place;
};

WH_MUST wh_status evidence_write(const struct step_evidence *e, struct wh_buf *out,
                                 struct wh_error *err);
/* evidence_read: *hold keeps the bytes that out->trace borrows; wh_buf_done it afterwards. */
WH_MUST wh_status evidence_read(wh_span bytes, struct step_evidence *out, struct wh_buf *hold,
                                struct wh_error *err);

struct transcript_log {
    uint64_t l1_block, l1_time;
    uint32_t log_index;
    bytes32 tx_hash;
    address at;
    unsigned topic_count;
    bytes32 topics[4];
    wh_span data; /* borrowed */
};

struct transcript {
    uint64_t l1_chain_id, deployed_at;
    address game, inbox;
    uint8_t config[704];
    size_t count;
    struct transcript_log
        *logs;  /* of the writer; allocated by the reader, freed by transcript_done */
    void *hold; /* of the reader */
};

WH_MUST wh_status transcript_write(const struct transcript *t, struct wh_buf *out,
                                   struct wh_error *err);
WH_MUST wh_status transcript_read(wh_span bytes, struct transcript *out, struct wh_error *err);
void transcript_done(struct transcript *t); /* of a transcript that was read */

/* A witness bundle: lists of borrowed byte strings. */
struct bundle_list {
    size_t count;
    wh_span *v;
};
struct witness_bundle {
    uint64_t chain_id;
    wh_span header, parent_header;
    bool has_withdrawals;
    struct bundle_list transactions, ommers, withdrawals, ancestors, nodes, codes;
    void *hold; /* of the reader */
};
WH_MUST wh_status bundle_write(const struct witness_bundle *b, struct wh_buf *out,
                               struct wh_error *err);
WH_MUST wh_status bundle_read(wh_span bytes, struct witness_bundle *out, struct wh_error *err);
void bundle_done(struct witness_bundle *b); /* of a bundle that was read */

#endif
