/* SPDX-License-Identifier: MIT */
#include "proposer/post_block.h"

#include <string.h>

#include "evm/native/crypto.h"
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

static wh_status post(const struct daemon_config *cfg, const char *path, struct wh_error *err)
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
    if (st == WH_OK) st = calldata(&f, &chain, &data, err);
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

int proposer_post_block(const struct daemon_config *cfg, const char *program, const char *path)
{
    struct wh_error err = {0};
    daemon_log(cfg);
    if (post(cfg, path, &err) != WH_OK) return wh_error_print(stderr, program, &err);
    return WH_EXIT_OK;
}
