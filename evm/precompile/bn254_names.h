/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_PRECOMPILE_BN254_NAMES_H
#define WH_EVM_PRECOMPILE_BN254_NAMES_H

/* Linkage names of bn254. evm/native builds the same files a second time for CPUs with ADX, with
 * BN254_VARIANT defined as _adx; both copies live in one program. */

#ifndef BN254_VARIANT
#    define BN254_VARIANT
#endif
#define BN254_CAT_(a, b) a##b
#define BN254_CAT(a, b)  BN254_CAT_(a, b)
#define BN254_NAME(name) BN254_CAT(bn254_##name, BN254_VARIANT)

#define fp_inv              BN254_NAME(fp_inv)
#define fp_decode           BN254_NAME(fp_decode)
#define fp_encode           BN254_NAME(fp_encode)
#define fp2_mul             BN254_NAME(fp2_mul)
#define fp2_sqr             BN254_NAME(fp2_sqr)
#define fp2_inv             BN254_NAME(fp2_inv)
#define fp12_set_one        BN254_NAME(fp12_set_one)
#define fp12_is_one         BN254_NAME(fp12_is_one)
#define fp12_mul            BN254_NAME(fp12_mul)
#define fp12_sqr            BN254_NAME(fp12_sqr)
#define fp12_inv            BN254_NAME(fp12_inv)
#define fp12_conj           BN254_NAME(fp12_conj)
#define fp12_frobenius      BN254_NAME(fp12_frobenius)
#define fp12_cyclotomic_sqr BN254_NAME(fp12_cyclotomic_sqr)
#define fp12_mul_line       BN254_NAME(fp12_mul_line)
#define bn254_g1_decode     BN254_NAME(g1_decode)
#define bn254_add           BN254_NAME(add)
#define bn254_mul           BN254_NAME(mul)
#define bn254_pairing       BN254_NAME(pairing)

#endif
