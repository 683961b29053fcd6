/* SPDX-License-Identifier: MIT */
/* One function per precompile: shape of the input, call of the crypto table, shape of the output.
 * Price and fork are settled by the caller. */

#include "evm/precompile/blake2f.h"
#include "evm/precompile/private.h"

/* precompile_out takes n bytes from scratch as the output. */
static uint8_t *precompile_out(struct wh_arena *scratch, size_t n, wh_span *output)
{
    uint8_t *p = (uint8_t *)wh_arena_alloc(scratch, n, 8);
    if (p != NULL) *output = wh_span_of(p, n);
    return p;
}

/* precompile_padded copies the first n bytes of input, zeros behind its end (the rule for bytes of
 * call data that are not there). */
static void precompile_padded(wh_span input, uint8_t *out, size_t n)
{
    size_t have = input.len < n ? input.len : n;
    if (have > 0) memcpy(out, input.ptr, have);
    memset(out + have, 0, n - have);
}

static wh_status output_flag(struct wh_arena *scratch, bool value, wh_span *output)
{
    uint8_t *out = precompile_out(scratch, 32, output);
    if (out == NULL) return WH_E_NOMEM;
    memset(out, 0, 32);
    out[31] = value;
    return WH_OK;
}

/* Yellow Paper appendix E.1. A signature that recovers nobody is success without output. s may lie
 * in the upper half in every fork. */
wh_status run_ecrecover(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                        struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    uint8_t in[128], key[64];
    precompile_padded(input, in, sizeof in);
    for (int i = 32; i < 63; i++)
        if (in[i] != 0) return WH_OK;
    if (in[63] != 27 && in[63] != 28) return WH_OK;

    wh_status status =
        crypto->ecrecover(crypto->ctx, in, in + 64, in + 96, (unsigned)(in[63] - 27), key);
    if (status == WH_E_FORMAT) return WH_OK;
    if (status != WH_OK) return status;
    uint8_t *out = precompile_out(scratch, 32, output);
    if (out == NULL) return WH_E_NOMEM;
    bytes32 hash;
    crypto->keccak256(crypto->ctx, key, sizeof key, &hash);
    memset(out, 0, 12);
    memcpy(out + 12, hash.b + 12, 20);
    return WH_OK;
}

wh_status run_sha256(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                     struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    uint8_t *out = precompile_out(scratch, 32, output);
    if (out == NULL) return WH_E_NOMEM;
    return crypto->sha256(crypto->ctx, input.ptr, input.len, out);
}

wh_status run_ripemd160(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                        struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    uint8_t *out = precompile_out(scratch, 32, output);
    if (out == NULL) return WH_E_NOMEM;
    memset(out, 0, 12);
    return crypto->ripemd160(crypto->ctx, input.ptr, input.len, out + 12);
}

/* A copy, not a borrow: the caller's memory may change while the output is still return data. */
wh_status run_identity(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                       struct wh_arena *scratch, wh_span *output)
{
    (void)crypto;
    (void)fork;
    if (input.len == 0) return WH_OK;
    uint8_t *out = precompile_out(scratch, input.len, output);
    if (out == NULL) return WH_E_NOMEM;
    memcpy(out, input.ptr, input.len);
    return WH_OK;
}

/* EIP-198; EIP-7823: from Osaka no length may exceed 1,024. */
wh_status run_modexp(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                     struct wh_arena *scratch, wh_span *output)
{
    struct modexp_lengths len = modexp_lengths(input);
    if (fork >= FORK_OSAKA && (len.base > 1024 || len.exp > 1024 || len.mod > 1024))
        return WH_E_FORMAT;
    if (len.mod == 0) return WH_OK;
    if (len.mod > scratch->cap) return WH_E_NOMEM;
    uint8_t *out = precompile_out(scratch, (size_t)len.mod, output);
    if (out == NULL) return WH_E_NOMEM;

    /* Bytes beyond the input are zero. So if the modulus begins beyond it, it is zero, and so is
     * the result; else base and exponent lie whole within the input, whatever their lengths. */
    size_t rest = input.len > 96 ? input.len - 96 : 0;
    if (len.base >= rest || len.exp >= rest - len.base) {
        memset(out, 0, (size_t)len.mod);
        return WH_OK;
    }
    const uint8_t *base = input.ptr + 96, *exp = base + len.base, *mod = exp + len.exp;
    rest -= (size_t)(len.base + len.exp);
    if (rest < len.mod) {
        uint8_t *padded = (uint8_t *)wh_arena_alloc(scratch, (size_t)len.mod, 8);
        if (padded == NULL) return WH_E_NOMEM;
        precompile_padded(wh_span_of(mod, rest), padded, (size_t)len.mod);
        mod = padded;
    }
    return crypto->modexp(crypto->ctx, wh_span_of(base, (size_t)len.base),
                          wh_span_of(exp, (size_t)len.exp), wh_span_of(mod, (size_t)len.mod), out);
}

/* EIP-196, EIP-197. */
wh_status run_bn254_add(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                        struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    uint8_t in[128];
    precompile_padded(input, in, sizeof in);
    uint8_t *out = precompile_out(scratch, 64, output);
    if (out == NULL) return WH_E_NOMEM;
    return crypto->bn254_add(crypto->ctx, in, out);
}

wh_status run_bn254_mul(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                        struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    uint8_t in[96];
    precompile_padded(input, in, sizeof in);
    uint8_t *out = precompile_out(scratch, 64, output);
    if (out == NULL) return WH_E_NOMEM;
    return crypto->bn254_mul(crypto->ctx, in, out);
}

wh_status run_bn254_pairing(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                            struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len % 192 != 0) return WH_E_FORMAT;
    bool one = true;
    if (input.len > 0) WH_TRY(crypto->bn254_pairing(crypto->ctx, input.ptr, input.len / 192, &one));
    return output_flag(scratch, one, output);
}

/* EIP-152: u32 rounds | 8 u64 h | 16 u64 m | 2 u64 t, words little-endian | u8 final. */
wh_status run_blake2f(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                      struct wh_arena *scratch, wh_span *output)
{
    (void)crypto;
    (void)fork;
    if (input.len != 213 || input.ptr[212] > 1) return WH_E_FORMAT;
    uint8_t *out = precompile_out(scratch, 64, output);
    if (out == NULL) return WH_E_NOMEM;
    uint64_t h[8], m[16], t[2];
    for (int i = 0; i < 8; i++)
        h[i] = load_le64(input.ptr + 4 + 8 * i);
    for (int i = 0; i < 16; i++)
        m[i] = load_le64(input.ptr + 68 + 8 * i);
    for (int i = 0; i < 2; i++)
        t[i] = load_le64(input.ptr + 196 + 8 * i);
    blake2f(load_be32(input.ptr), h, m, t, input.ptr[212] == 1);
    for (int i = 0; i < 8; i++)
        store_le64(out + 8 * i, h[i]);
    return WH_OK;
}

/* EIP-4844: versioned hash | z | y | commitment 48 | proof 48. The output names the field and its
 * order, so that contracts need not know them. */
wh_status run_kzg(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                  struct wh_arena *scratch, wh_span *output)
{
    static const uint8_t order[32] = {0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d, 0x48,
                                      0x33, 0x39, 0xd8, 0x08, 0x09, 0xa1, 0xd8, 0x05,
                                      0x53, 0xbd, 0xa4, 0x02, 0xff, 0xfe, 0x5b, 0xfe,
                                      0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01};
    (void)fork;
    if (input.len != 192) return WH_E_FORMAT;
    const uint8_t *versioned = input.ptr, *z = versioned + 32, *y = z + 32;
    const uint8_t *commitment = y + 32, *proof = commitment + 48;

    uint8_t hash[32];
    WH_TRY(crypto->sha256(crypto->ctx, commitment, 48, hash));
    hash[0] = 0x01; /* VERSIONED_HASH_VERSION_KZG */
    if (memcmp(hash, versioned, 32) != 0) return WH_E_FORMAT;
    bool valid = false;
    WH_TRY(crypto->kzg_verify(crypto->ctx, commitment, z, y, proof, &valid));
    if (!valid) return WH_E_FORMAT;

    uint8_t *out = precompile_out(scratch, 64, output);
    if (out == NULL) return WH_E_NOMEM;
    memset(out, 0, 32);
    store_be16(out + 30, 4096); /* FIELD_ELEMENTS_PER_BLOB */
    memcpy(out + 32, order, 32);
    return WH_OK;
}

/* EIP-2537: exact lengths, and no empty list. */
wh_status run_bls_g1_add(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                         struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len != 256) return WH_E_FORMAT;
    uint8_t *out = precompile_out(scratch, 128, output);
    return out == NULL ? WH_E_NOMEM : crypto->bls_g1_add(crypto->ctx, input.ptr, out);
}

wh_status run_bls_g1_msm(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                         struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len == 0 || input.len % 160 != 0) return WH_E_FORMAT;
    uint8_t *out = precompile_out(scratch, 128, output);
    if (out == NULL) return WH_E_NOMEM;
    return crypto->bls_g1_msm(crypto->ctx, input.ptr, input.len / 160, out);
}

wh_status run_bls_g2_add(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                         struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len != 512) return WH_E_FORMAT;
    uint8_t *out = precompile_out(scratch, 256, output);
    return out == NULL ? WH_E_NOMEM : crypto->bls_g2_add(crypto->ctx, input.ptr, out);
}

wh_status run_bls_g2_msm(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                         struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len == 0 || input.len % 288 != 0) return WH_E_FORMAT;
    uint8_t *out = precompile_out(scratch, 256, output);
    if (out == NULL) return WH_E_NOMEM;
    return crypto->bls_g2_msm(crypto->ctx, input.ptr, input.len / 288, out);
}

wh_status run_bls_pairing(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                          struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len == 0 || input.len % 384 != 0) return WH_E_FORMAT;
    bool one = false;
    WH_TRY(crypto->bls_pairing(crypto->ctx, input.ptr, input.len / 384, &one));
    return output_flag(scratch, one, output);
}

wh_status run_bls_map_fp(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                         struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len != 64) return WH_E_FORMAT;
    uint8_t *out = precompile_out(scratch, 128, output);
    return out == NULL ? WH_E_NOMEM : crypto->bls_map_fp(crypto->ctx, input.ptr, out);
}

wh_status run_bls_map_fp2(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                          struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len != 128) return WH_E_FORMAT;
    uint8_t *out = precompile_out(scratch, 256, output);
    return out == NULL ? WH_E_NOMEM : crypto->bls_map_fp2(crypto->ctx, input.ptr, out);
}

/* EIP-7951: never fails; anything but a valid signature has no output. */
wh_status run_p256_verify(const struct evm_crypto *crypto, enum evm_fork fork, wh_span input,
                          struct wh_arena *scratch, wh_span *output)
{
    (void)fork;
    if (input.len != 160) return WH_OK;
    bool valid = false;
    WH_TRY(crypto->p256_verify(crypto->ctx, input.ptr, &valid));
    return valid ? output_flag(scratch, true, output) : WH_OK;
}
