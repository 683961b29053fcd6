/* SPDX-License-Identifier: MIT */
#include "evm/hash/sha256.h"
#include "tests/tap.h"

static void check_hex(const bytes32 *got, const char *hex)
{
    char text[65];
    for (int i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", got->b[i]);
    CHECK(strcmp(text, hex) == 0);
}

/* FIPS 180-4 examples. */
static void test_sha256__known_answers(void)
{
    bytes32 h;
    sha256(NULL, 0, &h);
    CHECK(bytes32_eq(&h, &SHA256_EMPTY));
    sha256((const uint8_t *)"abc", 3, &h);
    check_hex(&h, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256((const uint8_t *)"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, &h);
    check_hex(&h, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    static uint8_t million[1000000];
    memset(million, 'a', sizeof million);
    sha256(million, sizeof million, &h);
    check_hex(&h, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Hashing in parts over a stored chaining value gives the hash of the whole (PROTOCOL 4.3 dep_mid). */
static void test_sha256_mid__resumes(void)
{
    uint8_t data[1 + 192 * 3];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 5);
    bytes32 whole, parts, stored;
    sha256(data, sizeof data, &whole);

    struct sha256_mid m;
    sha256_init(&m);
    for (size_t at = 0; at + 64 <= sizeof data; at += 64) {
        sha256_blocks(&m, data + at, 1);
        sha256_mid_store(&m, &stored);
        memset(&m, 0xff, sizeof m);
        sha256_mid_load(&m, &stored);
    }
    sha256_finish(&m, data + sizeof data - 1, 1, sizeof data, &parts);
    CHECK(bytes32_eq(&whole, &parts));
}

static void test_sha256_finish__every_tail_length(void)
{
    /* The chain over all lengths 0..199, answer by Python's hashlib. */
    uint8_t data[200];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + 1);
    bytes32 h;
    memset(&h, 0, sizeof h);
    for (size_t len = 0; len < sizeof data; len++) {
        memcpy(data, h.b, 32);
        sha256(data, len, &h);
    }
    check_hex(&h, "fabc5b9f40820cf58c3f56bdf77b4032c930736fd9e9211708038a0de778eb68");
}

int main(void)
{
    RUN(test_sha256__known_answers);
    RUN(test_sha256_mid__resumes);
    RUN(test_sha256_finish__every_tail_length);
    return tap_done();
}
