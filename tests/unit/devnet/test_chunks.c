/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/chunks.h"

#include <stdlib.h>

#include "tests/tap.h"

static uint8_t calldata[68 + 100032 + 32];

static wh_span post_of(size_t len)
{
    static const uint8_t head[4] = {0xba, 0xf9, 0xb3, 0x69}; /* keccak("post(bytes)") */
    memset(calldata, 0, sizeof calldata);
    memcpy(calldata, head, 4);
    calldata[35] = 0x20;
    store_be32(calldata + 64, (uint32_t)len);
    if (len <= 100000) memset(calldata + 68, 0xab, len);
    return wh_span_of(calldata, 68 + (len + 31) / 32 * 32);
}

static void test_chunk_of_calldata__only_canonical(void)
{
    wh_span out;
    static const size_t good[] = {1, 31, 32, 33, 99999, 100000};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(chunk_of_calldata(post_of(good[i]), &out));
        CHECK_EQ(out.len, good[i]);
        CHECK(out.ptr == calldata + 68);
    }
    CHECK(!chunk_of_calldata(post_of(0), &out));
    CHECK(!chunk_of_calldata(post_of(100001), &out));
    wh_span c = post_of(33);
    CHECK(!chunk_of_calldata(wh_span_of(c.ptr, c.len - 1), &out));
    CHECK(!chunk_of_calldata(wh_span_of(c.ptr, c.len + 32), &out));
    CHECK(!chunk_of_calldata(wh_span_of(c.ptr, 4), &out));
    CHECK(!chunk_of_calldata(wh_span_of(NULL, 0), &out));
    calldata[68 + 33] = 1; /* padding */
    CHECK(!chunk_of_calldata(c, &out));
    c = post_of(33);
    calldata[35] = 0x40; /* offset */
    CHECK(!chunk_of_calldata(c, &out));
    c = post_of(33);
    calldata[36] = 1; /* length word */
    CHECK(!chunk_of_calldata(c, &out));
    c = post_of(33);
    calldata[0] ^= 1; /* selector */
    CHECK(!chunk_of_calldata(c, &out));
}

static bytes32 hash_of(unsigned n)
{
    bytes32 h = {{0}};
    store_be32(h.b, n % 3); /* few buckets: lists of several hashes */
    store_be32(h.b + 28, n);
    return h;
}

static bool found(const struct chunks *c, unsigned n, uint64_t block, const void *want)
{
    const bytes32 h = hash_of(n);
    wh_span out;
    return chunks_find(c, &h, block, &out) == WH_OK && out.ptr == want;
}

static void test_chunks_find__window_and_last_write(void)
{
    struct chunks c = {0};
    static const uint8_t a[1], b[1];
    const bytes32 h = hash_of(7);
    CHECK(!found(&c, 7, 5, a));
    CHECK_EQ(chunks_add(&c, &h, 10, wh_span_of(a, 1)), WH_OK);
    CHECK(!found(&c, 7, 10, a)); /* not in its own block */
    CHECK(!found(&c, 7, 9, a));
    CHECK(found(&c, 7, 11, a));
    CHECK(found(&c, 7, 10 + 8191, a));
    CHECK(!found(&c, 7, 10 + 8192, a));
    CHECK_EQ(chunks_add(&c, &h, 5000, wh_span_of(b, 1)), WH_OK);
    CHECK(found(&c, 7, 5000, a));
    CHECK(found(&c, 7, 5001, b));
    CHECK(found(&c, 7, 5000 + 8191, b));
    CHECK(!found(&c, 8, 5001, b));
    chunks_done(&c);
}

static void test_chunks_truncate__reorg_takes_them_away(void)
{
    struct chunks c = {0};
    static const uint8_t bytes[300];
    for (unsigned n = 0; n < 300; n++) {
        const bytes32 h = hash_of(n);
        CHECK_EQ(chunks_add(&c, &h, n / 2, wh_span_of(bytes + n, 1)), WH_OK);
    }
    chunks_truncate(&c, 99);
    CHECK_EQ(c.count, 200);
    for (unsigned n = 0; n < 300; n++)
        CHECK_EQ(found(&c, n, 1000, bytes + n), n < 200);
    const bytes32 h = hash_of(250);
    CHECK_EQ(chunks_add(&c, &h, 100, wh_span_of(bytes, 1)), WH_OK);
    CHECK(found(&c, 250, 101, bytes));
    chunks_done(&c);
}

int main(void)
{
    RUN(test_chunk_of_calldata__only_canonical);
    RUN(test_chunks_find__window_and_last_write);
    RUN(test_chunks_truncate__reorg_takes_them_away);
    return tap_done();
}
