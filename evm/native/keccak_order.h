/* SPDX-License-Identifier: MIT */
#ifndef WH_EVM_NATIVE_KECCAK_ORDER_H
#define WH_EVM_NATIVE_KECCAK_ORDER_H

/* Order of messages for the lanes: most blocks first, so that a long one does not run alone at the end. */

#include "evm/base/bytes.h"
#include "evm/hash/keccak.h"

enum { KECCAK_CHUNK = 1024, KECCAK_CLASSES = 256 };

/* keccak_order fills order[0..n), n <= KECCAK_CHUNK. Over 255 blocks all count as equal. */
static inline void keccak_order(size_t n, const wh_span *in, uint16_t *order)
{
    uint16_t start[KECCAK_CLASSES + 1] = {0};
    for (size_t i = 0; i < n; i++) {
        size_t blocks = in[i].len / KECCAK_RATE;
        size_t c = KECCAK_CLASSES - 1 - (blocks < KECCAK_CLASSES ? blocks : KECCAK_CLASSES - 1);
        start[c + 1]++;
    }
    for (size_t c = 0; c < KECCAK_CLASSES; c++)
        start[c + 1] = (uint16_t)(start[c + 1] + start[c]);
    for (size_t i = 0; i < n; i++) {
        size_t blocks = in[i].len / KECCAK_RATE;
        size_t c = KECCAK_CLASSES - 1 - (blocks < KECCAK_CLASSES ? blocks : KECCAK_CLASSES - 1);
        order[start[c]++] = (uint16_t)i;
    }
}

#endif
