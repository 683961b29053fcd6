/* SPDX-License-Identifier: MIT */
#include "proto/sys/cli.h"
#include "proto/sys/hex.h"
#include "tests/tap.h"

static void dur(const char *text, uint64_t want)
{
    uint64_t ms = 0;
    CHECK(wh_parse_duration(text, &ms));
    CHECK_EQ(ms, want);
}

static void amount(const char *text, const char *want)
{
    u256 v = {{0}};
    char dec[80];
    CHECK(wh_parse_amount(text, &v));
    wh_dec_print(&v, dec);
    CHECK(strcmp(dec, want) == 0);
}

static void test_durations(void)
{
    dur("250ms", 250);
    dur("12s", 12000);
    dur("1.5s", 1500);
    dur("5m", 300000);
    dur("0.5h", 1800000);
    dur("7d", 604800000);
    uint64_t ms;
    CHECK(!wh_parse_duration("12", &ms));
    CHECK(!wh_parse_duration("", &ms));
    CHECK(!wh_parse_duration("s", &ms));
    CHECK(!wh_parse_duration("-1s", &ms));
    CHECK(!wh_parse_duration("1.s", &ms));
    CHECK(!wh_parse_duration("0.0001s", &ms));
    CHECK(!wh_parse_duration("1 s", &ms));
    CHECK(!wh_parse_duration("99999999999999999999999d", &ms));
    CHECK(!wh_parse_duration("18446744073709551615d", &ms));
}

static void test_amounts(void)
{
    amount("1eth", "1000000000000000000");
    amount("0.1eth", "100000000000000000");
    amount("3gwei", "3000000000");
    amount("1.5gwei", "1500000000");
    amount("7wei", "7");
    amount("0wei", "0");
    u256 v;
    CHECK(!wh_parse_amount("1ether", &v));
    CHECK(!wh_parse_amount("0.5wei", &v));
    CHECK(!wh_parse_amount("1.0000000001gwei", &v));
    CHECK(!wh_parse_amount("1,5eth", &v));
    CHECK(!wh_parse_amount("999999999999999999999999999999999999999999999999999999999999eth", &v));
}

static void test_percent_and_u64(void)
{
    uint64_t v = 0;
    CHECK(wh_parse_percent("12%", &v));
    CHECK_EQ(v, 1200);
    CHECK(wh_parse_percent("0.5%", &v));
    CHECK_EQ(v, 50);
    CHECK(!wh_parse_percent("12", &v));
    CHECK(wh_parse_u64("18446744073709551615", &v));
    CHECK(v == UINT64_MAX);
    CHECK(!wh_parse_u64("18446744073709551616", &v));
    CHECK(!wh_parse_u64("+1", &v));
    CHECK(!wh_parse_u64("0x1", &v));
}

static void test_nearest(void)
{
    static const char *const words[] = {"datadir", "l1-eth-rpc", "tx.max-fee"};
    CHECK(wh_nearest("data-dir", words, 3) == words[0]);
    CHECK(wh_nearest("l1-rpc", words, 3) == NULL || wh_nearest("l1-rpc", words, 3) == words[1]);
    CHECK(wh_nearest("tx.maxfee", words, 3) == words[2]);
    CHECK(wh_nearest("zzzzzzzz", words, 3) == NULL);
}

static void test_hex__strict(void)
{
    uint8_t b[4];
    CHECK(wh_hex_parse("0xdeadBEEF", b, 4));
    CHECK_EQ(b[3], 0xef);
    CHECK(!wh_hex_parse("deadbeef", b, 4));
    CHECK(!wh_hex_parse("0xdeadbee", b, 4));
    CHECK(!wh_hex_parse("0xdeadbeef0", b, 4));
    CHECK(!wh_hex_parse("0xdeadbeeg", b, 4));
    char text[67];
    u256 v;
    static const char *const good[] = {"0x0", "0x1", "0xff", "0x100000000000000000"};
    for (size_t i = 0; i < 4; i++) {
        CHECK(wh_quantity_parse(good[i], &v));
        wh_quantity_print(&v, text);
        CHECK(strcmp(text, good[i]) == 0);
    }
    CHECK(!wh_quantity_parse("0x", &v));
    CHECK(!wh_quantity_parse("0x00", &v));
    CHECK(!wh_quantity_parse("0x01", &v));
    CHECK(!wh_quantity_parse("1", &v));
    CHECK(!wh_quantity_parse("0x10000000000000000000000000000000000000000000000000000000000000000",
                             &v));
    v = (u256){{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    char dec[80];
    wh_dec_print(&v, dec);
    CHECK(strcmp(dec,
                 "11579208923731619542357098500868790785326998466564056403945758400791312963993"
                 "5") == 0);
    u256 back;
    CHECK(wh_dec_parse(dec, strlen(dec), &back) && u256_eq(&v, &back));
    CHECK(
        !wh_dec_parse("115792089237316195423570985008687907853269984665640564039457584007913129639"
                      "936",
                      78, &back));
}

int main(void)
{
    RUN(test_durations);
    RUN(test_amounts);
    RUN(test_percent_and_u64);
    RUN(test_nearest);
    RUN(test_hex__strict);
    return tap_done();
}
