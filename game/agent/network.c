/* SPDX-License-Identifier: MIT */
#include "game/agent/network.h"

#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/header.h"
#include "evm/segment/ring.h"
#include "proto/l1/abi.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

#define NETWORK_FILE_MAX (1u << 20)

void network_done(struct network *n)
{
    wh_buf_done(&n->chain_config);
    wh_buf_done(&n->anchor_header);
}

void network_id(const struct network *n, bytes32 *out)
{
    uint8_t bytes[60];
    store_be64(bytes, n->l1_chain_id);
    memcpy(bytes + 8, n->game.b, 20);
    memcpy(bytes + 28, n->cfg_hash.b, 32);
    keccak256(bytes, sizeof bytes, out);
}

/* The configuration's words by name and width: one table for reading and writing. */
enum word_kind { WORD_U8, WORD_U16, WORD_U32, WORD_U64, WORD_U128, WORD_ADDR, WORD_B32 };
struct word {
    const char *name;
    enum word_kind kind;
    unsigned bits;
    size_t at;
};
#define W(name, kind, bits, field)                            \
    {                                                         \
        name, kind, bits, offsetof(struct game_config, field) \
    }
static const struct word words[] = {
    W("K", WORD_U8, 8, k),
    W("A", WORD_U8, 8, a),
    W("T", WORD_U64, 40, t),
    W("grace", WORD_U64, 40, grace),
    W("minGap", WORD_U64, 40, min_gap),
    W("bond", WORD_U128, 96, bond),
    W("burnBps", WORD_U16, 16, burn_bps),
    W("rewardBps", WORD_U16, 16, reward_bps),
    W("maxPrice", WORD_U32, 24, max_price),
    W("stepGas", WORD_U32, 32, step_gas),
    W("verifier", WORD_ADDR, 160, verifier),
    W("treasury", WORD_ADDR, 160, treasury),
    W("chainId", WORD_U64, 64, chain_id),
    W("inbox", WORD_ADDR, 160, inbox),
    W("traceStore", WORD_ADDR, 160, trace_store),
    W("genesisLeaf", WORD_B32, 256, genesis_leaf),
    W("chainCfgHash", WORD_B32, 256, chain_cfg_hash),
    W("execId", WORD_B32, 256, exec_id),
    W("imageRoot", WORD_B32, 256, image_root),
    W("entry", WORD_B32, 256, entry),
    W("stepContract", WORD_B32, 256, step_contract),
    W("spare", WORD_B32, 256, spare),
};
#undef W
#define WORD_COUNT (sizeof words / sizeof words[0])

static wh_status read_integer(const struct wh_json *j, const struct word *w, void *field,
                              struct wh_error *err)
{
    u256 v;
    WH_TRY(wh_json_decimal(j, &v, err));
    bool wide = (v.w[2] | v.w[3]) != 0 ||
                (w->bits < 128 && v.w[1] >> (w->bits <= 64 ? 0 : w->bits - 64)) ||
                (w->bits < 64 && v.w[0] >> w->bits) || (w->bits <= 64 && v.w[1] != 0);
    if (wide)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "%s is wider than %u bits", w->name, w->bits);
    switch (w->kind) {
    case WORD_U8: *(uint8_t *)field = (uint8_t)v.w[0]; break;
    case WORD_U16: *(uint16_t *)field = (uint16_t)v.w[0]; break;
    case WORD_U32: *(uint32_t *)field = (uint32_t)v.w[0]; break;
    case WORD_U64: *(uint64_t *)field = v.w[0]; break;
    case WORD_U128: *(u128 *)field = (u128)v.w[1] << 64 | v.w[0]; break;
    case WORD_ADDR:
    case WORD_B32: break;
    }
    return WH_OK;
}

static wh_status read_config(const struct wh_json *root, struct game_config *cfg,
                             struct wh_error *err)
{
    struct wh_json obj, j;
    WH_TRY(wh_json_get(root, "config", &obj, err));
    for (size_t i = 0; i < WORD_COUNT; i++) {
        void *field = (char *)cfg + words[i].at;
        WH_TRY(wh_json_get(&obj, words[i].name, &j, err));
        if (words[i].kind == WORD_ADDR)
            WH_TRY(wh_json_address(&j, (address *)field, err));
        else if (words[i].kind == WORD_B32)
            WH_TRY(wh_json_bytes32(&j, (bytes32 *)field, err));
        else
            WH_TRY(read_integer(&j, &words[i], field, err));
    }
    return WH_OK;
}

static json_t *write_config(const struct game_config *cfg)
{
    json_t *obj = json_object();
    for (size_t i = 0; i < WORD_COUNT; i++) {
        const void *field = (const char *)cfg + words[i].at;
        char dec[80];
        u256 v = {{0}};
        switch (words[i].kind) {
        case WORD_U8: v.w[0] = *(const uint8_t *)field; break;
        case WORD_U16: v.w[0] = *(const uint16_t *)field; break;
        case WORD_U32: v.w[0] = *(const uint32_t *)field; break;
        case WORD_U64: v.w[0] = *(const uint64_t *)field; break;
        case WORD_U128: {
            u128 x = *(const u128 *)field;
            v.w[0] = (uint64_t)x;
            v.w[1] = (uint64_t)(x >> 64);
            break;
        }
        case WORD_ADDR:
            json_object_set_new(obj, words[i].name,
                                json_string(wh_hex20((const address *)field).s));
            continue;
        case WORD_B32:
            json_object_set_new(obj, words[i].name,
                                json_string(wh_hex32((const bytes32 *)field).s));
            continue;
        }
        wh_dec_print(&v, dec);
        json_object_set_new(obj, words[i].name, json_string(dec));
    }
    return obj;
}

static wh_status read_hashes(const struct wh_json *root, struct network *out, struct wh_error *err)
{
    struct wh_json list;
    WH_TRY(wh_json_get(root, "known_hashes", &list, err));
    WH_TRY(wh_json_array(&list, NETWORK_KNOWN, &out->known_count, err));
    for (size_t i = 0; i < out->known_count; i++) {
        struct wh_json j = wh_json_at(&list, i);
        WH_TRY(wh_json_bytes32(&j, &out->known[i], err));
    }
    return WH_OK;
}

static wh_status read_verifier(const struct wh_json *root, struct network *out,
                               struct wh_error *err)
{
    struct wh_json j;
    const char *kind;
    WH_TRY(wh_json_get(root, "verifier_kind", &j, err));
    WH_TRY(wh_json_string(&j, &kind, err));
    if (strcmp(kind, "execute") == 0) return WH_OK;
    if (strcmp(kind, "attested") != 0)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "verifier_kind '%s' is not execute or attested",
                       kind);
    out->kind = NETWORK_ATTESTED;
    uint64_t threshold;
    size_t n;
    WH_TRY(wh_json_get(root, "threshold", &j, err));
    WH_TRY(wh_json_number(&j, &threshold, err));
    WH_TRY(wh_json_get(root, "signers", &j, err));
    WH_TRY(wh_json_array(&j, NETWORK_SIGNERS, &n, err));
    if (threshold == 0 || threshold > n)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "threshold %llu of %zu signers",
                       (unsigned long long)threshold, n);
    out->threshold = (unsigned)threshold;
    out->signer_count = (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        struct wh_json s = wh_json_at(&j, i);
        WH_TRY(wh_json_address(&s, &out->signers[i], err));
    }
    return WH_OK;
}

static wh_status read_fields(const struct wh_json *root, struct network *out, struct wh_error *err)
{
    struct wh_json j;
    const char *tag;
    uint64_t form;
    WH_TRY(wh_json_get(root, "v", &j, err));
    WH_TRY(wh_json_number(&j, &form, err));
    if (form != NETWORK_FORM)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "form %llu is not %u", (unsigned long long)form,
                       NETWORK_FORM);
    WH_TRY(wh_json_get(root, "l1_chain_id", &j, err));
    WH_TRY(wh_json_number(&j, &out->l1_chain_id, err));
    WH_TRY(wh_json_get(root, "deploy_block", &j, err));
    WH_TRY(wh_json_number(&j, &out->deploy_block, err));
    WH_TRY(wh_json_get(root, "deploy_time", &j, err));
    WH_TRY(wh_json_number(&j, &out->deploy_time, err));
    WH_TRY(wh_json_get(root, "game", &j, err));
    WH_TRY(wh_json_address(&j, &out->game, err));
    WH_TRY(wh_json_get(root, "rpc_block_number", &j, err));
    WH_TRY(wh_json_string(&j, &tag, err));
    if (!l1_tag_parse(tag, &out->tag))
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "rpc_block_number '%s' is not a tag", tag);
    WH_TRY(read_verifier(root, out, err));
    WH_TRY(read_config(root, &out->cfg, err));
    out->inbox = out->cfg.inbox;
    out->trace_store = out->cfg.trace_store;
    out->verifier = out->cfg.verifier;
    WH_TRY(wh_json_get(root, "chain_config", &j, err));
    WH_TRY(wh_json_data(&j, CHAIN_CONFIG_MAX, &out->chain_config, err));
    WH_TRY(wh_json_get(root, "genesis_state", &j, err));
    WH_TRY(wh_json_fixed(&j, out->genesis, SEG_STATE_SIZE, err));
    WH_TRY(wh_json_get(root, "anchor_header", &j, err));
    WH_TRY(wh_json_data(&j, HEADER_MAX, &out->anchor_header, err));
    return read_hashes(root, out, err);
}

wh_status network_load(const char *path, struct network *out, struct wh_error *err)
{
    memset(out, 0, sizeof *out);
    struct wh_buf text = {0};
    json_t *doc = NULL;
    wh_status st = wh_file_read(path, NETWORK_FILE_MAX, &text, err);
    if (st == WH_OK) st = wh_json_parse((const char *)text.ptr, text.len, &doc, err);
    if (st == WH_OK) {
        struct wh_json root = wh_json_root(doc, "network");
        st = read_fields(&root, out, err);
    }
    if (st == WH_OK) st = network_fit(out, err);
    if (st != WH_OK) network_done(out);
    if (st != WH_OK && st != WH_E_NOMEM) {
        /* whatever is wrong with it, it is the configuration that is wrong */
        char what[400];
        snprintf(what, sizeof what, "%.399s", err ? err->what : "");
        st = wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "%s: %s", path, what);
    }
    json_decref(doc);
    wh_buf_done(&text);
    return st;
}

static wh_status fit_ring(struct network *n, const struct seg_state *s, struct wh_error *err)
{
    bytes32 slots[RING_SLOTS];
    bytes32 root;
    memset(slots, 0, sizeof slots);
    if (n->known_count == 0 || !bytes32_eq(&n->known[0], &s->head_hash))
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT,
                       "known_hashes does not start with the head hash");
    if (n->known_count > s->number + 1)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "more known hashes than blocks");
    for (size_t i = 0; i < n->known_count; i++)
        slots[(s->number - i) % RING_SLOTS] = n->known[i];
    ring_root(slots, &root, NULL, NULL);
    if (!bytes32_eq(&root, &s->anc_root))
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "known_hashes do not give the state's anc_root");
    uint64_t all = s->number + 1 < RING_SLOTS ? s->number + 1 : RING_SLOTS;
    n->ring_partial = n->known_count < all;
    return WH_OK;
}

wh_status network_fit(struct network *n, struct wh_error *err)
{
    struct seg_state s;
    struct chain_config chain;
    struct block_header head;
    bytes32 h;

    if (seg_state_decode(n->genesis, &s) != WH_OK || s.phase != SEG_SEALED || s.inbox_pos != 0)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT,
                       "genesis_state is not a sealed state at input 0");
    seg_leaf(wh_native_crypto(), n->genesis, &h);
    if (!bytes32_eq(&h, &n->cfg.genesis_leaf))
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "genesis_state does not hash to genesisLeaf");
    if (chain_config_decode(wh_buf_span(&n->chain_config), &chain) != WH_OK)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "chain_config is malformed");
    keccak256(n->chain_config.ptr, n->chain_config.len, &h);
    if (!bytes32_eq(&h, &n->cfg.chain_cfg_hash) || !bytes32_eq(&h, &s.chain_cfg_hash))
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "chain_config does not hash to chainCfgHash");
    if (s.ruleset != chain.ruleset || s.chain_id != chain.chain_id)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT,
                       "genesis_state is of another chain than chain_config");
    keccak256(n->anchor_header.ptr, n->anchor_header.len, &h);
    if (!bytes32_eq(&h, &s.head_hash) ||
        header_decode(wh_buf_span(&n->anchor_header), &head) != WH_OK)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "anchor_header is not the header of head_hash");
    if (head.number != s.number || !bytes32_eq(&head.state_root, &s.state_root))
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "anchor_header does not fit genesis_state");
    if (chain.ruleset == RULESET_ROLLUP && head.gas_limit < 5000)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "the anchor's gas limit is below 5,000");
    if (!game_config_ok(&n->cfg) || n->cfg.chain_id != n->l1_chain_id)
        return wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "config is refused by the contract's own rules");
    game_config_hash(NULL, &n->cfg, &n->cfg_hash);
    return fit_ring(n, &s, err);
}

static json_t *json_hex(const uint8_t *bytes, size_t len)
{
    struct wh_buf b = {0};
    wh_buf_str(&b, "0x");
    uint8_t *at = wh_buf_grow(&b, 2 * len + 1);
    json_t *v = NULL;
    if (at) {
        wh_hex_encode(bytes, len, (char *)at);
        v = json_string((const char *)b.ptr);
    }
    wh_buf_done(&b);
    return v;
}

static const char *tag_name(enum l1_at_kind kind)
{
    return kind == L1_FINALIZED ? "finalized" : kind == L1_SAFE ? "safe" : "latest";
}

wh_status network_save(const char *path, const struct network *n, struct wh_error *err)
{
    json_t *o = json_object();
    json_object_set_new(o, "v", json_integer(NETWORK_FORM));
    json_object_set_new(o, "type", json_string("whittle-network"));
    json_object_set_new(o, "l1_chain_id", json_integer((json_int_t)n->l1_chain_id));
    json_object_set_new(o, "deploy_block", json_integer((json_int_t)n->deploy_block));
    json_object_set_new(o, "deploy_time", json_integer((json_int_t)n->deploy_time));
    json_object_set_new(o, "game", json_string(wh_hex20(&n->game).s));
    json_object_set_new(o, "verifier_kind",
                        json_string(n->kind == NETWORK_ATTESTED ? "attested" : "execute"));
    if (n->kind == NETWORK_ATTESTED) {
        json_t *list = json_array();
        for (unsigned i = 0; i < n->signer_count; i++)
            json_array_append_new(list, json_string(wh_hex20(&n->signers[i]).s));
        json_object_set_new(o, "threshold", json_integer((json_int_t)n->threshold));
        json_object_set_new(o, "signers", list);
    }
    json_object_set_new(o, "rpc_block_number", json_string(tag_name(n->tag.kind)));
    json_object_set_new(o, "config", write_config(&n->cfg));
    json_object_set_new(o, "chain_config", json_hex(n->chain_config.ptr, n->chain_config.len));
    json_object_set_new(o, "genesis_state", json_hex(n->genesis, SEG_STATE_SIZE));
    json_object_set_new(o, "anchor_header", json_hex(n->anchor_header.ptr, n->anchor_header.len));
    json_t *list = json_array();
    for (size_t i = 0; i < n->known_count; i++)
        json_array_append_new(list, json_string(wh_hex32(&n->known[i]).s));
    json_object_set_new(o, "known_hashes", list);
    char *text = json_dumps(o, JSON_INDENT(1));
    json_decref(o);
    if (!text) return wh_fail(err, WH_ERR_NOMEM, "writing %s", path);
    wh_status st = wh_file_write(path, text, strlen(text), 0644, err);
    free(text);
    return st;
}

wh_status network_check(struct l1_rpc *rpc, const struct network *n, struct wh_error *err)
{
    WH_TRY(l1_rpc_check_chain(rpc, n->l1_chain_id, err));
    WH_TRY(l1_check_code(rpc, &n->game, "Game", err));
    WH_TRY(l1_check_code(rpc, &n->inbox, "Inbox", err));
    WH_TRY(l1_check_code(rpc, &n->trace_store, "TraceStore", err));
    WH_TRY(l1_check_code(rpc, &n->verifier, "the verifier", err));

    uint8_t selector[4];
    abi_selector("cfgHash()", selector);
    struct wh_buf out = {0};
    struct l1_at at = L1_AT_LATEST;
    wh_status st = l1_call(rpc, NULL, &n->game, wh_span_of(selector, 4), &at, &out, err);
    if (st == WH_OK && (out.len != 32 || memcmp(out.ptr, n->cfg_hash.b, 32) != 0))
        st = wh_fail(err, WH_ERR_CFG_DEPLOYMENT, "Game at %s plays another configuration",
                     wh_hex20(&n->game).s);
    wh_buf_done(&out);
    return st;
}
