/* SPDX-License-Identifier: MIT */
#include "evm/tx/execute.h"

#include "evm/native/sign.h"
#include "evm/rlp/rlp.h"
#include "tests/support/ground.h"
#include "tests/tap.h"

static struct tx plain(uint64_t to, uint64_t gas)
{
    return (struct tx){.type = TX_FEE_MARKET,
                       .has_chain_id = true,
                       .chain_id = 1,
                       .has_to = true,
                       .to = ground_address(to),
                       .nonce = 3,
                       .gas = gas,
                       .max_fee = u256_from_u64(20),
                       .max_priority = u256_from_u64(2)};
}

static void open_with(struct ground *g, enum evm_fork fork, const char *code)
{
    ground_open(g, fork);
    ground_account(g, GROUND_CALLER, 3, 1000000000, "");
    ground_account(g, GROUND_COINBASE, 0, 1, "");
    ground_account(g, 0xaa, 1, 0, code);
    for (uint64_t k = 0; k < 8; k++)
        ground_slot(g, 0xaa, k, 1);
    ground_seal(g);
}

static struct tx_result execute(struct ground *g, const struct tx *tx)
{
    struct tx_result r;
    address sender = ground_address(GROUND_CALLER);
    memset(&r, 0, sizeof r);
    wh_arena_rewind(&g->frames, 0);
    CHECK_EQ(tx_execute(&g->evm, tx, &sender, &r), WH_OK);
    return r;
}

static void test_tx_execute__transfer_pays_sender_and_coinbase(void)
{
    struct ground g;
    open_with(&g, FORK_OSAKA, "00");
    struct tx tx = plain(0xee, 50000);
    tx.value = u256_from_u64(123);
    struct tx_result r = execute(&g, &tx);
    CHECK(r.success);
    CHECK_EQ(r.gas_used, 21000);
    CHECK_EQ(r.effective_price.w[0], 9); /* base fee 7, priority 2 */
    CHECK_EQ(ground_balance(&g, 0xee), 123);
    CHECK_EQ(ground_balance(&g, GROUND_COINBASE), 1 + 42000);
    CHECK_EQ(ground_balance(&g, GROUND_CALLER), 1000000000 - 123 - 21000 * 9);
    CHECK_EQ(ground_find(&g, GROUND_CALLER)->f.nonce, 4);
    ground_close(&g);
}

static void test_tx_execute__failure_keeps_fee_and_nonce_alone(void)
{
    struct ground g;
    open_with(&g, FORK_OSAKA,
              "60025f55"
              "5f5fa0"
              "fe"); /* SSTORE, LOG0, INVALID */
    struct tx tx = plain(0xaa, 100000);
    struct tx_result r = execute(&g, &tx);
    CHECK(!r.success);
    CHECK_EQ(r.gas_used, 100000);
    CHECK_EQ(r.log_count, 0);
    CHECK_EQ(ground_read(&g, 0xaa, 0).w[0], 1);
    CHECK_EQ(ground_find(&g, GROUND_CALLER)->f.nonce, 4);
    ground_close(&g);
}

static void test_tx_execute__coinbase_is_asked_for_first(void)
{
    struct ground g;
    struct tx_result r;
    address sender = ground_address(GROUND_CALLER);
    open_with(&g, FORK_OSAKA, "00");
    ground_drop(&g, GROUND_COINBASE);
    struct tx tx = plain(0xaa, 50000);
    tx.max_priority = u256_from_u64(0);
    CHECK_EQ(tx_execute(&g.evm, &tx, &sender, &r), WH_E_MISSING);
    CHECK(!ground_asked(&g, 0xaa));
    ground_close(&g);
}

static void test_eip7623__floor_is_the_least_gas(void)
{
    static uint8_t data[1000];
    struct ground g;
    memset(data, 1, sizeof data);
    for (enum evm_fork fork = FORK_CANCUN; fork <= FORK_PRAGUE; fork++) {
        open_with(&g, fork, "00");
        struct tx tx = plain(0xaa, 100000);
        tx.data = wh_span_of(data, sizeof data);
        CHECK_EQ(execute(&g, &tx).gas_used, fork == FORK_PRAGUE ? 21000 + 40000 : 21000 + 16000);
        ground_close(&g);
    }
}

static void test_eip3529__refund_cap_by_era(void)
{
    /* clears 8 slots: London 8 * 4,800 refund against a fifth; before, 8 * 15,000 against a half */
    const char *code =
        "60006000556000600155600060025560006003556000600455600060055560006006556000600755";
    struct ground g;
    open_with(&g, FORK_LONDON, code);
    struct tx tx = plain(0xaa, 200000);
    struct tx_result r = execute(&g, &tx);
    uint64_t before = 21000 + 8 * (6 + 5000);
    CHECK_EQ(r.gas_refunded, before / 5);
    CHECK_EQ(r.gas_used, before - before / 5);
    ground_close(&g);
    open_with(&g, FORK_BERLIN, code);
    g.block.base_fee = u256_from_u64(0);
    tx.type = TX_LEGACY;
    r = execute(&g, &tx);
    CHECK_EQ(r.gas_refunded, before / 2);
    ground_close(&g);
}

static void test_eip2930__access_list_warms_and_loads_nothing(void)
{
    struct ground g;
    uint8_t list[128], *p = list;
    address aa = ground_address(0xaa);
    open_with(&g, FORK_OSAKA, "600154"); /* SLOAD 1 */
    p = rlp_put_list(p, 21 + rlp_list_size(66));
    p = rlp_put_string(p, wh_span_of(aa.b, 20));
    p = rlp_put_list(p, 66);
    for (uint8_t k = 1; k <= 2; k++) {
        uint8_t key[32] = {[31] = k};
        p = rlp_put_string(p, wh_span_of(key, 32));
    }
    struct tx tx = plain(0xaa, 100000);
    tx.access_list = wh_span_of(list, (size_t)(p - list));
    tx.access_addresses = 1;
    tx.access_slots = 2;
    struct tx_result r = execute(&g, &tx);
    CHECK_EQ(r.gas_used, 21000 + 2400 + 2 * 1900 + 3 + 100);
    CHECK(ground_asked_slot(&g, 0xaa, 1) && !ground_asked_slot(&g, 0xaa, 2));
    ground_close(&g);
}

static void test_tx_execute__gas_over_63_bits_is_kept_aside(void)
{
    struct ground g;
    open_with(&g, FORK_BERLIN, "00");
    g.block.base_fee = u256_from_u64(0);
    struct tx tx = plain(0xaa, UINT64_MAX);
    tx.type = TX_LEGACY;
    tx.max_fee = tx.max_priority = u256_from_u64(0);
    struct tx_result r = execute(&g, &tx);
    CHECK(r.success);
    CHECK_EQ(r.gas_used, 21000);
    ground_close(&g);
}

static void test_tx_execute__creation_and_collision(void)
{
    for (int collide = 0; collide < 2; collide++) {
        struct ground g;
        address from = ground_address(GROUND_CALLER), at;
        u256 one = u256_from_u64(1);
        ground_open(&g, FORK_OSAKA);
        evm_create_address(g.crypto, &from, 3, &at);
        ground_account(&g, GROUND_CALLER, 3, 1000000000, "");
        if (collide) CHECK_EQ(state_put_account(&g.st, &at, 1, &one, wh_span_of(NULL, 0)), WH_OK);
        ground_seal(&g);
        struct tx tx = plain(0, 100000);
        tx.has_to = false;
        tx.data = wh_span_of("\x60\x01\x5f\xf3", 4); /* one zero byte of code */
        struct tx_result r = execute(&g, &tx);
        CHECK_EQ(r.success, !collide);
        CHECK(r.has_created && address_eq(&r.created, &at));
        CHECK_EQ(r.gas_used, collide ? 100000 : 53000 + 2 + 4 * 16 + 5 + 3 + 200);
        CHECK_EQ(ground_find(&g, GROUND_CALLER)->f.nonce, 4);
        ground_close(&g);
    }
}

/* ---- EIP-7702 ---- */

struct signer {
    uint8_t key[32];
    address at;
};

static struct signer signer_of(uint8_t seed)
{
    struct signer s;
    memset(s.key, seed, sizeof s.key);
    CHECK_EQ(wh_key_address(s.key, &s.at), WH_OK);
    return s;
}

/* put_authorization appends [chain_id, address, nonce, y_parity, r, s]. */
static uint8_t *put_authorization(struct ground *g, uint8_t *p, const struct signer *s,
                                  uint64_t chain_id, uint64_t to, uint64_t nonce)
{
    uint8_t buf[64], *q = buf, r[32], sig[32];
    address at = ground_address(to);
    unsigned parity;
    bytes32 hash;
    *q++ = 5;
    q = rlp_put_list(q, rlp_u64_size(chain_id) + 21 + rlp_u64_size(nonce));
    q = rlp_put_u64(q, chain_id);
    q = rlp_put_string(q, wh_span_of(at.b, 20));
    q = rlp_put_u64(q, nonce);
    g->crypto->keccak256(g->crypto->ctx, buf, (size_t)(q - buf), &hash);
    CHECK_EQ(wh_sign(s->key, &hash, r, sig, &parity), WH_OK);
    u256 wr = u256_from_be(r), ws = u256_from_be(sig);
    p = rlp_put_list(p, rlp_u64_size(chain_id) + 21 + rlp_u64_size(nonce) + rlp_u64_size(parity) +
                            rlp_u256_size(&wr) + rlp_u256_size(&ws));
    p = rlp_put_u64(p, chain_id);
    p = rlp_put_string(p, wh_span_of(at.b, 20));
    p = rlp_put_u64(p, nonce);
    p = rlp_put_u64(p, parity);
    p = rlp_put_u256(p, &wr);
    return rlp_put_u256(p, &ws);
}

struct case_7702 {
    uint64_t chain_id, nonce;
    bool exists, has_code, set;
};

static void test_eip7702__a_tuple_is_set_or_skipped(void)
{
    static const struct case_7702 rows[] = {
        {1, 0, false, false, true},
        {0, 0, false, false, true},
        {2, 0, false, false, false},
        {1, 1, false, false, false},
        {1, UINT64_MAX, false, false, false},
        {1, 9, true, false, true},
        {1, 9, true, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ground g;
        uint8_t list[256];
        u256 one = u256_from_u64(1);
        struct signer s = signer_of(0x11);
        ground_open(&g, FORK_PRAGUE);
        ground_account(&g, GROUND_CALLER, 3, 1000000000, "");
        ground_account(&g, 0xaa, 1, 0, "60015f55");
        if (rows[i].exists)
            CHECK_EQ(state_put_account(&g.st, &s.at, 9, &one, wh_span_of("\x00", rows[i].has_code)),
                     WH_OK);
        ground_seal(&g);
        struct tx tx = plain(0xee, 200000);
        tx.type = TX_SET_CODE;
        tx.authorization_count = 1;
        uint8_t *end = put_authorization(&g, list, &s, rows[i].chain_id, 0xaa, rows[i].nonce);
        tx.authorizations = wh_span_of(list, (size_t)(end - list));
        struct tx_result r = execute(&g, &tx);
        const struct account *a = state_account(&g.st, &s.at);
        CHECK_EQ(a->f.has_code && a->f.code->len == 23, rows[i].set);
        if (rows[i].set) CHECK_EQ(a->f.nonce, rows[i].nonce + 1);
        uint64_t refund =
            rows[i].set && rows[i].exists ? (46000 / 5 < 12500 ? 46000 / 5 : 12500) : 0;
        CHECK_EQ(r.gas_used, 46000 - refund);
        ground_close(&g);
    }
}

static void test_eip7702__a_bad_signature_is_skipped_and_stays_paid(void)
{
    struct ground g;
    uint8_t list[256];
    struct signer s = signer_of(0x22);
    open_with(&g, FORK_PRAGUE, "00");
    struct tx tx = plain(0xee, 200000);
    tx.type = TX_SET_CODE;
    tx.authorization_count = 1;
    uint8_t *end = put_authorization(&g, list, &s, 1, 0xaa, 0);
    memset(end - 32, 0xff, 32); /* s >= n */
    tx.authorizations = wh_span_of(list, (size_t)(end - list));
    struct tx_result r = execute(&g, &tx);
    CHECK(r.success);
    CHECK_EQ(r.gas_used, 46000);
    CHECK(!state_account(&g.st, &s.at)->f.has_code);
    ground_close(&g);
}

static void test_eip7702__delegation_outlives_a_revert_and_zero_clears_it(void)
{
    struct ground g;
    uint8_t list[512];
    struct signer s = signer_of(0x33);
    open_with(&g, FORK_PRAGUE, "5f5ffd");
    struct tx tx = plain(0xaa, 300000);
    tx.type = TX_SET_CODE;
    tx.authorization_count = 1;
    uint8_t *end = put_authorization(&g, list, &s, 1, 0xaa, 0);
    tx.authorizations = wh_span_of(list, (size_t)(end - list));
    struct tx_result r = execute(&g, &tx);
    CHECK(!r.success);
    CHECK(state_account(&g.st, &s.at)->f.has_code);
    end = put_authorization(&g, list, &s, 1, 0, 1);
    tx.authorizations = wh_span_of(list, (size_t)(end - list));
    tx.nonce = 4;
    (void)execute(&g, &tx);
    CHECK(!state_account(&g.st, &s.at)->f.has_code);
    CHECK_EQ(state_account(&g.st, &s.at)->f.nonce, 2);
    ground_close(&g);
}

int main(void)
{
    RUN(test_tx_execute__transfer_pays_sender_and_coinbase);
    RUN(test_tx_execute__failure_keeps_fee_and_nonce_alone);
    RUN(test_tx_execute__coinbase_is_asked_for_first);
    RUN(test_eip7623__floor_is_the_least_gas);
    RUN(test_eip3529__refund_cap_by_era);
    RUN(test_eip2930__access_list_warms_and_loads_nothing);
    RUN(test_tx_execute__gas_over_63_bits_is_kept_aside);
    RUN(test_tx_execute__creation_and_collision);
    RUN(test_eip7702__a_tuple_is_set_or_skipped);
    RUN(test_eip7702__a_bad_signature_is_skipped_and_stays_paid);
    RUN(test_eip7702__delegation_outlives_a_revert_and_zero_clears_it);
    return tap_done();
}
