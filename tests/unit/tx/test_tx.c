/* SPDX-License-Identifier: MIT */
#include "evm/tx/tx.h"

#include "evm/native/crypto.h"
#include "evm/rlp/rlp.h"
#include "evm/tx/validate.h"
#include "proto/sys/hex.h"
#include "tests/tap.h"

static const struct evm_crypto *crypto;

static wh_span unhex(const char *text, uint8_t *out)
{
    size_t len = strlen(text) / 2;
    CHECK(wh_hex_decode(text, strlen(text), out, len));
    return wh_span_of(out, len);
}

/* The worked example of EIP-155. */
static const char EIP155[] =
    "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a0"
    "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b"
    "3800ccf555c9f3dc64214b297fb1966a3b6d83";

static void test_tx_decode__example_of_eip_155(void)
{
    struct tx tx;
    address sender;
    uint8_t buf[256], hash[32], from[20];
    CHECK_EQ(tx_decode(crypto, unhex(EIP155, buf), &tx), WH_OK);
    CHECK(tx.type == TX_LEGACY && tx.has_chain_id && tx.has_to);
    CHECK_EQ(tx.chain_id, 1);
    CHECK_EQ(tx.nonce, 9);
    CHECK_EQ(tx.gas, 21000);
    (void)unhex("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", hash);
    CHECK_MEM(tx.signing_hash.b, hash, 32);
    CHECK_EQ(tx_sender(crypto, &tx, true, &sender), WH_OK);
    (void)unhex("9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", from);
    CHECK_MEM(sender.b, from, 20);
}

/* A legacy transaction put together field by field. */
struct legacy {
    wh_span nonce, price, gas, to, value, data, v, r, s;
};

static wh_span legacy_encode(const struct legacy *l, uint8_t *buf, size_t cap)
{
    wh_span out = {NULL, 0};
    struct rlp_back w;
    rlp_back_init(&w, buf, cap);
    size_t list = rlp_back_mark(&w);
    const wh_span *fields = &l->nonce;
    for (int i = 8; i >= 0; i--)
        rlp_back_string(&w, fields[i]);
    rlp_back_list(&w, list);
    CHECK_EQ(rlp_back_done(&w, &out), WH_OK);
    return out;
}

#define BYTES(...) \
    wh_span_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void test_tx_decode__smallest_creation_is_a_transaction(void)
{
    /* T13: r = s = 1 and nothing else: 10 bytes, so its trie leaf is inlined. */
    uint8_t buf[64];
    struct tx tx;
    struct legacy l = {.v = BYTES(27), .r = BYTES(1), .s = BYTES(1)};
    wh_span raw = legacy_encode(&l, buf, sizeof buf);
    CHECK_EQ(raw.len, 10);
    CHECK_EQ(tx_decode(crypto, raw, &tx), WH_OK);
    CHECK(!tx.has_to && !tx.has_chain_id && tx.parity == 0);
}

static void check_refused(struct legacy l)
{
    uint8_t buf[256];
    struct tx tx;
    CHECK_EQ(tx_decode(crypto, legacy_encode(&l, buf, sizeof buf), &tx), WH_E_FORMAT);
}

static void test_tx_decode__refuses_widths_and_leading_zeros(void)
{
    static const uint8_t nine[9] = {1}, long33[33] = {1}, to19[19] = {1}, to21[21] = {1};
    struct legacy good = {.v = BYTES(27), .r = BYTES(1), .s = BYTES(1)}, l;
    l = good, l.nonce = BYTES(0), check_refused(l);
    l = good, l.nonce = wh_span_of(nine, 9), check_refused(l);
    l = good, l.gas = wh_span_of(nine, 9), check_refused(l);
    l = good, l.price = wh_span_of(long33, 33), check_refused(l);
    l = good, l.to = wh_span_of(to19, 19), check_refused(l);
    l = good, l.to = wh_span_of(to21, 21), check_refused(l);
    l = good, l.v = wh_span_of(long33, 33), check_refused(l);
    l = good, l.r = wh_span_of(long33, 33), check_refused(l);
}

/* Decoded, so that its gas counts for X, and refused by c3. */
static void check_bad_v(wh_span v)
{
    uint8_t buf[256];
    struct tx tx;
    struct tx_rules rules = {.fork = FORK_OSAKA, .chain_id = 1};
    struct legacy l = {.gas = BYTES(200), .v = v, .r = BYTES(1), .s = BYTES(1)};
    CHECK_EQ(tx_decode(crypto, legacy_encode(&l, buf, sizeof buf), &tx), WH_OK);
    CHECK(tx.bad_v && tx.gas == 200);
    CHECK_EQ(tx_check_static(&rules, &tx, 1), TX_WRONG_CHAIN_ID);
}

static void test_tx_decode__legacy_v_of_the_largest_chain_ids(void)
{
    /* 35 + 2 * (2^64 - 1) + 1 needs 66 bits; one chain id more does not exist. */
    uint8_t buf[256];
    struct tx tx;
    struct legacy l = {.r = BYTES(1), .s = BYTES(1)};
    l.v = BYTES(2, 0, 0, 0, 0, 0, 0, 0, 34);
    CHECK_EQ(tx_decode(crypto, legacy_encode(&l, buf, sizeof buf), &tx), WH_OK);
    CHECK(tx.chain_id == UINT64_MAX && tx.parity == 1);
    check_bad_v(BYTES(2, 0, 0, 0, 0, 0, 0, 0, 35));
}

static void test_tx_decode__foreign_v_is_left_to_c3(void)
{
    check_bad_v(BYTES(26));
    check_bad_v(BYTES(29));
    check_bad_v(BYTES(34));
    check_bad_v(wh_span_of(NULL, 0));
}

static void test_tx_decode__every_truncation_and_appended_byte_is_refused(void)
{
    uint8_t buf[256];
    struct tx tx;
    wh_span raw = unhex(EIP155, buf);
    for (size_t n = 0; n < raw.len; n++)
        CHECK_EQ(tx_decode(crypto, wh_span_of(raw.ptr, n), &tx), WH_E_FORMAT);
    buf[raw.len] = 0;
    CHECK_EQ(tx_decode(crypto, wh_span_of(buf, raw.len + 1), &tx), WH_E_FORMAT);
}

static void test_tx_decode__unknown_types_are_refused(void)
{
    struct tx tx;
    for (unsigned type = 0; type < 0xc0; type++) {
        uint8_t raw[2] = {(uint8_t)type, 0xc0};
        CHECK_EQ(tx_decode(crypto, wh_span_of(raw, 2), &tx), WH_E_FORMAT);
    }
}

static void test_tx_sender__bounds_of_r_and_s(void)
{
    static const uint8_t n[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
                                  0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
    struct tx tx;
    address sender;
    uint8_t buf[256];
    u256 order = u256_from_be(n), one = u256_from_u64(1), s;
    CHECK_EQ(tx_decode(crypto, unhex(EIP155, buf), &tx), WH_OK);
    s = tx.s;
    (void)u256_sub(&tx.s, &order, &s); /* the mirrored signature: same curve point, high s */
    tx.parity ^= 1;
    CHECK_EQ(tx_sender(crypto, &tx, true, &sender), WH_E_MISMATCH);
    CHECK_EQ(tx_sender(crypto, &tx, false, &sender), WH_OK);
    tx.s = order;
    CHECK_EQ(tx_sender(crypto, &tx, false, &sender), WH_E_MISMATCH);
    tx.s = one;
    tx.r = (u256){{0}};
    CHECK_EQ(tx_sender(crypto, &tx, false, &sender), WH_E_MISMATCH);
}

int main(void)
{
    crypto = wh_native_crypto();
    RUN(test_tx_decode__example_of_eip_155);
    RUN(test_tx_decode__smallest_creation_is_a_transaction);
    RUN(test_tx_decode__refuses_widths_and_leading_zeros);
    RUN(test_tx_decode__legacy_v_of_the_largest_chain_ids);
    RUN(test_tx_decode__foreign_v_is_left_to_c3);
    RUN(test_tx_decode__every_truncation_and_appended_byte_is_refused);
    RUN(test_tx_decode__unknown_types_are_refused);
    RUN(test_tx_sender__bounds_of_r_and_s);
    return tap_done();
}
