/* SPDX-License-Identifier: MIT */
/* A line of Homestead headers, and ommers that are right or wrong in one way each. */
#include "proto/block/follow.h"

#include "evm/hash/keccak.h"
#include "evm/native/crypto.h"
#include "evm/rlp/rlp.h"
#include "proto/block/rawblock.h"
#include "tests/tap.h"

enum { LINE = 10 };

static struct chain_config config = {.ruleset = RULESET_ETHEREUM, .fork_count = 1, .chain_id = 1};
static struct follow_block line[LINE]; /* block i has number i */
static const struct follow_block *newest[LINE];
static struct follow_rules rules;

static const uint8_t EMPTY[1] = {0xc0};

static u256 difficulty_after(const struct block_header *parent, uint64_t timestamp)
{
    struct difficulty_parent p = {parent->difficulty, parent->timestamp, false};
    return difficulty_next(DIFFICULTY_HOMESTEAD, &p, parent->number + 1, timestamp);
}

static struct block_header child_of(const struct follow_block *parent, uint64_t seconds)
{
    struct block_header h = {
        .fields = 15,
        .parent_hash = parent->hash,
        .ommers_hash = KECCAK_EMPTY_LIST,
        .number = parent->header.number + 1,
        .gas_limit = 3141592,
        .timestamp = parent->header.timestamp + seconds,
    };
    h.difficulty = difficulty_after(&parent->header, h.timestamp);
    return h;
}

static void hash_of(const struct block_header *h, bytes32 *out)
{
    uint8_t bytes[HEADER_MAX];
    keccak256(bytes, header_encode(h, bytes), out);
}

static void build(void)
{
    config.forks[0] = (struct chain_fork){FORK_HOMESTEAD, 0, 0, 0, 0, 0};
    rules = (struct follow_rules){.config = &config, .crypto = wh_native_crypto()};
    line[0].header = (struct block_header){.fields = 15,
                                           .ommers_hash = KECCAK_EMPTY_LIST,
                                           .gas_limit = 3141592,
                                           .difficulty = u256_from_u64(1 << 20)};
    for (unsigned i = 0; i < LINE; i++) {
        if (i > 0) line[i].header = child_of(&line[i - 1], 10);
        hash_of(&line[i].header, &line[i].hash);
        line[i].ommers = wh_span_of(EMPTY, 1);
        newest[LINE - 1 - i] = &line[i];
    }
}

static enum follow_fault judge(wh_span ommers)
{
    struct block_header h = child_of(&line[LINE - 1], 10);
    return follow_check(&rules, newest, LINE, &h, ommers);
}

/* A list of the same ommer n times. */
static enum follow_fault judge_ommer(const struct block_header *ommer, unsigned n)
{
    uint8_t one[HEADER_MAX], list[3 * HEADER_MAX], *p;
    size_t len = header_encode(ommer, one);
    p = rlp_put_list(list, len * n);
    for (unsigned i = 0; i < n; i++, p += len)
        memcpy(p, one, len);
    return judge(wh_span_of(list, (size_t)(p - list)));
}

static void test_follow_check__fits(void)
{
    CHECK_EQ(judge(wh_span_of(EMPTY, 1)), FOLLOW_FITS);
    struct block_header ommer = child_of(&line[LINE - 2], 11);
    CHECK_EQ(judge_ommer(&ommer, 1), FOLLOW_FITS);
    ommer = child_of(&line[LINE - 7], 11); /* six generations */
    CHECK_EQ(judge_ommer(&ommer, 1), FOLLOW_FITS);
}

static void test_follow_check__difficulty(void)
{
    struct block_header h = child_of(&line[LINE - 1], 10), ommer = child_of(&line[LINE - 2], 11);
    h.difficulty.w[0]++;
    CHECK_EQ(follow_check(&rules, newest, LINE, &h, wh_span_of(EMPTY, 1)), FOLLOW_DIFFICULTY);
    ommer.difficulty.w[0]++;
    CHECK_EQ(judge_ommer(&ommer, 1), FOLLOW_OMMER_DIFFICULTY);
}

static void test_follow_check__ommer_off_the_line(void)
{
    struct block_header brother = child_of(&line[LINE - 1], 11);
    CHECK_EQ(judge_ommer(&brother, 1), FOLLOW_OMMER_PARENT);
    struct block_header old = child_of(&line[LINE - 8], 11);
    CHECK_EQ(judge_ommer(&old, 1), FOLLOW_OMMER_PARENT);
    CHECK_EQ(judge_ommer(&line[LINE - 2].header, 1), FOLLOW_OMMER_ANCESTOR);
}

static void test_follow_check__ommer_twice(void)
{
    struct block_header ommer = child_of(&line[LINE - 3], 11);
    CHECK_EQ(judge_ommer(&ommer, 2), FOLLOW_OMMER_TWICE);
    uint8_t one[HEADER_MAX], list[HEADER_MAX + 8];
    size_t len = header_encode(&ommer, one);
    uint8_t *p = rlp_put_list(list, len);
    memcpy(p, one, len);
    line[LINE - 2].ommers = wh_span_of(list, (size_t)(p - list) + len);
    CHECK_EQ(judge_ommer(&ommer, 1), FOLLOW_OMMER_TWICE);
    line[LINE - 2].ommers = wh_span_of(EMPTY, 1);
}

static void test_follow_check__ommer_header(void)
{
    struct block_header ok = child_of(&line[LINE - 3], 11), h = ok;
    h.gas_used = h.gas_limit + 1;
    CHECK_EQ(judge_ommer(&h, 1), FOLLOW_OMMER_HEADER);
    h = ok;
    h.gas_limit += h.gas_limit / 1024;
    CHECK_EQ(judge_ommer(&h, 1), FOLLOW_OMMER_HEADER);
    h = ok;
    h.timestamp = line[LINE - 3].header.timestamp;
    CHECK_EQ(judge_ommer(&h, 1), FOLLOW_OMMER_HEADER);
    h = ok;
    h.number++;
    CHECK_EQ(judge_ommer(&h, 1), FOLLOW_OMMER_HEADER);
    static const uint8_t form[] = {0xc2, 0x01, 0x02};
    CHECK_EQ(judge(wh_span_of(form, sizeof form)), FOLLOW_OMMER_FORM);
}

static wh_status raw(const char *bytes, size_t len, struct raw_block *out)
{
    return raw_block_decode(wh_span_of(bytes, len), out);
}

static void test_raw_block_decode__shapes(void)
{
    struct raw_block b;
    wh_span txs, tx;
    CHECK_EQ(raw("\xc3\xc0\xc0\xc0", 4, &b), WH_OK);
    CHECK(b.tx_count == 0 && b.withdrawals.len == 0 && b.ommers.len == 1);
    CHECK_EQ(raw("\xc4\xc0\xc0\xc0\xc0", 5, &b), WH_OK);
    CHECK_EQ(b.withdrawals.len, 1);
    CHECK_EQ(raw("\xc5\xc0\xc0\xc0\xc0\xc0", 6, &b), WH_E_FORMAT);
    CHECK_EQ(raw("\xc2\xc0\xc0", 3, &b), WH_E_FORMAT);
    CHECK_EQ(raw("\xc3\xc0\xc0\xc0\x00", 5, &b), WH_E_FORMAT);
    CHECK_EQ(raw("\xc3\xc0\x80\xc0", 4, &b), WH_E_FORMAT);
    CHECK_EQ(raw("\xc7\xc0\xc4\xc0\x82\x02\xc0\xc0", 8, &b), WH_OK);
    CHECK_EQ(b.tx_count, 2);
    txs = b.txs;
    CHECK_EQ(raw_block_tx(&txs, &tx), WH_OK);
    CHECK(tx.len == 1 && tx.ptr[0] == 0xc0);
    CHECK_EQ(raw_block_tx(&txs, &tx), WH_OK);
    CHECK(tx.len == 2 && tx.ptr[0] == 0x02 && txs.len == 0);
}

/* A legacy transaction wrapped in a string, and an empty string, are no elements of a block. */
static void test_raw_block_decode__refuses_wrapped_legacy(void)
{
    struct raw_block b;
    CHECK_EQ(raw("\xc6\xc0\xc3\x82\xc1\x05\xc0", 7, &b), WH_E_FORMAT);
    CHECK_EQ(raw("\xc4\xc0\xc1\x80\xc0", 5, &b), WH_E_FORMAT);
}

int main(void)
{
    build();
    RUN(test_follow_check__fits);
    RUN(test_follow_check__difficulty);
    RUN(test_follow_check__ommer_off_the_line);
    RUN(test_follow_check__ommer_twice);
    RUN(test_follow_check__ommer_header);
    RUN(test_raw_block_decode__shapes);
    RUN(test_raw_block_decode__refuses_wrapped_legacy);
    return tap_done();
}
