/* SPDX-License-Identifier: MIT */
/* The outbox against a chain in memory: cut at every request, restarted, reorged, starved. */
#include "proto/l1/outbox.h"

#include <stdlib.h>
#include <unistd.h>

#include "game/store/store_private.h"
#include "proto/sys/log.h"
#include "tests/tap.h"
#include "tests/unit/l1/fake_l1.h"

static char dir[] = "outbox_test_XXXXXX";
static struct fake chain;
static struct store *store;
static struct l1_rpc *rpc;
static struct l1_key key;
static struct outbox *ob;
static struct wh_error err;
static struct outbox_report report;
static uint64_t now_ms;
static struct outbox_config config;

#define OK(expr) CHECK_EQ((expr), WH_OK)

static void clean(void)
{
    static const char *const names[] = {"whittle.db", "whittle.db-wal", "whittle.db-shm", "lock"};
    for (size_t i = 0; i < 4; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
}

static void stop(void)
{
    outbox_close(ob);
    ob = NULL;
    l1_rpc_close(rpc);
    rpc = NULL;
    store_close(store);
    store = NULL;
}

static wh_status start(void)
{
    OK(store_open(&store, dir, &err));
    /* what a kill leaves is test_store_open's matter; here thousands of commits must be quick */
    sqlite3_exec(store_db(store), "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    rpc = fake_open(&chain);
    return outbox_open(&ob, store, rpc, &key, &config, &err);
}

static void fresh(void)
{
    stop();
    clean();
    fake_init(&chain);
    now_ms = 1000000;
    config = (struct outbox_config){
        .chain_id = chain.chain_id, .confirmations = 2, .resubmit_ms = 10000};
    memset(key.secret, 0x11, 32);
    OK(l1_key_init(&key, key.secret, &err));
    OK(start());
}

static struct outbox_move move_of(uint8_t n)
{
    static uint8_t data[256][2];
    data[n][0] = n;
    return (struct outbox_move){.key = outbox_key("split", &n, 1, 0),
                                .kind = "split",
                                .to = {{n}},
                                .gas_limit = 260000,
                                .priority = n,
                                .data = wh_span_of(data[n], 2)};
}

/* One tick of a planner that wants moves 1..n until the chain has executed them. */
static wh_status tick(uint8_t n)
{
    outbox_round(ob);
    for (uint8_t m = 1; m <= n; m++) {
        if (fake_executed(&chain, m)) continue;
        struct outbox_move mv = move_of(m);
        wh_status st = outbox_put(ob, &mv, &err);
        if (st != WH_OK) return st;
    }
    struct outbox_view view = {
        .l1_block = chain.head, .l1_hash = chain.blocks[chain.head].hash, .now_ms = now_ms};
    now_ms += 1000;
    return outbox_pump(ob, &view, &report, &err);
}

static enum store_intent_state state_of(uint8_t n)
{
    struct store_intent i = {.state = (enum store_intent_state)99};
    struct outbox_move m = move_of(n);
    bool found = false;
    OK(store_intent_get(store, &m.key, &i, NULL, &found, &err));
    return i.state;
}

static void test_outbox__each_move_once(void)
{
    fresh();
    OK(tick(3));
    CHECK_EQ(report.sent, 3);
    CHECK_EQ(report.pending, 3);
    OK(tick(3));
    CHECK_EQ(report.sent, 0); /* one live transaction per key */
    fake_mine(&chain);
    OK(tick(3));
    CHECK_EQ(state_of(1), STORE_INTENT_MINED); /* done, but a reorg may undo it */
    for (int i = 0; i < 4; i++) {
        fake_mine(&chain);
        OK(tick(3));
    }
    for (uint8_t m = 1; m <= 3; m++) {
        CHECK_EQ(fake_executed(&chain, m), 1);
        CHECK_EQ(state_of(m), STORE_INTENT_DONE);
    }
    CHECK_EQ(chain.tx_count, 3);
    CHECK_EQ(chain.txs[0].move, 1); /* by priority */
    CHECK_EQ(chain.txs[0].nonce, 0);
    CHECK_EQ(chain.txs[0].max_fee, 1000000020);
    CHECK_EQ(report.queued + report.pending + report.mined, 0);
}

/* Runs to the end; the request number `at` breaks, and the process with it. */
static bool run_with_cut(unsigned at, bool after)
{
    fresh();
    chain.requests = 0;
    chain.fail_at = at;
    chain.fail_after = after;
    bool cut = false;
    for (int i = 0; i < 12; i++) {
        chain.base_fee++; /* whatever is signed twice gives other bytes */
        if (ob == NULL || tick(3) != WH_OK) {
            CHECK_EQ(err.status, WH_E_NET);
            cut = true;
            stop();
            if (start() != WH_OK) {
                CHECK_EQ(err.code, WH_ERR_RPC_CONNECT);
                stop();
                OK(start());
            }
            continue;
        }
        if (i % 2) fake_mine(&chain);
    }
    for (uint8_t m = 1; m <= 3; m++) {
        CHECK_EQ(fake_executed(&chain, m), 1);
        CHECK_EQ(state_of(m), STORE_INTENT_DONE);
    }
    CHECK_EQ(chain.tx_count, 3); /* never another transaction than the journalled one */
    return cut;
}

static void test_outbox__cut_at_every_request(void)
{
    unsigned n = 0;
    for (unsigned at = 1; at < 200; at++, n++)
        if (!run_with_cut(at, false) || !run_with_cut(at, true)) break;
    printf("# cut at %u requests, before and after their effect\n", n);
    CHECK(n > 25);
}

/* Restarted between any two ticks. */
static void test_outbox__restart_every_tick(void)
{
    fresh();
    for (int i = 0; i < 12; i++) {
        OK(tick(3));
        stop();
        OK(start());
        if (i % 3 == 2) fake_mine(&chain);
    }
    CHECK_EQ(chain.tx_count, 3);
    for (uint8_t m = 1; m <= 3; m++)
        CHECK(fake_executed(&chain, m) == 1 && state_of(m) == STORE_INTENT_DONE);
}

static void test_outbox__raises_fees_up_to_the_cap(void)
{
    fresh();
    chain.idle = true;
    config.max_fee = u256_from_u64(1500000000);
    stop();
    OK(start());
    OK(tick(2));
    CHECK_EQ(report.sent, 2);
    unsigned bumps = 0;
    for (int i = 0; i < 60; i++) {
        fake_mine(&chain);
        OK(tick(2));
        bumps += report.bumped;
        CHECK(report.bumped <= 1); /* the lowest nonce alone */
    }
    CHECK(report.capped);
    CHECK(bumps >= 2 && bumps <= 4);
    uint64_t last_fee = 0, last_tip = 0;
    for (unsigned i = 0; i < chain.tx_count; i++) {
        const struct fake_tx *t = &chain.txs[i];
        CHECK(t->max_fee <= 1500000000 && t->tip <= t->max_fee);
        if (t->move != 1) continue;
        CHECK_EQ(t->nonce, 0);
        if (last_fee) CHECK(t->max_fee * 100 >= last_fee * 112 && t->tip * 100 >= last_tip * 112);
        last_fee = t->max_fee;
        last_tip = t->tip;
    }
    chain.idle = false;
    for (int i = 0; i < 5; i++) {
        fake_mine(&chain);
        OK(tick(2));
    }
    CHECK(fake_executed(&chain, 1) == 1 && fake_executed(&chain, 2) == 1);
    CHECK_EQ(state_of(2), STORE_INTENT_DONE);
}

static void test_outbox__base_fee_above_the_cap(void)
{
    fresh();
    chain.base_fee = UINT64_C(300000000000);
    OK(tick(1));
    CHECK(report.capped && report.sent == 0 && report.queued == 1 && chain.tx_count == 0);
    chain.base_fee = 10;
    OK(tick(1));
    CHECK_EQ(report.sent, 1);
}

static void test_outbox__no_funds_keeps_the_move(void)
{
    fresh();
    chain.balance = u256_from_u64(1000);
    OK(tick(1));
    CHECK(report.poor && report.queued == 1 && chain.tx_count == 0);
    chain.balance = (u256){{0, 1000, 0, 0}};
    OK(tick(1));
    CHECK_EQ(report.sent, 1);
}

static void reorg_test(unsigned depth, bool back_to_pool)
{
    fresh();
    for (int i = 0; i < 6; i++)
        fake_mine(&chain);
    config.confirmations = 1; /* so that some moves are done for good when the reorg comes */
    stop();
    OK(start());
    for (uint8_t m = 1; m <= 4; m++) {
        OK(tick(m));
        fake_mine(&chain);
        OK(tick(m));
    }
    for (uint8_t m = 1; m <= 4; m++)
        CHECK_EQ(fake_executed(&chain, m), 1);
    fake_reorg(&chain, depth, back_to_pool);
    for (int i = 0; i < 8; i++) {
        OK(tick(4));
        fake_mine(&chain);
    }
    for (uint8_t m = 1; m <= 4; m++) {
        CHECK_EQ(fake_executed(&chain, m), 1);
        CHECK_EQ(state_of(m), STORE_INTENT_DONE);
    }
    CHECK_EQ(chain.tx_count, 4); /* the same bytes again, nothing new */
}

static void test_outbox__reorgs(void)
{
    for (unsigned depth = 1; depth <= 4; depth++) {
        reorg_test(depth, true);
        reorg_test(depth, false);
    }
}

static void test_outbox__reverted_is_sent_again(void)
{
    fresh();
    chain.revert_once = 1;
    OK(tick(1));
    fake_mine(&chain);
    OK(tick(1)); /* the receipt says reverted; the state still asks */
    CHECK_EQ(report.failed, 1);
    CHECK_EQ(report.sent, 1);
    fake_mine(&chain);
    for (int i = 0; i < 4; i++) {
        OK(tick(1));
        fake_mine(&chain);
    }
    CHECK_EQ(chain.tx_count, 2);
    CHECK(chain.txs[1].nonce == 1 && fake_executed(&chain, 1) == 1);
    CHECK_EQ(state_of(1), STORE_INTENT_DONE);
}

/* Mined, not reverted, and yet asked for: the view is to be doubted, not the move made twice. */
static void test_outbox__made_but_asked_for_again(void)
{
    fresh();
    struct outbox_move m = move_of(1);
    OK(tick(1));
    fake_mine(&chain);
    for (unsigned i = 0; i < 15; i++) {
        struct outbox_view view = {
            .l1_block = chain.head, .l1_hash = chain.blocks[chain.head].hash, .now_ms = now_ms};
        outbox_round(ob);
        OK(outbox_put(ob, &m, &err));
        OK(outbox_pump(ob, &view, &report, &err));
        if (i < 5) CHECK(report.denied == 1 && chain.tx_count == 1);
        now_ms += 1000;
        fake_mine(&chain);
    }
    CHECK_EQ(chain.tx_count, 2); /* after a pause, for whoever has no other way */
}

static void test_outbox__reverted_and_not_wanted_is_failed(void)
{
    fresh();
    chain.revert_once = 1;
    OK(tick(1));
    fake_mine(&chain);
    for (int i = 0; i < 4; i++) {
        OK(tick(0)); /* somebody else did it */
        fake_mine(&chain);
    }
    CHECK_EQ(state_of(1), STORE_INTENT_FAILED);
    CHECK_EQ(chain.tx_count, 1);
}

static void test_outbox__unsent_and_not_wanted_is_dropped(void)
{
    fresh();
    chain.base_fee = UINT64_C(300000000000);
    OK(tick(2));
    CHECK_EQ(report.queued, 2);
    chain.base_fee = 10;
    OK(tick(0));
    CHECK(report.queued == 0 && chain.tx_count == 0);
}

static void test_outbox__stuck_and_not_wanted_is_replaced(void)
{
    fresh();
    chain.idle = true;
    OK(tick(1));
    for (int i = 0; i < 12; i++)
        OK(tick(0));
    CHECK(chain.tx_count >= 2);
    const struct fake_tx *t = &chain.txs[chain.tx_count - 1];
    CHECK(t->nonce == 0 && t->move == 0 && t->gas == 21000 && address_eq(&t->to, &key.addr));
    chain.idle = false;
    for (int i = 0; i < 5; i++) {
        fake_mine(&chain);
        OK(tick(0));
    }
    CHECK_EQ(fake_executed(&chain, 1), 0);
    CHECK_EQ(report.pending + report.mined, 0);
    /* wanted again: a new nonce */
    OK(tick(1));
    fake_mine(&chain);
    OK(tick(1));
    CHECK_EQ(fake_executed(&chain, 1), 1);
}

static void test_outbox__lost_by_the_node(void)
{
    fresh();
    chain.mute_pool = true;
    OK(tick(1));
    CHECK_EQ(chain.txs[0].in_pool, false);
    chain.mute_pool = false;
    OK(tick(1));
    CHECK_EQ(report.resent, 1);
    fake_mine(&chain);
    OK(tick(1));
    CHECK(fake_executed(&chain, 1) == 1 && chain.tx_count == 1);
}

static void test_outbox__nonce_used_elsewhere(void)
{
    fresh();
    OK(tick(1));
    fake_mine(&chain);
    fake_foreign(&chain, 1);           /* nobody here gave out nonce 1 */
    for (unsigned i = 1; i < 3; i++) { /* one answer, or two, may be wrong */
        CHECK(tick(2) != WH_OK);
        CHECK_EQ(err.code, WH_ERR_RPC_DOUBT);
    }
    CHECK(tick(2) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_KEY_NONCE);
    CHECK_EQ(err.exit_code, 8);
    CHECK_EQ(fake_executed(&chain, 2), 0);
    stop();
    OK(start()); /* nobody else uses it any more: on behind what the chain has */
    OK(tick(2));
    fake_mine(&chain);
    CHECK_EQ(fake_executed(&chain, 2), 1);

    fresh(); /* our own nonce, taken by a dearer transaction of another program */
    OK(tick(1));
    fake_foreign(&chain, 0);
    CHECK_EQ(fake_executed(&chain, 1), 0);
    wh_status st = WH_OK;
    int pumps = 0;
    for (; pumps < 40 && st == WH_OK; pumps++) {
        st = tick(1);
        fake_mine(&chain);
    }
    CHECK(st != WH_OK && pumps >= 16); /* not before every node must have a receipt of ours */
    CHECK_EQ(err.code, WH_ERR_KEY_NONCE);
    stop();
    OK(start());
    for (int i = 0; i < 4; i++) {
        OK(tick(1));
        fake_mine(&chain);
    }
    CHECK_EQ(fake_executed(&chain, 1), 1);
}

/* A load balancer: the nonce comes from a node that has the block, the receipt from one that does not. */
static void test_outbox__receipts_that_lag_are_no_theft(void)
{
    fresh();
    OK(tick(1));
    fake_mine(&chain);
    chain.no_receipts = true;
    for (unsigned i = 0; i < 12; i++) {
        OK(tick(1));
        fake_mine(&chain);
    }
    chain.no_receipts = false;
    OK(tick(1));
    CHECK_EQ(state_of(1), STORE_INTENT_DONE);
    CHECK_EQ(chain.tx_count, 1);
}

/* A clock that is set back by a year stops neither raises nor second tries. */
static void test_outbox__clock_set_back(void)
{
    fresh();
    now_ms = UINT64_C(1000) * 86400 * 365;
    chain.idle = true;
    OK(tick(1));
    now_ms = 1000000;
    OK(tick(1));
    CHECK_EQ(report.bumped, 1);
    OK(tick(1));
    CHECK_EQ(report.bumped, 0);
    chain.idle = false;
    fake_mine(&chain);
    OK(tick(1));
    CHECK_EQ(fake_executed(&chain, 1), 1);
}

static void test_outbox__new_store_goes_on_behind_the_chain(void)
{
    fresh();
    chain.start_nonce = 7;
    stop();
    OK(start());
    OK(tick(1));
    CHECK_EQ(chain.txs[0].nonce, 7);
}

static void test_outbox__bounded_in_flight(void)
{
    fresh();
    config.max_pending = 2;
    stop();
    OK(start());
    OK(tick(5));
    CHECK(report.sent == 2 && report.queued == 3);
    fake_mine(&chain);
    OK(tick(5));
    CHECK(report.sent == 2 && report.queued == 1);
}

/* What cannot be journalled is not sent. */
static void test_outbox__full_disk_sends_nothing(void)
{
    fresh();
    static uint8_t big[60000];
    struct outbox_move m = move_of(1);
    m.data = wh_span_of(big, sizeof big);
    OK(store_limit_pages(store, 1, &err)); /* SQLite: no less than what it has */
    outbox_round(ob);
    CHECK(outbox_put(ob, &m, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_STORE_FULL);
    OK(store_limit_pages(store, 0, &err));
    OK(outbox_put(ob, &m, &err)); /* the intent is there, now its transaction does not fit */
    OK(store_limit_pages(store, 1, &err));
    struct outbox_view view = {.l1_hash = chain.blocks[0].hash, .now_ms = now_ms};
    CHECK(outbox_pump(ob, &view, &report, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_STORE_FULL);
    CHECK_EQ(chain.tx_count, 0);
    OK(store_limit_pages(store, 0, &err));
    OK(outbox_pump(ob, &view, &report, &err));
    CHECK_EQ(chain.tx_count, 1);
    CHECK_EQ(chain.txs[0].nonce, 0);
}

/* A view from before the transaction, or of another branch, says nothing about it. */
static void test_outbox__old_view_is_no_verdict(void)
{
    fresh();
    OK(tick(1));
    fake_mine(&chain);
    struct outbox_move m = move_of(1);
    struct outbox_view old = {.l1_block = 0, .l1_hash = chain.blocks[0].hash, .now_ms = now_ms};
    struct outbox_view other = {.l1_block = chain.head, .now_ms = now_ms};
    for (int i = 0; i < 5; i++) {
        outbox_round(ob);
        OK(outbox_put(ob, &m, &err)); /* the old view still asks for it */
        OK(outbox_pump(ob, i % 2 ? &old : &other, &report, &err));
        fake_mine(&chain);
    }
    CHECK_EQ(chain.tx_count, 1);
    CHECK_EQ(state_of(1), STORE_INTENT_MINED);
}

int main(void)
{
    wh_log_init(stderr, WH_LEVEL_OFF, WH_LOG_TEXT);
    if (mkdtemp(dir) == NULL) return 1;
    RUN(test_outbox__each_move_once);
    RUN(test_outbox__cut_at_every_request);
    RUN(test_outbox__restart_every_tick);
    RUN(test_outbox__raises_fees_up_to_the_cap);
    RUN(test_outbox__base_fee_above_the_cap);
    RUN(test_outbox__no_funds_keeps_the_move);
    RUN(test_outbox__reorgs);
    RUN(test_outbox__reverted_is_sent_again);
    RUN(test_outbox__made_but_asked_for_again);
    RUN(test_outbox__reverted_and_not_wanted_is_failed);
    RUN(test_outbox__unsent_and_not_wanted_is_dropped);
    RUN(test_outbox__stuck_and_not_wanted_is_replaced);
    RUN(test_outbox__lost_by_the_node);
    RUN(test_outbox__nonce_used_elsewhere);
    RUN(test_outbox__receipts_that_lag_are_no_theft);
    RUN(test_outbox__clock_set_back);
    RUN(test_outbox__new_store_goes_on_behind_the_chain);
    RUN(test_outbox__bounded_in_flight);
    RUN(test_outbox__full_disk_sends_nothing);
    RUN(test_outbox__old_view_is_no_verdict);
    stop();
    clean();
    rmdir(dir);
    return tap_done();
}
