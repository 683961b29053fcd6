/* SPDX-License-Identifier: MIT */
#include "game/sim/hash.h"

__extension__ typedef unsigned __int128 wide;

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    wide p = (wide)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline void block(uint64_t s[4], uint64_t w0, uint64_t w1)
{
    uint64_t a = fold(s[0] ^ w0, w1 ^ UINT64_C(0xa0761d6478bd642f));
    uint64_t b = fold(s[1] ^ w1, w0 ^ UINT64_C(0xe7037ed1a0b428db));
    s[0] = a + s[2];
    s[1] = b + s[3];
    s[2] = (s[2] ^ a) * UINT64_C(0x8ebc6af09c88c6e3);
    s[3] = (s[3] + b) * UINT64_C(0x589965cc75374cc3);
}

static inline void mix(const uint8_t *p, size_t n, bytes32 *out)
{
    uint64_t s[4] = {UINT64_C(0x9e3779b97f4a7c15) ^ n, UINT64_C(0xbf58476d1ce4e5b9),
                     UINT64_C(0x94d049bb133111eb), UINT64_C(0xd6e8feb86659fd93)};
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        block(s, load_le64(p + i), load_le64(p + i + 8));
    if (i < n) {
        uint8_t rest[16] = {0};
        memcpy(rest, p + i, n - i);
        block(s, load_le64(rest), load_le64(rest + 8));
    }
    for (int j = 0; j < 4; j++) {
        s[j] = fold(s[j] ^ s[(j + 1) & 3], UINT64_C(0x1d8e4e27c47d124f) + 2 * (uint64_t)j);
        s[j] ^= s[j] >> 29;
        store_le64(out->b + 8 * j, s[j]);
    }
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
