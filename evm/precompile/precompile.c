/* SPDX-License-Identifier: MIT */
/* Which precompiles exist, and the one path of a call: price, limit, work, outcome. */

#include "evm/precompile/precompile.h"
#include "evm/precompile/private.h"

static const uint16_t addresses[PRECOMPILE_COUNT] = {
#define PRECOMPILE(address, NAME, run, since) [PRECOMPILE_##NAME] = address,
#include "evm/precompile/precompiles.def"
};

static const uint8_t born[PRECOMPILE_COUNT] = {
#define PRECOMPILE(address, NAME, run, since) [PRECOMPILE_##NAME] = FORK_##since,
#include "evm/precompile/precompiles.def"
};

/* Index of the first byte pair 0x0001..0x0011 is one less; 0x0100 stands alone. */
_Static_assert(PRECOMPILE_ECRECOVER == 0 && PRECOMPILE_BLS12_MAP_FP2_TO_G2 == 0x10 &&
                   PRECOMPILE_P256VERIFY == PRECOMPILE_COUNT - 1,
               "precompile_find relies on dense addresses");

bool precompile_find(enum evm_fork fork, const address *a, unsigned *index)
{
    uint64_t high[2];
    memcpy(high, a->b, 16);
    if ((high[0] | high[1]) != 0) return false;
    uint32_t low = load_be32(a->b + 16);
    unsigned i;
    if (low - 1 <= PRECOMPILE_BLS12_MAP_FP2_TO_G2)
        i = low - 1;
    else if (low == 0x100)
        i = PRECOMPILE_P256VERIFY;
    else
        return false;
    if (born[i] > (unsigned)fork) return false;
    *index = i;
    return true;
}

unsigned precompile_count(enum evm_fork fork)
{
    unsigned n = 0;
    while (n < PRECOMPILE_COUNT && born[n] <= (unsigned)fork)
        n++;
    return n;
}

void precompile_address(unsigned index, address *out)
{
    WH_ASSERT(index < PRECOMPILE_COUNT);
    memset(out->b, 0, 18);
    store_be16(out->b + 18, addresses[index]);
}

/* Character arrays, not pointers: a guest image has no relocations. */
static const char names[PRECOMPILE_COUNT][24] = {
#define PRECOMPILE(address, NAME, run, since) [PRECOMPILE_##NAME] = #NAME,
#include "evm/precompile/precompiles.def"
};

const char *precompile_name(unsigned index)
{
    WH_ASSERT(index < PRECOMPILE_COUNT);
    return names[index];
}

static wh_status run(unsigned index, enum evm_fork fork, const struct evm_crypto *crypto,
                     wh_span input, struct wh_arena *scratch, wh_span *output)
{
    switch ((enum precompile_id)index) {
#define PRECOMPILE(address, NAME, call, since)                   \
    case PRECOMPILE_##NAME: {                                    \
        return run_##call(crypto, fork, input, scratch, output); \
    }
#include "evm/precompile/precompiles.def"
    case PRECOMPILE_COUNT: break;
    }
    WH_ASSERT(index < PRECOMPILE_COUNT);
    return WH_E_CRYPTO;
}

wh_status precompile_run(unsigned index, enum evm_fork fork, const struct evm_crypto *crypto,
                         wh_span input, int64_t gas_limit, struct wh_arena *scratch,
                         struct precompile_result *out)
{
    const struct precompile_result failed = {false, gas_limit, {NULL, 0}};
    int64_t gas = precompile_gas(index, fork, input);
    if (gas > gas_limit) {
        *out = failed;
        return WH_OK;
    }

    size_t mark = wh_arena_mark(scratch);
    wh_span output = {NULL, 0};
    wh_status status = run(index, fork, crypto, input, scratch, &output);
    if (status < 0) {
        wh_arena_rewind(scratch, mark);
        return status;
    }
    if (status != WH_OK) {
        wh_arena_rewind(scratch, mark);
        *out = failed;
        return WH_OK;
    }
    /* The output was allocated first: drop what lies behind it. */
    wh_arena_rewind(scratch,
                    output.len == 0 ? mark : (size_t)(output.ptr + output.len - scratch->base));
    *out = (struct precompile_result){true, gas, output};
    return WH_OK;
}
