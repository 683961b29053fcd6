/* SPDX-License-Identifier: MIT */
#include "evm/native/crypto.h"
#include "evm/native/sign.h"
#include "tests/tap.h"

static void unhex(const char *s, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned v;
        if (sscanf(s + 2 * i, "%2x", &v) != 1) v = 0;
        out[i] = (uint8_t)v;
    }
}

/* The point of key 1 is the generator; the second key is the first account of the well-known test
 * mnemonic "test test ... junk". */
static void test_key_address__known_keys(void)
{
    static const struct {
        const char *key, *address;
    } known[] = {{"0000000000000000000000000000000000000000000000000000000000000001",
                  "7e5f4552091a69125d5dfcb7b8c2659029395bdf"},
                 {"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
                  "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"}};
    for (size_t i = 0; i < 2; i++) {
        uint8_t key[32], want[20];
        address got;
        unhex(known[i].key, key, 32);
        unhex(known[i].address, want, 20);
        CHECK_EQ(wh_key_address(key, &got), WH_OK);
        CHECK_MEM(got.b, want, 20);
    }
}

/* RFC 6979 nonce over sha256("Satoshi Nakamoto"), key 1: a vector shared by many libraries. */
static void test_sign__known_signature(void)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    CHECK(crypto != NULL);
    if (crypto == NULL) return;
    uint8_t key[32] = {0}, r[32], s[32], want[64];
    key[31] = 1;
    bytes32 hash;
    static const uint8_t text[] = "Satoshi Nakamoto";
    CHECK_EQ(crypto->sha256(crypto->ctx, text, sizeof text - 1, hash.b), WH_OK);
    unsigned parity = 9;
    CHECK_EQ(wh_sign(key, &hash, r, s, &parity), WH_OK);
    unhex("934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
          "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
          want, 64);
    CHECK_MEM(r, want, 32);
    CHECK_MEM(s, want + 32, 32);
    address signer, owner;
    CHECK_EQ(wh_recover_address(&hash, r, s, parity, &signer), WH_OK);
    CHECK_EQ(wh_key_address(key, &owner), WH_OK);
    CHECK(address_eq(&signer, &owner));
    CHECK_EQ(wh_recover_address(&hash, r, s, parity ^ 1, &signer), WH_OK);
    CHECK(!address_eq(&signer, &owner));
}

static void test_sign__every_signature_recovers_and_is_low(void)
{
    static const uint8_t half[32] = {0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                     0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d,
                                     0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0};
    bytes32 hash = {{7}};
    const struct evm_crypto *crypto = wh_native_crypto();
    if (crypto == NULL) return;
    for (int i = 0; i < 64; i++) {
        uint8_t key[32], r[32], s[32];
        unsigned parity;
        CHECK_EQ(crypto->sha256(crypto->ctx, hash.b, 32, key), WH_OK);
        crypto->keccak256(crypto->ctx, key, 32, &hash);
        CHECK_EQ(wh_sign(key, &hash, r, s, &parity), WH_OK);
        CHECK(parity <= 1 && memcmp(s, half, 32) <= 0);
        address owner, signer;
        CHECK_EQ(wh_key_address(key, &owner), WH_OK);
        CHECK_EQ(wh_recover_address(&hash, r, s, parity, &signer), WH_OK);
        CHECK(address_eq(&owner, &signer));
    }
}

static void test_sign__refuses_what_is_no_key(void)
{
    uint8_t zero[32] = {0}, order[32], r[32], s[32];
    unhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", order, 32);
    bytes32 hash = {{1}};
    unsigned parity;
    address a;
    CHECK_EQ(wh_sign(zero, &hash, r, s, &parity), WH_E_FORMAT);
    CHECK_EQ(wh_sign(order, &hash, r, s, &parity), WH_E_FORMAT);
    CHECK_EQ(wh_key_address(zero, &a), WH_E_FORMAT);
    CHECK_EQ(wh_key_address(order, &a), WH_E_FORMAT);
}

static void test_recover__refuses_what_no_key_signs(void)
{
    uint8_t zero[32] = {0}, one[32] = {0}, order[32], five[32] = {0};
    one[31] = 1;
    five[31] = 5; /* no point of the curve has x = 5 */
    unhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", order, 32);
    bytes32 hash = {{1}};
    address a;
    CHECK_EQ(wh_recover_address(&hash, zero, one, 0, &a), WH_E_FORMAT);
    CHECK_EQ(wh_recover_address(&hash, one, zero, 0, &a), WH_E_FORMAT);
    CHECK_EQ(wh_recover_address(&hash, order, one, 0, &a), WH_E_FORMAT);
    CHECK_EQ(wh_recover_address(&hash, one, order, 0, &a), WH_E_FORMAT);
    CHECK_EQ(wh_recover_address(&hash, five, one, 0, &a), WH_E_FORMAT);
    CHECK_EQ(wh_recover_address(&hash, one, one, 2, &a), WH_E_FORMAT);
    CHECK_EQ(wh_recover_address(&hash, one, one, 0, &a), WH_OK);
}

int main(void)
{
    RUN(test_key_address__known_keys);
    RUN(test_sign__known_signature);
    RUN(test_sign__every_signature_recovers_and_is_low);
    RUN(test_sign__refuses_what_is_no_key);
    RUN(test_recover__refuses_what_no_key_signs);
    return tap_done();
}
