/* SPDX-License-Identifier: MIT */
/* One block in every form in which it comes: each is recognised by its content and gives the same
 * verdict; what is written is read again; damage is refused with one clear error, or leaves "cannot
 * tell", and never makes a block invalid. */
#include <stdlib.h>
#include <sys/mman.h>

#include "proto/block/chainspec.h"
#include "proto/block/check.h"
#include "proto/block/write.h"
#include "proto/sys/file.h"
#include "tests/block_json.h"
#include "tests/tap.h"

static const char *root;
static struct blockfile demo;
static struct wh_arena arena;
static struct wh_buf buf, halves[2]; /* the raw block, the witness */

static wh_span span(const struct wh_buf *b)
{
    return wh_buf_span(b);
}

static enum check_verdict verdict_of(struct blockfile *f)
{
    struct check_report report;
    arena.used = 0;
    CHECK_EQ(check_block(f, wh_native_crypto(), &arena, &report), WH_OK);
    blockfile_close(f);
    return report.verdict;
}

/* Reads one file, or a block and a witness (second.ptr not NULL). */
static wh_status load(wh_span first, wh_span second, struct blockfile *f, struct wh_error *err)
{
    struct block_parts a, b;
    wh_error_clear(err);
    *f = (struct blockfile){0};
    WH_TRY(parts_read("first", first, wh_native_crypto(), &a, err));
    wh_status status = WH_OK;
    if (second.ptr != NULL) {
        status = parts_read("second", second, wh_native_crypto(), &b, err);
        if (status == WH_OK) status = parts_join(&a, &b, err);
    }
    if (status != WH_OK) {
        parts_done(&a);
        return status;
    }
    return parts_assemble(&a, f, err);
}

static const wh_span NONE = {NULL, 0};

static void check_reads(wh_span first, wh_span second, const char *what)
{
    struct blockfile f;
    struct wh_error err = {0};
    const wh_status status = load(first, second, &f, &err);
    if (status != WH_OK) printf("# %s: %s\n", what, err.what);
    CHECK_EQ(status, WH_OK);
    if (status != WH_OK) return;
    CHECK_EQ(f.chain_id, 1);
    CHECK(bytes32_eq(&f.hash, &demo.hash));
    const enum check_verdict v = verdict_of(&f);
    if (v != CHECK_AGREE) printf("# %s: verdict %d\n", what, (int)v);
    CHECK_EQ(v, CHECK_AGREE);
}

static enum block_form form_of(wh_span bytes)
{
    struct block_parts p;
    struct wh_error err = {0};
    if (parts_read("x", bytes, wh_native_crypto(), &p, &err) != WH_OK) return FORM_COUNT;
    const enum block_form form = p.form;
    parts_done(&p);
    return form;
}

static void write_form(enum block_form form, struct wh_buf *out)
{
    struct wh_error err = {0};
    wh_buf_reset(out);
    CHECK_EQ(block_write(&demo, form, out, &err), WH_OK);
}

static void test_block_write__is_read_again(void)
{
    static const enum block_form whole[] = {FORM_STATELESS, FORM_PAIR, FORM_PAYLOAD, FORM_BUNDLE};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        write_form(whole[i], &buf);
        CHECK_EQ(form_of(span(&buf)), whole[i]);
        check_reads(span(&buf), NONE, block_form_word(whole[i]));
    }
    static const enum block_form half[] = {FORM_WITNESS, FORM_EXT_WITNESS};
    for (size_t i = 0; i < 2; i++) {
        write_form(half[i], &buf);
        CHECK_EQ(form_of(span(&buf)), half[i]);
        check_reads(span(&halves[0]), span(&buf), block_form_word(half[i]));
    }
}

/* Written from what was read from another form: not a byte differs. */
static void test_block_write__is_canonical(void)
{
    struct blockfile f;
    struct wh_error err = {0};
    struct wh_buf again = {0};
    write_form(FORM_EXT_WITNESS, &buf);
    CHECK_EQ(load(span(&halves[0]), span(&buf), &f, &err), WH_OK);
    CHECK_EQ(block_write(&f, FORM_WITNESS, &again, &err), WH_OK);
    CHECK(again.len == halves[1].len && memcmp(again.ptr, halves[1].ptr, again.len) == 0);
    blockfile_close(&f);
    wh_buf_done(&again);
}

/* ---- dialects of debug_executionWitness ---- */

enum dialect {
    AS_MAPS = 1,
    OBJECT_HEADERS = 2,
    NULL_KEYS = 4,
    KEYS = 8,
    EMPTY_NODE = 16,
    TWICE = 32,
    BACKWARD = 64,
    ANSWER = 128,
    MORE_HEADERS = 256
};

static void put_objects(struct wh_jw *w, const char *key, const wh_span *v, size_t n, unsigned how)
{
    static const uint8_t empty_trie[1] = {0x80};
    const struct evm_crypto *c = wh_native_crypto();
    if (how & AS_MAPS)
        wh_jw_obj(w, key);
    else
        wh_jw_arr(w, key);
    for (size_t i = 0; i < n; i++) {
        const wh_span item = v[how & BACKWARD ? n - 1 - i : i];
        bytes32 hash;
        char name[67] = "0x";
        c->keccak256(c->ctx, item.ptr, item.len, &hash);
        for (unsigned k = 0; k < 32; k++)
            snprintf(name + 2 + 2 * k, 3, "%02x", hash.b[k]);
        json_span(w, how & AS_MAPS ? name : NULL, item);
        if (how & TWICE) json_span(w, NULL, item);
    }
    if (how & EMPTY_NODE) wh_jw_data(w, NULL, empty_trie, 1);
    wh_jw_end(w);
}

static void put_one_header(struct wh_jw *w, wh_span rlp, unsigned how)
{
    if (how & OBJECT_HEADERS)
        json_header(w, NULL, rlp);
    else
        json_span(w, NULL, rlp);
}

static void put_dialect(unsigned how)
{
    static const uint8_t address_key[20] = {1}, slot_key[32] = {2};
    struct wh_jw w;
    wh_buf_reset(&buf);
    wh_jw_init(&w, &buf);
    wh_jw_obj(&w, NULL);
    if (how & ANSWER) {
        wh_jw_str(&w, "jsonrpc", "2.0");
        wh_jw_u64(&w, "id", 1);
        wh_jw_obj(&w, "result");
    }
    put_objects(&w, "state", demo.nodes, demo.node_count, how);
    put_objects(&w, "codes", demo.codes, demo.code_count, how & ~(unsigned)EMPTY_NODE);
    if (how & NULL_KEYS) wh_jw_null(&w, "keys");
    if (how & KEYS) {
        wh_jw_arr(&w, "keys");
        wh_jw_data(&w, NULL, address_key, sizeof address_key);
        wh_jw_data(&w, NULL, slot_key, sizeof slot_key);
        wh_jw_end(&w);
    }
    wh_jw_arr(&w, "headers");
    if (how & MORE_HEADERS)
        put_one_header(&w, demo.header, how); /* its own, and the parent twice */
    put_one_header(&w, demo.parent_header, how);
    if (how & MORE_HEADERS) put_one_header(&w, demo.parent_header, how);
    wh_jw_end(&w);
    if (how & ANSWER) wh_jw_end(&w);
    wh_jw_end(&w);
}

static void test_parts_read__dialects_of_the_witness(void)
{
    static const unsigned ways[] = {0,
                                    AS_MAPS,
                                    OBJECT_HEADERS | NULL_KEYS,
                                    KEYS | EMPTY_NODE | BACKWARD,
                                    TWICE | NULL_KEYS,
                                    AS_MAPS | OBJECT_HEADERS | KEYS,
                                    ANSWER,
                                    ANSWER | OBJECT_HEADERS | EMPTY_NODE,
                                    MORE_HEADERS,
                                    MORE_HEADERS | OBJECT_HEADERS | BACKWARD};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char what[32];
        snprintf(what, sizeof what, "dialect %u", ways[i]);
        put_dialect(ways[i]);
        CHECK_EQ(form_of(span(&buf)), FORM_WITNESS);
        check_reads(span(&halves[0]), span(&buf), what);
    }
}

/* A map whose names are not the hashes of its bytes is broken. */
static void test_parts_read__map_with_wrong_name(void)
{
    struct block_parts p;
    struct wh_error err = {0};
    put_dialect(AS_MAPS);
    char *at = memmem(buf.ptr, buf.len, "\"0x", 3);
    CHECK(at != NULL);
    if (at == NULL) return;
    at[10] = at[10] == '0' ? '1' : '0';
    CHECK(parts_read("w", span(&buf), wh_native_crypto(), &p, &err) < 0);
    CHECK_EQ(err.code, WH_ERR_JSON_FIELD);
    CHECK(strstr(err.what, "w: block.state.0x") != NULL);
}

/* ---- the block's own forms ---- */

static void put_block_json(bool answer)
{
    struct wh_jw w;
    wh_buf_reset(&buf);
    wh_jw_init(&w, &buf);
    if (answer) {
        wh_jw_obj(&w, NULL);
        wh_jw_str(&w, "jsonrpc", "2.0");
    }
    json_block(&w, answer ? "result" : NULL, &demo);
    if (answer) wh_jw_end(&w);
}

static void test_parts_read__forms_of_the_block(void)
{
    struct wh_buf hex = {0};
    const wh_span witness = span(&halves[1]), raw = span(&halves[0]);
    put_block_json(false);
    CHECK_EQ(form_of(span(&buf)), FORM_BLOCK_JSON);
    check_reads(span(&buf), witness, "block as JSON");
    put_block_json(true);
    check_reads(span(&buf), witness, "answer of eth_getBlockByNumber");
    struct wh_jw w;
    wh_jw_init(&w, &hex);
    wh_jw_data(&w, NULL, raw.ptr, raw.len);
    CHECK_EQ(form_of(span(&hex)), FORM_BLOCK);
    check_reads(span(&hex), witness, "hex in quotes");
    wh_buf_str(&hex, "\n");
    hex.ptr[hex.len - 2] = '\n';
    check_reads(wh_span_of(hex.ptr + 1, hex.len - 1), witness, "hex as it is");
    wh_buf_done(&hex);
}

static void test_parts_read__prover_input(void)
{
    char path[1024];
    struct wh_error err = {0};
    struct wh_buf file = {0};
    snprintf(path, sizeof path, "%s/tests/data/blocks/zkpig-prover-input-22615247.json.zst", root);
    CHECK_EQ(wh_file_read(path, 1 << 24, &file, &err), WH_OK);
    CHECK_EQ(form_of(span(&file)), FORM_PROVER_INPUT);
    check_reads(span(&file), NONE, "ProverInput");
    wh_buf_done(&file);
}

/* Types 0 to 4 and a creation, from their JSON to the same bytes. */
static void test_parts_read__every_type_of_transaction(void)
{
    uint8_t raw[512];
    wh_span out;
    struct rlp_back w;
    const uint8_t type = 4, word[32] = {9}, at[20] = {7};
    rlp_back_init(&w, raw, sizeof raw);
    size_t tx = rlp_back_mark(&w), list, entry, slots;
    rlp_back_string(&w, wh_span_of(word, 32));
    rlp_back_string(&w, wh_span_of(word, 31));
    rlp_back_u64(&w, 1);
    list = rlp_back_mark(&w); /* authorizations */
    for (unsigned i = 0; i < 3; i++) {
        entry = rlp_back_mark(&w);
        rlp_back_u64(&w, 5 + i);
        rlp_back_string(&w, wh_span_of(word, 32));
        rlp_back_u64(&w, i & 1);
        rlp_back_u64(&w, i * 1000);
        rlp_back_string(&w, wh_span_of(at, 20));
        rlp_back_u64(&w, i);
        rlp_back_list(&w, entry);
    }
    rlp_back_list(&w, list);
    list = rlp_back_mark(&w); /* access list */
    entry = rlp_back_mark(&w);
    slots = rlp_back_mark(&w);
    rlp_back_string(&w, wh_span_of(word, 32));
    rlp_back_list(&w, slots);
    rlp_back_string(&w, wh_span_of(at, 20));
    rlp_back_list(&w, entry);
    rlp_back_list(&w, list);
    rlp_back_string(&w, wh_span_of("\x01\x02", 2));
    rlp_back_u64(&w, 0);
    rlp_back_string(&w, wh_span_of(at, 20));
    for (unsigned i = 0; i < 4; i++)
        rlp_back_u64(&w, 21000 + i);
    rlp_back_u64(&w, 1);
    rlp_back_list(&w, tx);
    rlp_back_raw(&w, wh_span_of(&type, 1));
    CHECK_EQ(rlp_back_done(&w, &out), WH_OK);

    /* in a block whose other transactions are the demo's */
    wh_span txs[64];
    struct blockfile one = demo;
    struct block_parts p;
    struct wh_error err = {0};
    CHECK(demo.tx_count < 63);
    memcpy(txs, demo.txs, demo.tx_count * sizeof *txs);
    txs[demo.tx_count] = out;
    one.txs = txs;
    one.tx_count++;
    struct wh_jw j;
    wh_buf_reset(&buf);
    wh_jw_init(&j, &buf);
    json_block(&j, NULL, &one);
    CHECK_EQ(parts_read("block", span(&buf), wh_native_crypto(), &p, &err), WH_OK);
    CHECK_EQ(p.txs.count, one.tx_count);
    unsigned seen = 0;
    for (size_t i = 0; i < p.txs.count && i < one.tx_count; i++) {
        CHECK_EQ(p.txs.v[i].len, txs[i].len);
        CHECK_MEM(p.txs.v[i].ptr, txs[i].ptr, txs[i].len);
        seen |= 1u << (txs[i].ptr[0] >= 0xc0 ? 0 : txs[i].ptr[0]);
    }
    CHECK_EQ(seen, 31);
    parts_done(&p);
}

/* ---- damage ---- */

/* A refusal has one error of the right kind, its file's name, exit code 7. */
static void check_refusal(const struct wh_error *err, const char *what)
{
    const bool ok = err->code == WH_ERR_FILE_FORM || err->code == WH_ERR_FILE_HALF ||
                    err->code == WH_ERR_FILE_TRUNCATED || err->code == WH_ERR_JSON_SYNTAX ||
                    err->code == WH_ERR_JSON_FIELD || err->code == WH_ERR_MSG_FORM;
    if (!ok) printf("# %s: code %d: %s\n", what, (int)err->code, err->what);
    CHECK(ok && err->exit_code == WH_EXIT_UNKNOWN && err->what[0] != 0);
}

static void cut_everywhere(enum block_form form)
{
    struct blockfile f;
    struct wh_error err;
    struct wh_buf whole = {0};
    write_form(form, &whole);
    for (size_t n = 0; n < whole.len; n += n < 64 ? 1 : whole.len / 29) {
        const wh_status status = load(wh_span_of(whole.ptr, n), NONE, &f, &err);
        CHECK(status < 0);
        if (status == WH_OK) blockfile_close(&f);
        check_refusal(&err, block_form_word(form));
    }
    wh_buf_str(&whole, "\x01");
    CHECK(load(span(&whole), NONE, &f, &err) < 0);
    check_refusal(&err, "a byte too many");
    wh_buf_done(&whole);
}

static void test_parts_read__truncated_is_one_clear_error(void)
{
    for (enum block_form form = 0; form < FORM_COUNT; form++)
        if (form != FORM_BLOCK_JSON && form != FORM_PROVER_INPUT) cut_everywhere(form);
}

/* Bits of a witness flipped: refused, or a hash is missing, or the node was not needed. */
static void flip_everywhere(enum block_form form, size_t step)
{
    unsigned refused = 0, unknown = 0, agreed = 0;
    struct blockfile f;
    struct wh_error err;
    struct wh_buf whole = {0};
    write_form(form, &whole);
    for (size_t at = step / 2; at < whole.len; at += step) {
        const uint8_t bit = (uint8_t)(1u << at % 8);
        whole.ptr[at] ^= bit;
        if (load(span(&halves[0]), span(&whole), &f, &err) != WH_OK) {
            check_refusal(&err, "bit flipped");
            refused++;
        } else {
            const enum check_verdict v = verdict_of(&f);
            CHECK(v != CHECK_INVALID);
            *(v == CHECK_AGREE ? &agreed : &unknown) += 1;
        }
        whole.ptr[at] ^= bit;
    }
    printf("# %s: %u refused, %u cannot tell, %u agree\n", block_form_word(form), refused, unknown,
           agreed);
    CHECK(unknown > 0);
    wh_buf_done(&whole);
}

static void test_parts_read__flipped_bits_never_make_a_block_invalid(void)
{
    flip_everywhere(FORM_EXT_WITNESS, 15013);
    flip_everywhere(FORM_WITNESS, 48017);
}

static void refused(wh_span bytes, enum wh_err code, const char *says)
{
    struct blockfile f;
    struct wh_error err;
    CHECK(load(bytes, NONE, &f, &err) < 0);
    CHECK_EQ(err.code, code);
    if (strstr(err.what, says) == NULL) printf("# %s\n", err.what);
    CHECK(strstr(err.what, says) != NULL);
}

static void refused_text(const char *text, enum wh_err code, const char *says)
{
    refused(wh_span_of(text, strlen(text)), code, says);
}

static void test_parts_read__foreign_things_are_named(void)
{
    refused_text("", WH_ERR_FILE_FORM, "empty");
    refused_text("hello", WH_ERR_FILE_FORM, "neither");
    refused_text("0x", WH_ERR_FILE_FORM, "neither");
    refused_text("0x12345", WH_ERR_FILE_FORM, "whole bytes");
    refused_text("0xzz11", WH_ERR_FILE_FORM, "not hex");
    refused_text("[1,2]", WH_ERR_JSON_FIELD, "neither");
    refused_text("{}", WH_ERR_JSON_FIELD, "no known form");
    refused_text("{\"a\":", WH_ERR_JSON_SYNTAX, "not JSON");
    refused_text("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601}}", WH_ERR_JSON_FIELD, "refused");
    refused_text("{\"jsonrpc\":\"2.0\",\"result\":null}", WH_ERR_JSON_FIELD, "null");
    refused_text("{\"jsonrpc\":\"2.0\",\"result\":{\"jsonrpc\":\"2.0\"}}", WH_ERR_JSON_FIELD,
                 "within");
    refused_text("{\"state\":[],\"headers\":[]}", WH_ERR_JSON_FIELD, "codes");
    refused_text("{\"state\":[\"0x\"],\"codes\":[]}", WH_ERR_JSON_FIELD, "block.state[0]: empty");
    refused_text("{\"state\":[],\"codes\":[],\"headers\":[{}]}", WH_ERR_JSON_FIELD,
                 "block.headers[0].parentHash");
    refused_text("{\"format\":\"stateless-block-op/1\"}", WH_ERR_JSON_FIELD,
                 "stateless-block-op/1");
    refused(wh_span_of("\xc0", 1), WH_ERR_FILE_FORM, "empty list");
    refused(wh_span_of("\xc3\xc1\x80\xc0", 4), WH_ERR_FILE_FORM, "no block");
    refused(wh_span_of("\xc2\x01\xc0", 3), WH_ERR_FILE_FORM, "no payload");
    refused(wh_span_of("\x08\x02", 2), WH_ERR_MSG_FORM, "version");
}

/* Half of what is needed; halves that do not belong together; a body of another header. */
static void test_parts_assemble__says_what_is_missing_or_wrong(void)
{
    struct blockfile f;
    struct wh_error err;
    refused(span(&halves[0]), WH_ERR_FILE_HALF, "without a witness");
    refused(span(&halves[1]), WH_ERR_FILE_HALF, "without the block");
    struct blockfile other = demo;
    other.tx_count--;
    wh_buf_reset(&buf);
    CHECK_EQ(block_write(&other, FORM_PAIR, &buf, &err), WH_OK);
    refused(span(&buf), WH_ERR_FILE_FORM, "transactions are not those");
    other = demo;
    other.withdrawal_count--;
    wh_buf_reset(&buf);
    CHECK_EQ(block_write(&other, FORM_PAIR, &buf, &err), WH_OK);
    refused(span(&buf), WH_ERR_FILE_FORM, "withdrawals are not those");
    other = demo;
    other.has_withdrawals = false;
    wh_buf_reset(&buf);
    CHECK_EQ(block_write(&other, FORM_BUNDLE, &buf, &err), WH_OK);
    refused(span(&buf), WH_ERR_FILE_FORM, "there are none");
    other = demo;
    other.chain_id = 5;
    wh_buf_reset(&buf);
    CHECK_EQ(block_write(&other, FORM_PAIR, &buf, &err), WH_OK);
    refused(span(&buf), WH_ERR_FILE_FORM, "chain id 5");
    /* a witness without headers: the parent is missing, and that is said */
    other = demo;
    other.has_parent = false;
    wh_buf_reset(&buf);
    CHECK_EQ(block_write(&other, FORM_WITNESS, &buf, &err), WH_OK);
    CHECK_EQ(load(span(&halves[0]), span(&buf), &f, &err), WH_OK);
    CHECK(!f.has_parent);
    CHECK_EQ(verdict_of(&f), CHECK_CANNOT_TELL);
}

/* ---- rules of other chains ---- */

static wh_status spec(const char *text, struct chain_config *out, struct wh_error *err)
{
    json_t *tree = NULL;
    wh_error_clear(err);
    WH_TRY(wh_json_parse(text, strlen(text), &tree, err));
    struct wh_json j = wh_json_root(tree, "genesis");
    wh_status status = chainspec_read(&j, out, err);
    json_decref(tree);
    return status;
}

static void test_chainspec_read__rules_of_a_genesis_file(void)
{
    struct chain_config c = {0};
    struct wh_error err;
    const wh_status status = spec(
        "{\"config\":{\"chainId\":1337,\"homesteadBlock\":0,\"daoForkBlock\":0,\"londonBlock\":0,"
        "\"terminalTotalDifficulty\":0,\"shanghaiTime\":10,\"cancunTime\":20,\"pragueTime\":30,"
        "\"blobSchedule\":{\"cancun\":{\"target\":1,\"max\":2,\"baseFeeUpdateFraction\":99}},"
        "\"depositContractAddress\":\"0x00000000219ab540356cbb839cbe05303d7705fa\","
        "\"noRequests\":true},\"alloc\":{}}",
        &c, &err);
    if (status != WH_OK) printf("# %s\n", err.what);
    CHECK_EQ(status, WH_OK);
    CHECK(c.chain_id == 1337 && c.ruleset == RULESET_ETHEREUM && c.flags == CHAIN_NO_REQUESTS);
    CHECK_EQ(chain_config_active(&c, 7, 9)->fork, FORK_PARIS);
    CHECK_EQ(chain_config_active(&c, 7, 10)->fork, FORK_SHANGHAI);
    CHECK_EQ(chain_config_active(&c, 7, 20)->blob_max, 2);
    CHECK_EQ(chain_config_active(&c, 7, 30)->blob_max, 9); /* the EIP's own */
    CHECK(chain_config_entry(&c, FORK_DAO) == NULL);
    CHECK_EQ(c.deposit_contract.b[19], 0xfa);
}

static void test_chainspec_read__refuses_what_does_not_fit(void)
{
    struct chain_config c;
    struct wh_error err;
    CHECK(spec("{\"homesteadBlock\":0}", &c, &err) < 0);
    CHECK(strstr(err.what, "genesis.chainId") != NULL);
    CHECK(spec("{\"chainId\":7,\"shanghaiTime\":0}", &c, &err) < 0);
    CHECK(strstr(err.what, "merge") != NULL);
    CHECK(spec("{\"chainId\":7,\"homesteadBlock\":9,\"eip150Block\":3}", &c, &err) < 0);
    CHECK(strstr(err.what, "order") != NULL);
    CHECK(spec("{\"chainId\":7,\"terminalTotalDifficulty\":0,\"bpo3Time\":0}", &c, &err) < 0);
    CHECK(strstr(err.what, "bpo3") != NULL);
    CHECK(spec("[]", &c, &err) < 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    char path[1024];
    struct wh_error err = {0};
    const size_t size = (size_t)4 << 30;
    root = argv[1];
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) return 1;
    wh_arena_init(&arena, p, size);
    snprintf(path, sizeof path, "%s/tests/data/blocks/mainnet-22615247.json.zst", root);
    if (blockfile_open(path, wh_native_crypto(), &demo, &err) != WH_OK) {
        printf("Bail out! %s\n", err.what);
        return 1;
    }
    write_form(FORM_BLOCK, &halves[0]);
    write_form(FORM_WITNESS, &halves[1]);
    RUN(test_block_write__is_read_again);
    RUN(test_block_write__is_canonical);
    RUN(test_parts_read__dialects_of_the_witness);
    RUN(test_parts_read__map_with_wrong_name);
    RUN(test_parts_read__forms_of_the_block);
    RUN(test_parts_read__prover_input);
    RUN(test_parts_read__every_type_of_transaction);
    RUN(test_parts_read__truncated_is_one_clear_error);
    RUN(test_parts_read__flipped_bits_never_make_a_block_invalid);
    RUN(test_parts_read__foreign_things_are_named);
    RUN(test_parts_assemble__says_what_is_missing_or_wrong);
    RUN(test_chainspec_read__rules_of_a_genesis_file);
    RUN(test_chainspec_read__refuses_what_does_not_fit);
    blockfile_close(&demo);
    wh_buf_done(&buf);
    wh_buf_done(&halves[0]);
    wh_buf_done(&halves[1]);
    return tap_done();
}
