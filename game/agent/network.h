/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_AGENT_NETWORK_H
#define WH_GAME_AGENT_NETWORK_H

/* A deployment: where the contracts are, what game they play, from which state the chain starts.
 * Written by whittle-deploy as JSON (--network FILE); nothing in it is believed: network_check asks
 * the chain, and the bytes in it are compared with the hashes in the game's configuration. */

#include "evm/segment/seg_state.h"
#include "game/core/config.h"
#include "proto/l1/rpc.h"

#define NETWORK_FORM    1u
#define NETWORK_KNOWN   256u
#define NETWORK_SIGNERS 16u

enum network_verifier { NETWORK_EXECUTE = 0, NETWORK_ATTESTED = 1 };

struct network {
    uint64_t l1_chain_id;
    uint64_t deploy_block; /* first L1 block of the contracts: nothing of ours is below */
    uint64_t deploy_time;  /* timestamp of the block that created Game, seconds */
    address game, inbox, trace_store, verifier;
    enum network_verifier kind;
    unsigned threshold; /* attested: signatures needed */
    unsigned signer_count;
    address signers[NETWORK_SIGNERS]; /* attested: ascending */
    struct l1_at tag;                 /* up to which the Inbox and assertions are judged */
    struct game_config cfg;
    bytes32 cfg_hash;
    struct wh_buf chain_config;      /* "WCF1" bytes; owns */
    uint8_t genesis[SEG_STATE_SIZE]; /* the state behind the genesis leaf */
    struct wh_buf anchor_header;     /* RLP of the header of genesis.head_hash; owns */
    size_t known_count;              /* block hashes in the ring, newest (genesis.number) first */
    bytes32 known[NETWORK_KNOWN];
    bool ring_partial; /* fewer than min(256, number + 1) are known: demos alone */
};

void network_done(struct network *n); /* safe on zeroed objects */

/* network_load reads a file: WH_ERR_FILE_*, WH_ERR_JSON_*, or WH_ERR_CFG_DEPLOYMENT if its parts do not
 * fit together (leaf, chain configuration, ring, anchor header). */
WH_MUST wh_status network_load(const char *path, struct network *out, struct wh_error *err);
WH_MUST wh_status network_save(const char *path, const struct network *n, struct wh_error *err);

/* network_fit is the part of network_load that compares bytes with hashes; the deployment tool
 * calls it before it deploys. Sets cfg_hash and ring_partial. */
WH_MUST wh_status network_fit(struct network *n, struct wh_error *err);

/* network_check asks the chain: chain id of every endpoint, code at each address, cfgHash. */
WH_MUST wh_status network_check(struct l1_rpc *rpc, const struct network *n, struct wh_error *err);

/* network_id binds a store to this deployment: keccak(u64 chain id || game || cfg hash). */
void network_id(const struct network *n, bytes32 *out);

#endif
