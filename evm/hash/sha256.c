/* SPDX-License-Identifier: MIT */
/* SHA-256, FIPS 180-4 section 6.2. */
#include "evm/hash/sha256.h"

#include "evm/base/status.h"

const bytes32 SHA256_EMPTY = {{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                               0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                               0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

const uint32_t SHA256_K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

void sha256_init(struct sha256_mid *m)
{
    *m = (struct sha256_mid){{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                              0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

static inline uint32_t ror(uint32_t v, unsigned n)
{
    return (v >> n) | (v << (32 - n));
}

static void compress(uint32_t h[8], const uint8_t *p)
{
    uint32_t w[64];
    for (int i = 0; i < 16; i++)
        w[i] = load_be32(p + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (ror(a, 7) ^ ror(a, 18) ^ (a >> 3)) +
               (ror(b, 17) ^ ror(b, 19) ^ (b >> 10));
    }

    uint32_t v[8];
    memcpy(v, h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t a = v[0], e = v[4];
        uint32_t t1 = v[7] + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + (v[6] ^ (e & (v[5] ^ v[6]))) +
                      SHA256_K[i] + w[i];
        uint32_t t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & v[1]) | (v[2] & (a | v[1])));
        v[7] = v[6], v[6] = v[5], v[5] = e, v[4] = v[3] + t1;
        v[3] = v[2], v[2] = v[1], v[1] = a, v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

void sha256_blocks(struct sha256_mid *m, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        compress(m->h, data + 64 * i);
}

void sha256_mid_load(struct sha256_mid *m, const bytes32 *bytes)
{
    for (int i = 0; i < 8; i++)
        m->h[i] = load_be32(bytes->b + 4 * i);
}

void sha256_mid_store(const struct sha256_mid *m, bytes32 *bytes)
{
    for (int i = 0; i < 8; i++)
        store_be32(bytes->b + 4 * i, m->h[i]);
}

void sha256_finish(const struct sha256_mid *m, const uint8_t *tail, size_t tail_len,
                   uint64_t total_len, bytes32 *out)
{
    WH_ASSERT(tail_len < 64 && total_len % 64 == tail_len);
    uint8_t block[128] = {0};
    if (tail_len > 0) memcpy(block, tail, tail_len);
    block[tail_len] = 0x80;
    size_t blocks = tail_len < 56 ? 1 : 2;
    store_be64(block + 64 * blocks - 8, total_len * 8);

    struct sha256_mid last = *m;
    sha256_blocks(&last, block, blocks);
    sha256_mid_store(&last, out);
}

void sha256(const uint8_t *data, size_t len, bytes32 *out)
{
    struct sha256_mid m;
    sha256_init(&m);
    sha256_blocks(&m, data, len / 64);
    size_t tail = len % 64;
    sha256_finish(&m, tail > 0 ? data + (len - tail) : NULL, tail, len, out);
}
