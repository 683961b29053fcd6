/* SPDX-License-Identifier: MIT */
/* Keccak-256 in plain C: the reference that the SIMD forms of evm/native are tested against. */
#include "evm/hash/keccak.h"

#define KF_T                   uint64_t
#define KF_XOR(a, b)           ((a) ^ (b))
#define KF_XOR5(a, b, c, d, e) ((a) ^ (b) ^ (c) ^ (d) ^ (e))
#define KF_ROL(a, n)           (((a) << (n)) | ((a) >> (64 - (n))))
#define KF_CHI(a, b, c)        ((a) ^ (~(b) & (c)))
#define KF_RC(a, i)            ((a) ^ keccak_rc[i])
#include "evm/hash/keccak_f.h"

const bytes32 KECCAK_EMPTY = {{0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d,
                               0xb2, 0xdc, 0xc7, 0x03, 0xc0, 0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82,
                               0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70}};
const bytes32 KECCAK_EMPTY_TRIE = {{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6,
                                    0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
                                    0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0,
                                    0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}};
const bytes32 KECCAK_EMPTY_LIST = {{0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a,
                                    0xab, 0x85, 0xb5, 0x67, 0xb6, 0xcc, 0xd4, 0x1a,
                                    0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a, 0x74, 0x13,
                                    0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47}};

void keccak_f1600(uint64_t s[25])
{
    KECCAK_F_BODY
}

void keccak_init(struct keccak *k)
{
    memset(k, 0, sizeof *k);
}

static void absorb_block(uint64_t s[25], const uint8_t *p)
{
    for (int i = 0; i < KECCAK_RATE / 8; i++)
        s[i] ^= load_le64(p + 8 * i);
    keccak_f1600(s);
}

/* absorb_byte writes into the lane by value, so that the order of bytes in memory does not matter. */
static void absorb_byte(uint64_t s[25], uint32_t at, uint8_t v)
{
    s[at / 8] ^= (uint64_t)v << (8 * (at % 8));
}

void keccak_update(struct keccak *k, const uint8_t *data, size_t len)
{
    while (len > 0 && k->at != 0) {
        absorb_byte(k->s, k->at, *data);
        data++, len--;
        if (++k->at == KECCAK_RATE) keccak_f1600(k->s), k->at = 0;
    }
    for (; len >= KECCAK_RATE; data += KECCAK_RATE, len -= KECCAK_RATE)
        absorb_block(k->s, data);
    for (; len > 0 && (k->at % 8 != 0 || len < 8); data++, len--)
        absorb_byte(k->s, k->at++, *data);
    for (; len >= 8; data += 8, len -= 8, k->at += 8)
        k->s[k->at / 8] ^= load_le64(data);
    for (; len > 0; data++, len--)
        absorb_byte(k->s, k->at++, *data);
}

void keccak_final(struct keccak *k, bytes32 *out)
{
    absorb_byte(k->s, k->at, 0x01);
    absorb_byte(k->s, KECCAK_RATE - 1, 0x80);
    keccak_f1600(k->s);
    for (int i = 0; i < 4; i++)
        store_le64(out->b + 8 * i, k->s[i]);
}

void keccak256(const uint8_t *data, size_t len, bytes32 *out)
{
    struct keccak k;
    keccak_init(&k);
    keccak_update(&k, data, len);
    keccak_final(&k, out);
}

void keccak256_2(wh_span a, wh_span b, bytes32 *out)
{
    struct keccak k;
    keccak_init(&k);
    keccak_update(&k, a.ptr, a.len);
    keccak_update(&k, b.ptr, b.len);
    keccak_final(&k, out);
}

void keccak_node(const bytes32 *l, const bytes32 *r, bytes32 *out)
{
    keccak256_2(wh_span_of(l->b, 32), wh_span_of(r->b, 32), out);
}
