/* SPDX-License-Identifier: MIT */
/* Which form do these bytes have? Told by their content alone, never by a name. */
#include <ctype.h>
#include <stdlib.h>

#include "proto/block/json_big.h"
#include "proto/block/readers.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

enum { FILE_MAX = 512 << 20 }; /* unpacked */

static const uint8_t ZSTD[4] = {0x28, 0xb5, 0x2f, 0xfd};

wh_status read_data(struct block_parts *p, const struct wh_json *j, wh_span *out,
                    struct wh_error *err)
{
    const char *text = NULL;
    WH_TRY(wh_json_string(j, &text, err));
    const size_t digits = strlen(text);
    if (digits < 2 || digits % 2 != 0) return wh_json_fail(j, err, "not 0x and whole bytes");
    const size_t len = digits / 2 - 1;
    if (len > READ_OBJECT_MAX) return wh_json_fail(j, err, "%zu bytes are too many", len);
    uint8_t *at = parts_take(p, len);
    if (at == NULL) return wh_fail(err, WH_ERR_NOMEM, "%zu bytes of a block", len);
    if (!wh_hex_parse(text, at, len)) return wh_json_fail(j, err, "not hex");
    *out = wh_span_of(at, len);
    return WH_OK;
}

wh_status read_data_list(struct block_parts *p, const struct wh_json *list, struct block_list *out,
                         struct wh_error *err)
{
    size_t count;
    WH_TRY(wh_json_array(list, READ_LIST_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        wh_span bytes;
        struct wh_json j = wh_json_at(list, i);
        WH_TRY(read_data(p, &j, &bytes, err));
        if (bytes.len == 0) return wh_json_fail(&j, err, "empty");
        WH_TRY(parts_add(out, bytes, err));
    }
    return WH_OK;
}

static bool has(const struct wh_json *obj, const char *key)
{
    struct wh_json j;
    return wh_json_opt(obj, key, &j);
}

/* {block, witness, chainId?}: the block as RLP in hex, or as a node writes it. */
static wh_status read_pair(struct block_parts *p, const struct wh_json *root, struct wh_error *err)
{
    wh_span rlp;
    struct wh_json block, witness, id;
    WH_TRY(wh_json_get(root, "block", &block, err));
    WH_TRY(wh_json_get(root, "witness", &witness, err));
    if (wh_json_opt(root, "chainId", &id)) WH_TRY(wh_json_number(&id, &p->chain_id, err));
    if (json_is_string(block.v)) {
        WH_TRY(read_data(p, &block, &rlp, err));
        WH_TRY(read_block_rlp(p, rlp, err));
    } else {
        WH_TRY(read_block_json(p, &block, err));
    }
    return read_witness(p, &witness, "headers", err);
}

static wh_status read_answer(struct block_parts *p, const struct wh_json *root,
                             struct wh_error *err);

static wh_status read_object(struct block_parts *p, const struct wh_json *root,
                             struct wh_error *err)
{
    if (has(root, "jsonrpc")) return read_answer(p, root, err);
    if (has(root, "format")) {
        p->form = FORM_STATELESS;
        return read_stateless(p, root, err);
    }
    if (has(root, "blocks") && has(root, "witness")) {
        p->form = FORM_PROVER_INPUT;
        return read_prover_input(p, root, err);
    }
    if (has(root, "block") && has(root, "witness")) {
        p->form = FORM_PAIR;
        return read_pair(p, root, err);
    }
    if (has(root, "state")) {
        p->form = FORM_WITNESS;
        return read_witness(p, root, "headers", err);
    }
    if (has(root, "parentHash") && has(root, "stateRoot")) {
        p->form = FORM_BLOCK_JSON;
        return read_block_json(p, root, err);
    }
    return wh_json_fail(root, err,
                        "an object of no known form (format, witness, state, parentHash: none)");
}

static wh_status read_value(struct block_parts *p, const struct wh_json *root, struct wh_error *err)
{
    wh_span bytes;
    if (json_is_object(root->v)) return read_object(p, root, err);
    if (!json_is_string(root->v)) return wh_json_fail(root, err, "neither an object nor 0x text");
    WH_TRY(read_data(p, root, &bytes, err));
    return read_rlp(p, bytes, err);
}

/* The answer of a node, as curl saves it: its result counts. */
static wh_status read_answer(struct block_parts *p, const struct wh_json *root,
                             struct wh_error *err)
{
    struct wh_json result, error;
    if (wh_json_opt(root, "error", &error))
        return wh_json_fail(&error, err, "the node refused; there is nothing to read");
    WH_TRY(wh_json_get(root, "result", &result, err));
    if (json_is_object(result.v) && has(&result, "jsonrpc"))
        return wh_json_fail(&result, err, "an answer within an answer");
    return read_value(p, &result, err);
}

static wh_status read_json(struct block_parts *p, const char *text, size_t len,
                           struct wh_error *err)
{
    json_t *tree = NULL;
    WH_TRY(json_parse_big(text, len, &tree, err));
    struct wh_json root = wh_json_root(tree, "block");
    wh_status status = read_value(p, &root, err);
    json_decref(tree);
    return status;
}

/* Hex without quotes, as a shell leaves it: 0x..., blanks around. */
static wh_status read_hex(struct block_parts *p, const char *text, size_t len, struct wh_error *err)
{
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len % 2 != 0 || len < 4) return wh_fail(err, WH_ERR_FILE_FORM, "not 0x and whole bytes");
    uint8_t *at = parts_take(p, len / 2 - 1);
    if (at == NULL) return wh_fail(err, WH_ERR_NOMEM, "%zu bytes of a block", len / 2 - 1);
    if (!wh_hex_decode(text + 2, len - 2, at, len / 2 - 1))
        return wh_fail(err, WH_ERR_FILE_FORM, "not hex");
    return read_rlp(p, wh_span_of(at, len / 2 - 1), err);
}

static wh_status read_any(struct block_parts *p, wh_span bytes, struct wh_error *err)
{
    size_t skip = 0;
    wh_span copy;
    while (skip < bytes.len && isspace(bytes.ptr[skip]) && bytes.len - skip > 1)
        skip++;
    const char *text = (const char *)bytes.ptr + skip;
    const size_t len = bytes.len - skip;
    if (len == 0) return wh_fail(err, WH_ERR_FILE_FORM, "an empty file");
    if (*text == '{' || *text == '"' || *text == '[') return read_json(p, text, len, err);
    if (len > 2 && text[0] == '0' && text[1] == 'x') return read_hex(p, text, len, err);
    WH_TRY(parts_copy(p, bytes, &copy, err));
    if (bytes.ptr[0] >= 0xc0) return read_rlp(p, copy, err);
    if (bytes.ptr[0] == 0x08) return read_bundle(p, copy, err); /* field 1, varint: version */
    return wh_fail(err, WH_ERR_FILE_FORM, "neither JSON, hex, RLP nor a message of Whittle");
}

wh_status parts_read(const char *name, wh_span bytes, const struct evm_crypto *crypto,
                     struct block_parts *out, struct wh_error *err)
{
    struct wh_buf plain = {0};
    wh_status status = WH_OK;
    *out = (struct block_parts){.crypto = crypto};
    if (bytes.len >= sizeof ZSTD && memcmp(bytes.ptr, ZSTD, sizeof ZSTD) == 0) {
        status = wh_zstd_unpack(bytes, FILE_MAX, &plain, err);
        bytes = wh_buf_span(&plain);
    }
    if (status == WH_OK) status = read_any(out, bytes, err);
    wh_buf_done(&plain);
    if (status == WH_OK) return WH_OK;
    parts_done(out);
    wh_error_prefix(err, "%s: ", name);
    return status;
}

wh_status parts_open(const char *path, const struct evm_crypto *crypto, struct block_parts *out,
                     struct wh_error *err)
{
    struct wh_buf raw = {0};
    *out = (struct block_parts){0};
    wh_status status = wh_file_read_any(path, FILE_MAX, &raw, err);
    if (status == WH_OK) status = parts_read(path, wh_buf_span(&raw), crypto, out, err);
    wh_buf_done(&raw);
    return status;
}
