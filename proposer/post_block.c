/* SPDX-License-Identifier: MIT */
#include "proposer/post_block.h"

#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"
#include "evm/segment/seg_state.h"
#include "game/contracts/generated/contracts.h"
#include "proto/block/blockfile.h"
#include "proto/l1/calls.h"
#include "proto/l1/send.h"
#include "proto/sys/hex.h"

/* A block is calldata of one L1 transaction: 40 gas a byte at most (EIP-7623), and the Inbox's
 * own work per item. */
#define POST_GAS(bytes, items) (200000u + 42u * (uint64_t)(bytes) + 3000u * (uint64_t)(items))

static wh_status calldata(const struct blockfile *f, const struct blockfile_chain *chain,
                          struct wh_buf *data, struct wh_error *err)
{
    calls_inbox_post_ethereum(f->header, chain->withdrawals_rlp, chain->ommers_rlp, f->txs,
                              f->tx_count, data);
    return wh_buf_ok(data) ? WH_OK : wh_fail(err, WH_ERR_NOMEM, "calldata of a block");
}

static wh_status load(const char *path, struct blockfile *f, struct blockfile_chain *chain,
                      struct wh_error *err)
{
    struct chain_config config;
    const struct evm_crypto *crypto = wh_native_crypto();
    if (!crypto) return wh_fail(err, WH_ERR_CRYPTO, "setting up the crypto libraries");
    WH_TRY(blockfile_open(path, crypto, f, err));
    if (!blockfile_config(f, CHAIN_WITNESS_CAP_ETHEREUM, &config))
        return wh_fail(err, WH_ERR_FILE_FORM, "%s: no preset for chain %llu", path,
                       (unsigned long long)f->chain_id);
    return blockfile_chain_open(f, &config, crypto, chain, err);
}

/* --- is it the next block? A block that is posted twice, or out of order, is INVALID to everybody, and
 * an INVALID block is the last one of the chain. */

#define LOG_BLOCKS 2000u /* looked through at once, from the newest on */

/* last_of finds the header of the last input in the logs of L1 blocks [first, last]. */
static wh_status last_of(struct l1_rpc *rpc, const struct network *net, uint64_t first,
                         uint64_t last, uint64_t n, bytes32 *hash, bool *found,
                         struct wh_error *err)
{
    struct l1_logs logs = {0};
    WH_TRY(l1_get_logs(rpc, first, last, &net->inbox, 1, &logs, err));
    for (size_t i = logs.count; i-- > 0 && !*found;) {
        const struct l1_log *l = &logs.v[i];
        struct calls_log log = {l->topic_count, l->topics, l->data};
        struct game_event ev;
        struct calls_input in;
        bytes32 spans[TREE_ARITY_MAX];
        bool known = false;
        if (!calls_event(&log, &ev, spans, &in, &known) || ev.kind != GAME_EVENT_ETHEREUM_INPUT ||
            in.n != n)
            continue;
        keccak256(in.header.ptr, in.header.len, hash);
        *found = true;
    }
    l1_logs_done(&logs);
    return WH_OK;
}

/* inbox_head is the hash of the last block in the Inbox, or of the chain's anchor. */
static wh_status inbox_head(struct l1_rpc *rpc, const struct network *net, bytes32 *hash,
                            struct wh_error *err)
{
    const struct l1_at latest = L1_AT_LATEST;
    struct l1_block head;
    struct wh_buf answer = {0};
    uint8_t call[4];
    bool found = false;
    WH_TRY(l1_block_at(rpc, &latest, &head, &found, err));
    if (!found) return wh_fail(err, WH_ERR_RPC_NULL, "eth_getBlockByNumber latest: null");
    struct l1_at at = l1_at_hash(&head.hash);
    store_be32(call, CONTRACT_SEL_INBOX_COUNT);
    wh_status st = l1_call(rpc, NULL, &net->inbox, wh_span_of(call, 4), &at, &answer, err);
    if (st == WH_OK && answer.len != 32)
        st = wh_fail(err, WH_ERR_ABI_FORM, "count() answered %zu bytes", answer.len);
    uint64_t count = st == WH_OK ? load_be64(answer.ptr + 24) : 0;
    wh_buf_done(&answer);
    WH_TRY(st);
    if (count == 0) {
        struct seg_state s;
        if (seg_state_decode(net->genesis, &s) != WH_OK)
            return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "genesis_state is malformed");
        *hash = s.head_hash;
        return WH_OK;
    }
    found = false;
    for (uint64_t last = head.number; !found && last >= net->deploy_block;) {
        uint64_t first =
            last - net->deploy_block < LOG_BLOCKS ? net->deploy_block : last - LOG_BLOCKS + 1;
        WH_TRY(last_of(rpc, net, first, last, count - 1, hash, &found, err));
        if (first == 0) break;
        last = first - 1;
    }
    if (found) return WH_OK;
    return wh_fail(err, WH_ERR_RPC_LOGS, "input %llu has no log", (unsigned long long)count - 1);
}

static wh_status is_next(struct l1_rpc *rpc, const struct network *net, const struct l1_key *key,
                         const struct blockfile *f, struct wh_error *err)
{
    const struct l1_at latest = L1_AT_LATEST, pending = {.kind = L1_PENDING};
    uint64_t mined = 0, waiting = 0;
    bytes32 head;
    WH_TRY(l1_nonce(rpc, &key->addr, &latest, &mined, err));
    WH_TRY(l1_nonce(rpc, &key->addr, &pending, &waiting, err));
    if (waiting > mined)
        return wh_fail(err, WH_ERR_TX_WAITING, "%s has %llu transactions waiting",
                       wh_hex20(&key->addr).s, (unsigned long long)(waiting - mined));
    WH_TRY(inbox_head(rpc, net, &head, err));
    if (bytes32_eq(&head, &f->head.parent_hash)) return WH_OK;
    return wh_fail(err, WH_ERR_POST_ORDER, "block %llu %.18s..: the Inbox ends with %.18s..%s",
                   (unsigned long long)f->number, wh_hex32(&f->hash).s, wh_hex32(&head).s,
                   bytes32_eq(&head, &f->hash) ? ", this very block" : "");
}

/* rehearse asks the node what would become of it: a refusal costs nothing then. */
static wh_status rehearse(struct l1_rpc *rpc, const struct network *net, const struct l1_key *key,
                          const struct wh_buf *data, struct wh_error *err)
{
    const struct l1_at latest = L1_AT_LATEST;
    struct wh_buf answer = {0};
    struct wh_error why = {0};
    wh_status st = l1_call(rpc, &key->addr, &net->inbox, wh_buf_span(data), &latest, &answer, &why);
    wh_buf_done(&answer);
    if (st == WH_OK) return WH_OK;
    const char *name = calls_error_name(wh_buf_span(&l1_rpc_fault(rpc)->data));
    if (why.code == WH_ERR_RPC_REVERT)
        return wh_fail(err, WH_ERR_TX_WOULD_REVERT, "postEthereum by %s: %s",
                       wh_hex20(&key->addr).s, name ? name : l1_rpc_fault(rpc)->message);
    if (err) *err = why;
    return st;
}

static wh_status post(const struct daemon_config *cfg, const char *path, bool yes,
                      struct wh_error *err)
{
    struct network net = {0};
    struct l1_rpc *rpc = NULL;
    struct l1_key key = {0};
    struct blockfile f = {0};
    struct blockfile_chain chain = {0};
    struct wh_buf data = {0};
    struct l1_receipt receipt;
    bool has_key = false;
    wh_status st = daemon_network(cfg, &net, err);
    if (st == WH_OK) st = daemon_key(cfg, &key, &has_key, err);
    if (st == WH_OK && !has_key) st = wh_fail(err, WH_ERR_CLI_MISSING, "--key-file FILE");
    if (st == WH_OK) st = load(path, &f, &chain, err);
    if (st == WH_OK) st = daemon_rpc(cfg, &rpc, err);
    if (st == WH_OK) st = network_check(rpc, &net, err);
    if (st == WH_OK && !yes) st = is_next(rpc, &net, &key, &f, err);
    if (st == WH_OK) st = calldata(&f, &chain, &data, err);
    if (st == WH_OK && !yes) st = rehearse(rpc, &net, &key, &data, err);
    if (st == WH_OK) {
        struct l1_send send = {.rpc = rpc,
                               .key = &key,
                               .chain_id = net.l1_chain_id,
                               .to = &net.inbox,
                               .gas_limit = POST_GAS(data.len, f.tx_count),
                               .data = wh_buf_span(&data),
                               .max_fee = cfg->max_fee,
                               .tip = cfg->min_tip};
        st = l1_send_and_wait(&send, &receipt, err);
    }
    if (st == WH_OK)
        printf("block %llu posted: transaction %s, L1 block %llu, gas %llu, %zu bytes\n",
               (unsigned long long)f.number, wh_hex32(&receipt.tx_hash).s,
               (unsigned long long)receipt.block_number, (unsigned long long)receipt.gas_used,
               data.len);
    wh_buf_done(&data);
    blockfile_chain_close(&chain);
    blockfile_close(&f);
    l1_rpc_close(rpc);
    network_done(&net);
    l1_key_wipe(&key);
    return st;
}

int proposer_post_block(const struct daemon_config *cfg, const char *program, const char *path,
                        bool yes)
{
    struct wh_error err = {0};
    daemon_log(cfg);
    if (post(cfg, path, yes, &err) != WH_OK) return wh_error_print(stderr, program, &err);
    return WH_EXIT_OK;
}
