/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_CORE_GAME_H
#define WH_GAME_CORE_GAME_H

/* game is the twin of contract Game (PROTOCOL 7): one state, used in two ways.
 *   - twin: game_apply executes a move with its caller, value, time and metered gas, with the same
 *     guards in the same order and the same effects and events as the contract;
 *   - view: game_view_apply_event (view.h) folds the logs of L1 into the same state, but for what
 *     logs do not tell: price, gas and the claimed flag of nodes (I25).
 *
 * Invariants
 *   - Memory comes from the arena alone and grows with records; no malloc, no recursion.
 *   - A refused move changes nothing (memory reserved for it may stay).
 *   - Records are never removed; record numbers and pointers stay good as long as the arena.
 *   - All sums of times saturate at GAME_INF.
 * A negative result is trouble of this process (arena full), never an outcome of the game. */

#include "game/core/config.h"
#include "game/core/node.h"
#include "game/core/table.h"

#define GAME_INF ((UINT64_C(1) << 40) - 1)

enum game_error {
    GAME_NOMEM = -1,
    GAME_OK = 0,
#define GAME_ERROR(id, name) GAME_E_##id,
#include "game/core/errors.def"
#undef GAME_ERROR
};

enum game_move {
#define GAME_MOVE(id, name, signature) GAME_MOVE_##id,
#include "game/core/moves.def"
#undef GAME_MOVE
    GAME_MOVE_COUNT
};

enum game_event_kind {
#define GAME_EVENT(id, name, signature) GAME_EVENT_##id,
#include "game/core/events.def"
#undef GAME_EVENT
    GAME_EVENT_COUNT
};

enum game_status { GAME_NO_ASSERTION, GAME_PENDING, GAME_CONFIRMED, GAME_REJECTED };

enum game_node_flag {
    GAME_NODE_EXISTS = 1,
    GAME_NODE_SPLIT = 2,
    GAME_NODE_PROVEN = 4,
    GAME_NODE_FIRST = 8,
    GAME_NODE_CLAIMED = 16,
};

/* Records. Links are record numbers; GAME_NONE = none. The key comes first (table.h). */

/* An assertion and the game among its children (GameRec of gid = aid; it exists iff roots > 0). */
struct game_assertion {
    bytes32 aid;
    bytes32 last_leaf, span;
    uint64_t input_end, next_input, created_at;
    uint64_t won_at, slashed_at;
    u128 pot;                 /* of the game below */
    uint32_t parent, pot_gid; /* assertions */
    uint32_t winner;          /* assertion: winner of the game below */
    uint32_t children, roots;
    uint32_t first_child, last_child, next_sibling; /* in the order of their posts */
    uint32_t root_node;                             /* node of root(aid); GAME_NONE for genesis */
    uint8_t status;                                 /* enum game_status */
};

struct game_account { /* staker iff bond > 0 */
    address who;
    uint32_t tip;                               /* assertion or GAME_NONE */
    uint32_t n_staked, n_unstaked, n_withdrawn; /* running numbers for keys of moves */
    uint64_t pad;
    u128 bond, credit;
};

struct game_context {
    bytes32 ctx;
    bytes32 base;
    uint64_t first_at, rival_at;
    uint32_t pos_low; /* pos < 2^32, as k <= 32 */
    uint32_t gid;     /* assertion */
    uint32_t count;
    uint32_t first_node; /* then game_node.next: all rivals in the order they came */
    uint32_t last_node;
    uint32_t h;
};

struct game_node {
    bytes32 id;
    bytes32 span;
    uint64_t beta_price; /* u40 beta << 24 | u24 price */
    uint32_t gas_flags;  /* u24 gas >> 8, << 8 | u8 flags */
    uint32_t mover;      /* account or GAME_NONE (address 0) */
    uint32_t ctx;        /* context */
    uint32_t kids;       /* row of game.kids, or GAME_NONE: not split */
    uint32_t next;       /* next rival of the context */
    uint32_t pad;
};

struct game_input {
    bytes32 hash;
    bytes32 acc;    /* acc[i+1]: covers inputs[0..i] */
    uint64_t steps; /* steps[i+1] */
};

/* What an event says. Fields not named in events.def are zero. */
struct game_event {
    enum game_event_kind kind;
    uint64_t time; /* timestamp of the L1 block */
    address who;   /* staker, to, mover, account */
    bytes32 gid;   /* gid, potGid */
    bytes32 aid;
    bytes32 id; /* of a node; of an input its inputHash */
    bytes32 last_leaf, span;
    uint64_t input_end, next_input;
    uint64_t number;      /* b of TimerUpdated; n of Input and EthereumInput */
    uint32_t items_count; /* Input: forced + items; EthereumInput: items */
    const bytes32 *spans; /* Split: span_count spans, borrowed during the call */
    uint32_t span_count;
    u128 amount;
};

/* prove asks this: one step from pre under the demanded target and input. true and *post = a
 * verdict; false = none, whatever the reason (NoVerdict). */
typedef bool game_step_fn(void *ctx, uint64_t target, const bytes32 *input_hash, const uint8_t *pre,
                          wh_span proof, bytes32 *post);
typedef void game_event_fn(void *ctx, const struct game_event *ev);

struct game {
    const struct evm_crypto *crypto; /* borrowed; NULL: portable keccak */
    struct wh_arena *arena;          /* borrowed, for this game alone */
    size_t arena_from;
    struct game_config cfg;
    bytes32 cfg_hash;
    game_step_fn *step; /* may be NULL: no verdict ever */
    void *step_ctx;
    game_event_fn *emit; /* may be NULL */
    void *emit_ctx;

    uint64_t now;             /* time of the last move, event or game_set_time */
    u128 balance;             /* wei in the contract */
    uint32_t genesis, anchor; /* assertions */

    struct game_pool assertions, accounts, contexts, nodes, kids, inputs;
    struct game_index by_aid, by_address, by_ctx, by_id;
};

/* game_init: the constructor at time now (PROTOCOL 7.1). GAME_E_BAD_CONFIG, GAME_NOMEM. crypto and
 * arena are borrowed. Set step and emit afterwards. */
WH_MUST enum game_error game_init(struct game *g, const struct game_config *cfg,
                                  struct wh_arena *arena, const struct evm_crypto *crypto,
                                  uint64_t now);

/* game_save copies game and records to buf and returns their size; with buf NULL the size alone.
 * game_load puts them back into the same struct and arena (also after later moves): for reorgs,
 * what-if and search. */
size_t game_save(const struct game *g, void *buf, size_t cap);
void game_load(struct game *g, const void *buf, size_t size);

/* Who calls, when, and what L1 says about the transaction. */
struct game_env {
    address caller;
    uint64_t time;              /* block.timestamp, never less than game.now */
    u128 value;                 /* wei */
    uint64_t gasprice, basefee; /* wei */
    uint64_t gas;               /* metered gas of PROTOCOL 7.3, before saturation: an input here */
    uint64_t gas_left;          /* at the LowGas guard; UINT64_MAX: plenty */
    bool pay_fails;             /* the payee of withdraw reverts */
};

struct game_args {
    enum game_move move;
    union {
        struct {
            bytes32 parent, expected_aid, last_leaf, span;
            const bytes32 *path;
            size_t path_len;
            wh_span state;
        } post;
        struct {
            struct wh_node v;
            const bytes32 *spans;
            size_t span_count;
            address to;
        } split;
        struct {
            struct wh_node v;
            wh_span pre;
            const bytes32 *mp;
            size_t mp_len;
            wh_span proof;
            address to;
        } prove;
        struct {
            struct wh_node v;
            wh_span tree;
        } refresh;
        struct {
            bytes32 aid;  /* join, decide, confirm, reject */
            wh_span tree; /* decide */
        } aid;
        struct {
            bytes32 gid; /* claim, sweep */
            address mover;
            wh_span tree;
        } gid;
        address account; /* slash, withdraw */
    } u;
};

/* What the guards found, for the effects. */
struct game_plan {
    uint32_t a, parent, node, account;
    bytes32 key, ctx;
    uint64_t value;
    bool again; /* the move was made before: nothing to do */
};

/* game_check: the guards alone. game_apply: guards, then effects and events. */
WH_MUST enum game_error game_check(struct game *g, const struct game_env *env,
                                   const struct game_args *args);
WH_MUST enum game_error game_apply(struct game *g, const struct game_env *env,
                                   const struct game_args *args);

const char *game_error_name(enum game_error e); /* Solidity name; "ok", "NoMemory" */
const char *game_move_name(enum game_move m);
const char *game_move_signature(enum game_move m);
const char *game_event_name(enum game_event_kind k);
const char *game_event_signature(enum game_event_kind k);

/* Look-ups by key: record number or GAME_NONE, or the record or NULL. */
uint32_t game_find_assertion(const struct game *g, const bytes32 *aid);
uint32_t game_find_account(const struct game *g, const address *who);
uint32_t game_find_node(const struct game *g, const bytes32 *id);
struct game_assertion *game_assertion_of(const struct game *g, const bytes32 *aid);
struct game_account *game_account_of(const struct game *g, const address *who);
struct game_context *game_context_of(const struct game *g, const bytes32 *ctx);
struct game_node *game_node_of(const struct game *g, const bytes32 *id);

static inline struct game_assertion *game_assertion_at(const struct game *g, uint32_t i)
{
    return (struct game_assertion *)pool_at(&g->assertions, i);
}
static inline struct game_account *game_account_at(const struct game *g, uint32_t i)
{
    return (struct game_account *)pool_at(&g->accounts, i);
}
static inline struct game_context *game_context_at(const struct game *g, uint32_t i)
{
    return (struct game_context *)pool_at(&g->contexts, i);
}
static inline struct game_node *game_node_at(const struct game *g, uint32_t i)
{
    return (struct game_node *)pool_at(&g->nodes, i);
}
static inline const struct game_input *game_input_at(const struct game *g, uint32_t i)
{
    return (const struct game_input *)pool_at(&g->inputs, i);
}
/* game_kids: numbers of the 2^a children of a split node. */
static inline const uint32_t *game_kids(const struct game *g, const struct game_node *n)
{
    return (const uint32_t *)pool_at(&g->kids, n->kids);
}
static inline uint8_t game_node_flags(const struct game_node *n)
{
    return (uint8_t)n->gas_flags;
}
static inline uint64_t game_node_beta(const struct game_node *n)
{
    return n->beta_price >> 24;
}
static inline uint32_t game_node_price(const struct game_node *n)
{
    return (uint32_t)n->beta_price & 0xffffffu;
}
static inline uint32_t game_node_gas(const struct game_node *n)
{
    return n->gas_flags >> 8;
}
static inline bool game_rivaled(const struct game_context *c)
{
    return c->count >= 2;
}

/* game_node_ref: the node as moves name it. */
void game_node_ref(const struct game *g, const struct game_node *n, struct wh_node *out);
/* game_node_word: the storage word (mover | u40 beta | u24 price | u24 gas >> 8 | u8 flags). */
void game_node_word(const struct game *g, const struct game_node *n, uint8_t word[32]);

uint64_t game_inbox_count(const struct game *g);
/* game_acc: acc[n], n <= count; acc[0] = 0. game_steps: steps[n]. */
void game_acc(const struct game *g, uint64_t n, bytes32 *out);
uint64_t game_steps(const struct game *g, uint64_t n);
/* game_push_input: the Inbox appends an input. */
WH_MUST enum game_error game_push_input(struct game *g, const bytes32 *input_hash,
                                        uint32_t items_count);

/* game_claim_end: last second of the claim window of a decided game. */
uint64_t game_claim_end(const struct game *g, const struct game_assertion *a);
/* game_node_pay: wei that a claim pays for a node, if the pot has it. */
u128 game_node_pay(const struct game *g, const struct game_node *n);

#endif
