/* SPDX-License-Identifier: MIT */
/* Protobuf messages: evidence, transcripts, witness bundles. First byte: which. What is read is written
 * back as the same bytes. */
#include "proto/messages.h"
#include "tests/fuzz/fuzz.h"

static void check_evidence(wh_span in)
{
    static struct step_evidence e;
    struct wh_buf hold = {0}, again = {0};
    struct wh_error err;
    if (evidence_read(in, &e, &hold, &err) == WH_OK) {
        FUZZ_MUST(e.claimed_count <= EVIDENCE_CLAIMS_MAX && e.place.mp_count <= EVIDENCE_MP_MAX);
        FUZZ_MUST(evidence_write(&e, &again, &err) == WH_OK);
        FUZZ_MUST(fuzz_same(wh_buf_span(&again), in));
    } else {
        FUZZ_MUST(err.what[0] != 0);
    }
    wh_buf_done(&again);
    wh_buf_done(&hold);
}

static void check_transcript(wh_span in)
{
    struct transcript t;
    struct wh_buf again = {0};
    struct wh_error err;
    memset(&t, 0, sizeof t);
    if (transcript_read(in, &t, &err) != WH_OK) return;
    FUZZ_MUST(transcript_write(&t, &again, &err) == WH_OK);
    FUZZ_MUST(fuzz_same(wh_buf_span(&again), in));
    wh_buf_done(&again);
    transcript_done(&t);
}

static void check_bundle(wh_span in)
{
    struct witness_bundle b;
    struct wh_buf again = {0};
    struct wh_error err;
    memset(&b, 0, sizeof b);
    if (bundle_read(in, &b, &err) != WH_OK) return;
    FUZZ_MUST(bundle_write(&b, &again, &err) == WH_OK);
    FUZZ_MUST(fuzz_same(wh_buf_span(&again), in));
    wh_buf_done(&again);
    bundle_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    wh_span in = wh_span_of(data + 1, size - 1);
    switch (data[0] % 3) {
    case 0: check_evidence(in); break;
    case 1: check_transcript(in); break;
    default: check_bundle(in); break;
    }
    return 0;
}
