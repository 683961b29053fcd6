/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_PRIVATE_H
#define WH_EVM_PRECOMPILE_PRIVATE_H

/* What the files of this room share. */

#include "evm/precompile/precompile.h"

enum precompile_id {
#define PRECOMPILE(address, NAME, run, since) PRECOMPILE_##NAME,
#include "evm/precompile/precompiles.def"
    PRECOMPILE_COUNT
};

/* precompile_word copies 32 bytes of input from offset at; bytes beyond the end read as zero. */
static inline void precompile_word(wh_span input, size_t at, uint8_t out[32])
{
    memset(out, 0, 32);
    if (at >= input.len) return;
    size_t n = input.len - at;
    memcpy(out, input.ptr + at, n < 32 ? n : 32);
}

/* Length words of MODEXP, saturated at 2^64 - 1. */
struct modexp_lengths {
    uint64_t base, exp, mod;
};

static inline uint64_t precompile_length(wh_span input, size_t at)
{
    uint8_t w[32];
    precompile_word(input, at, w);
    if ((load_be64(w) | load_be64(w + 8) | load_be64(w + 16)) != 0) return UINT64_MAX;
    return load_be64(w + 24);
}

static inline struct modexp_lengths modexp_lengths(wh_span input)
{
    return (struct modexp_lengths){precompile_length(input, 0), precompile_length(input, 32),
                                   precompile_length(input, 64)};
}

/* precompile_runner: the input has been paid for. *output is set on WH_OK. WH_E_FORMAT: the
 * precompile fails. Negative: trouble. It may leave anything in scratch as long as the output is
 * what was allocated first. */
#define PRECOMPILE(address, NAME, run, since)                                               \
    wh_status run_##run(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input, \
                        struct wh_arena *scratch, wh_span *output);
#include "evm/precompile/precompiles.def"

#endif
