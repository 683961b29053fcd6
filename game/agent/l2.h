/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_L2_H
#define WH_GAME_AGENT_L2_H

/* Where state comes from that this party did not compute: block files with a witness
 * (--l2-witness), and L2 nodes (--l2-eth-rpc, debug_executionWitness of one block at a time). They
 * only bring bytes; each is hashed, and none decides a verdict. */

#include "evm/base/crypto.h"
#include "game/agent/objects.h"
#include "proto/block/blockfile.h"
#include "proto/l1/rpc.h"

#define L2_FILES_MAX 16u

struct agent_l2 {
    const struct evm_crypto *crypto; /* borrowed */
    struct blockfile files[L2_FILES_MAX];
    size_t file_count;
    struct l1_rpc *rpc;            /* owns; NULL: none */
    uint64_t block;                /* L2 block that is being run: whose witness to ask for */
    uint64_t asked;                /* block whose witness was asked for last; UINT64_MAX: none */
    struct agent_objects *objects; /* borrowed: receives a witness as a whole */
};

/* l2_open reads the files and opens the endpoints. WH_ERR_FILE_*, exit 7, for a file that is not
 * one. */
WH_MUST wh_status l2_open(struct agent_l2 *l2, const struct evm_crypto *crypto,
                          const char *const *files, size_t file_count, const char *const *urls,
                          size_t url_count, struct wh_error *err);
void l2_close(struct agent_l2 *l2); /* safe on zeroed objects */

struct agent_source l2_source(struct agent_l2 *l2);

#endif
