/* SPDX-License-Identifier: MIT */
#include "proto/l1/txsign.h"

#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/sign.h"
#include "evm/rlp/rlp.h"

struct signature {
    unsigned parity;
    u256 r, s;
};

/* The fields of EIP-1559's list, without its prefix; sig NULL: the form that is signed. */
static size_t payload_size(const struct l1_tx_fields *f, const struct signature *sig)
{
    size_t n = rlp_u64_size(f->chain_id) + rlp_u64_size(f->nonce) + rlp_u256_size(&f->tip) +
               rlp_u256_size(&f->max_fee) + rlp_u64_size(f->gas_limit) + (f->creates ? 1 : 21) +
               rlp_u256_size(&f->value) + rlp_string_size(f->data) + 1;
    if (sig) n += rlp_u64_size(sig->parity) + rlp_u256_size(&sig->r) + rlp_u256_size(&sig->s);
    return n;
}

/* Appends 0x02 || rlp(fields). */
static bool put_tx(const struct l1_tx_fields *f, const struct signature *sig, struct wh_buf *out)
{
    size_t payload = payload_size(f, sig);
    size_t size = 1 + rlp_list_size(payload);
    uint8_t *p = wh_buf_grow(out, size);
    if (p == NULL) return false;
    uint8_t *end = p + size;
    *p++ = 2;
    p = rlp_put_list(p, payload);
    p = rlp_put_u64(p, f->chain_id);
    p = rlp_put_u64(p, f->nonce);
    p = rlp_put_u256(p, &f->tip);
    p = rlp_put_u256(p, &f->max_fee);
    p = rlp_put_u64(p, f->gas_limit);
    p = rlp_put_string(p, wh_span_of(f->to.b, f->creates ? 0 : 20));
    p = rlp_put_u256(p, &f->value);
    p = rlp_put_string(p, f->data);
    p = rlp_put_list(p, 0);
    if (sig) {
        p = rlp_put_u64(p, sig->parity);
        p = rlp_put_u256(p, &sig->r);
        p = rlp_put_u256(p, &sig->s);
    }
    WH_ASSERT(p == end);
    return true;
}

wh_status l1_tx_sign(const struct l1_tx_fields *f, const struct l1_key *key, struct wh_buf *raw,
                     bytes32 *hash, struct wh_error *err)
{
    size_t start = raw->len;
    if (!put_tx(f, NULL, raw)) return wh_fail(err, WH_ERR_NOMEM, "transaction");
    bytes32 h;
    keccak256(raw->ptr + start, raw->len - start, &h);
    raw->len = start;
    uint8_t r[32], s[32];
    struct signature sig;
    wh_status st = wh_sign(key->secret, &h, r, s, &sig.parity);
    if (st != WH_OK) return wh_fail(err, WH_ERR_KEY_SIGN, "signing failed (status %d)", (int)st);
    sig.r = u256_from_be(r);
    sig.s = u256_from_be(s);
    if (!put_tx(f, &sig, raw)) return wh_fail(err, WH_ERR_NOMEM, "transaction");
    keccak256(raw->ptr + start, raw->len - start, hash);
    return WH_OK;
}

address l1_create_address(const address *sender, uint64_t nonce)
{
    uint8_t buf[40];
    bytes32 h;
    address a;
    uint8_t *p = rlp_put_list(buf, 21 + rlp_u64_size(nonce));
    p = rlp_put_string(p, wh_span_of(sender->b, 20));
    p = rlp_put_u64(p, nonce);
    keccak256(buf, (size_t)(p - buf), &h);
    memcpy(a.b, h.b + 12, 20);
    return a;
}
