/* SPDX-License-Identifier: MIT */
/* One message over a permutation of uint64_t[25]. The includer defines KO_NAME (the function to make) and
 * KO_F(s) (the permutation). No include guard: a template. */

static void KO_NAME(void *ctx, const uint8_t *data, size_t len, bytes32 *out)
{
    (void)ctx;
    uint64_t s[25] = {0};
    for (; len >= KECCAK_RATE; data += KECCAK_RATE, len -= KECCAK_RATE) {
        for (int i = 0; i < KECCAK_RATE / 8; i++)
            s[i] ^= load_le64(data + 8 * i);
        KO_F(s);
    }
    size_t words = len / 8, tail = len % 8;
    for (size_t i = 0; i < words; i++)
        s[i] ^= load_le64(data + 8 * i);
    uint64_t last = (uint64_t)1 << (8 * tail);
    for (size_t i = 0; i < tail; i++)
        last |= (uint64_t)data[8 * words + i] << (8 * i);
    s[words] ^= last;
    s[KECCAK_RATE / 8 - 1] ^= (uint64_t)0x80 << 56;
    KO_F(s);
    for (int i = 0; i < 4; i++)
        store_le64(out->b + 8 * i, s[i]);
}
