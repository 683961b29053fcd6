/* SPDX-License-Identifier: MIT */
/* Known answers are foundry's (cast 1.7.1: calldata, abi-encode). */
#include "proto/l1/calls.h"

#include <stdlib.h>

#include "proto/sys/hex.h"
#include "tests/tap.h"

static const char split_hex[] =
    "0x523f994d000000000000000000000000000000000000000000000000000000000000000100000000000000000000"
    "0000000000000000000000000000000000000000000500000000000000000000000000000000000000000000000000"
    "0000000000000200000000000000000000000000000000000000000000000000000000000000030000000000000000"
    "0000000000000000000000000000000000000000000000040000000000000000000000000000000000000000000000"
    "0000000000000000e00000000000000000000000000000000000000000000000000000000000000007000000000000"
    "0000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000"
    "00000000000000000000050000000000000000000000000000000000000000000000000000000000000006";
static const char prove_hex[] =
    "0xf7d5caa2000000000000000000000000000000000000000000000000000000000000000100000000000000000000"
    "0000000000000000000000000000000000000000000500000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000030000000000000000"
    "0000000000000000000000000000000000000000000000040000000000000000000000000000000000000000000000"
    "0000000000000001200000000000000000000000000000000000000000000000000000000000000160000000000000"
    "00000000000000000000000000000000000000000000000001a0000000000000000000000000000000000000000000"
    "0000000000000000000007000000000000000000000000000000000000000000000000000000000000000301020300"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000100000000000000000000000000000000000000000000000000000000000000050000"
    "000000000000000000000000000000000000000000000000000000000000";
static const char eth_hex[] =
    "0xda762533000000000000000000000000000000000000000000000000000000000000008000000000000000000000"
    "000000000000000000000000000000000000000000c000000000000000000000000000000000000000000000000000"
    "000000000000e000000000000000000000000000000000000000000000000000000000000001200000000000000000"
    "000000000000000000000000000000000000000000000002f901000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000001c00000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000200000000"
    "0000000000000000000000000000000000000000000000000000004000000000000000000000000000000000000000"
    "0000000000000000000000008000000000000000000000000000000000000000000000000000000000000000010200"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000021abababababababababababababababababababababababababababababababab"
    "ab00000000000000000000000000000000000000000000000000000000000000";
static const char multicall_hex[] =
    "0xac9650d8000000000000000000000000000000000000000000000000000000000000002000000000000000000000"
    "0000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
    "0000000000004000000000000000000000000000000000000000000000000000000000000000800000000000000000"
    "0000000000000000000000000000000000000000000000043a4b66f100000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000042def66200000"
    "0000000000000000000000000000000000000000000000000000";
static const char chunk_hex[] =
    "0xbaf9b369000000000000000000000000000000000000000000000000000000000000002000000000000000000000"
    "00000000000000000000000000000000000000000003abcdef00000000000000000000000000000000000000000000"
    "00000000000000";
static const char input_hex[] =
    "0x00000000000000000000000000000000000000000000000000000000000000090000000000000000000000000000"
    "0000000000000000000000000000000000030000000000000000000000000000000000000000000000000000000000"
    "00000100000000000000000000000000000000000000000000000000000000000000a0000000000000000000000000"
    "00000000000000000000000000000000000000e0000000000000000000000000000000000000000000000000000000"
    "0000000002001100000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000"
    "0000000000004000000000000000000000000000000000000000000000000000000000000000800000000000000000"
    "0000000000000000000000000000000000000000000000010200000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000002040500000000"
    "0000000000000000000000000000000000000000000000000000";

static bytes32 word(uint8_t v)
{
    return (bytes32){{[31] = v}};
}

static void same(struct wh_buf *got, const char *want)
{
    char *text = malloc(2 * got->len + 3);
    memcpy(text, "0x", 2);
    wh_hex_encode(got->ptr, got->len, text + 2);
    CHECK(wh_buf_ok(got) && strcmp(text, want) == 0);
    if (strcmp(text, want) != 0) printf("# got  %s\n# want %s\n", text, want);
    free(text);
    wh_buf_done(got);
}

static struct wh_node ref(uint8_t h)
{
    return (struct wh_node){.gid = word(1), .pos = 5, .h = h, .base = word(3), .span = word(4)};
}

static void test_calls__as_foundry_encodes(void)
{
    struct wh_buf b = {0};
    bytes32 spans[2] = {word(5), word(6)};
    address to = {{[19] = 7}};
    struct game_args split = {.move = GAME_MOVE_SPLIT, .u.split = {ref(2), spans, 2, to}};
    calls_move(&split, &b);
    same(&b, split_hex);

    struct game_args prove = {
        .move = GAME_MOVE_PROVE,
        .u.prove = {
            .v = ref(0), .pre = wh_span_of("\x01\x02\x03", 3), .mp = spans, .mp_len = 1, .to = to}};
    calls_move(&prove, &b);
    same(&b, prove_hex);

    uint8_t ab[33];
    memset(ab, 0xab, sizeof ab);
    wh_span items[2] = {wh_span_of("\x02", 1), wh_span_of(ab, 33)};
    calls_inbox_post_ethereum(wh_span_of("\xf9\x01", 2), wh_span_of(NULL, 0), wh_span_of("\xc0", 1),
                              items, 2, &b);
    same(&b, eth_hex);

    static const uint8_t stake[4] = {0x3a, 0x4b, 0x66, 0xf1}, unstake[4] = {0x2d, 0xef, 0x66, 0x20};
    wh_span calls[2] = {wh_span_of(stake, 4), wh_span_of(unstake, 4)};
    calls_multicall(calls, 2, &b);
    same(&b, multicall_hex);

    calls_trace_post(wh_span_of("\xab\xcd\xef", 3), &b);
    same(&b, chunk_hex);
}

/* Every single-bit change of a canonical encoding is another value or is refused. */
static void test_chunk_call__canonical_alone(void)
{
    struct wh_buf b = {0};
    uint8_t bytes[40];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i + 1);
    calls_trace_post(wh_span_of(bytes, sizeof bytes), &b);
    wh_span chunk;
    CHECK(calls_is_trace_post(wh_buf_span(&b), &chunk));
    CHECK_EQ(chunk.len, sizeof bytes);
    CHECK_MEM(chunk.ptr, bytes, sizeof bytes);
    for (size_t bit = 0; bit < b.len * 8; bit++) {
        b.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
        bool in_data = bit / 8 >= 4 + 64 && bit / 8 < 4 + 64 + sizeof bytes;
        /* a length of 33..64 keeps the size: shorter ones leave dirty padding, longer ones show
         * zeros of it, and are the canonical call for those bytes */
        bool longer = bit / 8 == 4 + 63 && b.ptr[4 + 63] > 40 && b.ptr[4 + 63] <= 64;
        CHECK(calls_is_trace_post(wh_buf_span(&b), &chunk) == (in_data || longer));
        b.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < b.len; cut++)
        CHECK(!calls_is_trace_post(wh_span_of(b.ptr, cut), &chunk));
    wh_buf_put(&b, "", 1);
    CHECK(!calls_is_trace_post(wh_buf_span(&b), &chunk));
    wh_buf_done(&b);
    calls_trace_post(wh_span_of(NULL, 0), &b);
    CHECK(!calls_is_trace_post(wh_buf_span(&b), &chunk));
    wh_buf_done(&b);
}

static void test_events__decode_and_refuse(void)
{
    size_t len = (sizeof input_hex - 3) / 2;
    uint8_t *data = malloc(len);
    CHECK(wh_hex_parse(input_hex, data, len));
    bytes32 topics[4] = {abi_topic("Input(uint64,bytes32,uint64,uint32,bytes,bytes[])"), word(4)};
    struct calls_log log = {2, topics, wh_span_of(data, len)};
    struct game_event ev;
    bytes32 spans[TREE_ARITY_MAX];
    struct calls_input in;
    bool known = false;
    CHECK(calls_event(&log, &ev, spans, &in, &known) && known);
    CHECK_EQ(ev.kind, GAME_EVENT_INPUT);
    CHECK_EQ(ev.number, 4);
    CHECK_EQ(ev.items_count, 3); /* two posted, one forced */
    CHECK_EQ(in.forced_from, 3);
    CHECK_EQ(in.input.len, 2);
    wh_span item = calls_next_item(&in);
    CHECK(item.len == 1 && item.ptr[0] == 2);
    item = calls_next_item(&in);
    CHECK(item.len == 2 && item.ptr[1] == 5);
    for (size_t cut = 0; cut < len; cut++) {
        log.data.len = cut;
        CHECK(!calls_event(&log, &ev, spans, &in, &known) && known);
    }
    log.data.len = len;
    log.topic_count = 3;
    CHECK(!calls_event(&log, &ev, spans, &in, &known) && known);
    topics[0] = word(1);
    CHECK(!calls_event(&log, &ev, spans, &in, &known) && !known);
    free(data);

    /* an address topic with dirty upper bytes */
    bytes32 staked[2] = {abi_topic("Staked(address)"), word(9)};
    struct calls_log s = {2, staked, {NULL, 0}};
    CHECK(calls_event(&s, &ev, spans, NULL, &known));
    CHECK_EQ(ev.who.b[19], 9);
    staked[1].b[0] = 1;
    CHECK(!calls_event(&s, &ev, spans, NULL, &known) && known);
}

static void test_errors__have_names(void)
{
    uint8_t sel[4];
    abi_selector("TooEarly()", sel);
    CHECK(strcmp(calls_error_name(wh_span_of(sel, 4)), "TooEarly()") == 0);
    CHECK(calls_error_name(wh_span_of(sel, 3)) == NULL);
    CHECK(calls_error_name(wh_span_of("\0\0\0\0", 4)) == NULL);
}

int main(void)
{
    RUN(test_calls__as_foundry_encodes);
    RUN(test_chunk_call__canonical_alone);
    RUN(test_events__decode_and_refuse);
    RUN(test_errors__have_names);
    return tap_done();
}
