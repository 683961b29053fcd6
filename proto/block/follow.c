/* SPDX-License-Identifier: MIT */
#include "proto/block/follow.h"

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/header_rules.h"

/* One judgement: the block's line, and the ommers seen so far. */
struct follow {
    const struct follow_rules *rules;
    const struct follow_block *const *line;
    size_t count;
};

static bool difficulty_fits(const struct follow_rules *rules, const struct block_header *parent,
                            const struct block_header *h)
{
    struct difficulty_parent p = {
        .difficulty = parent->difficulty,
        .timestamp = parent->timestamp,
        .has_ommers = !bytes32_eq(&parent->ommers_hash, &KECCAK_EMPTY_LIST),
    };
    enum evm_fork fork =
        (enum evm_fork)chain_config_active(rules->config, h->number, h->timestamp)->fork;
    enum difficulty_rule rule = rules->by_name ? rules->rule : difficulty_rule_of(fork);
    u256 want = difficulty_next(rule, &p, h->number, h->timestamp);
    return u256_eq(&want, &h->difficulty);
}

/* Is hash the keccak of one of the first n headers of the list? */
static bool holds(const struct evm_crypto *crypto, wh_span list, size_t n, const bytes32 *hash)
{
    wh_span in;
    struct rlp_item item;
    bytes32 other;
    if (rlp_list(list, &in) != WH_OK) return false;
    for (size_t i = 0; i < n && in.len > 0; i++) {
        if (rlp_next(&in, &item) != WH_OK) return false;
        crypto->keccak256(crypto->ctx, item.raw.ptr, item.raw.len, &other);
        if (bytes32_eq(hash, &other)) return true;
    }
    return false;
}

static bool included_before(const struct follow *f, const bytes32 *hash)
{
    for (size_t i = 0; i < f->count; i++)
        if (holds(f->rules->crypto, f->line[i]->ommers, SIZE_MAX, hash)) return true;
    return false;
}

static const struct follow_block *on_line(const struct follow *f, const bytes32 *hash)
{
    for (size_t i = 0; i < f->count; i++)
        if (bytes32_eq(&f->line[i]->hash, hash)) return f->line[i];
    return NULL;
}

static enum follow_fault ommer_fault(const struct follow *f, const struct block_header *h,
                                     const bytes32 *hash)
{
    const struct chain_config *c = f->rules->config;
    if (included_before(f, hash)) return FOLLOW_OMMER_TWICE;
    if (on_line(f, hash) != NULL) return FOLLOW_OMMER_ANCESTOR;
    const struct follow_block *parent = on_line(f, &h->parent_hash);
    if (parent == NULL || parent == f->line[0]) return FOLLOW_OMMER_PARENT;
    if (h->number != parent->header.number + 1) return FOLLOW_OMMER_HEADER;
    const struct chain_fork *entry = chain_config_active(c, h->number, h->timestamp);
    if (!header_follows(c, entry, &parent->header, h)) return FOLLOW_OMMER_HEADER;
    return difficulty_fits(f->rules, &parent->header, h) ? FOLLOW_FITS : FOLLOW_OMMER_DIFFICULTY;
}

enum follow_fault follow_check(const struct follow_rules *rules,
                               const struct follow_block *const *ancestors, size_t count,
                               const struct block_header *head, wh_span ommers)
{
    struct follow f = {rules, ancestors, count < FOLLOW_DEPTH ? count : FOLLOW_DEPTH};
    wh_span in;
    struct rlp_item item;
    if (!difficulty_fits(rules, &ancestors[0]->header, head)) return FOLLOW_DIFFICULTY;
    if (rlp_list(ommers, &in) != WH_OK) return FOLLOW_OMMER_FORM;
    for (size_t i = 0; in.len > 0; i++) {
        struct block_header h;
        bytes32 hash;
        if (rlp_next(&in, &item) != WH_OK || header_decode(item.raw, &h) != WH_OK)
            return FOLLOW_OMMER_FORM;
        rules->crypto->keccak256(rules->crypto->ctx, item.raw.ptr, item.raw.len, &hash);
        if (holds(rules->crypto, ommers, i, &hash)) return FOLLOW_OMMER_TWICE;
        enum follow_fault fault = ommer_fault(&f, &h, &hash);
        if (fault != FOLLOW_FITS) return fault;
    }
    return FOLLOW_FITS;
}

const char *follow_fault_text(enum follow_fault f)
{
    switch (f) {
    case FOLLOW_FITS: return "fits";
    case FOLLOW_DIFFICULTY: return "difficulty is not the formula's";
    case FOLLOW_OMMER_FORM: return "ommers are no list of headers";
    case FOLLOW_OMMER_TWICE: return "ommer was included before";
    case FOLLOW_OMMER_ANCESTOR: return "ommer is an ancestor";
    case FOLLOW_OMMER_PARENT: return "ommer's parent is no ancestor near enough";
    case FOLLOW_OMMER_HEADER: return "ommer's header breaks a rule";
    case FOLLOW_OMMER_DIFFICULTY: return "ommer's difficulty is not the formula's";
    }
    return "unknown";
}
