/* SPDX-License-Identifier: MIT */
/* Logs and calldata of the contracts, configurations, revert data. First byte: which; a log has its
 * topics first. What is canonical is written back as the same bytes. */
#include "game/core/config.h"
#include "game/core/game.h"
#include "proto/l1/calls.h"
#include "proto/l1/proofs.h"
#include "tests/fuzz/fuzz.h"

static const char *const SIGNATURES[] = {
#define GAME_EVENT(id, name, signature) signature,
#include "game/core/events.def"
#undef GAME_EVENT
    "Forced(uint64,bytes)", /* the Inbox's and the TraceStore's */
    "Chunk(bytes32,uint32)",
};
enum { SIGNATURE_COUNT = sizeof SIGNATURES / sizeof *SIGNATURES };

static void check_items(struct calls_input *input)
{
    FUZZ_MUST(input->item_count <= CALLS_ITEMS_MAX);
    size_t bytes = 0;
    for (size_t i = 0; i < input->item_count; i++)
        bytes += calls_next_item(input).len;
    FUZZ_MUST(!input->items.bad && bytes <= input->items.len);
}

static void check_log(struct fuzz_in *in)
{
    bytes32 spans[TREE_ARITY_MAX], hash, *topics;
    struct game_event ev;
    struct calls_input input;
    uint64_t j;
    uint32_t length;
    wh_span item;
    bool known = false;
    uint8_t shape = fuzz_u8(in);
    unsigned count = shape & 3;
    topics = malloc((count + 1) * sizeof *topics); /* exact: a sanitizer sees the end */
    if (topics == NULL) exit(1);
    topics[0] = abi_topic(SIGNATURES[fuzz_u8(in) % SIGNATURE_COUNT]);
    for (unsigned i = 1; i <= count; i++) {
        if (shape & 4) {
            fuzz_fixed(in, topics[i].b, 32);
        } else { /* addresses and numbers have zeros in front */
            memset(topics[i].b, 0, 32);
            fuzz_fixed(in, topics[i].b + 12, 20);
        }
    }
    struct calls_log log = {count + 1, topics, wh_span_of(in->p, in->left)};
    memset(&input, 0, sizeof input);
    if (calls_event(&log, &ev, spans, &input, &known)) {
        FUZZ_MUST(known && ev.kind < GAME_EVENT_COUNT && ev.span_count <= TREE_ARITY_MAX);
        if (input.item_count > 0) check_items(&input);
    }
    (void)calls_event(&log, &ev, spans, NULL, &known);
    if (calls_forced(&log, &j, &item)) FUZZ_MUST(item.len <= log.data.len);
    (void)calls_chunk(&log, &hash, &length);
    free(topics);
}

static void check_chunk(wh_span in)
{
    wh_span chunk;
    struct wh_buf again = {0};
    if (!calls_is_trace_post(in, &chunk)) return;
    FUZZ_MUST(chunk.len >= 1 && chunk.len <= 100000);
    calls_trace_post(chunk, &again);
    FUZZ_MUST(fuzz_same(wh_buf_span(&again), in));
    wh_buf_done(&again);
}

static void check_config(wh_span in)
{
    struct game_config c;
    struct wh_error err;
    uint8_t again[GAME_CONFIG_SIZE];
    if (l1_decode_config(in, &c, &err) != WH_OK) return;
    game_config_encode(&c, again);
    FUZZ_MUST(fuzz_same(wh_span_of(again, sizeof again), in));
    (void)game_config_ok(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    switch (fuzz_u8(&in) % 4) {
    case 0: check_log(&in); break;
    case 1: check_chunk(wh_span_of(in.p, in.left)); break;
    case 2: check_config(wh_span_of(in.p, in.left)); break;
    default: {
        const char *name = calls_error_name(wh_span_of(in.p, in.left));
        if (name != NULL) FUZZ_MUST(in.left >= 4 && strchr(name, '(') != NULL);
        break;
    }
    }
    return 0;
}
