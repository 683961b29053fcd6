/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_FUZZ_SEEDS_H
#define WH_TESTS_FUZZ_SEEDS_H

#include "evm/base/bytes.h"

/* put writes a file of a target's corpus; put_kind with one byte before it that chooses. */
void put(const char *target, wh_span bytes);
void put_kind(const char *target, uint8_t kind, wh_span bytes);

void chain_seeds(void); /* seeds_chain.c */
void l1_seeds(void);    /* seeds_l1.c */
void fetch_seeds(void);

#endif
