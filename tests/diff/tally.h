/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_DIFF_TALLY_H
#define WH_TESTS_DIFF_TALLY_H

/* What generated programs did: how often each instruction and each precompile ran and how it ended, which
 * transactions there were, and the edges that the generator aims at (features.def). */

#include "evm/interp/evm.h"
#include "evm/tx/execute.h"
#include "evm/tx/validate.h"

enum { TALLY_PRECOMPILES = 18 }; /* 0x01..0x11, 0x100 */

/* How an instruction ended: the frame went on (calls: with success), the call answered 0, the frame
 * was lost here. */
enum tally_end { TALLY_OK, TALLY_ZERO, TALLY_LOST, TALLY_ENDS };

enum tally_feature {
#define FEATURE(id, text) TALLY_##id,
#include "tests/diff/features.def"
#undef FEATURE
    TALLY_FEATURES
};

struct tally {
    struct evm_tracer tracer; /* for evm.tracer */
    uint64_t ops[256][TALLY_ENDS];
    uint64_t precompiles[TALLY_PRECOMPILES][2]; /* succeeded, failed; called by programs */
    uint64_t features[TALLY_FEATURES];
    uint64_t txs[5][3]; /* by type: succeeded, failed, refused */
    uint64_t rejects[256];
    /* the transaction under way */
    struct {
        uint8_t op;
        unsigned precompile;   /* 1 + index; 0: none */
    } last[EVM_DEPTH_MAX + 2]; /* by depth, 1 for the outermost */
    unsigned depth, deepest;
};

void tally_init(struct tally *t);
/* tally_tx ends a transaction; result NULL: it was refused. */
void tally_tx(struct tally *t, enum evm_fork fork, const struct tx *tx, enum tx_reject reject,
              const struct tx_result *result);
/* tally_print prints all tables as lines of "# ". tally_gaps says what never happened and returns how many
 * lines that were. */
void tally_print(const struct tally *t);
unsigned tally_gaps(const struct tally *t);

#endif
