/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_L2_H
#define WH_GAME_AGENT_L2_H

/* Where state comes from that this party did not compute: the accounts of a genesis file
 * (--l2-genesis), block files with a witness (--l2-witness), and L2 nodes (--l2-eth-rpc): the witness of the block that is being run
 * (debug_executionWitness), and what it lacks, key by key (eth_getProof at the parent): siblings that only
 * a root per step needs, and whatever a false block touches that the true one does not. They only
 * bring bytes; each is hashed, and none decides a verdict. */

#include "evm/base/crypto.h"
#include "game/agent/objects.h"
#include "proto/block/blockfile.h"
#include "proto/block/genesis.h"
#include "proto/fetch/fetch.h"

#define L2_FILES_MAX 16u

struct agent_l2 {
    const struct evm_crypto *crypto; /* borrowed */
    struct blockfile files[L2_FILES_MAX];
    size_t file_count;
    struct genesis genesis;   /* owns; zero: none */
    struct l1_rpc *rpc;       /* owns; NULL: none */
    struct fetch *fetch;      /* owns; NULL: none */
    struct blockfile current; /* what the node has of the block that is being run */
    struct check_more more;   /* more of it */
    bool running;             /* between l2_begin and l2_end */
};

/* l2_open reads the files and opens the endpoints. WH_ERR_FILE_*, exit 7, for a file that is not
 * one. chain_id: of the L2. */
WH_MUST wh_status l2_open(struct agent_l2 *l2, const struct evm_crypto *crypto, uint64_t chain_id,
                          const char *const *files, size_t file_count, const char *const *urls,
                          size_t url_count, struct wh_error *err);
/* l2_genesis adds the state of a genesis file; head is the network's first block, which it must give:
 * WH_ERR_CFG_DEPLOYMENT else. */
WH_MUST wh_status l2_genesis(struct agent_l2 *l2, const char *path,
                             const struct chain_config *config, const bytes32 *head,
                             struct wh_error *err);
void l2_close(struct agent_l2 *l2); /* safe on zeroed objects */

/* l2_crypto: the table to run with, so that it is known which keys are looked up. */
const struct evm_crypto *l2_crypto(const struct agent_l2 *l2);

/* l2_begin asks the nodes for block `number`, which is about to be run; l2_end is after the run. A node
 * that fails has nothing to say: that is logged, and the block may run without it. */
void l2_begin(struct agent_l2 *l2, uint64_t number);
void l2_end(struct agent_l2 *l2);

struct agent_source l2_source(struct agent_l2 *l2);

#endif
