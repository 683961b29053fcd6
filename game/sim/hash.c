/* SPDX-License-Identifier: MIT */
#include "game/sim/hash.h"

__extension__ typedef unsigned __int128 wide;

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    wide p = (wide)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Two lanes of 64 bits, 32 bytes a turn. The turns do not wait for each other: a key of its own for each
 * tells them apart, and their sum does not hide one. */
static inline void block(uint64_t s[2], const uint8_t *p, uint64_t key)
{
    s[0] += fold(load_le64(p) ^ key, load_le64(p + 8) ^ UINT64_C(0xa0761d6478bd642f));
    s[1] += fold(load_le64(p + 16) ^ key, load_le64(p + 24) ^ UINT64_C(0xe7037ed1a0b428db));
}

/* 128 bits of state give all 256 of the result. */
static inline void mix(const uint8_t *p, size_t n, bytes32 *out)
{
    uint64_t s[2] = {UINT64_C(0x9e3779b97f4a7c15) ^ n, UINT64_C(0xbf58476d1ce4e5b9)};
    uint64_t key = UINT64_C(0x94d049bb133111eb);
    size_t i = 0;
    if (n % 32 ==
        1) { /* a tag before whole words: read apart, or every load waits for two stores */
        key ^= (uint64_t)*p++ << 32;
        n--;
    }
    for (; i + 32 <= n; i += 32, key += UINT64_C(0x9fb21c651e98df25))
        block(s, p + i, key);
    if (i < n && n >= 32) { /* the last 32 bytes once more, whatever of them is new */
        block(s, p + n - 32, key);
    } else if (i < n) {
        uint8_t rest[32] = {0};
        memcpy(rest, p, n);
        block(s, rest, key);
    }
    uint64_t a = fold(s[0] ^ UINT64_C(0x1d8e4e27c47d124f), s[1] ^ UINT64_C(0xeb44accab455d165));
    uint64_t b = fold(s[1] + UINT64_C(0xaaaaaaaaaaaaaaab), s[0] + UINT64_C(0x9c6e6877736c46e3));
    store_le64(out->b, a);
    store_le64(out->b + 8, b);
    store_le64(out->b + 16, a * UINT64_C(0x589965cc75374cc3) ^ b);
    store_le64(out->b + 24, b * UINT64_C(0x8ebc6af09c88c6e3) ^ a);
}

static void mix_one(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    (void)ctx;
    mix(data, len, out);
}

static void mix_many(void *ctx, size_t n, const wh_span *in, bytes32 *out)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        mix(in[i].ptr, in[i].len, &out[i]);
}

const struct evm_crypto *sim_hash_mix(void)
{
    static const struct evm_crypto table = {.keccak256 = mix_one, .keccak_many = mix_many};
    return &table;
}
