/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_CASE_H
#define WH_TESTS_DIFF_CASE_H

/* What is run on both sides: a genesis and blocks of transactions. Signatures, transaction nonces and
 * nonces of authorizations are made while it runs, so that transactions can be taken out of a case
 * that is being reduced. Kept as JSON (kept/). */

#include "evm/base/fork.h"
#include "evm/base/u256.h"
#include "proto/sys/buf.h"

#define DIFF_CHAIN_ID  31337u
#define DIFF_GAS_LIMIT 30000000u
#define DIFF_TIME      1800000000u /* genesis, seconds */
#define DIFF_KEYS      20

enum {
    DIFF_ACCESS_MAX = 6,
    DIFF_SLOTS_MAX = 4,
    DIFF_AUTH_MAX = 4,
    DIFF_STORAGE_MAX = 8,
    DIFF_BLOBS_MAX = 3,
};

struct diff_account {
    address at;
    uint64_t nonce;
    u256 balance;
    struct wh_buf code;
    unsigned slot_count;
    u256 keys[DIFF_STORAGE_MAX], values[DIFF_STORAGE_MAX];
};

struct diff_access {
    address at;
    unsigned slot_count;
    u256 slots[DIFF_SLOTS_MAX];
};

struct diff_auth {
    unsigned key; /* who signs */
    uint64_t chain_id;
    address to;
    int64_t nonce_off; /* added to the nonce that would be right */
    unsigned bad;      /* 0: well signed; 1: high s; 2: r = 0; 3: parity 2 */
};

/* What is wrong with a transaction on purpose. */
enum diff_fault { DIFF_SOUND, DIFF_NONCE_LOW, DIFF_HIGH_S, DIFF_CHAIN, DIFF_FAULTS };

struct diff_tx {
    unsigned key;
    unsigned type;
    bool protected; /* legacy: EIP-155 */
    bool creates;
    address to;
    uint64_t gas;
    int64_t gas_near; /* not 0: gas is what a trial run used, less gas_near - 1 */
    u256 max_fee, tip, value, max_blob_fee;
    struct wh_buf data;
    unsigned access_count, auth_count, blob_count;
    struct diff_access access[DIFF_ACCESS_MAX];
    struct diff_auth auths[DIFF_AUTH_MAX];
    enum diff_fault fault;
};

/* What a block must come to; known for kept cases. */
struct diff_expect {
    bool known;
    bytes32 state_root, txs_root, receipts_root;
    uint64_t gas_used;
    uint64_t included; /* bit i: transaction i is in the block */
};

struct diff_block {
    uint64_t seconds; /* after its parent */
    address coinbase;
    unsigned tx_count;
    struct diff_tx *txs; /* owns; at most 64 */
    struct diff_expect expect;
};

struct diff_case {
    enum evm_fork fork;
    char note[200];
    unsigned account_count, block_count;
    struct diff_account *accounts; /* owns */
    struct diff_block *blocks;     /* owns */
};

void diff_case_done(struct diff_case *c);

/* Names as anvil's --hardfork takes them. diff_fork_of: 0 if unknown. */
const char *diff_fork_name(enum evm_fork fork);
enum evm_fork diff_fork_of(const char *name);

/* diff_case_save appends the JSON text. diff_case_load: false says why on stderr. */
void diff_case_save(const struct diff_case *c, struct wh_buf *out);
bool diff_case_load(const char *path, struct diff_case *c);
/* diff_case_genesis appends the genesis.json that anvil's --init takes. */
void diff_case_genesis(const struct diff_case *c, struct wh_buf *out);

/* Keys of the senders: key i is keccak("whittle diff key " || i). */
void diff_key(unsigned i, uint8_t key[32], address *at);

#endif
