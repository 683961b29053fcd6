/* SPDX-License-Identifier: MIT */
/* Steps that are heavy on the machine: frames, memory, creations, logs; and the kinds of step whose form
 * is the matter. */
#include "proto/sys/hex.h"
#include "tests/worst/scene.h"

/* CALL to itself with all gas, no value, no data. */
static void call_self(struct program *c)
{
    code_ops(c, "5f5f5f5f5f305af1");
}

void build_deep_stack(struct scene *s)
{
    struct program c = {.n = 0};
    for (unsigned i = 0; i < 1016; i++)
        code_push(&c, 0);
    call_self(&c); /* seven arguments: 1,023 words */
    code_op(&c, 0x50);
    const size_t loop = code_loop(&c);
    code_loop_end(&c, loop, 100);
    scene_run(s, &c);
}

void build_memory(struct scene *s)
{
    struct program c = {.n = 0};
    code_push(&c, 1);
    code_push(&c, 91500 * 32);
    code_ops(&c, "52"); /* MSTORE */
    const size_t loop = code_loop(&c);
    code_loop_end(&c, loop, 100);
    scene_run(s, &c);
}

void build_deep_memory(struct scene *s)
{
    struct program c = {.n = 0};
    code_push(&c, 1);
    code_push(&c, (96 << 10) - 32);
    code_op(&c, 0x52);
    call_self(&c);
    code_op(&c, 0x50);
    const size_t loop = code_loop(&c);
    code_loop_end(&c, loop, 100);
    scene_run(s, &c);
}

/* Memory of zeros is initcode that stops at once: an account without code. */
void build_initcode(struct scene *s)
{
    struct program c = {.n = 0};
    const size_t loop = code_loop(&c);
    code_op(&c, 0x80); /* salt */
    code_push(&c, 49152);
    code_ops(&c, "5f5ff550"); /* CREATE2(0, 0, 49152, i) POP */
    code_loop_end(&c, loop, 100000);
    scene_run(s, &c);
}

/* Initcode: ADDRESS at 0, return 24,576 bytes: a code that begins with zeros and differs by its address. */
void build_new_codes(struct scene *s)
{
    struct program c = {.n = 0};
    static const uint8_t init[] = {0x30, 0x5f, 0x52, 0x61, 0x60, 0x00, 0x5f, 0xf3};
    code_op(&c, 0x67); /* PUSH8 */
    for (size_t i = 0; i < sizeof init; i++)
        code_op(&c, init[i]);
    code_ops(&c, "5f52"); /* MSTORE at 0: the program stands at 24 */
    const size_t loop = code_loop(&c);
    code_push(&c, sizeof init);
    code_push(&c, 32 - sizeof init);
    code_ops(&c, "5ff050"); /* CREATE(0, 24, 8) POP */
    code_loop_end(&c, loop, 5100000);
    scene_run(s, &c);
}

void build_logs(struct scene *s)
{
    struct program c = {.n = 0};
    const size_t loop = code_loop(&c);
    code_push(&c, 1 << 17);
    code_ops(&c, "5fa0"); /* LOG0(0, 131072) */
    code_loop_end(&c, loop, 1060000);
    const size_t rest = code_loop(&c); /* the rest in small ones */
    code_push(&c, 1 << 10);
    code_ops(&c, "5fa0");
    code_loop_end(&c, rest, 12000);
    /* the first loop ends by a jump over its STOP */
    for (size_t i = 0; i + 1 < c.n; i++)
        if (c.b[i] == 0x57 && c.b[i + 1] == 0x00 && i < rest) c.b[i + 1] = 0x5b;
    scene_run(s, &c);
}

/* item_max bytes with the kind byte; random-looking, as zeros are cheaper. */
void build_largest_item(struct scene *s)
{
    const address at = scene_contract();
    const size_t len = CHAIN_ITEM_MAX - 130;
    uint8_t *data = WH_NEW(&s->t->keep, uint8_t, len);
    if (data == NULL) toy_must(WH_E_NOMEM, "keep", __LINE__);
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(1 + (i * 2654435761u >> 13) % 255);
    toy_account(s->t, &at, 1, 0, wh_span_of("\0", 1));
    scene_call(s, wh_span_of(data, len));
}

/* r = s = 1: whoever the sender is, it has ether. The nonce is 0 for each of them; the gas differs. */
void build_tiny_items(struct scene *s)
{
    for (unsigned i = 0; i < SCENE_ITEMS; i++) {
        uint8_t raw[] = {ITEM_POSTED, 0xcf, 0x80, 0x84, 0x77, 0x35, 0x94, 0x00, 0x82,
                         0xcf,        0x08, 0x80, 0x80, 0x80, 0x1b, 0x01, 0x01};
        struct tx tx;
        address sender;
        raw[10] = (uint8_t)(8 + i);
        raw[1] = (uint8_t)(0xc0 + sizeof raw - 2);
        TOY_MUST(tx_decode(s->t->crypto, wh_span_of(raw + 1, sizeof raw - 1), &tx));
        TOY_MUST(tx_sender(s->t->crypto, &tx, true, &sender));
        toy_account(s->t, &sender, 0, 1, wh_span_of(NULL, 0));
        s->items[s->item_count++] = toy_copy(s->t, wh_span_of(raw, sizeof raw));
    }
    s->step = SEG_END;
}

/* ---- system contracts, from the devnet's genesis ---- */

static void system_contract(struct scene *s, const char *at_hex, const char *code_hex)
{
    address at;
    static uint8_t code[2048];
    const size_t len = strlen(code_hex) / 2;
    if (!wh_hex_decode(at_hex, 40, at.b, 20) || !wh_hex_decode(code_hex, 2 * len, code, len))
        toy_must(WH_E_FORMAT, "system.def", __LINE__);
    toy_account(s->t, &at, 1, 0, toy_copy(s->t, wh_span_of(code, len)));
}

static void many_accounts(struct scene *s)
{
    const uint32_t count = s->full ? 100000 : 50000;
    for (uint32_t i = 0; i < count; i++) {
        const address at = scene_account(i);
        toy_account(s->t, &at, 1, 1, wh_span_of(NULL, 0));
    }
}

void build_begin(struct scene *s)
{
#define SYSTEM(name, at, code) system_contract(s, at, code);
#include "deploy/devnet/system.def"
#undef SYSTEM
    /* rings of blocks that are in use */
    const char *const rings[] = {"000f3df6d732807ef1319fb7b8bb8522d0beac02",
                                 "0000f90827f1c53a10cb7a02335b175320002935"};
    for (size_t r = 0; r < 2; r++) {
        address at;
        if (!wh_hex_decode(rings[r], 40, at.b, 20)) continue;
        for (uint32_t i = 0; i < 8191; i++)
            toy_slot(s->t, &at, i, UINT64_MAX - i);
    }
    many_accounts(s);
    s->step = SEG_BEGIN;
}

void build_end_withdrawals(struct scene *s)
{
    uint8_t buf[1024];
    struct rlp_back w;
    wh_span bytes;
    many_accounts(s);
    rlp_back_init(&w, buf, sizeof buf);
    const size_t all = rlp_back_mark(&w);
    for (uint32_t i = 0; i < 16; i++) {
        const address to = scene_account((1u << 30) + i);
        const size_t one = rlp_back_mark(&w);
        rlp_back_u64(&w, UINT64_MAX);
        rlp_back_string(&w, wh_span_of(to.b, 20));
        rlp_back_u64(&w, UINT64_MAX);
        rlp_back_u64(&w, UINT64_MAX - i);
        rlp_back_list(&w, one);
    }
    rlp_back_list(&w, all);
    TOY_MUST(rlp_back_done(&w, &bytes));
    s->withdrawals = toy_copy(s->t, bytes);
    s->step = SEG_END;
}
