/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_HASH_KECCAK_F_H
#define WH_EVM_HASH_KECCAK_F_H

/* The permutation keccak-f[1600], written once and compiled for each instruction set.
 *
 * The includer defines the lane type and four operations before KECCAK_F_BODY is expanded:
 *   KF_T          a lane (uint64_t, or a vector of lanes of several states)
 *   KF_XOR5(a,b,c,d,e), KF_ROL(a,n), KF_CHI(a,b,c) = a ^ (~b & c), KF_RC(a,i) = a ^ round constant i
 * All 25 lanes stay in local variables; two rounds per turn, so that no lane is ever moved. */

#include <stdint.h>

static const uint64_t keccak_rc[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* One round from lanes X<y><x> to lanes Y<y><x>; D are theta's column parities. */
#define KF_ROW(Y, r, b0, b1, b2, b3, b4) \
    Y##r##0 = KF_CHI(b0, b1, b2);        \
    Y##r##1 = KF_CHI(b1, b2, b3);        \
    Y##r##2 = KF_CHI(b2, b3, b4);        \
    Y##r##3 = KF_CHI(b3, b4, b0);        \
    Y##r##4 = KF_CHI(b4, b0, b1);

#define KF_ROUND(X, Y, i)                                                    \
    do {                                                                     \
        KF_T c0 = KF_XOR5(X##00, X##10, X##20, X##30, X##40);                \
        KF_T c1 = KF_XOR5(X##01, X##11, X##21, X##31, X##41);                \
        KF_T c2 = KF_XOR5(X##02, X##12, X##22, X##32, X##42);                \
        KF_T c3 = KF_XOR5(X##03, X##13, X##23, X##33, X##43);                \
        KF_T c4 = KF_XOR5(X##04, X##14, X##24, X##34, X##44);                \
        KF_T d0 = KF_XOR(c4, KF_ROL(c1, 1)), d1 = KF_XOR(c0, KF_ROL(c2, 1)); \
        KF_T d2 = KF_XOR(c1, KF_ROL(c3, 1)), d3 = KF_XOR(c2, KF_ROL(c4, 1)); \
        KF_T d4 = KF_XOR(c3, KF_ROL(c0, 1));                                 \
        KF_T b0, b1, b2, b3, b4;                                             \
        b0 = KF_XOR(X##00, d0);                                              \
        b1 = KF_ROL(KF_XOR(X##11, d1), 44);                                  \
        b2 = KF_ROL(KF_XOR(X##22, d2), 43);                                  \
        b3 = KF_ROL(KF_XOR(X##33, d3), 21);                                  \
        b4 = KF_ROL(KF_XOR(X##44, d4), 14);                                  \
        KF_ROW(Y, 0, b0, b1, b2, b3, b4)                                     \
        Y##00 = KF_RC(Y##00, i);                                             \
        b0 = KF_ROL(KF_XOR(X##03, d3), 28);                                  \
        b1 = KF_ROL(KF_XOR(X##14, d4), 20);                                  \
        b2 = KF_ROL(KF_XOR(X##20, d0), 3);                                   \
        b3 = KF_ROL(KF_XOR(X##31, d1), 45);                                  \
        b4 = KF_ROL(KF_XOR(X##42, d2), 61);                                  \
        KF_ROW(Y, 1, b0, b1, b2, b3, b4)                                     \
        b0 = KF_ROL(KF_XOR(X##01, d1), 1);                                   \
        b1 = KF_ROL(KF_XOR(X##12, d2), 6);                                   \
        b2 = KF_ROL(KF_XOR(X##23, d3), 25);                                  \
        b3 = KF_ROL(KF_XOR(X##34, d4), 8);                                   \
        b4 = KF_ROL(KF_XOR(X##40, d0), 18);                                  \
        KF_ROW(Y, 2, b0, b1, b2, b3, b4)                                     \
        b0 = KF_ROL(KF_XOR(X##04, d4), 27);                                  \
        b1 = KF_ROL(KF_XOR(X##10, d0), 36);                                  \
        b2 = KF_ROL(KF_XOR(X##21, d1), 10);                                  \
        b3 = KF_ROL(KF_XOR(X##32, d2), 15);                                  \
        b4 = KF_ROL(KF_XOR(X##43, d3), 56);                                  \
        KF_ROW(Y, 3, b0, b1, b2, b3, b4)                                     \
        b0 = KF_ROL(KF_XOR(X##02, d2), 62);                                  \
        b1 = KF_ROL(KF_XOR(X##13, d3), 55);                                  \
        b2 = KF_ROL(KF_XOR(X##24, d4), 39);                                  \
        b3 = KF_ROL(KF_XOR(X##30, d0), 41);                                  \
        b4 = KF_ROL(KF_XOR(X##41, d1), 2);                                   \
        KF_ROW(Y, 4, b0, b1, b2, b3, b4)                                     \
    } while (0)

#define KF_LANES(X)                                                                            \
    X##00, X##01, X##02, X##03, X##04, X##10, X##11, X##12, X##13, X##14, X##20, X##21, X##22, \
        X##23, X##24, X##30, X##31, X##32, X##33, X##34, X##40, X##41, X##42, X##43, X##44

/* KF_EACH(op) applies op(lane variable, index) to all 25 lanes of a. */
#define KF_EACH(op)                                                                             \
    op(a00, 0) op(a01, 1) op(a02, 2) op(a03, 3) op(a04, 4) op(a10, 5) op(a11, 6) op(a12, 7)     \
        op(a13, 8) op(a14, 9) op(a20, 10) op(a21, 11) op(a22, 12) op(a23, 13) op(a24, 14)       \
            op(a30, 15) op(a31, 16) op(a32, 17) op(a33, 18) op(a34, 19) op(a40, 20) op(a41, 21) \
                op(a42, 22) op(a43, 23) op(a44, 24)

#define KF_LOAD(v, i)  v = s[i];
#define KF_STORE(v, i) s[i] = v;

/* The body of `void f(KF_T s[25])`. */
#define KECCAK_F_BODY                      \
    KF_T KF_LANES(a);                      \
    KF_T KF_LANES(e);                      \
    KF_EACH(KF_LOAD)                       \
    for (unsigned i = 0; i < 24; i += 2) { \
        KF_ROUND(a, e, i);                 \
        KF_ROUND(e, a, i + 1);             \
    }                                      \
    KF_EACH(KF_STORE)

#endif
