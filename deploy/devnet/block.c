/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/block.h"

#include <stdlib.h>

wh_status txn_new(const struct evm_crypto *crypto, wh_span raw, struct txn **out)
{
    struct txn *t = malloc(sizeof *t + raw.len);
    if (t == NULL) return WH_E_NOMEM;
    *t = (struct txn){0};
    memcpy(t->raw, raw.ptr, raw.len);
    wh_status status = tx_decode(crypto, wh_span_of(t->raw, raw.len), &t->tx);
    if (status == WH_OK) status = tx_sender(crypto, &t->tx, true, &t->sender);
    if (status != WH_OK) {
        free(t);
        return status;
    }
    crypto->keccak256(crypto->ctx, t->raw, raw.len, &t->hash);
    *out = t;
    return WH_OK;
}

wh_status block_seal(const struct evm_crypto *crypto, const struct block_header *head,
                     struct block *parent, struct block **out)
{
    uint8_t rlp[HEADER_MAX];
    const size_t len = header_encode(head, rlp);
    struct block *b = calloc(1, sizeof *b);
    uint8_t *copy = malloc(len);
    if (b == NULL || copy == NULL) {
        free(b);
        free(copy);
        return WH_E_NOMEM;
    }
    memcpy(copy, rlp, len);
    b->head = *head;
    b->header = wh_span_of(copy, len);
    b->parent = parent;
    b->size = len + 3 + 3; /* list prefix, three empty lists; build.c adds the transactions */
    crypto->keccak256(crypto->ctx, copy, len, &b->hash);
    *out = b;
    return WH_OK;
}

void block_free(struct block *b)
{
    if (b == NULL) return;
    if (b->outcomes != NULL)
        for (uint32_t i = 0; i < b->tx_count; i++)
            free(b->outcomes[i].logs);
    free(b->outcomes);
    free(b->txs);
    free((void *)(uintptr_t)b->header.ptr);
    free(b);
}

/* Three bits of the hash: the low 11 bits of its first three 16-bit words. */
static void bloom_bits(const struct evm_crypto *crypto, const uint8_t *bytes, size_t len,
                       unsigned bits[3])
{
    bytes32 h;
    crypto->keccak256(crypto->ctx, bytes, len, &h);
    for (unsigned i = 0; i < 3; i++)
        bits[i] = load_be16(h.b + 2 * i) & 2047u;
}

bool bloom_has(const struct evm_crypto *crypto, const uint8_t bloom[256], const uint8_t *bytes,
               size_t len)
{
    unsigned bits[3];
    bloom_bits(crypto, bytes, len, bits);
    for (unsigned i = 0; i < 3; i++)
        if ((bloom[255 - bits[i] / 8] >> bits[i] % 8 & 1u) == 0) return false;
    return true;
}
