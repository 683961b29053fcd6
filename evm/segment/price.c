/* SPDX-License-Identifier: MIT */
#include "evm/segment/price.h"

enum {
    X_BASE = 50000,
    X_BYTE = 16,
    X_BEGIN = 450000, /* two system calls */
    X_WITHDRAWAL = 30000,
    X_REQUESTS = 400000, /* two system calls, `ethereum` */
    GAS_MAX_OSAKA = 1 << 24,
    CODE_MAX = 24580,  /* the object that may cross the cap */
    OTHER_MAX = 14328, /* configuration, rest, accumulators, ring nodes */
};

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t bytes_cost(uint64_t len)
{
    return len > UINT64_MAX / X_BYTE ? UINT64_MAX : X_BYTE * len;
}

uint64_t seg_x_least(uint64_t len)
{
    return add(X_BASE, bytes_cost(len));
}

uint64_t seg_x_begin(uint64_t len)
{
    return add(X_BEGIN, bytes_cost(len));
}

uint64_t seg_x_tx(enum evm_fork fork, uint64_t item_gas, uint64_t block_gas_limit, uint64_t len)
{
    uint64_t most = fork >= FORK_OSAKA ? GAS_MAX_OSAKA : block_gas_limit;
    return add(seg_x_least(len), item_gas < most ? item_gas : most);
}

uint64_t seg_x_end(bool rollup, uint64_t withdrawals, uint64_t len)
{
    uint64_t calls = rollup ? 0 : X_REQUESTS;
    uint64_t list =
        withdrawals > UINT64_MAX / X_WITHDRAWAL ? UINT64_MAX : X_WITHDRAWAL * withdrawals;
    return add(seg_x_least(len), add(list, calls));
}

uint64_t seg_x_max(uint64_t witness_cap, uint64_t item_max, uint64_t block_gas_max)
{
    uint64_t gas = block_gas_max > GAS_MAX_OSAKA ? block_gas_max : GAS_MAX_OSAKA;
    uint64_t len = add(add(witness_cap, CODE_MAX), add(item_max, OTHER_MAX));
    return add(seg_x_least(len), gas);
}
