/* SPDX-License-Identifier: MIT */
/* Many messages over W lanes. The includer defines
 *   KL_NAME   the function to make: void KL_NAME(size_t n, const wh_span *in, const uint16_t *order,
 *             bytes32 *out), messages in this order
 *   KL_W      lanes
 *   KL_STEP(s, block)   absorbs one block of each lane into uint64_t s[25][KL_W] and permutes
 * A lane that has finished its message takes the next one at once, so lanes idle at the end alone. No
 * include guard: a template. */

static void KL_NAME(size_t n, const wh_span *in, const uint16_t *order, bytes32 *out)
{
    static const uint8_t nothing[KECCAK_RATE] = {0};
    _Alignas(64) uint64_t s[25][KL_W];
    uint8_t pad[KL_W][KECCAK_RATE];
    const uint8_t *at[KL_W], *block[KL_W];
    size_t left[KL_W], message[KL_W], next = 0, live = 0;

    memset(s, 0, sizeof s);
    for (unsigned i = 0; i < KL_W; i++) {
        block[i] = nothing;
        message[i] = SIZE_MAX;
        if (next == n) continue;
        message[i] = order[next++];
        at[i] = in[message[i]].ptr;
        left[i] = in[message[i]].len;
        live++;
    }
    while (live > 0) {
        bool last[KL_W] = {false};
        for (unsigned i = 0; i < KL_W; i++) {
            if (message[i] == SIZE_MAX) continue;
            if (left[i] >= KECCAK_RATE) {
                block[i] = at[i];
                at[i] += KECCAK_RATE;
                left[i] -= KECCAK_RATE;
                continue;
            }
            last[i] = true;
            memset(pad[i], 0, KECCAK_RATE);
            if (left[i] > 0) memcpy(pad[i], at[i], left[i]);
            pad[i][left[i]] = 0x01;
            pad[i][KECCAK_RATE - 1] |= 0x80;
            block[i] = pad[i];
        }
        KL_STEP(s, block);
        for (unsigned i = 0; i < KL_W; i++) {
            if (!last[i]) continue;
            for (int k = 0; k < 4; k++)
                store_le64(out[message[i]].b + 8 * k, s[k][i]);
            for (int k = 0; k < 25; k++)
                s[k][i] = 0;
            if (next < n) {
                message[i] = order[next++];
                at[i] = in[message[i]].ptr;
                left[i] = in[message[i]].len;
            } else {
                message[i] = SIZE_MAX;
                block[i] = nothing;
                live--;
            }
        }
    }
}
