/* SPDX-License-Identifier: MIT */
#include "game/agent/l2.h"

#include <string.h>

#include "proto/sys/hex.h"
#include "proto/sys/log.h"

wh_status l2_open(struct agent_l2 *l2, const struct evm_crypto *crypto, uint64_t chain_id,
                  const char *const *files, size_t file_count, const char *const *urls,
                  size_t url_count, struct wh_error *err)
{
    memset(l2, 0, sizeof *l2);
    l2->crypto = crypto;
    if (file_count > L2_FILES_MAX)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--l2-witness: more than %u files", L2_FILES_MAX);
    for (size_t i = 0; i < file_count; i++) {
        WH_TRY(blockfile_open(files[i], crypto, &l2->files[i], err));
        l2->file_count = i + 1;
    }
    if (url_count == 0) return WH_OK;
    struct l1_rpc_config config = {.urls = urls, .url_count = url_count};
    struct fileset_hints hints = {.chain_id = chain_id};
    WH_TRY(l1_rpc_open(&l2->rpc, &config, err));
    return fetch_open(&l2->fetch, l2->rpc, crypto, &hints, err);
}

wh_status l2_genesis(struct agent_l2 *l2, const char *path, const struct chain_config *config,
                     const bytes32 *head, struct wh_error *err)
{
    const struct genesis_rules rules = {(enum chain_ruleset)config->ruleset,
                                        config->forced_gas_cap};
    WH_TRY(genesis_open(path, &rules, l2->crypto, &l2->genesis, err));
    if (bytes32_eq(&l2->genesis.hash, head)) return WH_OK;
    return wh_fail(err, WH_ERR_CFG_DEPLOYMENT,
                   "%s gives block %.18s.., the network starts at %.18s..", path,
                   wh_hex32(&l2->genesis.hash).s, wh_hex32(head).s);
}

void l2_close(struct agent_l2 *l2)
{
    for (size_t i = 0; i < l2->file_count; i++)
        blockfile_close(&l2->files[i]);
    blockfile_close(&l2->current);
    genesis_close(&l2->genesis);
    fetch_close(l2->fetch);
    l1_rpc_close(l2->rpc);
    memset(l2, 0, sizeof *l2);
}

const struct evm_crypto *l2_crypto(const struct agent_l2 *l2)
{
    return l2->fetch ? fetch_crypto(l2->fetch) : l2->crypto;
}

void l2_begin(struct agent_l2 *l2, uint64_t number)
{
    struct wh_error err = {0};
    bool found = false;
    if (!l2->fetch) return;
    blockfile_close(&l2->current);
    if (fetch_block(l2->fetch, number, 1, &l2->current, &found, &err) != WH_OK) {
        wh_log_error(WH_LEVEL_WARN, WH_EV_TRACE_MISSING, &err);
        blockfile_close(&l2->current);
        return;
    }
    if (!found) return;
    l2->more = fetch_more(l2->fetch, &l2->current);
    l2->running = true;
}

void l2_end(struct agent_l2 *l2)
{
    l2->running = false;
}

static wh_status fetch(void *ctx, enum wh_object kind, const bytes32 *hash, struct wh_buf *out,
                       struct wh_error *err)
{
    struct agent_l2 *l2 = (struct agent_l2 *)ctx;
    wh_span bytes;
    (void)err;
    for (size_t i = 0; i < l2->file_count; i++) {
        if (blockfile_get(&l2->files[i], hash, &bytes) != WH_OK) continue;
        wh_buf_put(out, bytes.ptr, bytes.len);
        return wh_buf_ok(out) ? WH_OK : WH_E_NOMEM;
    }
    if (block_objects_find(&l2->genesis.objects, hash, &bytes)) {
        wh_buf_put(out, bytes.ptr, bytes.len);
        return wh_buf_ok(out) ? WH_OK : WH_E_NOMEM;
    }
    if (!l2->running || kind == WH_OBJECT_DATA) return WH_E_MISSING;
    wh_status st = l2->more.get(l2->more.ctx, kind, hash, &bytes);
    if (st < 0 && st != WH_E_NOMEM) {
        /* a node that fails has nothing to say: the object stays missing, and is asked for again */
        const struct wh_error *why = fetch_trouble(l2->fetch);
        if (why) wh_log_error(WH_LEVEL_WARN, WH_EV_TRACE_MISSING, why);
        return WH_E_MISSING;
    }
    WH_TRY(st);
    wh_buf_put(out, bytes.ptr, bytes.len);
    return wh_buf_ok(out) ? WH_OK : WH_E_NOMEM;
}

struct agent_source l2_source(struct agent_l2 *l2)
{
    return (struct agent_source){l2, fetch};
}
