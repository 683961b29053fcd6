/* SPDX-License-Identifier: MIT */
#include "evm/segment/requests.h"

#include "tests/plain_crypto.h"
#include "tests/tap.h"

/* ABI form of a DepositEvent with recognisable bytes. */
static void event_fill(uint8_t data[576], uint8_t seed)
{
    static const uint16_t at[5] = {160, 256, 320, 384, 512};
    static const uint8_t len[5] = {48, 32, 8, 96, 8};
    memset(data, 0, 576);
    for (unsigned i = 0; i < 5; i++) {
        store_be16(data + 32 * i + 30, at[i]);
        data[at[i] + 31] = len[i];
        for (unsigned k = 0; k < len[i]; k++)
            data[at[i] + 32 + k] = (uint8_t)(seed + 16 * i + k);
    }
}

static void test_deposit_read__packs_192_bytes(void)
{
    uint8_t data[576], out[DEPOSIT_SIZE];
    event_fill(data, 7);
    CHECK(deposit_read(wh_span_of(data, sizeof data), out));
    CHECK_EQ(out[0], 7);
    CHECK_EQ(out[48], 7 + 16);
    CHECK_EQ(out[80], 7 + 32);
    CHECK_EQ(out[88], 7 + 48);
    CHECK_EQ(out[184], 7 + 64);
    CHECK_EQ(out[191], 7 + 64 + 7);
}

/* EIP-6110: each offset and length is checked; another layout makes the block invalid. */
static void test_deposit_read__refuses_each_wrong_offset_and_length(void)
{
    static const uint16_t words[10] = {0, 32, 64, 96, 128, 160, 256, 320, 384, 512};
    uint8_t data[576], out[DEPOSIT_SIZE];
    for (unsigned i = 0; i < 10; i++) {
        for (unsigned byte = 0; byte < 32; byte++) {
            event_fill(data, 1);
            data[words[i] + byte] ^= 1;
            CHECK(!deposit_read(wh_span_of(data, sizeof data), out));
        }
    }
    event_fill(data, 1);
    CHECK(!deposit_read(wh_span_of(data, 575), out));
    CHECK(!deposit_read(wh_span_of(data, 0), out));
}

/* The chaining value over many steps gives the hash of the whole list at once. */
static void test_deposits_hash__is_sha256_of_the_whole_list(void)
{
    static uint8_t list[1 + 5 * DEPOSIT_SIZE];
    for (unsigned n = 0; n <= 5; n++) {
        struct seg_state s = {0};
        bytes32 got, want;
        deposits_start(&s);
        for (unsigned i = 0; i < n; i++) {
            uint8_t data[576], deposit[DEPOSIT_SIZE];
            event_fill(data, (uint8_t)(i * 3));
            CHECK(deposit_read(wh_span_of(data, sizeof data), deposit));
            memcpy(list + 1 + i * DEPOSIT_SIZE, deposit, DEPOSIT_SIZE);
            deposits_add(&s, deposit);
        }
        deposits_hash(&s, &got);
        sha256(list, 1 + (size_t)n * DEPOSIT_SIZE, &want);
        CHECK_MEM(got.b, want.b, 32);
        CHECK_EQ(s.dep_n, n);
    }
}

static void test_requests_hash__leaves_out_empty_types(void)
{
    bytes32 a = {{1}}, b = {{2}}, got, want;
    const bytes32 *const none[3] = {NULL, NULL, NULL}, *const two[3] = {&a, NULL, &b};
    CHECK_EQ(requests_hash(&plain_crypto, none, &got), WH_OK);
    CHECK_MEM(got.b, SHA256_EMPTY.b, 32);
    uint8_t both[64];
    memcpy(both, a.b, 32);
    memcpy(both + 32, b.b, 32);
    sha256(both, 64, &want);
    CHECK_EQ(requests_hash(&plain_crypto, two, &got), WH_OK);
    CHECK_MEM(got.b, want.b, 32);
}

int main(void)
{
    RUN(test_deposit_read__packs_192_bytes);
    RUN(test_deposit_read__refuses_each_wrong_offset_and_length);
    RUN(test_deposits_hash__is_sha256_of_the_whole_list);
    RUN(test_requests_hash__leaves_out_empty_types);
    return tap_done();
}
