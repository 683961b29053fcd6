/* SPDX-License-Identifier: MIT */
/* Every table: what is put is got, what is dropped is gone. */
#include "game/store/store.h"

#include <stdlib.h>

#include "proto/sys/file.h"
#include "tests/tap.h"

static struct store *s;
static struct wh_error err;

static bytes32 word(uint64_t v)
{
    bytes32 w = {{0}};
    store_be64(w.b + 24, v);
    return w;
}

#define OK(expr) CHECK_EQ((expr), WH_OK)

static void fresh(void)
{
    store_close(s);
    OK(store_open(&s, ":memory:", &err));
}

static void test_meta__and_belonging(void)
{
    fresh();
    bool found = true;
    uint64_t v = 0;
    struct wh_buf b = {0};
    OK(store_meta_get(s, "x", &b, &found, &err));
    CHECK(!found);
    OK(store_meta_put_u64(s, "x", UINT64_MAX, &err));
    OK(store_meta_get_u64(s, "x", &v, &found, &err));
    CHECK(found && v == UINT64_MAX);
    OK(store_meta_put(s, "x", wh_span_of("abc", 3), &err));
    CHECK(store_meta_get_u64(s, "x", &v, &found, &err) != WH_OK);
    OK(store_meta_put(s, "e", wh_span_of(NULL, 0), &err));
    OK(store_meta_get(s, "e", &b, &found, &err));
    CHECK(found && b.len == 0);
    bytes32 d = word(1), other = word(2);
    OK(store_belong(s, &d, &err));
    OK(store_belong(s, &d, &err));
    CHECK(store_belong(s, &other, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_STORE_BELONGS);
    CHECK_EQ(err.exit_code, 5);
    wh_buf_done(&b);
}

static void put_chain(uint64_t first, uint64_t last, uint64_t salt)
{
    for (uint64_t n = first; n <= last; n++) {
        struct store_l1_block b = {n, 1000 + n, word(n + salt), word(n - 1 + salt)};
        OK(store_l1_put(s, &b, &err));
        if (n % 2) continue;
        uint8_t data[3] = {(uint8_t)n, 1, 2};
        struct store_event e = {.l1_block = n,
                                .l1_time = 1000 + n,
                                .log_index = 3,
                                .tx_hash = word(n),
                                .topic_count = 2,
                                .data = wh_span_of(data, 3)};
        e.topics[0] = word(7);
        e.topics[1] = word(n + salt);
        OK(store_event_put(s, &e, &err));
    }
}

struct seen {
    size_t count;
    uint64_t last_seq, last_block, stop_at;
    uint64_t salt;
};

static wh_status see(void *ctx, const struct store_event *e, struct wh_error *er)
{
    (void)er;
    struct seen *x = ctx;
    bytes32 w = word(e->l1_block + x->salt);
    CHECK(e->seq > x->last_seq && e->l1_block > x->last_block);
    CHECK(e->topic_count == 2 && e->log_index == 3 && e->data.len == 3 &&
          e->data.ptr[0] == e->l1_block);
    if (x->salt) CHECK_MEM(e->topics[1].b, w.b, 32);
    x->last_seq = e->seq;
    x->last_block = e->l1_block;
    x->count++;
    if (x->stop_at == e->l1_block) return WH_E_NET;
    return store_meta_put_u64(s, "visited", e->l1_block, &err); /* a visitor may write */
}

static void test_l1__rollback_drops_what_came_after(void)
{
    fresh();
    put_chain(1, 10, 100);
    bytes32 h = word(5), tx = word(6);
    OK(store_chunk_put(s, &h, 4, &tx, 10, &err));
    OK(store_chunk_put(s, &h, 9, &tx, 10, &err));
    OK(store_chunk_put(s, &h, 9, &tx, 10, &err));
    for (uint64_t n = 0; n < 4; n++) {
        struct store_input in = {.n = n,
                                 .l1_block = 2 * n + 1,
                                 .hash = word(n),
                                 .acc = word(n + 1),
                                 .first_step = 3 * n,
                                 .items = 1,
                                 .bytes = wh_span_of("in", 2)};
        OK(store_input_put(s, &in, &err));
    }
    struct seen x = {0};
    OK(store_events_each(s, 0, see, &x, &err));
    CHECK_EQ(x.count, 5);
    uint64_t last = 0, at = 0, count = 0;
    OK(store_event_last(s, &last, &err));
    CHECK_EQ(last, x.last_seq);

    OK(store_l1_rollback(s, 5, &err));
    struct store_l1_block b;
    bool found = false;
    OK(store_l1_head(s, &b, &found, &err));
    CHECK(found && b.number == 5 && b.hash.b[31] == 105 && b.parent.b[31] == 104);
    OK(store_l1_get(s, 6, &b, &found, &err));
    CHECK(!found);
    OK(store_l1_below(s, 5, &b, &found, &err));
    CHECK(found && b.number == 4);
    OK(store_chunk_newest(s, &h, &at, &found, &err));
    CHECK(found && at == 4);
    bytes32 of = word(77), seen_tx;
    OK(store_chunk_put(s, &h, 5, &of, 0, &err)); /* an event that nobody has looked at */
    OK(store_chunk_newest(s, &h, &at, &found, &err));
    CHECK(found && at == 4);
    OK(store_chunk_unseen(s, &h, 5, &at, &seen_tx, &found, &err));
    CHECK(!found);
    OK(store_chunk_unseen(s, &h, 4, &at, &seen_tx, &found, &err));
    CHECK(found && at == 5 && bytes32_eq(&seen_tx, &of));
    OK(store_chunk_settle(s, &h, 5, &of, 10, &err));
    OK(store_chunk_put(s, &h, 5, &of, 0, &err)); /* seen again: what is known stays */
    OK(store_chunk_newest(s, &h, &at, &found, &err));
    CHECK(found && at == 5);
    OK(store_chunk_settle(s, &h, 5, &of, 0, &err));
    OK(store_chunk_newest(s, &h, &at, &found, &err));
    CHECK(found && at == 4);
    OK(store_input_count(s, &count, &err));
    CHECK_EQ(count, 3);
    put_chain(6, 8, 200);
    struct seen y = {0};
    OK(store_events_each(s, 0, see, &y, &err));
    CHECK_EQ(y.count, 4);
    CHECK(y.last_seq > last); /* a sequence number is never used twice */
    struct seen z = {.stop_at = 6};
    CHECK_EQ(store_events_each(s, 0, see, &z, &err), WH_E_NET);
    CHECK_EQ(z.count, 3);
    OK(store_meta_get_u64(s, "visited", &at, &found, &err));
    CHECK_EQ(at, 4); /* what was visited before stays written */
    OK(store_l1_prune(s, 5, &err));
    OK(store_l1_get(s, 3, &b, &found, &err));
    CHECK(!found);
    OK(store_l1_get(s, 4, &b, &found, &err));
    CHECK(found);
}

static void test_preimages__three_kinds(void)
{
    fresh();
    bytes32 h = word(1);
    struct wh_buf b = {0};
    bool found = true;
    static const char *const text[3] = {"node", "code!", ""};
    for (unsigned k = 0; k < 3; k++) {
        OK(store_preimage_get(s, (enum store_kind)k, &h, &b, &found, &err));
        CHECK(!found);
        OK(store_preimage_put(s, (enum store_kind)k, &h, wh_span_of(text[k], strlen(text[k])),
                              &err));
        OK(store_preimage_put(s, (enum store_kind)k, &h, wh_span_of(text[k], strlen(text[k])),
                              &err));
        wh_buf_reset(&b);
        OK(store_preimage_get(s, (enum store_kind)k, &h, &b, &found, &err));
        CHECK(found && b.len == strlen(text[k]));
        CHECK_MEM(b.ptr, text[k], b.len);
    }
    wh_buf_done(&b);
}

static void test_steps__packed_rows(void)
{
    fresh();
    enum { N = 400 };
    struct store_step *v = calloc(N, sizeof *v), *got = calloc(N, sizeof *got);
    bytes32 *leaves = calloc(N, sizeof *leaves);
    for (uint64_t i = 0; i < N; i++)
        v[i] = (struct store_step){word(i), word(1000 + i), i, i * i};
    uint64_t count = 7;
    OK(store_steps_count(s, &count, &err));
    CHECK_EQ(count, 0);
    CHECK(store_steps_append(s, 1, v, 1, &err) != WH_OK); /* a gap */
    static const size_t parts[] = {1, 122, 1, 1, 124, 100, 51};
    size_t at = 0;
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        OK(store_steps_append(s, at, v + at, parts[k], &err));
        at += parts[k];
    }
    CHECK_EQ(at, N);
    OK(store_steps_count(s, &count, &err));
    CHECK_EQ(count, N);
    OK(store_steps_get(s, 0, N, got, &err));
    for (size_t i = 0; i < N; i++)
        CHECK(bytes32_eq(&got[i].leaf, &v[i].leaf) &&
              bytes32_eq(&got[i].state_root, &v[i].state_root) && got[i].gas == i &&
              got[i].gas_cumulative == i * i);
    OK(store_leaves_get(s, 120, 200, leaves, &err));
    for (size_t i = 0; i < 200; i++)
        CHECK(bytes32_eq(&leaves[i], &v[120 + i].leaf));
    CHECK(store_leaves_get(s, 390, 11, leaves, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_STORE_MISSING);

    uint8_t state[1024] = {1}, back[1024];
    bool found = false;
    uint64_t steps = 0;
    for (uint64_t i = 0; i <= 400; i += 100) {
        state[1] = (uint8_t)i;
        OK(store_state_put(s, i, state, &err));
    }
    OK(store_state_below(s, 399, &steps, back, &found, &err));
    CHECK(found && steps == 300 && back[0] == 1 && back[1] == (300 & 255));
    bytes32 pre = word(9), other = word(8);
    struct wh_buf t = {0};
    OK(store_trace_put(s, 150, &pre, wh_span_of("trace", 5), &err));
    OK(store_trace_get(s, 150, &other, &t, &found, &err));
    CHECK(!found); /* a trace of another history is not this one's */
    OK(store_trace_get(s, 150, &pre, &t, &found, &err));
    CHECK(found && t.len == 5 && memcmp(t.ptr, "trace", 5) == 0);
    struct store_block blk = {.number = 5, .first_step = 140, .steps = 20, .hash = word(3)}, gb;
    OK(store_block_put(s, &blk, &err));

    static const uint64_t cuts[] = {400, 372, 371, 250, 249, 248, 150, 124, 0};
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
        OK(store_steps_truncate(s, cuts[k], &err));
        OK(store_steps_count(s, &count, &err));
        CHECK_EQ(count, cuts[k]);
        if (cuts[k]) OK(store_steps_get(s, cuts[k] - 1, 1, got, &err));
        if (cuts[k]) CHECK(bytes32_eq(&got[0].leaf, &v[cuts[k] - 1].leaf));
        OK(store_block_head(s, &gb, &found, &err));
        CHECK(found == (cuts[k] >= 160));
        OK(store_trace_get(s, 150, &pre, &t, &found, &err));
        CHECK(found == (cuts[k] > 150));
        OK(store_state_below(s, UINT64_MAX >> 1, &steps, back, &found, &err));
        CHECK(found && steps == cuts[k] / 100 * 100);
        if (cuts[k] == 150) OK(store_steps_append(s, 150, v + 150, 50, &err));
        if (cuts[k] == 150) OK(store_steps_get(s, 100, 100, got, &err));
        if (cuts[k] == 150) CHECK(bytes32_eq(&got[99].leaf, &v[199].leaf));
    }
    wh_buf_done(&t);
    free(v);
    free(got);
    free(leaves);
}

static wh_status count_nodes(void *ctx, const struct store_node *n, struct wh_error *er)
{
    (void)er;
    uint64_t *last = ctx;
    CHECK(n->h <= 10 - last[0]);
    last[0]++;
    last[1] += n->pos;
    return WH_OK;
}

static wh_status count_assertions(void *ctx, const struct store_assertion *a, struct wh_error *er)
{
    (void)er;
    CHECK(a->status == 1);
    ++*(unsigned *)ctx;
    return WH_OK;
}

static void test_game__assertions_nodes_verdicts(void)
{
    fresh();
    struct store_assertion a = {.aid = word(1),
                                .parent = word(2),
                                .last_leaf = word(3),
                                .span = word(4),
                                .pot_gid = word(5),
                                .staker = {{6}},
                                .input_end = 7,
                                .next_input = 8,
                                .created_at = 9,
                                .l1_block = 10,
                                .status = 2,
                                .tx_hash = word(11)},
                           ga;
    bool found = false;
    OK(store_assertion_put(s, &a, &err));
    a.status = 1;
    OK(store_assertion_put(s, &a, &err));
    OK(store_assertion_get(s, &a.aid, &ga, &found, &err));
    CHECK(found && ga.parent.b[31] == 2 && ga.last_leaf.b[31] == 3 && ga.span.b[31] == 4);
    CHECK(ga.pot_gid.b[31] == 5 && ga.staker.b[0] == 6 && ga.input_end == 7 && ga.next_input == 8);
    CHECK(ga.created_at == 9 && ga.l1_block == 10 && ga.status == 1 && ga.tx_hash.b[31] == 11);
    unsigned n = 0;
    OK(store_assertions_each(s, count_assertions, &n, &err));
    CHECK_EQ(n, 1);
    for (uint64_t i = 0; i < 6; i++) {
        struct store_node v = {.id = word(i),
                               .gid = word(i % 2),
                               .pos = i,
                               .h = (uint8_t)(10 - i / 2),
                               .base = word(1),
                               .span = word(2),
                               .flags = 3,
                               .mover = {{1}}};
        OK(store_node_put(s, &v, &err));
    }
    struct store_node v;
    bytes32 id = word(3), gid = word(1);
    OK(store_node_get(s, &id, &v, &found, &err));
    CHECK(found && v.pos == 3 && v.h == 9 && v.flags == 3);
    uint64_t sum[2] = {0, 0};
    OK(store_nodes_each(s, &gid, count_nodes, sum, &err));
    CHECK(sum[0] == 3 && sum[1] == 9);
    OK(store_game_clear(s, &err));
    OK(store_assertion_get(s, &a.aid, &ga, &found, &err));
    CHECK(!found);

    struct store_verdict_row r = {.aid = word(1),
                                  .verdict = STORE_INVALID,
                                  .first_wrong = UINT64_MAX,
                                  .at_ms = 5,
                                  .reason = "balance of 0x.. differs"},
                             gr;
    struct wh_buf ev = {0};
    OK(store_verdict_put(s, &r, wh_span_of("proof", 5), &err));
    OK(store_verdict_get(s, &r.aid, &gr, &ev, &found, &err));
    CHECK(found && gr.verdict == STORE_INVALID && gr.first_wrong == UINT64_MAX && ev.len == 5);
    CHECK(strcmp(gr.reason, r.reason) == 0);
    wh_buf_done(&ev);
}

static wh_status see_intent(void *ctx, const struct store_intent *i, struct wh_error *er)
{
    (void)er;
    struct wh_buf *order = ctx;
    wh_buf_put(order, &i->key.b[31], 1);
    return WH_OK;
}

static wh_status see_tx(void *ctx, const struct store_intent_tx *t, wh_span raw,
                        struct wh_error *er)
{
    (void)er;
    struct wh_buf *order = ctx;
    wh_buf_put(order, &t->hash.b[31], 1);
    CHECK(raw.len == 2 && raw.ptr[0] == 'r' && t->nonce == 4);
    return WH_OK;
}

static void test_intents__journal(void)
{
    fresh();
    struct wh_buf b = {0};
    for (uint64_t k = 1; k <= 6; k++) {
        struct store_intent i = {.key = word(k),
                                 .kind = "split",
                                 .state = STORE_INTENT_QUEUED,
                                 .to = {{1}},
                                 .value = {{k, 0, 0, 1}},
                                 .gas_limit = 260000,
                                 .priority = 10 - k};
        if (k == 2 || k == 5) {
            i.state = STORE_INTENT_SENT;
            i.has_nonce = true;
            i.nonce = 20 - k;
        }
        if (k == 6) i.state = STORE_INTENT_DONE;
        OK(store_intent_put(s, &i, wh_span_of("data", 4), &err));
    }
    OK(store_intents_each(s, false, see_intent, &b, &err));
    CHECK(b.len == 5 && memcmp(b.ptr, "\5\2\4\3\1", 5) == 0); /* by nonce, then by priority */
    wh_buf_reset(&b);
    OK(store_intents_each(s, true, see_intent, &b, &err));
    CHECK_EQ(b.len, 6);

    struct store_intent i;
    bool found = false;
    bytes32 key = word(3);
    wh_buf_reset(&b);
    OK(store_intent_get(s, &key, &i, &b, &found, &err));
    CHECK(found && b.len == 4 && i.value.w[3] == 1 && !i.has_nonce && strcmp(i.kind, "split") == 0);
    i.state = STORE_INTENT_MINED;
    i.mined_tx = word(77);
    i.reverted = true;
    OK(store_intent_put(s, &i, (wh_span){NULL, 0}, &err)); /* the data stays */
    wh_buf_reset(&b);
    OK(store_intent_get(s, &key, &i, &b, &found, &err));
    CHECK(found && b.len == 4 && i.state == STORE_INTENT_MINED && i.reverted &&
          i.mined_tx.b[31] == 77);
    OK(store_intent_drop(s, &key, &err));
    OK(store_intent_get(s, &key, &i, NULL, &found, &err));
    CHECK(!found);

    uint64_t next = 0;
    OK(store_nonce_next(s, &next, &found, &err));
    CHECK(!found);
    for (uint64_t k = 1; k <= 3; k++) {
        struct store_intent_tx t = {
            .hash = word(k), .key = word(1), .nonce = 4, .max_fee = {{k, 0, 0, 0}}, .live = true};
        OK(store_intent_tx_put(s, &t, wh_span_of("rx", 2), &err));
    }
    wh_buf_reset(&b);
    OK(store_intent_txs_each(s, 4, see_tx, &b, &err));
    CHECK(b.len == 3 && memcmp(b.ptr, "\3\2\1", 3) == 0); /* dearest first */
    OK(store_nonce_next(s, &next, &found, &err));
    CHECK(found && next == 5);
    wh_buf_done(&b);
}

static void test_transactions__nest_and_roll_back(void)
{
    fresh();
    bool found = true;
    uint64_t v;
    OK(store_begin(s, &err));
    OK(store_meta_put_u64(s, "a", 1, &err));
    store_rollback(s);
    OK(store_meta_get_u64(s, "a", &v, &found, &err));
    CHECK(!found);
    OK(store_begin(s, &err));
    OK(store_begin(s, &err));
    OK(store_meta_put_u64(s, "a", 1, &err));
    store_rollback(s); /* the inner one spoils the outer one */
    CHECK(store_commit(s, &err) != WH_OK);
    OK(store_meta_get_u64(s, "a", &v, &found, &err));
    CHECK(!found);
    OK(store_begin(s, &err));
    OK(store_begin(s, &err));
    OK(store_meta_put_u64(s, "a", 1, &err));
    OK(store_commit(s, &err));
    OK(store_commit(s, &err));
    OK(store_meta_get_u64(s, "a", &v, &found, &err));
    CHECK(found);
}

int main(void)
{
    RUN(test_meta__and_belonging);
    RUN(test_l1__rollback_drops_what_came_after);
    RUN(test_preimages__three_kinds);
    RUN(test_steps__packed_rows);
    RUN(test_game__assertions_nodes_verdicts);
    RUN(test_intents__journal);
    RUN(test_transactions__nest_and_roll_back);
    store_close(s);
    return tap_done();
}
