/* SPDX-License-Identifier: MIT */
#include "evm/tx/intrinsic.h"

enum {
    GAS_TX = 21000,
    GAS_TX_CREATE = 32000, /* EIP-2, Homestead */
    GAS_ZERO_BYTE = 4,
    GAS_ACCESS_ADDRESS = 2400, /* EIP-2930 */
    GAS_ACCESS_SLOT = 1900,
    GAS_INIT_WORD = 2,         /* EIP-3860 */
    GAS_AUTHORIZATION = 25000, /* EIP-7702, PER_EMPTY_ACCOUNT_COST */
    GAS_FLOOR_TOKEN = 10,      /* EIP-7623 */
    TOKENS_PER_BYTE = 4,
};

/* No sum here can wrap: every count is bounded by the bytes of the transaction (less than 2^40). */
struct tx_intrinsic tx_intrinsic_gas(const struct tx *tx, enum evm_fork fork)
{
    uint64_t zero = 0, other;
    for (size_t i = 0; i < tx->data.len; i++)
        zero += tx->data.ptr[i] == 0;
    other = tx->data.len - zero;

    struct tx_intrinsic out = {GAS_TX, 0};
    out.gas += zero * GAS_ZERO_BYTE + other * (fork >= FORK_ISTANBUL ? 16 : 68); /* EIP-2028 */
    if (!tx->has_to) {
        if (fork >= FORK_HOMESTEAD) out.gas += GAS_TX_CREATE;
        if (fork >= FORK_SHANGHAI) out.gas += (tx->data.len + 31) / 32 * GAS_INIT_WORD;
    }
    out.gas += (uint64_t)tx->access_addresses * GAS_ACCESS_ADDRESS;
    out.gas += (uint64_t)tx->access_slots * GAS_ACCESS_SLOT;
    out.gas += (uint64_t)tx->authorization_count * GAS_AUTHORIZATION;
    if (fork >= FORK_PRAGUE)
        out.floor = GAS_TX + GAS_FLOOR_TOKEN * (zero + TOKENS_PER_BYTE * other);
    return out;
}
