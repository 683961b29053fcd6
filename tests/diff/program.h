/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_PROGRAM_H
#define WH_TESTS_DIFF_PROGRAM_H

/* Writes plausible programs: statements over a balanced stack (storage, memory, logs, calls, creations,
 * precompiles with inputs that make sense, branches, bounded loops), a few bytes of nonsense, and an
 * end of some kind. What an instruction answers mostly ends up in storage or a log. */

#include "evm/base/crypto.h"
#include "evm/base/fork.h"
#include "evm/base/u256.h"
#include "proto/sys/buf.h"
#include "tests/diff/rng.h"

struct program_world {
    enum evm_fork fork;
    const struct evm_crypto *crypto;
    const address *targets; /* contracts, accounts with keys, absent ones */
    size_t target_count;
    bool kzg; /* the first point evaluation costs the other side seconds */
};

/* program_runtime appends the code of a contract, program_init code that creates one. */
void program_runtime(struct rng *r, const struct program_world *w, struct wh_buf *out);
void program_init(struct rng *r, const struct program_world *w, struct wh_buf *out);

/* program_data appends an input for the precompile at address n; sound most of the time. */
void program_data(struct rng *r, const struct program_world *w, unsigned n, struct wh_buf *out);
/* program_precompile picks a precompile; one in twenty does not exist in this fork. */
unsigned program_precompile(struct rng *r, const struct program_world *w);

/* program_word is a number of the kind that breaks things. */
u256 program_word(struct rng *r);

/* ---- private: the code under way ---- */

enum { PROGRAM_FIXES = 128 };

struct program {
    struct rng *rng;
    const struct program_world *w;
    struct wh_buf *code;
    size_t start; /* of this program in code */
    struct wh_buf tail;
    struct {
        size_t at, rel; /* two bytes at code[at] become the offset of tail[rel] */
    } fix[PROGRAM_FIXES];
    unsigned fixes;
    unsigned nesting;
    unsigned height; /* words on the stack that expressions may reach */
};

void program_op(struct program *p, uint8_t op);
void program_push(struct program *p, const u256 *v);
void program_push_u64(struct program *p, uint64_t v);
void program_push_address(struct program *p, const address *a);
/* program_push_tail puts bytes behind the code and pushes their offset. false: no room. */
bool program_push_tail(struct program *p, wh_span bytes);
void program_expr(struct program *p, unsigned depth);
void program_statements(struct program *p, unsigned n);
void program_push_slot(struct program *p);
void program_push_offset(struct program *p);
void program_push_target(struct program *p);
void program_call(struct program *p);
void program_create(struct program *p);
/* program_flow.c: labels, and statements and ends that jump */
size_t program_label(struct program *p);
void program_destination(struct program *p, size_t label);
void program_branch(struct program *p);
void program_loop(struct program *p);
void program_jump(struct program *p);
void program_end(struct program *p);
address program_target(struct program *p);
bool program_since(const struct program *p, enum evm_fork fork);

#endif
