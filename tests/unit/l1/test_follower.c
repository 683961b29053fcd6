/* SPDX-License-Identifier: MIT */
/* The follower against a chain in memory: what is stored equals the chain after anything. */
#include "proto/l1/follower.h"

#include "proto/sys/log.h"
#include "tests/tap.h"
#include "tests/unit/l1/fake_l1.h"

static struct fake chain;
static struct store *store;
static struct l1_rpc *rpc;
static struct follower *f;
static struct wh_error err;
static struct follower_news news;

#define OK(expr) CHECK_EQ((expr), WH_OK)

static void open_follower(uint64_t first, uint64_t max)
{
    struct follower_config c = {.tag = L1_AT_LATEST,
                                .first_block = first,
                                .addrs = &chain.log_addr,
                                .addr_count = 1,
                                .max_blocks = max};
    follower_close(f);
    f = NULL;
    OK(follower_open(&f, store, rpc, &c, &err));
}

static void fresh(uint64_t first, uint64_t max)
{
    store_close(store);
    store = NULL;
    l1_rpc_close(rpc);
    fake_init(&chain);
    chain.log_addr.b[0] = 9;
    OK(store_open(&store, ":memory:", &err));
    rpc = fake_open(&chain);
    open_follower(first, max);
}

static void mine(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        fake_mine(&chain);
        chain.blocks[chain.head].logs = (chain.head + (unsigned)chain.salt) % 3;
    }
}

static wh_status compare(void *ctx, const struct store_event *e, struct wh_error *er)
{
    (void)er;
    uint64_t *at = ctx; /* block, log, count */
    while (at[0] <= chain.head && at[1] == chain.blocks[at[0]].logs) {
        at[0]++;
        at[1] = 0;
    }
    CHECK(e->l1_block == at[0] && e->log_index == at[1] && e->l1_time == chain.blocks[at[0]].time);
    CHECK(e->topic_count == 1 && bytes32_eq(&e->topics[0], &chain.blocks[at[0]].hash));
    CHECK(e->data.len == 1 && e->data.ptr[0] == (uint8_t)at[0] && e->addr.b[0] == 9);
    at[1]++;
    at[2]++;
    return WH_OK;
}

/* The store holds the logs of blocks first..head, and no others. */
static void same_as_chain(uint64_t first)
{
    uint64_t at[3] = {first, 0, 0}, want = 0;
    for (uint64_t n = first; n <= chain.head; n++)
        want += chain.blocks[n].logs;
    OK(store_events_each(store, 0, compare, at, &err));
    CHECK_EQ(at[2], want);
    CHECK(news.head == chain.head && news.tip == chain.head);
    CHECK(bytes32_eq(&news.head_hash, &chain.blocks[chain.head].hash));
}

static void test_follower__reads_on(void)
{
    fresh(3, 10);
    mine(40);
    int steps = 0;
    do {
        OK(follower_step(f, &news, &err));
        steps++;
    } while (news.head < news.tip && steps < 20);
    CHECK_EQ(steps, 4);
    same_as_chain(3);
    OK(follower_step(f, &news, &err));
    CHECK(news.events == 0 && !news.reorged);
    mine(1);
    OK(follower_step(f, &news, &err));
    same_as_chain(3);
    open_follower(3, 10); /* another process goes on where the store is */
    mine(2);
    OK(follower_step(f, &news, &err));
    same_as_chain(3);
}

static void catch_up(void)
{
    do
        OK(follower_step(f, &news, &err));
    while (news.head < news.tip);
}

static void test_follower__long_ranges(void)
{
    fresh(1, 5000);
    mine(380);
    for (unsigned i = 1; i <= chain.head; i++)
        if (i % 50) chain.blocks[i].logs = 0;
    OK(follower_step(f, &news, &err));
    CHECK_EQ(news.head, 380 - FOLLOWER_NEAR); /* the last ones block by block */
    catch_up();
    same_as_chain(1);
    fake_reorg(&chain, 70, true); /* the common ancestor is sparse: it goes back further */
    mine(72);
    OK(follower_step(f, &news, &err));
    CHECK(news.reorged && news.kept <= 310);
    catch_up();
    same_as_chain(1);
}

static void test_follower__reorgs(void)
{
    for (unsigned depth = 1; depth <= 12; depth++) {
        fresh(2, 100);
        mine(14);
        OK(follower_step(f, &news, &err));
        fake_reorg(&chain, depth, true);
        mine(depth > 3 ? depth - 3 : depth + 1); /* the new branch may be shorter */
        OK(follower_step(f, &news, &err));
        CHECK(news.reorged);
        CHECK_EQ(news.kept, 14 - depth);
        same_as_chain(2);
        OK(follower_step(f, &news, &err));
        CHECK(!news.reorged);
    }
    fresh(2, 100); /* blocks are gone and nothing came in their place yet */
    mine(10);
    OK(follower_step(f, &news, &err));
    fake_reorg(&chain, 3, true);
    for (unsigned i = 1; i < FOLLOWER_PATIENCE; i++) {
        OK(follower_step(f, &news, &err));
        CHECK(!news.reorged && news.head == 10 && news.tip == 10);
    }
    OK(follower_step(f, &news, &err));
    CHECK(news.reorged && news.kept == 7);
    same_as_chain(2);
}

/* A load balancer with a node that lags: nothing is dropped, and what the node lacks is not taken for
 * the absence of logs. */
static void test_follower__lagging_node(void)
{
    fresh(1, 100);
    mine(20);
    OK(follower_step(f, &news, &err));
    for (unsigned i = 0; i < 20; i++) {
        chain.lag = 1 + i % 3;
        for (unsigned k = 1; k < FOLLOWER_PATIENCE; k++) {
            OK(follower_step(f, &news, &err));
            CHECK(!news.reorged && news.events == 0 && news.head == chain.head);
        }
        chain.lag = 0;
        mine(i % 2);
        OK(follower_step(f, &news, &err));
        CHECK(!news.reorged);
        same_as_chain(1);
    }
}

/* What does not fit together is read again, from any block on. */
static void test_follower__reads_again(void)
{
    for (uint64_t from = 0; from < 25; from += 6) {
        fresh(5, 100);
        mine(20);
        chain.lost_logs = 1;
        OK(follower_step(f, &news, &err));
        chain.lost_logs = 0;
        OK(follower_again(f, from, &err));
        OK(follower_step(f, &news, &err));
        CHECK(news.reorged);
        CHECK_EQ(news.kept, from <= 5 ? 4 : from > 20 ? 20 : from - 1);
        if (from <= 5) same_as_chain(5);
    }
}

static void test_follower__deployment_block_reorged(void)
{
    fresh(5, 100);
    mine(8);
    OK(follower_step(f, &news, &err));
    fake_reorg(&chain, 6, true);
    mine(10);
    OK(follower_step(f, &news, &err));
    CHECK(news.reorged && news.kept == 4);
    same_as_chain(5);
}

static void test_follower__other_chain_is_refused(void)
{
    fresh(0, 100);
    mine(5);
    OK(follower_step(f, &news, &err));
    fake_init(&chain);
    chain.log_addr.b[0] = 9;
    chain.blocks[0].hash.b[0] ^= 1;
    mine(9);
    CHECK(follower_step(f, &news, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_RPC_CHAIN);
}

static void test_follower__torn_reads_store_nothing(void)
{
    fresh(1, 100);
    mine(9);
    chain.torn_logs = true;
    CHECK(follower_step(f, &news, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_RPC_FORM); /* asked for by hash, and another one came */
    uint64_t last = 9;
    OK(store_event_last(store, &last, &err));
    CHECK_EQ(last, 0);
    chain.torn_logs = false;
    chain.reorg_in_logs = 2; /* the chain changes between logs and headers */
    CHECK(follower_step(f, &news, &err) != WH_OK);
    CHECK_EQ(err.status, WH_E_NET);
    OK(store_event_last(store, &last, &err));
    CHECK_EQ(last, 0);
    for (unsigned i = 8; i <= chain.head; i++)
        chain.blocks[i].logs = 1;
    OK(follower_step(f, &news, &err));
    same_as_chain(1);
}

/* A cut at any request; a reorg in the middle is never forgotten. */
static void test_follower__cut_at_every_request(void)
{
    for (unsigned at = 1; at < 12; at++) {
        fresh(1, 100);
        mine(10);
        OK(follower_step(f, &news, &err));
        fake_reorg(&chain, 3, true);
        mine(4);
        chain.requests = 0;
        chain.fail_at = at;
        wh_status st = follower_step(f, &news, &err);
        if (st != WH_OK) {
            CHECK_EQ(st, WH_E_NET);
            OK(follower_step(f, &news, &err));
        }
        CHECK(news.reorged && news.kept == 7);
        same_as_chain(1);
    }
}

int main(void)
{
    wh_log_init(stderr, WH_LEVEL_OFF, WH_LOG_TEXT);
    RUN(test_follower__reads_on);
    RUN(test_follower__long_ranges);
    RUN(test_follower__reorgs);
    RUN(test_follower__lagging_node);
    RUN(test_follower__reads_again);
    RUN(test_follower__deployment_block_reorged);
    RUN(test_follower__other_chain_is_refused);
    RUN(test_follower__torn_reads_store_nothing);
    RUN(test_follower__cut_at_every_request);
    follower_close(f);
    l1_rpc_close(rpc);
    store_close(store);
    return tap_done();
}
