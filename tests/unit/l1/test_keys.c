/* SPDX-License-Identifier: MIT */
/* Keys, signed transactions, attestations. Known answers: transactions from foundry (cast mktx
 * 1.7.1), keystores from the "Web3 secret storage definition", statements from the protocol model. */
#include "proto/l1/keys.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/l1/proofs.h"
#include "proto/l1/txsign.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "tests/tap.h"
#include "tests/vec.h"

static const char *source_root;

static void same(struct wh_buf *got, const char *want)
{
    size_t len = strlen(want) / 2 - 1;
    uint8_t *bytes = malloc(len);
    CHECK(wh_hex_parse(want, bytes, len));
    CHECK_EQ(got->len, len);
    if (got->len == len) CHECK_MEM(got->ptr, bytes, len);
    free(bytes);
    wh_buf_done(got);
}

static void test_tx_sign__as_foundry_signs(void)
{
    struct l1_key key;
    uint8_t secret[32];
    memset(secret, 0x46, 32);
    CHECK(l1_key_init(&key, secret, NULL) == WH_OK);
    CHECK(strcmp(wh_hex20(&key.addr).s, "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f") == 0);
    struct l1_tx_fields f = {.chain_id = 1337,
                             .nonce = 9,
                             .gas_limit = 260000,
                             .max_fee = {{30000000000u, 0, 0, 0}},
                             .tip = {{2000000000u, 0, 0, 0}},
                             .value = {{1000000000000000000u, 0, 0, 0}},
                             .data = wh_span_of("\x3a\x4b\x66\xf1", 4)};
    memset(f.to.b, 0x35, 20);
    struct wh_buf raw = {0};
    bytes32 hash;
    CHECK(l1_tx_sign(&f, &key, &raw, &hash, NULL) == WH_OK);
    same(&raw,
         "0x02f87a8205390984773594008506fc23ac008303f7a094353535353535353535353535353535353535"
         "3535880de0b6b3a7640000843a4b66f1c001a04bd72da83a2cec37b1e3441663d616967a59df037c6f3b"
         "6fa60c22facdbd59fda07ad4ed216a5ff7141ae966866730538d771d30613d08714ab2dbf756671e93f"
         "6");
    struct l1_tx_fields create = {.chain_id = 1,
                                  .gas_limit = 21000,
                                  .max_fee = {{1, 0, 0, 0}},
                                  .creates = true,
                                  .data = wh_span_of("\x60", 1)};
    CHECK(l1_tx_sign(&create, &key, &raw, &hash, NULL) == WH_OK);
    same(&raw,
         "0x02f84e01808001825208808060c001a0860e135d8c521eed18ffda009537a97a57a239abc173623887"
         "c9787b0a0b003fa06f0284df97b5a996145b9ae252ef02bc84b622900491c231b86b3a4ea44b3345");
    address made = l1_create_address(&key.addr, 200);
    CHECK(strcmp(wh_hex20(&made).s, "0x44b724eaec400b62784e82738b21b74141a4aeea") == 0);
}

static const char pbkdf2[] =
    "{\"crypto\":{\"cipher\":\"aes-128-ctr\",\"cipherparams\":{\"iv\":"
    "\"6087dab2f9fdbbfaddc31a909735c1e6\"},\"ciphertext\":"
    "\"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46\",\"kdf\":\"pbkdf2\","
    "\"kdfparams\":{\"c\":262144,\"dklen\":32,\"prf\":\"hmac-sha256\",\"salt\":"
    "\"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd\"},\"mac\":"
    "\"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2\"},\"id\":"
    "\"3198bc9c-6672-5ab3-d995-4942343ae5b6\",\"version\":3}";
/* cast wallet import, key 0x4646..; scrypt with r = 1 and n over 2^16 is refused by RFC 7914. */
static const char scrypt[] =
    "{\"address\":\"9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f\",\"crypto\":{\"cipher\":\"aes-128-"
    "ctr\","
    "\"cipherparams\":{\"iv\":\"e5208dc28764b56b33e8769fb127b6e1\"},\"ciphertext\":"
    "\"5af2de415178c87b964b2e6e43e24ec721867d30fb8dbecd5efff8f03ba1186f\",\"kdf\":\"scrypt\","
    "\"kdfparams\":{\"dklen\":32,\"n\":8192,\"p\":1,\"r\":8,\"salt\":"
    "\"500f493c771a333739dc16ac4428599dfb31c9f4f0746a6d23dfbdb5e2d86551\"},\"mac\":"
    "\"60e1ea75997b756c6c368514129ae4c4a4588ac6310c28bc0803a2f76b40e1b9\"},\"id\":"
    "\"414039d5-0152-452f-8ee7-883006bb3025\",\"version\":3}";

static wh_status open_store(const char *json, const char *password, struct l1_key *key,
                            struct wh_error *err)
{
    return l1_key_store_open(wh_span_of(json, strlen(json)), wh_span_of(password, strlen(password)),
                             key, err);
}

static void test_keystore__known_vectors(void)
{
    uint8_t want[32];
    struct l1_key key;
    struct wh_error err = {0};
    CHECK(wh_hex_parse("0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d", want,
                       32));
    CHECK(open_store(pbkdf2, "testpassword", &key, &err) == WH_OK);
    CHECK_MEM(key.secret, want, 32);
    memset(want, 0x46, 32);
    CHECK(open_store(scrypt, "testpassword", &key, &err) == WH_OK);
    CHECK_MEM(key.secret, want, 32);
    char moved[sizeof scrypt];
    memcpy(moved, scrypt, sizeof moved);
    moved[12] = '8'; /* says it is the key of another address */
    CHECK(open_store(moved, "testpassword", &key, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_KEY_ADDRESS);
    CHECK(open_store(pbkdf2, "wrong", &key, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_KEY_PASSWORD);
    CHECK_EQ(err.exit_code, 8);
    CHECK(open_store("{}", "x", &key, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_KEY_STORE);
    CHECK(open_store("no json", "x", &key, &err) != WH_OK);
    char other[sizeof pbkdf2 + 4]; /* a cost that would run for hours */
    const char *cost = strstr(pbkdf2, "262144");
    snprintf(other, sizeof other, "%.*s999999999%s", (int)(cost - pbkdf2), pbkdf2, cost + 6);
    CHECK(open_store(other, "testpassword", &key, &err) != WH_OK);
}

static void test_key_file__private_or_refused(void)
{
    char path[] = "key_test_XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    struct l1_key key, again;
    struct wh_error err = {0};
    CHECK(l1_key_file_new(path, &key, &err) != WH_OK); /* never over an existing file */
    unlink(path);
    CHECK(l1_key_file_new(path, &key, &err) == WH_OK);
    CHECK(l1_key_file(path, &again, &err) == WH_OK);
    CHECK_MEM(key.secret, again.secret, 32);
    CHECK_MEM(key.addr.b, again.addr.b, 20);
    CHECK(chmod(path, 0640) == 0);
    CHECK(l1_key_file(path, &again, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_KEY_MODE);
    CHECK_EQ(err.exit_code, 8);
    static const char *const bad[] = {"", "0x12", "zz"};
    for (size_t i = 0; i < 3; i++) {
        CHECK(wh_file_write(path, bad[i], strlen(bad[i]), 0600, NULL) == WH_OK);
        CHECK(l1_key_file(path, &again, &err) != WH_OK);
        CHECK_EQ(err.code, WH_ERR_KEY_FORM);
    }
    char zero[65];
    memset(zero, '0', 64);
    CHECK(wh_file_write(path, zero, 64, 0400, NULL) == WH_OK);
    CHECK(l1_key_file(path, &again, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_KEY_SIGN);
    unlink(path);
    CHECK(l1_key_file(path, &again, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_KEY_FILE);
}

static bytes32 b32_of(const json_t *obj, const char *key)
{
    bytes32 v;
    CHECK(wh_hex_parse(json_string_value(json_object_get(obj, key)), v.b, 32));
    return v;
}

/* jansson's integers end at 2^63 - 1; the file holds 2^64 - 1 as a number: quote it. */
static json_t *load_attest(void)
{
    static const char big[] = "18446744073709551615";
    char path[1024];
    size_t len = 0;
    snprintf(path, sizeof path, "%s/tests/vectors/protocol/attest.json", source_root);
    uint8_t *raw = vec_read(path, &len);
    struct wh_buf text = {0};
    for (const uint8_t *p = raw, *end = raw + len; p < end;) {
        const uint8_t *at = memmem(p, (size_t)(end - p), big, sizeof big - 1);
        wh_buf_put(&text, p, (size_t)((at ? at : end) - p));
        if (at == NULL) break;
        wh_buf_printf(&text, "\"%s\"", big);
        p = at + sizeof big - 1;
    }
    json_t *doc = json_loadb((const char *)text.ptr, text.len, 0, NULL);
    wh_buf_done(&text);
    free(raw);
    if (doc == NULL) vec_die("not JSON", path);
    return doc;
}

static void test_attest__protocol_vectors(void)
{
    json_t *doc = load_attest();
    const json_t *statements = json_object_get(doc, "statements"),
                 *keys = json_object_get(doc, "keys");
    size_t signers = json_array_size(keys);
    CHECK(json_array_size(statements) > 0 && signers >= 4);
    for (size_t i = 0; i < json_array_size(statements); i++) {
        const json_t *s = json_array_get(statements, i), *f = json_object_get(s, "fields");
        struct l1_statement st = {.l1_chain_id = vec_u64(vec_get(f, "chain_id")),
                                  .target = vec_u64(vec_get(f, "target")),
                                  .exec_id = b32_of(f, "exec_id"),
                                  .pre_leaf = b32_of(f, "pre_leaf"),
                                  .input_hash = b32_of(f, "input_hash"),
                                  .post_leaf = b32_of(f, "post_leaf")};
        CHECK(wh_hex_parse(json_string_value(json_object_get(f, "verifier")), st.verifier.b, 20));
        bytes32 digest = l1_attest_digest(&st), want = b32_of(s, "digest");
        CHECK_MEM(digest.b, want.b, 32);
        struct l1_attestation v[16];
        for (size_t k = 0; k < signers && k < 16; k++) {
            uint8_t secret[32] = {0}, sig[65];
            store_be64(secret + 24, (uint64_t)json_integer_value(json_array_get(keys, k)));
            CHECK(wh_hex_parse(
                json_string_value(json_array_get(json_object_get(s, "signatures"), k)), sig, 65));
            CHECK(l1_attest(&st, secret, &v[k], NULL) == WH_OK);
            CHECK_MEM(v[k].sig, sig, 65);
            address who;
            CHECK(l1_attest_check(&st, sig, &who, NULL) == WH_OK);
            CHECK_MEM(who.b, v[k].signer.b, 20);
        }
    }
    json_decref(doc);
}

int main(int argc, char **argv)
{
    if (argc < 2) return 1;
    source_root = argv[1];
    RUN(test_tx_sign__as_foundry_signs);
    RUN(test_keystore__known_vectors);
    RUN(test_key_file__private_or_refused);
    RUN(test_attest__protocol_vectors);
    return tap_done();
}
