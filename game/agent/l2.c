/* SPDX-License-Identifier: MIT */
#include "game/agent/l2.h"

#include <string.h>

#include "evm/hash/keccak.h"
#include "proto/sys/json.h"
#include "proto/sys/log.h"

#define WITNESS_OBJECTS_MAX 1000000u
#define OBJECT_MAX          (1u << 20)

wh_status l2_open(struct agent_l2 *l2, const struct evm_crypto *crypto, const char *const *files,
                  size_t file_count, const char *const *urls, size_t url_count,
                  struct wh_error *err)
{
    memset(l2, 0, sizeof *l2);
    l2->crypto = crypto;
    l2->asked = UINT64_MAX;
    if (file_count > L2_FILES_MAX)
        return wh_fail(err, WH_ERR_CLI_VALUE, "--l2-witness: more than %u files", L2_FILES_MAX);
    for (size_t i = 0; i < file_count; i++) {
        WH_TRY(blockfile_open(files[i], crypto, &l2->files[i], err));
        l2->file_count = i + 1;
    }
    if (url_count == 0) return WH_OK;
    struct l1_rpc_config config = {.urls = urls, .url_count = url_count};
    return l1_rpc_open(&l2->rpc, &config, err);
}

void l2_close(struct agent_l2 *l2)
{
    for (size_t i = 0; i < l2->file_count; i++)
        blockfile_close(&l2->files[i]);
    l1_rpc_close(l2->rpc);
    memset(l2, 0, sizeof *l2);
}

/* keep_list takes every entry of one list of a witness; each goes under the hash of its bytes. */
static wh_status keep_list(struct agent_l2 *l2, const struct wh_json *witness, const char *name,
                           enum wh_object kind, struct wh_error *err)
{
    struct wh_json list;
    size_t n;
    if (!wh_json_opt(witness, name, &list)) return WH_OK;
    WH_TRY(wh_json_array(&list, WITNESS_OBJECTS_MAX, &n, err));
    struct wh_buf bytes = {0};
    wh_status st = WH_OK;
    for (size_t i = 0; st == WH_OK && i < n; i++) {
        struct wh_json j = wh_json_at(&list, i);
        wh_buf_reset(&bytes);
        st = wh_json_data(&j, OBJECT_MAX, &bytes, err);
        if (st == WH_OK) st = objects_keep(l2->objects, kind, wh_buf_span(&bytes), NULL);
    }
    wh_buf_done(&bytes);
    return st;
}

static wh_status ask_witness(struct agent_l2 *l2, struct wh_error *err)
{
    json_t *result = NULL;
    WH_TRY(l1_execution_witness(l2->rpc, l2->block, &result, err));
    struct wh_json witness = wh_json_root(result, "debug_executionWitness");
    wh_status st = keep_list(l2, &witness, "state", WH_OBJECT_NODE, err);
    if (st == WH_OK) st = keep_list(l2, &witness, "codes", WH_OBJECT_CODE, err);
    json_decref(result);
    return st;
}

static bool kept(const struct agent_objects *o, const bytes32 *hash, struct wh_buf *out)
{
    size_t mask = o->place_count - 1;
    for (size_t i = (size_t)load_le64(hash->b) & mask; o->places[i].bytes.ptr; i = (i + 1) & mask) {
        if (!bytes32_eq(&o->places[i].hash, hash)) continue;
        wh_buf_put(out, o->places[i].bytes.ptr, o->places[i].bytes.len);
        return true;
    }
    return false;
}

static wh_status fetch(void *ctx, enum wh_object kind, const bytes32 *hash, struct wh_buf *out,
                       struct wh_error *err)
{
    struct agent_l2 *l2 = (struct agent_l2 *)ctx;
    for (size_t i = 0; i < l2->file_count; i++) {
        wh_span bytes;
        if (blockfile_get(&l2->files[i], hash, &bytes) != WH_OK) continue;
        wh_buf_put(out, bytes.ptr, bytes.len);
        return wh_buf_ok(out) ? WH_OK : WH_E_NOMEM;
    }
    if (!l2->rpc || kind == WH_OBJECT_DATA || l2->asked == l2->block) return WH_E_MISSING;
    l2->asked = l2->block;
    wh_status st = ask_witness(l2, err);
    if (st != WH_OK) {
        /* a node that fails has nothing to say: the object stays missing, and is asked for again */
        wh_log_error(WH_LEVEL_WARN, WH_EV_TRACE_MISSING, err);
        wh_error_clear(err);
        l2->asked = UINT64_MAX;
        return st == WH_E_NOMEM ? st : WH_E_MISSING;
    }
    if (!kept(l2->objects, hash, out)) return WH_E_MISSING;
    return wh_buf_ok(out) ? WH_OK : WH_E_NOMEM;
}

struct agent_source l2_source(struct agent_l2 *l2)
{
    return (struct agent_source){l2, fetch};
}
