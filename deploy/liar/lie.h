/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_LIAR_LIE_H
#define WH_DEPLOY_LIAR_LIE_H

/* A history that is false about one transaction and plays on cleverly: every later step is what an
 * honest run of the false state gives, a step that cannot be run or would end the chain is claimed
 * to have had no effect, and END claims the block's true hash over the false state. */

#include "game/agent/chain.h"

enum lie_kind {
#define LIE(name, text) LIE_##name,
#include "deploy/liar/lies.def"
#undef LIE
    LIE_COUNT
};

struct lie {
    enum lie_kind kind;
    uint64_t at;    /* transaction of the input, from 0 */
    uint64_t input; /* which one; UINT64_MAX: each that has such a transaction */
};

/* lie_parse reads KIND@N or KIND@INPUT.N. */
bool lie_parse(const char *text, struct lie *out);
const char *lie_text(enum lie_kind kind);
const char *lie_name(enum lie_kind kind);

/* lie_history: the history of this lie, for agent_options. lie is borrowed. */
struct agent_history lie_history(struct lie *lie);

#endif
