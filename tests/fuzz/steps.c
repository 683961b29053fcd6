/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/steps.h"

#include "tests/diff/sign.h"
#include "tests/fuzz/fuzz.h"

static struct fuzz_steps all;

/* Contracts of every chain, by the last byte of their address. */
enum { STORE = 1, HASH = 2, BUSY = 3, REVERTS = 4, CHILD = 5, DEPOSIT = 6, CLEAR = 7, EMPTY = 20 };

static wh_span literal(const char *bytes, size_t len)
{
    return wh_span_of(bytes, len);
}
#define CODE(text) literal(text, sizeof(text) - 1)

static void take_steps(struct toy *t, size_t most)
{
    uint8_t phase = SEG_OPEN;
    for (size_t i = 0; i < most && phase == SEG_OPEN; i++) {
        FUZZ_MUST(all.count < FUZZ_STEPS_MAX);
        struct fuzz_step *s = &all.v[all.count++];
        s->step = toy_step(t);
        s->input_hash = t->input_hash;
        FUZZ_MUST(s->step.status == WH_OK);
        phase = s->step.result.phase;
    }
    FUZZ_MUST(phase == SEG_SEALED);
}

/* ---- genesis ---- */

/* EIP-6110's event: five parts, each a length and its bytes. */
static wh_span deposit_code(struct toy *t)
{
    static const uint16_t parts[5][2] = {{160, 48}, {256, 32}, {320, 8}, {384, 96}, {512, 8}};
    static const uint8_t head[] = {
        0x61, 0x02, 0x40, 0x60, 0x32, 0x5f, 0x39, /* CODECOPY(0, 50, 576) */
        0x7f, 0x64, 0x9b, 0xbc, 0x62, 0xd0, 0xe3, 0x13, 0x42, 0xaf, 0xea, 0x4e, 0x5c, 0xd8,
        0x2d, 0x40, 0x49, 0xe7, 0xe1, 0xee, 0x91, 0x2f, 0xc0, 0x88, 0x9a, 0xa7, 0x90, 0x80,
        0x3b, 0xe3, 0x90, 0x38, 0xc5, 0x61, 0x02, 0x40, 0x5f, 0xa1, 0x00}; /* LOG1(0, 576, topic) */
    uint8_t code[50 + 576] = {0};
    memcpy(code, head, sizeof head);
    for (unsigned i = 0; i < 5; i++) {
        store_be16(code + 50 + 32 * i + 30, parts[i][0]);
        store_be16(code + 50 + parts[i][0] + 30, parts[i][1]);
        memset(code + 50 + parts[i][0] + 32, 0x11 + (int)i, parts[i][1]);
    }
    return toy_copy(t, wh_span_of(code, sizeof code));
}

static void put_contract(struct toy *t, uint8_t n, wh_span code)
{
    address at = toy_address(n);
    toy_account(t, &at, 1, 1, code);
}

/* REVERTS: calls BUSY with all gas, stores, reverts. */
static wh_span reverts_code(struct toy *t)
{
    uint8_t code[64] = {0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x60, 0x00, 0x73};
    static const uint8_t tail[] = {0x5a, 0xf1, 0x60, 0x09, 0x55, 0x60, 0x00, 0x60, 0x00, 0xfd};
    address busy = toy_address(BUSY);
    memcpy(code + 11, busy.b, 20);
    memcpy(code + 31, tail, sizeof tail);
    return toy_copy(t, wh_span_of(code, 31 + sizeof tail));
}

static void genesis(struct toy *t, bool modern)
{
    toy_account(t, &t->sender, 0, 100, wh_span_of(NULL, 0));
    for (unsigned i = 0; i < DIFF_KEYS; i++) {
        uint8_t key[32];
        address at;
        diff_key(i, key, &at);
        toy_account(t, &at, 0, 100, wh_span_of(NULL, 0));
    }
    put_contract(t, STORE,
                 CODE("\x60\x05\x60\x01\x55\x60\x00\x60\x02\x55\x60\x03\x54\x60\x04\x55\x00"));
    put_contract(t, HASH,
                 CODE("\x60\x20\x60\x00\x60\x20\x60\x00\x60\x02\x61\xff\xff\xfa\x60\x00\x51"
                      "\x60\x07\x55"));
    if (modern) /* TSTORE, TLOAD, BLOCKHASH, BLOBHASH, LOG2, SSTORE */
        put_contract(
            t, BUSY,
            CODE("\x60\x07\x60\x01\x5d\x60\x01\x5c\x60\x01\x43\x03\x40\x01\x60\x00\x49\x18"
                 "\x60\x00\x52\x60\xaa\x60\xbb\x60\x20\x60\x00\xa2\x60\x00\x51\x60\x05\x55\x00"));
    else
        put_contract(t, BUSY,
                     CODE("\x60\xaa\x60\xbb\x60\x20\x60\x00\xa2\x60\x01\x43\x03\x40\x60\x05\x55"));
    put_contract(t, REVERTS, reverts_code(t));
    /* CREATE2 of a child that destroys itself, then EXTCODEHASH and BALANCE of it */
    put_contract(t, CHILD,
                 CODE("\x61\x30\xff\x60\x00\x52\x60\x00\x60\x02\x60\x1e\x60\x00\xf5\x80\x3f\x90"
                      "\x31\x01\x60\x06\x55\x00"));
    put_contract(t, DEPOSIT, deposit_code(t));
    for (uint8_t i = EMPTY; i < EMPTY + 30; i++)
        put_contract(t, i, wh_span_of(NULL, 0));
    put_contract(t, CLEAR, CODE("\x60\x00\x60\x01\x55\x00")); /* its storage trie collapses */
    address store = toy_address(STORE), clear = toy_address(CLEAR);
    toy_slot(t, &clear, 1, 9);
    toy_slot(t, &clear, 2, 8);
    toy_slot(t, &store, 2, 9);
    toy_slot(t, &store, 3, 8);
}

/* EIP-7002 and EIP-7251: something is requested; EIP-2935 and EIP-4788: something is stored. */
static void system_contracts(struct toy *t)
{
    static const address at[4] = {{{0x00, 0x00, 0x09, 0x61, 0xef, 0x48, 0x0e, 0xb5, 0x5e, 0x80,
                                    0xd1, 0x9a, 0xd8, 0x35, 0x79, 0xa6, 0x4c, 0x00, 0x70, 0x02}},
                                  {{0x00, 0x00, 0xbb, 0xdd, 0xc7, 0xce, 0x48, 0x86, 0x42, 0xfb,
                                    0x57, 0x9f, 0x8b, 0x00, 0xf3, 0xa5, 0x90, 0x00, 0x72, 0x51}},
                                  {{0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
                                    0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35}},
                                  {{0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
                                    0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02}}};
    for (unsigned i = 0; i < 4; i++)
        toy_account(t, &at[i], 1, 0,
                    i < 2 ? CODE("\x60\x4c\x60\x00\xf3") : CODE("\x60\x00\x35\x43\x55\x00"));
}

/* ---- transactions of every type ---- */

static wh_span typed(struct toy *t, unsigned key, unsigned type, uint8_t to)
{
    struct diff_tx x = {.key = key,
                        .type = type,
                        .protected = true,
                        .creates = to == 0,
                        .gas = 300000,
                        .max_fee = u256_from_u64(2000000000),
                        .tip = u256_from_u64(1000000000),
                        .max_blob_fee = u256_from_u64(1000000000),
                        .value = u256_from_u64(3),
                        .blob_count = type == 3 ? 1 : 0};
    struct diff_nonces nonces = {{0}};
    struct wh_buf raw = {0};
    x.to = toy_address(to);
    if (to == 0) wh_buf_put(&x.data, "\x60\x01\x60\x00\x53\x60\x01\x60\x00\xf3", 10);
    if (type > 0) {
        x.access_count = 1;
        x.access[0] = (struct diff_access){toy_address(STORE), 1, {u256_from_u64(2)}};
    }
    if (type == 4) {
        x.auth_count = 2;
        x.auths[0] = (struct diff_auth){.key = 12, .chain_id = DIFF_CHAIN_ID};
        x.auths[0].to = toy_address(BUSY);
        x.auths[1] = (struct diff_auth){.key = 13, .chain_id = 9}; /* another chain: skipped */
    }
    uint8_t kind = ITEM_POSTED;
    wh_buf_put(&raw, &kind, 1);
    diff_sign(&x, &nonces, &raw);
    wh_span item = toy_copy(t, wh_buf_span(&raw));
    wh_buf_done(&raw);
    wh_buf_done(&x.data);
    return item;
}

static size_t every_type(struct toy *t, bool blobs, wh_span *items)
{
    size_t n = 0;
    items[n++] = typed(t, 0, 0, 0);
    items[n++] = typed(t, 1, 1, STORE);
    items[n++] = typed(t, 2, 2, REVERTS);
    if (blobs) items[n++] = typed(t, 3, 3, BUSY);
    items[n++] = typed(t, 4, 4, CHILD);
    items[n++] = typed(t, 5, 2, DEPOSIT);
    items[n++] = typed(t, 6, 0, CLEAR);
    return n;
}

/* ---- chains ---- */

static wh_span call(struct toy *t, uint64_t nonce, uint8_t to, uint64_t value, wh_span data)
{
    address at = toy_address(to);
    return toy_sign(t, &(struct toy_tx){.nonce = nonce,
                                        .gas = 200000,
                                        .gas_price = 2000000000,
                                        .value = value,
                                        .to = to != 0 ? &at : NULL,
                                        .data = data,
                                        .chain_id = DIFF_CHAIN_ID});
}

static void rollup_block(struct toy *t, const wh_span *items, size_t n)
{
    toy_input(t, items, n);
    take_steps(t, n + 2);
}

/* A transfer, storage that is set and cleared, a creation, a call of a precompile; an item that is none;
 * every type, of which blobs are a no-op; a block with no item. */
static void build_rollup(struct toy *t)
{
    struct chain_config c;
    wh_span items[FUZZ_TXS_MAX], none = wh_span_of(NULL, 0);
    chain_config_rollup(DIFF_CHAIN_ID, 1000000, &c);
    toy_init(t, &c);
    genesis(t, true);
    system_contracts(t);
    toy_seal_genesis(t, 41);
    wh_span first[4] = {call(t, 0, EMPTY, 5, none), call(t, 1, STORE, 0, none),
                        call(t, 2, 0, 0, CODE("\x60\x01\x60\x00\x53\x60\x01\x60\x00\xf3")),
                        call(t, 3, HASH, 1, none)};
    rollup_block(t, first, 4);
    wh_span second[2] = {CODE("\x01junk"), call(t, 4, 60, 1, none)};
    rollup_block(t, second, 2);
    rollup_block(t, items, every_type(t, true, items));
    rollup_block(t, NULL, 0);
}

static struct chain_config ethereum(enum evm_fork fork)
{
    struct chain_config c;
    chain_config_rollup(DIFF_CHAIN_ID, 1000000, &c);
    c.ruleset = RULESET_ETHEREUM;
    c.forced_gas_cap = 0;
    c.fork_count = 1;
    c.forks[0] = (struct chain_fork){.fork = (uint8_t)fork};
    c.witness_cap = CHAIN_WITNESS_CAP_ETHEREUM;
    c.deposit_contract = toy_address(DEPOSIT);
    if (fork < FORK_CANCUN) return c;
    c.forks[0].blob_target = 6;
    c.forks[0].blob_max = 9;
    c.forks[0].blob_fraction = 5007716;
    return c;
}

/* Withdrawals: [[index, validator, address, amount]]. */
static wh_span withdrawal_list(struct toy *t)
{
    uint8_t buf[64];
    struct rlp_back w;
    wh_span list;
    address to = toy_address(EMPTY + 1);
    rlp_back_init(&w, buf, sizeof buf);
    rlp_back_u64(&w, 1000);
    rlp_back_string(&w, wh_span_of(to.b, 20));
    rlp_back_u64(&w, 7);
    rlp_back_u64(&w, 3);
    rlp_back_list(&w, 0);
    rlp_back_list(&w, 0);
    TOY_MUST(rlp_back_done(&w, &list));
    return toy_copy(t, list);
}

static void ethereum_block(struct toy *t, wh_span withdrawals, const wh_span *items, size_t n)
{
    struct block_header h = toy_eth_header(t);
    toy_eth_block(t, &h, withdrawals, items, n);
    take_steps(t, n + 2);
}

static wh_span at_hand(struct toy *t, const bytes32 *hash)
{
    wh_span bytes;
    TOY_MUST(t->io.get(t->io.ctx, WH_OBJECT_DATA, hash, &bytes));
    return bytes;
}

static void build_osaka(struct toy *t)
{
    struct chain_config c = ethereum(FORK_OSAKA);
    wh_span items[FUZZ_TXS_MAX];
    toy_init(t, &c);
    genesis(t, true);
    system_contracts(t);
    toy_seal_genesis(t, 41);
    struct seg_state s;
    TOY_MUST(seg_state_decode(t->state, &s));
    all.parent = at_hand(t, &s.head_hash);
    size_t n = every_type(t, true, items);
    all.withdrawals = withdrawal_list(t);
    ethereum_block(t, all.withdrawals, items, n);
    all.osaka_end = all.count - 1;
    TOY_MUST(seg_state_decode(t->state, &s));
    all.header = at_hand(t, &s.head_hash);
    for (size_t i = 0; i < n; i++)
        all.txs[all.tx_count++] = wh_span_of(items[i].ptr + 1, items[i].len - 1);
    static const uint8_t empty_list[1] = {0xc0};
    ethereum_block(t, wh_span_of(empty_list, 1), NULL, 0);
}

static void build_london(struct toy *t)
{
    struct chain_config c = ethereum(FORK_LONDON);
    toy_init(t, &c);
    genesis(t, false);
    toy_seal_genesis(t, 41);
    wh_span none = wh_span_of(NULL, 0);
    wh_span items[2] = {call(t, 0, BUSY, 5, none), call(t, 1, STORE, 0, none)};
    ethereum_block(t, none, items, 2);
}

const struct fuzz_steps *fuzz_steps(void)
{
    if (all.count > 0) return &all;
    build_rollup(&all.rollup);
    build_osaka(&all.osaka);
    build_london(&all.london);
    return &all;
}
