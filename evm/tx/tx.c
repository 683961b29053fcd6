/* SPDX-License-Identifier: MIT */
#include "evm/tx/tx.h"

#include "evm/hash/keccak.h"
#include "evm/rlp/rlp.h"

/* The signing hash covers the fields before the signature as a list of their own: their bytes stand
 * in the transaction one after another, so only a new list prefix (and, for legacy with a chain id,
 * three more items) is put around them. */
enum { SIGNING_BUFFER = 1024 };

/* Authorizations, access lists and blob hashes are checked here once, so that readers of the spans
 * need no error path. */
static wh_status access_list_check(wh_span list, struct tx *out)
{
    while (list.len > 0) {
        wh_span tuple, slots;
        uint8_t addr[20], slot[32];
        WH_TRY(rlp_next_list(&list, &tuple));
        WH_TRY(rlp_next_fixed(&tuple, addr, sizeof addr));
        WH_TRY(rlp_next_list(&tuple, &slots));
        WH_TRY(rlp_end(tuple));
        while (slots.len > 0) {
            WH_TRY(rlp_next_fixed(&slots, slot, sizeof slot));
            out->access_slots++;
        }
        out->access_addresses++;
    }
    return WH_OK;
}

static wh_status blob_hashes_check(wh_span list, struct tx *out)
{
    while (list.len > 0) {
        uint8_t hash[32];
        WH_TRY(rlp_next_fixed(&list, hash, sizeof hash));
        out->blob_count++;
    }
    return WH_OK;
}

/* EIP-7702: [chain_id, address, nonce, y_parity, r, s]; widths of PROTOCOL 4.3, c2. */
static wh_status authorizations_check(wh_span list, struct tx *out)
{
    while (list.len > 0) {
        wh_span tuple;
        u256 word;
        uint64_t number;
        uint8_t addr[20];
        WH_TRY(rlp_next_list(&list, &tuple));
        WH_TRY(rlp_next_u256(&tuple, &word));
        WH_TRY(rlp_next_fixed(&tuple, addr, sizeof addr));
        WH_TRY(rlp_next_u64(&tuple, &number));
        WH_TRY(rlp_next_u64(&tuple, &number));
        if (number > 0xff) return WH_E_FORMAT; /* y parity is a u8 */
        WH_TRY(rlp_next_u256(&tuple, &word));
        WH_TRY(rlp_next_u256(&tuple, &word));
        WH_TRY(rlp_end(tuple));
        out->authorization_count++;
    }
    return WH_OK;
}

static wh_status to_decode(wh_span *in, bool may_create, struct tx *out)
{
    wh_span to;
    WH_TRY(rlp_next_string(in, &to));
    if (to.len == 0) return may_create ? WH_OK : WH_E_FORMAT;
    if (to.len != 20) return WH_E_FORMAT;
    out->has_to = true;
    memcpy(out->to.b, to.ptr, 20);
    return WH_OK;
}

/* signing_hash = keccak(type byte, if any || list prefix || fields || tail). Short ones (nearly all) are
 * put together for the fast keccak; long ones are absorbed in pieces, without a copy. */
static void signing_hash(const struct evm_crypto *crypto, enum tx_type type, wh_span fields,
                         wh_span tail, bytes32 *out)
{
    uint8_t buf[SIGNING_BUFFER], *p = buf;
    if (type != TX_LEGACY) *p++ = (uint8_t)type;
    p = rlp_put_list(p, fields.len + tail.len);
    if ((size_t)(p - buf) + fields.len + tail.len <= sizeof buf) {
        memcpy(p, fields.ptr, fields.len);
        p += fields.len;
        if (tail.len > 0) memcpy(p, tail.ptr, tail.len);
        crypto->keccak256(crypto->ctx, buf, (size_t)(p - buf) + tail.len, out);
        return;
    }
    struct keccak k;
    keccak_init(&k);
    keccak_update(&k, buf, (size_t)(p - buf));
    keccak_update(&k, fields.ptr, fields.len);
    keccak_update(&k, tail.ptr, tail.len);
    keccak_final(&k, out);
}

/* EIP-155: v = 35 + 2 * chain_id + parity, which for a 64-bit chain id may have 66 bits. False: no such
 * chain id. */
static bool chain_id_from_v(const u256 *v, struct tx *out)
{
    u256 t, bias = u256_from_u64(35);
    if (u256_lt(v, &bias)) return false;
    (void)u256_sub(&t, v, &bias);
    if ((t.w[3] | t.w[2]) != 0 || t.w[1] > 1) return false;
    out->has_chain_id = true;
    out->parity = (uint8_t)(t.w[0] & 1);
    out->chain_id = t.w[0] >> 1 | t.w[1] << 63;
    return true;
}

static wh_status legacy_decode(const struct evm_crypto *crypto, struct tx *out)
{
    wh_span in;
    WH_TRY(rlp_list(out->raw, &in));
    const uint8_t *first = in.ptr;
    WH_TRY(rlp_next_u64(&in, &out->nonce));
    WH_TRY(rlp_next_u256(&in, &out->max_fee));
    out->max_priority = out->max_fee;
    WH_TRY(rlp_next_u64(&in, &out->gas));
    WH_TRY(to_decode(&in, true, out));
    WH_TRY(rlp_next_u256(&in, &out->value));
    WH_TRY(rlp_next_string(&in, &out->data));
    wh_span fields = wh_span_of(first, (size_t)(in.ptr - first));
    u256 v;
    WH_TRY(rlp_next_u256(&in, &v));
    WH_TRY(rlp_next_u256(&in, &out->r));
    WH_TRY(rlp_next_u256(&in, &out->s));
    WH_TRY(rlp_end(in));

    uint8_t tail[RLP_PREFIX_MAX + 2], *end = tail;
    if (u256_fits_u64(&v) && (v.w[0] == 27 || v.w[0] == 28)) {
        out->parity = (uint8_t)(v.w[0] - 27);
    } else {
        out->bad_v = !chain_id_from_v(&v, out);
        if (out->bad_v) return WH_OK;           /* nobody can have signed it */
        end = rlp_put_u64(tail, out->chain_id); /* the signed list goes on: chain_id, 0, 0 */
        *end++ = 0x80;
        *end++ = 0x80;
    }
    signing_hash(crypto, TX_LEGACY, fields, wh_span_of(tail, (size_t)(end - tail)),
                 &out->signing_hash);
    return WH_OK;
}

static wh_status signature_decode(wh_span *in, struct tx *out)
{
    uint64_t parity;
    WH_TRY(rlp_next_u64(in, &parity));
    if (parity > 1) return WH_E_FORMAT;
    out->parity = (uint8_t)parity;
    WH_TRY(rlp_next_u256(in, &out->r));
    WH_TRY(rlp_next_u256(in, &out->s));
    return rlp_end(*in);
}

static wh_status fees_decode(wh_span *in, struct tx *out)
{
    if (out->type == TX_ACCESS_LIST) {
        WH_TRY(rlp_next_u256(in, &out->max_fee));
        out->max_priority = out->max_fee;
        return WH_OK;
    }
    WH_TRY(rlp_next_u256(in, &out->max_priority));
    return rlp_next_u256(in, &out->max_fee);
}

/* Types 1 to 4 share their order of fields; blobs and authorizations follow the access list. */
static wh_status typed_decode(const struct evm_crypto *crypto, struct tx *out)
{
    wh_span in;
    WH_TRY(rlp_list(wh_span_of(out->raw.ptr + 1, out->raw.len - 1), &in));
    const uint8_t *first = in.ptr;
    out->has_chain_id = true;
    WH_TRY(rlp_next_u64(&in, &out->chain_id));
    WH_TRY(rlp_next_u64(&in, &out->nonce));
    WH_TRY(fees_decode(&in, out));
    WH_TRY(rlp_next_u64(&in, &out->gas));
    WH_TRY(to_decode(&in, out->type < TX_BLOB, out));
    WH_TRY(rlp_next_u256(&in, &out->value));
    WH_TRY(rlp_next_string(&in, &out->data));
    WH_TRY(rlp_next_list(&in, &out->access_list));
    WH_TRY(access_list_check(out->access_list, out));
    if (out->type == TX_BLOB) {
        WH_TRY(rlp_next_u256(&in, &out->max_blob_fee));
        WH_TRY(rlp_next_list(&in, &out->blob_hashes));
        WH_TRY(blob_hashes_check(out->blob_hashes, out));
    }
    if (out->type == TX_SET_CODE) {
        WH_TRY(rlp_next_list(&in, &out->authorizations));
        WH_TRY(authorizations_check(out->authorizations, out));
    }
    wh_span fields = wh_span_of(first, (size_t)(in.ptr - first));
    WH_TRY(signature_decode(&in, out));
    signing_hash(crypto, out->type, fields, wh_span_of(NULL, 0), &out->signing_hash);
    return WH_OK;
}

wh_status tx_decode(const struct evm_crypto *crypto, wh_span raw, struct tx *out)
{
    if (raw.len == 0) return WH_E_FORMAT;
    memset(out, 0, sizeof *out);
    out->raw = raw;
    if (raw.ptr[0] >= 0xc0) return legacy_decode(crypto, out);
    if (raw.ptr[0] < TX_ACCESS_LIST || raw.ptr[0] > TX_SET_CODE) return WH_E_FORMAT;
    out->type = (enum tx_type)raw.ptr[0];
    return typed_decode(crypto, out);
}

/* secp256k1: group order n and n/2 (SEC 2, 2.4.1). */
static const u256 SECP256K1_N = {
    {0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff}};
static const u256 SECP256K1_HALF_N = {
    {0xdfe92f46681b20a0, 0x5d576e7357a4501d, 0xffffffffffffffff, 0x7fffffffffffffff}};

wh_status tx_sender(const struct evm_crypto *crypto, const struct tx *tx, bool low_s, address *out)
{
    if (u256_is_zero(&tx->r) || !u256_lt(&tx->r, &SECP256K1_N)) return WH_E_MISMATCH;
    if (u256_is_zero(&tx->s) || !u256_lt(&tx->s, &SECP256K1_N)) return WH_E_MISMATCH;
    if (low_s && u256_lt(&SECP256K1_HALF_N, &tx->s)) return WH_E_MISMATCH; /* EIP-2 */

    uint8_t r[32], s[32], key[64];
    u256_to_be(&tx->r, r);
    u256_to_be(&tx->s, s);
    wh_status status = crypto->ecrecover(crypto->ctx, tx->signing_hash.b, r, s, tx->parity, key);
    if (status > 0) return WH_E_MISMATCH;
    if (status < 0) return status;

    bytes32 hash;
    crypto->keccak256(crypto->ctx, key, sizeof key, &hash);
    memcpy(out->b, hash.b + 12, 20);
    return WH_OK;
}
