/* SPDX-License-Identifier: MIT */
#include "evm/interp/rules.h"
#include "evm/base/status.h"

#define IS(fork, value) FORK_ROW >= FORK_##fork ? (value):
#define RULE(name, row) .name = row,

/* One row a fork; the inclusion is repeated, as no macro can include. The BPO forks are Osaka here. */
/* clang-format off */
static const struct evm_rules rules_of_fork[FORK_OSAKA + 1] = {
#define FORK_ROW FORK_FRONTIER
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_HOMESTEAD
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_DAO
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_TANGERINE
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_SPURIOUS
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_BYZANTIUM
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_CONSTANTINOPLE
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_PETERSBURG
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_ISTANBUL
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_BERLIN
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_LONDON
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_PARIS
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_SHANGHAI
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_CANCUN
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_PRAGUE
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
#define FORK_ROW FORK_OSAKA
    [FORK_ROW] = {
#include "evm/interp/rules.def"
    },
#undef FORK_ROW
};
/* clang-format on */

const struct evm_rules *evm_rules_of(enum evm_fork fork)
{
    WH_ASSERT(fork >= FORK_FRONTIER && fork <= FORK_BPO5);
    return &rules_of_fork[fork > FORK_OSAKA ? FORK_OSAKA : fork];
}
