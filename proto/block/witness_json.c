/* SPDX-License-Identifier: MIT */
/* debug_executionWitness in its dialects: `state` and `codes` as lists or as maps hash -> bytes, headers
 * as RLP or as objects, in any order, with repetitions; `keys` are never needed (keys are hashed and the
 * trie is walked). Sources: ethereum/execution-apis 845 and 847, and the clients named there. */
#include "proto/block/readers.h"
#include "proto/sys/hex.h"

enum { HEADERS_MAX = 4096 };

/* A map hash -> bytes, as nodes wrote it in 2024. The name is compared with the bytes: an entry that does
 * not fit shows a broken file. */
static wh_status read_map(struct block_parts *p, const struct wh_json *map, struct block_list *out,
                          struct wh_error *err)
{
    const char *key;
    json_t *value;
    json_t *tree = json_incref((json_t *)(uintptr_t)map->v);
    wh_status status = WH_OK;
    json_object_foreach(tree, key, value)
    {
        wh_span bytes;
        bytes32 hash, named;
        struct wh_json j = {value, map, key, 0};
        status = read_data(p, &j, &bytes, err);
        if (status == WH_OK && bytes.len == 0) status = wh_json_fail(&j, err, "empty");
        if (status != WH_OK) break;
        hash = parts_hash(p, bytes);
        if (!wh_hex_parse(key, named.b, 32) || !bytes32_eq(&hash, &named))
            status = wh_json_fail(&j, err, "its bytes have the hash %s", wh_hex32(&hash).s);
        if (status == WH_OK) status = parts_add(out, bytes, err);
        if (status != WH_OK) break;
    }
    json_decref(tree);
    return status;
}

static wh_status read_objects(struct block_parts *p, const struct wh_json *witness, const char *key,
                              struct block_list *out, struct wh_error *err)
{
    struct wh_json j;
    WH_TRY(wh_json_get(witness, key, &j, err));
    return json_is_object(j.v) ? read_map(p, &j, out, err) : read_data_list(p, &j, out, err);
}

wh_status read_witness(struct block_parts *p, const struct wh_json *witness, const char *headers,
                       struct wh_error *err)
{
    size_t count = 0;
    struct wh_json list;
    WH_TRY(read_objects(p, witness, "state", &p->nodes, err));
    WH_TRY(read_objects(p, witness, "codes", &p->codes, err));
    p->has_witness = true;
    /* Old nodes gave no headers; then the parent has to come from elsewhere. */
    if (!wh_json_opt(witness, headers, &list)) return WH_OK;
    WH_TRY(wh_json_array(&list, HEADERS_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        wh_span rlp;
        struct wh_json j = wh_json_at(&list, i);
        if (json_is_object(j.v))
            WH_TRY(read_header_json(p, &j, &rlp, err));
        else
            WH_TRY(read_data(p, &j, &rlp, err));
        WH_TRY(parts_add(&p->headers, rlp, err));
    }
    return WH_OK;
}
