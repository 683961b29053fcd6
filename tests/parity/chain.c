/* SPDX-License-Identifier: MIT */
#include "tests/parity/chain.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "evm/hash/keccak.h"
#include "evm/interp/evm.h"
#include "evm/native/crypto.h"
#include "game/contracts/generated/contracts.h"
#include "tests/parity/chain_code.h"

#define ROOM ((size_t)1 << 30)

struct chain_l1 {
    struct wh_arena states, frames;
    struct state state;
    struct wh_preimages none;
    struct evm_block block;
    struct evm_origin origin;
    struct evm evm;
    address verifier, inbox, game, deployer;
};

static wh_status no_preimage(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)ctx;
    (void)kind;
    (void)hash;
    (void)bytes;
    return WH_E_MISSING; /* the state begins empty: nothing is ever asked for */
}

static wh_status block_hash(void *ctx, uint64_t n, bytes32 *out)
{
    (void)ctx;
    memset(out->b, 0, 32);
    store_be64(out->b + 24, n);
    return WH_OK;
}

static void must(wh_status st)
{
    if (st != WH_OK) abort();
}

struct chain_l1 *chain_open(void)
{
    struct chain_l1 *c = calloc(1, sizeof *c);
    if (c == NULL) abort();
    struct wh_arena *arenas[2] = {&c->states, &c->frames};
    for (int i = 0; i < 2; i++) {
        void *p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) abort();
        wh_arena_init(arenas[i], p, ROOM);
    }
    return c;
}

void chain_close(struct chain_l1 *c)
{
    munmap(c->states.base, ROOM);
    munmap(c->frames.base, ROOM);
    free(c);
}

static void open_state(struct chain_l1 *c, uint64_t time)
{
    wh_arena_rewind(&c->states, 0);
    wh_arena_rewind(&c->frames, 0);
    c->none = (struct wh_preimages){.get = no_preimage};
    c->block = (struct evm_block){.fork = FORK_OSAKA,
                                  .chain_id = 1337,
                                  .number = 1000,
                                  .timestamp = time,
                                  .gas_limit = 60000000,
                                  .block_hash = block_hash};
    c->evm = (struct evm){.state = &c->state,
                          .crypto = wh_native_crypto(),
                          .block = &c->block,
                          .origin = &c->origin,
                          .arena = &c->frames};
    must(state_init(&c->state, &c->states, &c->none, wh_native_crypto(), NULL, &KECCAK_EMPTY_TRIE));
}

/* Runs creation code with arguments where the contract shall stand. */
static bool deploy(struct chain_l1 *c, const struct contract_code *code, wh_span arguments,
                   const address *at)
{
    struct wh_buf init = {0};
    struct evm_result result;
    wh_buf_put(&init, code->creation, code->creation_len);
    wh_buf_put(&init, arguments.ptr, arguments.len);
    if (!wh_buf_ok(&init)) abort();
    struct evm_message m = {.kind = EVM_CREATE,
                            .gas = 16000000,
                            .caller = c->deployer,
                            .to = *at,
                            .code_from = *at,
                            .input = wh_buf_span(&init)};
    state_begin_tx(&c->state);
    must(evm_execute(&c->evm, &m, &result));
    must(state_commit_tx(&c->state, FORK_OSAKA));
    wh_buf_done(&init);
    wh_arena_rewind(&c->frames, 0);
    return result.halt == EVM_SUCCESS;
}

void chain_reset(struct chain_l1 *c, uint64_t time)
{
    uint8_t room[CHAIN_CODE_VERIFIER];
    open_state(c, time);
    c->deployer = (address){{1}};
    c->verifier = (address){{0xaa, 1}};
    c->inbox = (address){{0xaa, 2}};
    c->game = (address){{0xaa, 3}};
    chain_fund(c, &c->deployer, 1);
    const u256 nothing = {{0}};
    wh_span code = chain_code_verifier(room);
    must(state_put_account(&c->state, &c->verifier, 1, &nothing, code));
    struct wh_buf args = {0};
    chain_code_inbox(&args);
    if (!deploy(c, &contract_inbox, wh_buf_span(&args), &c->inbox)) abort();
    wh_buf_done(&args);
}

void chain_addresses(const struct chain_l1 *c, address *verifier, address *inbox, address *game)
{
    *verifier = c->verifier;
    *inbox = c->inbox;
    *game = c->game;
}

bool chain_deploy_game(struct chain_l1 *c, const struct game_config *cfg)
{
    uint8_t args[GAME_CONFIG_SIZE];
    game_config_encode(cfg, args);
    return deploy(c, &contract_game, wh_span_of(args, sizeof args), &c->game);
}

/* EIP-2929, 3651: who a transaction has touched before it runs, so that gas is that of a real one. */
static void warm_up(struct chain_l1 *c, const address *from, const address *to)
{
    const address *all[3] = {from, to, &c->block.coinbase};
    for (unsigned i = 0; i < 3; i++) {
        struct account *a = state_account(&c->state, all[i]);
        bool cold;
        if (a == NULL) abort();
        must(state_warm(&c->state, a, &cold));
    }
}

struct chain_reply chain_call(struct chain_l1 *c, const address *from, const address *to,
                              u128 value, uint64_t time, uint64_t gasprice, uint64_t basefee,
                              wh_span data)
{
    struct evm_result r;
    struct evm_message m = {.kind = EVM_CALL,
                            .gas = 16000000,
                            .caller = *from,
                            .to = *to,
                            .code_from = *to,
                            .value = {{(uint64_t)value, (uint64_t)(value >> 64), 0, 0}},
                            .input = data};
    c->block.timestamp = time;
    c->block.base_fee = u256_from_u64(basefee);
    c->origin = (struct evm_origin){.origin = *from, .gas_price = u256_from_u64(gasprice)};
    wh_arena_rewind(&c->frames, 0);
    state_begin_tx(&c->state);
    warm_up(c, from, to);
    must(evm_execute(&c->evm, &m, &r));
    must(state_commit_tx(&c->state, FORK_OSAKA));
    return (struct chain_reply){.ok = r.halt == EVM_SUCCESS,
                                .data = r.output,
                                .log_count = c->state.log_count,
                                .gas_used = m.gas - r.gas_left};
}

struct calls_log chain_log(const struct chain_l1 *c, size_t i, address *at)
{
    const struct state_log *l = &c->state.logs[i];
    *at = l->at;
    return (struct calls_log){.topic_count = l->topic_count, .topics = l->topics, .data = l->data};
}

void chain_fund(struct chain_l1 *c, const address *who, u128 wei)
{
    u256 v = {{(uint64_t)wei, (uint64_t)(wei >> 64), 0, 0}};
    must(state_put_account(&c->state, who, 0, &v, wh_span_of(NULL, 0)));
}

u128 chain_balance(struct chain_l1 *c, const address *who)
{
    struct state_info info;
    must(state_get(&c->state, who, &info));
    return (u128)info.balance.w[1] << 64 | info.balance.w[0];
}

bytes32 chain_slot(struct chain_l1 *c, const address *at, const bytes32 *key)
{
    u256 k = u256_from_be(key->b), v;
    bytes32 out;
    must(state_get_slot(&c->state, at, &k, &v));
    u256_to_be(&v, out.b);
    return out;
}

size_t chain_slots(struct chain_l1 *c, const address *at)
{
    size_t n = 0;
    for (size_t i = 0; i <= c->state.slots.mask; i++) {
        const struct slot *s = c->state.slots.places[i].item;
        if (s != NULL && s->known && address_eq(&s->account->at, at) && !u256_is_zero(&s->value))
            n++;
    }
    return n;
}
