/* SPDX-License-Identifier: MIT */
#include "tests/diff/anvil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "proto/sys/json.h"

static bool write_genesis(struct diff_anvil *a, const struct diff_case *c)
{
    struct wh_buf text = {0};
    int fd = mkstemp(a->genesis);
    if (fd < 0) return false;
    diff_case_genesis(c, &text);
    bool ok = write(fd, text.ptr, text.len) == (ssize_t)text.len;
    wh_buf_done(&text);
    return close(fd) == 0 && ok;
}

bool diff_anvil_start(struct diff_anvil *a, const char *program, const struct diff_case *c)
{
    char chain[16], gas[16], time_text[16];
    memset(a, 0, sizeof *a);
    strcpy(a->genesis, P_tmpdir "/whittle-diff-XXXXXX");
    if (!write_genesis(a, c)) return false;
    snprintf(chain, sizeof chain, "%u", DIFF_CHAIN_ID);
    snprintf(gas, sizeof gas, "%u", DIFF_GAS_LIMIT);
    snprintf(time_text, sizeof time_text, "%u", DIFF_TIME);
    const char *const args[] = {"--hardfork",
                                diff_fork_name(c->fork),
                                "--init",
                                a->genesis,
                                "--chain-id",
                                chain,
                                "--gas-limit",
                                gas,
                                "--timestamp",
                                time_text,
                                "--prune-history",
                                "--enable-tx-gas-limit",
                                NULL};
    bool ok = anvil_process_start(&a->process, program, args);
    a->rpc = a->process.rpc;
    if (!ok) diff_anvil_stop(a);
    return ok;
}

void diff_anvil_stop(struct diff_anvil *a)
{
    anvil_process_stop(&a->process);
    if (a->genesis[0]) unlink(a->genesis);
    memset(a, 0, sizeof *a);
}

/* ---- requests ---- */

static json_t *one(json_t *v)
{
    json_t *list = json_array();
    json_array_append_new(list, v);
    return list;
}

static wh_status ask(struct diff_anvil *a, const char *method, json_t *params, json_t **result,
                     struct wh_error *err)
{
    json_t *unused = NULL;
    json_t **to = result ? result : &unused;
    wh_status s = l1_rpc_call_null(a->rpc, method, params, to, err);
    json_decref(unused);
    return s;
}

/* One batch from *done on, below the size that the node takes (2 MiB). */
static wh_status send_some(struct diff_anvil *a, const struct wh_buf *raws, const bool *wrong,
                           unsigned n, unsigned *done, struct wh_error *err)
{
    json_t *params[64], *results[64];
    size_t sound = 0, bytes = 0;
    while (*done < n && (sound == 0 || bytes + 2 * raws[*done].len < 1500000)) {
        const struct wh_buf *raw = &raws[*done];
        if (!wrong[(*done)++]) {
            params[sound++] = one(anvil_hex(raw->ptr, raw->len));
            bytes += 2 * raw->len;
        }
    }
    if (sound == 0) return WH_OK;
    WH_TRY(l1_rpc_batch(a->rpc, "eth_sendRawTransaction", sound, params, results, err));
    for (size_t i = 0; i < sound; i++)
        json_decref(results[i]);
    return WH_OK;
}

wh_status diff_anvil_send(struct diff_anvil *a, const struct wh_buf *raws, const bool *wrong,
                          unsigned n, struct wh_error *err)
{
    unsigned done = 0;
    while (done < n)
        WH_TRY(send_some(a, raws, wrong, n, &done, err));
    for (unsigned i = 0; i < n; i++) {
        if (!wrong[i]) continue;
        struct wh_error refused;
        wh_status s = ask(a, "eth_sendRawTransaction", one(anvil_hex(raws[i].ptr, raws[i].len)),
                          NULL, &refused);
        if (s != WH_OK && l1_rpc_fault(a->rpc)->code == 0) { /* no answer at all */
            *err = refused;
            return s;
        }
    }
    return WH_OK;
}

wh_status diff_anvil_mine(struct diff_anvil *a, const address *coinbase, uint64_t timestamp,
                          struct wh_error *err)
{
    WH_TRY(ask(a, "anvil_setCoinbase", one(anvil_hex(coinbase->b, 20)), NULL, err));
    WH_TRY(ask(a, "evm_mine", one(json_integer((json_int_t)timestamp)), NULL, err));
    return ask(a, "anvil_dropAllTransactions", json_array(), NULL, err);
}

/* ---- answers ---- */

#define READ(expr) \
    if (status == WH_OK) status = (expr)

static wh_status read_header(const struct wh_json *o, struct block_header *h, bytes32 *hash,
                             struct wh_error *err)
{
    struct wh_json bloom, opt;
    memset(h, 0, sizeof *h);
    wh_status status = wh_json_get_bytes32(o, "hash", hash, err);
    READ(wh_json_get_bytes32(o, "parentHash", &h->parent_hash, err));
    READ(wh_json_get_address(o, "miner", &h->coinbase, err));
    READ(wh_json_get_bytes32(o, "stateRoot", &h->state_root, err));
    READ(wh_json_get_bytes32(o, "transactionsRoot", &h->txs_root, err));
    READ(wh_json_get_bytes32(o, "receiptsRoot", &h->receipts_root, err));
    READ(wh_json_get(o, "logsBloom", &bloom, err));
    READ(wh_json_fixed(&bloom, h->bloom, 256, err));
    READ(wh_json_get_u64(o, "number", &h->number, err));
    READ(wh_json_get_u64(o, "gasLimit", &h->gas_limit, err));
    READ(wh_json_get_u64(o, "gasUsed", &h->gas_used, err));
    READ(wh_json_get_u64(o, "timestamp", &h->timestamp, err));
    READ(wh_json_get_bytes32(o, "mixHash", &h->mix_hash, err));
    if (wh_json_opt(o, "baseFeePerGas", &opt)) READ(wh_json_quantity(&opt, &h->base_fee, err));
    if (wh_json_opt(o, "blobGasUsed", &opt)) READ(wh_json_u64(&opt, &h->blob_gas_used, err));
    if (wh_json_opt(o, "excessBlobGas", &opt)) READ(wh_json_u64(&opt, &h->excess_blob_gas, err));
    return status;
}

wh_status diff_anvil_block(struct diff_anvil *a, uint64_t number, bool traces,
                           struct diff_mined *out, struct wh_error *err)
{
    char text[24];
    memset(out, 0, sizeof *out);
    snprintf(text, sizeof text, "0x%llx", (unsigned long long)number);
    wh_status status =
        l1_rpc_call(a->rpc, "eth_getBlockByNumber", json_pack("[s,b]", text, 0), &out->block, err);
    READ(l1_rpc_call(a->rpc, "eth_getBlockReceipts", one(json_string(text)), &out->receipts, err));
    if (traces) READ(l1_rpc_call(a->rpc, "trace_block", one(json_string(text)), &out->traces, err));
    if (status == WH_OK) {
        struct wh_json o = wh_json_root(out->block, "block");
        status = read_header(&o, &out->head, &out->hash, err);
    }
    return status;
}

void diff_mined_done(struct diff_mined *m)
{
    json_decref(m->block);
    json_decref(m->receipts);
    json_decref(m->traces);
    memset(m, 0, sizeof *m);
}

/* ---- the dump: hex of a gzip file of JSON ---- */

static bool inflate_all(wh_span in, struct wh_buf *out)
{
    z_stream z = {0};
    if (inflateInit2(&z, 15 + 16) != Z_OK) return false;
    z.next_in = (Bytef *)(uintptr_t)in.ptr;
    z.avail_in = (uInt)in.len;
    int got = Z_OK;
    while (got == Z_OK) {
        uint8_t *p = wh_buf_grow(out, 1 << 20);
        if (p == NULL) break;
        z.next_out = p;
        z.avail_out = 1 << 20;
        got = inflate(&z, Z_NO_FLUSH);
        out->len -= z.avail_out;
    }
    inflateEnd(&z);
    return got == Z_STREAM_END;
}

wh_status diff_anvil_dump(struct diff_anvil *a, json_t **accounts, struct wh_error *err)
{
    json_t *v = NULL;
    struct wh_buf packed = {0}, text = {0};
    *accounts = NULL;
    wh_status status = l1_rpc_call(a->rpc, "anvil_dumpState", json_array(), &v, err);
    struct wh_json o = wh_json_root(v, "dump");
    READ(wh_json_data(&o, (size_t)1 << 28, &packed, err));
    json_decref(v);
    json_t *dump = NULL;
    if (status == WH_OK && inflate_all(wh_buf_span(&packed), &text))
        dump = json_loadb((const char *)text.ptr, text.len, 0, NULL);
    *accounts = json_incref(json_object_get(dump, "accounts"));
    json_decref(dump);
    wh_buf_done(&packed);
    wh_buf_done(&text);
    if (status == WH_OK && *accounts == NULL)
        status = wh_fail(err, WH_ERR_RPC_FORM, "anvil_dumpState: no accounts");
    return status;
}
