/* SPDX-License-Identifier: MIT */
#include "proposer/post_block.h"

#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"
#include "evm/segment/seg_state.h"
#include "game/contracts/generated/contracts.h"
#include "proposer/poster.h"
#include "proto/block/blockfile.h"
#include "proto/l1/calls.h"
#include "proto/sys/hex.h"

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
static wh_status inbox_head(const struct poster *p, bytes32 *hash, struct wh_error *err)
{
    const struct network *net = &p->net;
    struct l1_block head;
    uint64_t count = 0;
    bool found = false;
    WH_TRY(poster_head(p, &head, err));
    WH_TRY(poster_view(p, CONTRACT_SEL_INBOX_COUNT, &head.hash, &count, err));
    if (count == 0) {
        struct seg_state s;
        if (seg_state_decode(net->genesis, &s) != WH_OK)
            return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "genesis_state is malformed");
        *hash = s.head_hash;
        return WH_OK;
    }
    for (uint64_t last = head.number; !found && last >= net->deploy_block;) {
        uint64_t first =
            last - net->deploy_block < LOG_BLOCKS ? net->deploy_block : last - LOG_BLOCKS + 1;
        WH_TRY(last_of(p->rpc, net, first, last, count - 1, hash, &found, err));
        if (first == 0) break;
        last = first - 1;
    }
    if (found) return WH_OK;
    return wh_fail(err, WH_ERR_RPC_LOGS, "input %llu has no log", (unsigned long long)count - 1);
}

static wh_status is_next(const struct poster *p, const struct blockfile *f, struct wh_error *err)
{
    bytes32 head;
    WH_TRY(poster_quiet(p, err));
    WH_TRY(inbox_head(p, &head, err));
    if (bytes32_eq(&head, &f->head.parent_hash)) return WH_OK;
    return wh_fail(err, WH_ERR_POST_ORDER, "block %llu %.18s..: the Inbox ends with %.18s..%s",
                   (unsigned long long)f->number, wh_hex32(&f->hash).s, wh_hex32(&head).s,
                   bytes32_eq(&head, &f->hash) ? ", this very block" : "");
}

static wh_status post(const struct daemon_config *cfg, const char *path, bool yes,
                      struct wh_error *err)
{
    struct poster p = {0};
    struct blockfile f = {0};
    struct blockfile_chain chain = {0};
    struct wh_buf data = {0};
    struct l1_receipt receipt;
    wh_status st = poster_open(cfg, &p, err);
    if (st == WH_OK) st = load(path, &f, &chain, err);
    if (st == WH_OK && !yes) st = is_next(&p, &f, err);
    if (st == WH_OK) st = calldata(&f, &chain, &data, err);
    if (st == WH_OK && !yes) st = poster_rehearse(&p, "postEthereum", &data, err);
    if (st == WH_OK) st = poster_send(&p, &data, f.tx_count, &receipt, err);
    if (st == WH_OK)
        printf("block %llu posted: transaction %s, L1 block %llu, gas %llu, %zu bytes\n",
               (unsigned long long)f.number, wh_hex32(&receipt.tx_hash).s,
               (unsigned long long)receipt.block_number, (unsigned long long)receipt.gas_used,
               data.len);
    wh_buf_done(&data);
    blockfile_chain_close(&chain);
    blockfile_close(&f);
    poster_close(&p);
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
