/* SPDX-License-Identifier: MIT */
#include "evm/hash/keccak.h"
#include "tests/tap.h"

static void check_hex(const bytes32 *got, const char *hex)
{
    char text[65];
    for (int i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", got->b[i]);
    CHECK(strcmp(text, hex) == 0);
}

static void fill(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(i * 7 + 1);
}

/* Answers of the original Keccak submission's test file ShortMsgKAT_256 and of Ethereum's constants. */
static void test_keccak256__known_answers(void)
{
    bytes32 h;
    keccak256(NULL, 0, &h);
    check_hex(&h, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    CHECK(bytes32_eq(&h, &KECCAK_EMPTY));
    keccak256((const uint8_t *)"\x80", 1, &h);
    CHECK(bytes32_eq(&h, &KECCAK_EMPTY_TRIE));
    keccak256((const uint8_t *)"\xc0", 1, &h);
    CHECK(bytes32_eq(&h, &KECCAK_EMPTY_LIST));
    keccak256((const uint8_t *)"\xcc", 1, &h);
    check_hex(&h, "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a");
    keccak256((const uint8_t *)"abc", 3, &h);
    check_hex(&h, "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    keccak256((const uint8_t *)"The quick brown fox jumps over the lazy dog", 43, &h);
    check_hex(&h, "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15");
}

/* The incremental form, cut anywhere, gives the hash of the whole: lengths around the rate. */
static void test_keccak_update__any_cut(void)
{
    uint8_t data[420];
    fill(data, sizeof data);
    for (size_t len = 0; len <= sizeof data; len += len < 280 ? 1 : 35) {
        bytes32 whole;
        keccak256(data, len, &whole);
        for (size_t cut = 0; cut <= len; cut += 13) {
            bytes32 two, inc;
            keccak256_2(wh_span_of(data, cut), wh_span_of(data + cut, len - cut), &two);
            struct keccak k;
            keccak_init(&k);
            for (size_t at = 0; at < len; at += cut + 1)
                keccak_update(&k, data + at, len - at < cut + 1 ? len - at : cut + 1);
            keccak_final(&k, &inc);
            if (!bytes32_eq(&two, &whole) || !bytes32_eq(&inc, &whole)) {
                CHECK_EQ(cut, SIZE_MAX);
                return;
            }
        }
    }
}

/* The chain over all lengths 0..300, answer by an independent Python implementation. */
static void test_keccak256__chain(void)
{
    uint8_t data[300];
    fill(data, sizeof data);
    bytes32 h;
    memset(&h, 0, sizeof h);
    for (size_t len = 0; len <= sizeof data; len++) {
        memcpy(data, h.b, 32);
        keccak256(data, len, &h);
    }
    check_hex(&h, "be6f26439ddba27ce5c5b170f9b24857539d7332142002e3d6ccbca785cfffc3");
}

int main(void)
{
    RUN(test_keccak256__known_answers);
    RUN(test_keccak_update__any_cut);
    RUN(test_keccak256__chain);
    return tap_done();
}
