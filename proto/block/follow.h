/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_FOLLOW_H
#define WH_PROTO_BLOCK_FOLLOW_H

/* What a follower of an `ethereum` chain checks before Paris beyond EXECUTE, which takes difficulty and
 * ommer ancestry as claimed (PROTOCOL 4.1, 4.4): the difficulty of a block, and that its ommers are
 * headers of that chain's rules, fresh and off its own line (Yellow Paper 11.1). Proof of work itself is
 * nobody's matter here. */

#include "evm/base/crypto.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/difficulty.h"
#include "evm/segment/header.h"

#define FOLLOW_DEPTH 7 /* ancestors that the ommers of a block may concern */

/* A block that was accepted. */
struct follow_block {
    bytes32 hash;
    struct block_header header;
    wh_span ommers; /* RLP list; borrowed */
};

enum follow_fault {
    FOLLOW_FITS = 0,
    FOLLOW_DIFFICULTY,      /* the block's difficulty is not the formula's */
    FOLLOW_OMMER_FORM,      /* the list is no list of headers */
    FOLLOW_OMMER_TWICE,     /* included before, here or in an ancestor */
    FOLLOW_OMMER_ANCESTOR,  /* is an ancestor itself */
    FOLLOW_OMMER_PARENT,    /* its parent is no ancestor of the block's parent, near enough */
    FOLLOW_OMMER_HEADER,    /* breaks a rule of headers after its parent */
    FOLLOW_OMMER_DIFFICULTY /* its difficulty is not the formula's */
};

struct follow_rules {
    const struct chain_config *config;
    bool by_name;              /* rule is set; else the forks' own rules */
    enum difficulty_rule rule; /* a glacier that is no fork of the configuration */
    const struct evm_crypto *crypto;
};

/* follow_check judges a block before Paris. ancestors: the newest first, its parent at 0, down to
 * FOLLOW_DEPTH or the genesis; count >= 1. */
enum follow_fault follow_check(const struct follow_rules *rules,
                               const struct follow_block *const *ancestors, size_t count,
                               const struct block_header *head, wh_span ommers);

const char *follow_fault_text(enum follow_fault f);

#endif
