/* SPDX-License-Identifier: MIT */
/* Moves as such: keys, gas limits, order. */
#include "game/solver/solver_private.h"

const char *solver_kind_name(unsigned kind)
{
    if (kind == SOLVER_UPLOAD) return "upload";
    if (kind == SOLVER_DEPOSIT) return "deposit";
    return game_move_name((enum game_move)kind);
}

void solver_key(const struct evm_crypto *crypto, unsigned kind, const bytes32 *id, uint64_t epoch,
                bytes32 *key)
{
    uint8_t buf[41];
    buf[0] = (uint8_t)kind;
    memcpy(buf + 1, id->b, 32);
    store_be64(buf + 33, epoch);
    tree_keccak(crypto, buf, sizeof buf, key);
}

/* Constants with room for the dearest case: an estimate is wrong as soon as a reordering turns a
 * merge of children into new ones (attack 41). EIP-7825 caps a transaction at 2^24. */
#define TX_GAS_CAP UINT64_C(16777216)

uint64_t solver_gas_limit(unsigned kind, unsigned a, unsigned k, uint64_t step_gas, uint64_t n,
                          uint64_t bytes)
{
    static const uint64_t split[5] = {0, 180000, 260000, 480000, 950000};
    uint64_t gas = 0;
    switch (kind) {
    case GAME_MOVE_STAKE: gas = 120000; break;
    case GAME_MOVE_POST: gas = 450000 + 2500 * (uint64_t)k; break;
    case GAME_MOVE_JOIN: gas = 90000; break;
    case GAME_MOVE_SPLIT: gas = split[a <= 4 ? a : 4]; break;
    /* calldata at the floor price of EIP-7623, the guard LowGas, and the rest of the call */
    case GAME_MOVE_PROVE:
        gas = 300000 + 2500 * (uint64_t)k;
        if (bytes != 0) gas += step_gas * 64 / 63 + 60000 + 42 * bytes;
        break;
    case GAME_MOVE_REFRESH: gas = 120000 + 8000 * n; break;
    case GAME_MOVE_DECIDE: gas = 150000 + 8000 * n; break;
    case GAME_MOVE_CONFIRM: gas = 130000; break;
    case GAME_MOVE_REJECT: gas = 130000; break;
    case GAME_MOVE_SLASH: gas = 250000 + 5000 * n; break;
    case GAME_MOVE_CLAIM: gas = 160000 + 8000 * n; break;
    case GAME_MOVE_UNSTAKE: gas = 110000; break;
    case GAME_MOVE_WITHDRAW: gas = 110000; break;
    case GAME_MOVE_SWEEP: gas = 120000; break;
    case SOLVER_UPLOAD: gas = 200000 + 42 * bytes; break;
    case SOLVER_DEPOSIT: gas = 120000; break;
    default: WH_ASSERT(0); /* a kind */
    }
    return gas < TX_GAS_CAP ? gas : TX_GAS_CAP;
}

void solver_account_id(const address *who, bytes32 *id)
{
    memset(id->b, 0, 12);
    memcpy(id->b + 12, who->b, 20);
}

struct solver_move *solver_emit(struct solver *s, unsigned kind, const bytes32 *id, uint64_t epoch)
{
    if (!pool_reserve(&s->moves, s->arena, 1)) return NULL;
    struct solver_move *m = (struct solver_move *)pool_push(&s->moves);
    m->kind = kind;
    m->id = *id;
    m->epoch = epoch;
    m->weight = UINT64_MAX;
    m->h = UINT8_MAX;
    if (kind < GAME_MOVE_COUNT) m->args.move = (enum game_move)kind;
    return m;
}

void solver_seal(struct solver *s, struct solver_move *m, uint64_t nodes, uint64_t bytes)
{
    const struct game_config *cfg = &s->view->cfg;
    solver_key(s->view->crypto, m->kind, &m->id, m->epoch, &m->key);
    m->gas_limit = solver_gas_limit(m->kind, cfg->a, cfg->k, cfg->step_gas, nodes, bytes);
}

wh_status solver_emit_plain(struct solver *s, unsigned kind, const bytes32 *id, uint64_t epoch)
{
    struct solver_move *m = solver_emit(s, kind, id, epoch);
    if (m == NULL) return WH_E_NOMEM;
    switch (kind) {
    case GAME_MOVE_STAKE: m->value = s->view->cfg.bond; break;
    case GAME_MOVE_JOIN:
    case GAME_MOVE_CONFIRM:
    case GAME_MOVE_REJECT: m->args.u.aid.aid = *id; break;
    case GAME_MOVE_SWEEP: m->args.u.gid.gid = *id; break;
    case GAME_MOVE_SLASH:
    case GAME_MOVE_WITHDRAW: memcpy(m->args.u.account.b, id->b + 12, 20); break;
    case GAME_MOVE_UNSTAKE: break;
    default: WH_ASSERT(0); /* a move without other arguments */
    }
    solver_seal(s, m, 0, 0);
    return WH_OK;
}

/* Order of sending (PROTOCOL 10): stake, joins down the line, post; then by weight, height, kind. */
static unsigned rank(unsigned kind)
{
    switch (kind) {
    case GAME_MOVE_STAKE: return 0;
    case GAME_MOVE_JOIN: return 1;
    case GAME_MOVE_POST: return 2;
    case SOLVER_UPLOAD: return 3;
    case SOLVER_DEPOSIT: return 4;
    case GAME_MOVE_PROVE: return 5;
    case GAME_MOVE_SPLIT: return 6;
    case GAME_MOVE_REFRESH: return 7;
    case GAME_MOVE_DECIDE: return 8;
    case GAME_MOVE_CONFIRM: return 9;
    case GAME_MOVE_REJECT: return 10;
    case GAME_MOVE_SLASH: return 11;
    case GAME_MOVE_CLAIM: return 12;
    case GAME_MOVE_UNSTAKE: return 13;
    case GAME_MOVE_WITHDRAW: return 14;
    case GAME_MOVE_SWEEP: return 15;
    default: WH_ASSERT(0); return 16; /* a kind */
    }
}

static int three_way(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int order(const struct solver_move *x, const struct solver_move *y)
{
    unsigned rx = rank(x->kind), ry = rank(y->kind);
    int c = three_way(rx < 3 ? rx : 3, ry < 3 ? ry : 3);
    if (c == 0) c = three_way(x->line, y->line);
    if (c == 0) c = three_way(x->weight, y->weight);
    if (c == 0) c = three_way(x->h, y->h);
    if (c == 0) c = three_way(rx, ry);
    if (c == 0) c = bytes32_cmp(&x->id, &y->id);
    return c != 0 ? c : three_way(x->epoch, y->epoch);
}

static void sift(const struct solver_move **heap, uint32_t at, uint32_t n)
{
    for (uint32_t kid; (kid = 2 * at + 1) < n; at = kid) {
        if (kid + 1 < n && order(heap[kid], heap[kid + 1]) < 0) kid++;
        if (order(heap[at], heap[kid]) >= 0) return;
        const struct solver_move *t = heap[at];
        heap[at] = heap[kid];
        heap[kid] = t;
    }
}

/* A set of keys: the first of two equal ones is the more urgent. */
static bool seen_before(uint32_t *slot, uint32_t mask, const struct solver_move *made,
                        const bytes32 *key, uint32_t number)
{
    uint32_t at = (uint32_t)load_le64(key->b) & mask;
    for (; slot[at] != 0; at = (at + 1) & mask)
        if (bytes32_eq(&made[slot[at] - 1].key, key)) return true;
    slot[at] = number + 1;
    return false;
}

wh_status solver_sort(struct solver *s)
{
    uint32_t n = s->moves.count, size = 16, count = 0;
    while (size < 2 * n)
        size *= 2;
    const struct solver_move **heap = WH_NEW(s->arena, const struct solver_move *, n);
    struct solver_move *made = WH_NEW(s->arena, struct solver_move, n);
    uint32_t *slot = WH_NEW(s->arena, uint32_t, size);
    if (heap == NULL || made == NULL || slot == NULL) return WH_E_NOMEM;
    memset(slot, 0, size * sizeof *slot);
    for (uint32_t i = 0; i < n; i++)
        heap[i] = (const struct solver_move *)pool_at(&s->moves, i);
    for (uint32_t i = n / 2; i-- > 0;)
        sift(heap, i, n);
    for (uint32_t end = n; end > 1; end--) {
        const struct solver_move *t = heap[0];
        heap[0] = heap[end - 1];
        heap[end - 1] = t;
        sift(heap, 0, end - 1);
    }
    for (uint32_t i = 0; i < n; i++)
        if (!seen_before(slot, size - 1, made, &heap[i]->key, count)) made[count++] = *heap[i];
    s->out->moves = made;
    s->out->count = count;
    return WH_OK;
}
