/* SPDX-License-Identifier: MIT */
#include "game/sim/hash.h"

__extension__ typedef unsigned __int128 wide;

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    wide p = (wide)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Four lanes, each of which takes its own word and its neighbour's: 32 bytes a turn. */
static inline void block(uint64_t s[4], const uint64_t w[4])
{
    s[0] = fold(s[0] ^ w[0], w[1] ^ UINT64_C(0xa0761d6478bd642f)) + s[0];
    s[1] = fold(s[1] ^ w[1], w[2] ^ UINT64_C(0xe7037ed1a0b428db)) + s[1];
    s[2] = fold(s[2] ^ w[2], w[3] ^ UINT64_C(0x8ebc6af09c88c6e3)) + s[2];
    s[3] = fold(s[3] ^ w[3], w[0] ^ UINT64_C(0x589965cc75374cc3)) + s[3];
}

static inline void mix(const uint8_t *p, size_t n, bytes32 *out)
{
    uint64_t s[4] = {UINT64_C(0x9e3779b97f4a7c15) ^ n, UINT64_C(0xbf58476d1ce4e5b9),
                     UINT64_C(0x94d049bb133111eb), UINT64_C(0xd6e8feb86659fd93)};
    uint64_t w[4];
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        for (size_t j = 0; j < 4; j++)
            w[j] = load_le64(p + i + 8 * j);
        block(s, w);
    }
    if (i < n) {
        uint8_t rest[32] = {0};
        memcpy(rest, p + i, n - i);
        for (size_t j = 0; j < 4; j++)
            w[j] = load_le64(rest + 8 * j);
        block(s, w);
    }
    for (int round = 0; round < 2; round++) { /* every lane comes to depend on every other */
        uint64_t a = s[0], b = s[1], c = s[2], d = s[3];
        s[0] = fold(a ^ b, UINT64_C(0x1d8e4e27c47d124f) ^ d) ^ c;
        s[1] = fold(b ^ c, UINT64_C(0xeb44accab455d165) ^ a) ^ d;
        s[2] = fold(c ^ d, UINT64_C(0xaaaaaaaaaaaaaaab) ^ b) ^ a;
        s[3] = fold(d ^ a, UINT64_C(0x9c6e6877736c46e3) ^ c) ^ b;
    }
    for (size_t j = 0; j < 4; j++)
        store_le64(out->b + 8 * j, s[j]);
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
