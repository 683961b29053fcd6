/* SPDX-License-Identifier: MIT */
#include "proto/messages.h"

#include <stdlib.h>

#include "tests/tap.h"

static void fill(struct step_evidence *e)
{
    static const uint8_t trace[] = {'W', 'T', 'R', '2', 1, 0, 0, 0, 0, 0, 0, 0};
    memset(e, 0, sizeof *e);
    e->target = 7;
    memset(e->pre, 0xab, sizeof e->pre);
    memset(e->post_leaf.b, 0x11, 32);
    e->claimed_count = 2;
    memset(e->claimed[1].b, 0x22, 32);
    e->trace = wh_span_of(trace, sizeof trace);
    e->has_place = true;
    e->place.l1_chain_id = 31337;
    e->place.pos = 13;
    e->place.a = 2;
    e->place.mp_count = 3;
    memset(e->place.mp[2].b, 0x33, 32);
}

static struct step_evidence in, out;

static void test_evidence_read__gives_back_what_was_written(void)
{
    struct wh_buf bytes = {0}, hold = {0};
    struct wh_error err = {0};
    fill(&in);
    CHECK(evidence_write(&in, &bytes, &err) == WH_OK);
    CHECK(evidence_read(wh_buf_span(&bytes), &out, &hold, &err) == WH_OK);
    CHECK_EQ(out.target, 7);
    CHECK_MEM(out.pre, in.pre, sizeof in.pre);
    CHECK_MEM(out.post_leaf.b, in.post_leaf.b, 32);
    CHECK_EQ(out.claimed_count, 2);
    CHECK_MEM(out.claimed[1].b, in.claimed[1].b, 32);
    CHECK_EQ(out.trace.len, in.trace.len);
    CHECK_EQ(out.place.pos, 13);
    CHECK_EQ(out.place.mp_count, 3);
    CHECK_MEM(out.place.mp[2].b, in.place.mp[2].b, 32);
    wh_buf_done(&bytes);
    wh_buf_done(&hold);
}

/* Every truncation, and every byte changed: refused, or another message; never a crash. */
static void test_evidence_read__damage_is_refused_or_another_message(void)
{
    struct wh_buf bytes = {0}, again = {0}, hold = {0};
    struct wh_error err = {0};
    fill(&in);
    CHECK(evidence_write(&in, &bytes, &err) == WH_OK);
    for (size_t n = 0; n < bytes.len; n++) {
        wh_buf_reset(&hold);
        wh_buf_reset(&again);
        if (evidence_read(wh_span_of(bytes.ptr, n), &out, &hold, &err) != WH_OK) continue;
        CHECK(evidence_write(&out, &again, &err) == WH_OK); /* cut before an optional field */
        CHECK_EQ(again.len, n);
        CHECK(!out.has_place);
    }
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.ptr[i] ^= 0x80;
        wh_buf_reset(&hold);
        wh_buf_reset(&again);
        if (evidence_read(wh_buf_span(&bytes), &out, &hold, &err) == WH_OK) {
            CHECK(evidence_write(&out, &again, &err) == WH_OK);
            CHECK(again.len == bytes.len && memcmp(again.ptr, bytes.ptr, bytes.len) == 0);
        }
        bytes.ptr[i] ^= 0x80;
    }
    wh_buf_done(&bytes);
    wh_buf_done(&again);
    wh_buf_done(&hold);
}

static void test_evidence_read__unknown_field_is_refused(void)
{
    static const uint8_t extra[] = {0x78, 0x01}; /* field 15, varint 1 */
    struct wh_buf bytes = {0}, hold = {0};
    struct wh_error err = {0};
    fill(&in);
    CHECK(evidence_write(&in, &bytes, &err) == WH_OK);
    wh_buf_put(&bytes, extra, sizeof extra);
    CHECK(evidence_read(wh_buf_span(&bytes), &out, &hold, &err) != WH_OK);
    CHECK_EQ(err.exit_code, WH_EXIT_UNKNOWN);
    wh_buf_done(&bytes);
    wh_buf_done(&hold);
}

static void test_transcript__round_trip(void)
{
    struct transcript_log logs[2] = {{.l1_block = 3, .topic_count = 2}, {.l1_block = 4}};
    struct transcript t = {.l1_chain_id = 1, .deployed_at = 99, .count = 2, .logs = logs}, back;
    struct wh_buf bytes = {0};
    struct wh_error err = {0};
    memset(logs[0].topics[1].b, 0x77, 32);
    logs[1].data = wh_span_of("abc", 3);
    CHECK(transcript_write(&t, &bytes, &err) == WH_OK);
    CHECK(transcript_read(wh_buf_span(&bytes), &back, &err) == WH_OK);
    CHECK_EQ(back.count, 2);
    CHECK_EQ(back.logs[0].topic_count, 2);
    CHECK_MEM(back.logs[0].topics[1].b, logs[0].topics[1].b, 32);
    CHECK_EQ(back.logs[1].data.len, 3);
    transcript_done(&back);
    CHECK(transcript_read(wh_span_of(bytes.ptr, bytes.len - 1), &back, &err) != WH_OK);
    wh_buf_done(&bytes);
}

static void test_bundle__round_trip(void)
{
    wh_span nodes[2] = {wh_span_of("node", 4), wh_span_of("other", 5)};
    struct witness_bundle b = {.chain_id = 1, .nodes = {2, nodes}}, back;
    struct wh_buf bytes = {0};
    struct wh_error err = {0};
    b.header = wh_span_of("head", 4);
    CHECK(bundle_write(&b, &bytes, &err) == WH_OK);
    CHECK(bundle_read(wh_buf_span(&bytes), &back, &err) == WH_OK);
    CHECK_EQ(back.nodes.count, 2);
    CHECK_EQ(back.nodes.v[1].len, 5);
    CHECK_EQ(back.codes.count, 0);
    bundle_done(&back);
    wh_buf_done(&bytes);
}

int main(void)
{
    RUN(test_evidence_read__gives_back_what_was_written);
    RUN(test_evidence_read__damage_is_refused_or_another_message);
    RUN(test_evidence_read__unknown_field_is_refused);
    RUN(test_transcript__round_trip);
    RUN(test_bundle__round_trip);
    return tap_done();
}
