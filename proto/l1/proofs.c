/* SPDX-License-Identifier: MIT */
#include "proto/l1/proofs.h"

#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/native/sign.h"
#include "proto/l1/abi.h"

const address L1_EXECUTE_ADDRESS = {{[18] = 1, [19] = 1}};

bytes32 l1_execute_slot(const address *account)
{
    bytes32 s = {{[11] = 1}}; /* bit 160 */
    memcpy(s.b + 12, account->b, 20);
    return s;
}

static void put_head(uint64_t x, uint8_t kind, struct wh_buf *out)
{
    uint8_t b[9];
    store_be64(b, x);
    b[8] = kind;
    wh_buf_put(out, b, sizeof b);
}

void l1_proof_run(uint64_t x, wh_span trace, struct wh_buf *out)
{
    put_head(x, 0, out);
    wh_buf_put(out, trace.ptr, trace.len);
}

void l1_proof_chunks(uint64_t x, uint32_t trace_len, const bytes32 *chunks, uint16_t n,
                     struct wh_buf *out)
{
    uint8_t b[6];
    put_head(x, 1, out);
    store_be32(b, trace_len);
    store_be16(b + 4, n);
    wh_buf_put(out, b, sizeof b);
    for (size_t i = 0; i < n; i++)
        wh_buf_put(out, chunks[i].b, 32);
}

bytes32 l1_attest_digest(const struct l1_statement *st)
{
    struct wh_buf b = {0};
    bytes32 h, domain, digest = {{0}};
    uint8_t last[66] = {0x19, 0x01};

    h = abi_topic(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    abi_put_b32(&b, &h);
    h = abi_topic("WhittleStep"); /* hash of the name's bytes */
    abi_put_b32(&b, &h);
    h = abi_topic("1");
    abi_put_b32(&b, &h);
    abi_put_u64(&b, st->l1_chain_id);
    abi_put_addr(&b, &st->verifier);
    WH_ASSERT(wh_buf_ok(&b));
    keccak256(b.ptr, b.len, &domain);

    wh_buf_reset(&b);
    h = abi_topic(
        "Step(bytes32 execId,bytes32 preLeaf,uint64 target,bytes32 inputHash,bytes32 postLeaf)");
    abi_put_b32(&b, &h);
    abi_put_b32(&b, &st->exec_id);
    abi_put_b32(&b, &st->pre_leaf);
    abi_put_u64(&b, st->target);
    abi_put_b32(&b, &st->input_hash);
    abi_put_b32(&b, &st->post_leaf);
    WH_ASSERT(wh_buf_ok(&b));
    keccak256(b.ptr, b.len, &h);
    wh_buf_done(&b);

    memcpy(last + 2, domain.b, 32);
    memcpy(last + 34, h.b, 32);
    keccak256(last, sizeof last, &digest);
    return digest;
}

wh_status l1_attest(const struct l1_statement *st, const uint8_t secret[32],
                    struct l1_attestation *out, struct wh_error *err)
{
    bytes32 digest = l1_attest_digest(st);
    struct l1_attestation a;
    unsigned parity = 0;
    if (wh_sign(secret, &digest, a.sig, a.sig + 32, &parity) != WH_OK ||
        wh_key_address(secret, &a.signer) != WH_OK)
        return wh_fail(err, WH_ERR_KEY_SIGN, "signing a statement failed");
    a.sig[64] = (uint8_t)(27 + parity);
    *out = a;
    return WH_OK;
}

wh_status l1_attest_check(const struct l1_statement *st, const uint8_t sig[65], address *signer,
                          struct wh_error *err)
{
    /* n / 2, rounded down: the contract refuses s above it */
    static const uint8_t half[32] = {0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                     0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d,
                                     0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0};
    bytes32 digest = l1_attest_digest(st);
    if ((sig[64] != 27 && sig[64] != 28) || memcmp(sig + 32, half, 32) > 0)
        return wh_fail(err, WH_ERR_ABI_FORM, "an attestation is not in canonical form");
    wh_status s = wh_recover_address(&digest, sig, sig + 32, sig[64] - 27u, signer);
    if (s == WH_OK) return WH_OK;
    return wh_fail(err, s < 0 ? WH_ERR_CRYPTO : WH_ERR_ABI_FORM,
                   "no signer can be recovered from an attestation");
}

static int by_signer(const void *a, const void *b)
{
    const struct l1_attestation *x = a, *y = b;
    return memcmp(x->signer.b, y->signer.b, 20);
}

void l1_proof_attested(const bytes32 *post_leaf, struct l1_attestation *v, size_t k,
                       struct wh_buf *out)
{
    qsort(v, k, sizeof *v, by_signer);
    wh_buf_put(out, post_leaf->b, 32);
    for (size_t i = 0; i < k; i++)
        wh_buf_put(out, v[i].sig, 65);
}

/* A word of at most `bits` bits. */
static u128 uint_of(struct abi_reader *r, unsigned bits)
{
    u256 v = abi_read_u256(r);
    u128 x = (u128)v.w[1] << 64 | v.w[0];
    if (v.w[2] | v.w[3] || (bits < 128 && x >> bits)) r->bad = true;
    return x;
}

wh_status l1_decode_config(wh_span bytes, struct game_config *out, struct wh_error *err)
{
    struct abi_reader r;
    struct game_config c;
    memset(&c, 0, sizeof c);
    abi_read_init(&r, bytes, GAME_CONFIG_SIZE / 32);
    c.k = (uint8_t)uint_of(&r, 8);
    c.a = (uint8_t)uint_of(&r, 8);
    c.t = (uint64_t)uint_of(&r, 40);
    c.grace = (uint64_t)uint_of(&r, 40);
    c.min_gap = (uint64_t)uint_of(&r, 40);
    c.bond = uint_of(&r, 96);
    c.burn_bps = (uint16_t)uint_of(&r, 16);
    c.reward_bps = (uint16_t)uint_of(&r, 16);
    c.max_price = (uint32_t)uint_of(&r, 24);
    c.step_gas = (uint32_t)uint_of(&r, 32);
    c.verifier = abi_read_addr(&r);
    c.treasury = abi_read_addr(&r);
    c.chain_id = (uint64_t)uint_of(&r, 64);
    c.inbox = abi_read_addr(&r);
    c.trace_store = abi_read_addr(&r);
    bytes32 *const words[] = {&c.genesis_leaf, &c.chain_cfg_hash, &c.exec_id, &c.image_root,
                              &c.entry,        &c.step_contract,  &c.spare};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        *words[i] = abi_read_b32(&r);
    if (!abi_read_ok(&r))
        return wh_fail(err, WH_ERR_ABI_FORM,
                       "config() answered %zu bytes that are no configuration", bytes.len);
    *out = c;
    return WH_OK;
}
