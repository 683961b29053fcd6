/* SPDX-License-Identifier: MIT */
/* Scalar keccak compiled with BMI1 and BMI2 (andn, rorx). */
#include "evm/hash/keccak.h"
#include "evm/native/keccak_native.h"

#define KF_T                   uint64_t
#define KF_XOR(a, b)           ((a) ^ (b))
#define KF_XOR5(a, b, c, d, e) ((a) ^ (b) ^ (c) ^ (d) ^ (e))
#define KF_ROL(a, n)           (((a) << (n)) | ((a) >> (64 - (n))))
#define KF_CHI(a, b, c)        ((a) ^ (~(b) & (c)))
#define KF_RC(a, i)            ((a) ^ keccak_rc[i])
#include "evm/hash/keccak_f.h"

static void permute(uint64_t s[25])
{
    KECCAK_F_BODY
}

#define KO_NAME one
#define KO_F(s) permute(s)
#include "evm/native/keccak_one.inc"

static void many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    for (size_t i = 0; i < n; i++)
        one(ctx, in[i].ptr, in[i].len, &out[i]);
}

const struct wh_keccak_ops wh_keccak_bmi2 = {"bmi2", 1, one, many};
