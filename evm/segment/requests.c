/* SPDX-License-Identifier: MIT */
#include "evm/segment/requests.h"

/* keccak("DepositEvent(bytes,bytes,bytes,bytes,bytes)") */
static const bytes32 DEPOSIT_TOPIC = {{0x64, 0x9b, 0xbc, 0x62, 0xd0, 0xe3, 0x13, 0x42,
                                       0xaf, 0xea, 0x4e, 0x5c, 0xd8, 0x2d, 0x40, 0x49,
                                       0xe7, 0xe1, 0xee, 0x91, 0x2f, 0xc0, 0x88, 0x9a,
                                       0xa7, 0x90, 0x80, 0x3b, 0xe3, 0x90, 0x38, 0xc5}};

/* The five dynamic arguments of the event: where their length word stands, and how long they are. */
static const struct {
    uint16_t at, len;
} DEPOSIT_PARTS[5] = {{160, 48}, {256, 32}, {320, 8}, {384, 96}, {512, 8}};

enum { DEPOSIT_DATA = 576 };

bool deposit_log(const struct state_log *log, const address *contract)
{
    return log->topic_count > 0 && address_eq(&log->at, contract) &&
           bytes32_eq(&log->topics[0], &DEPOSIT_TOPIC);
}

static bool word_is(const uint8_t word[32], uint64_t v)
{
    u256 w = u256_from_be(word);
    return u256_fits_u64(&w) && w.w[0] == v;
}

bool deposit_read(wh_span data, uint8_t out[DEPOSIT_SIZE])
{
    if (data.len != DEPOSIT_DATA) return false;
    for (unsigned i = 0; i < 5; i++) {
        if (!word_is(data.ptr + (size_t)32 * i, DEPOSIT_PARTS[i].at)) return false;
        if (!word_is(data.ptr + DEPOSIT_PARTS[i].at, DEPOSIT_PARTS[i].len)) return false;
    }
    for (unsigned i = 0; i < 5; i++) {
        memcpy(out, data.ptr + DEPOSIT_PARTS[i].at + 32, DEPOSIT_PARTS[i].len);
        out += DEPOSIT_PARTS[i].len;
    }
    return true;
}

/* The message begins with the type byte 0x00. A deposit is three SHA blocks, so one byte is always left
 * over: at first the type byte itself. */
void deposits_start(struct seg_state *s)
{
    struct sha256_mid mid;
    sha256_init(&mid);
    sha256_mid_store(&mid, &s->dep_mid);
    s->dep_tail = REQUEST_DEPOSIT;
    s->dep_n = 0;
}

void deposits_add(struct seg_state *s, const uint8_t deposit[DEPOSIT_SIZE])
{
    uint8_t blocks[DEPOSIT_SIZE];
    struct sha256_mid mid;
    blocks[0] = s->dep_tail;
    memcpy(blocks + 1, deposit, DEPOSIT_SIZE - 1);
    sha256_mid_load(&mid, &s->dep_mid);
    sha256_blocks(&mid, blocks, DEPOSIT_SIZE / 64);
    sha256_mid_store(&mid, &s->dep_mid);
    s->dep_tail = deposit[DEPOSIT_SIZE - 1];
    s->dep_n++;
}

void deposits_hash(const struct seg_state *s, bytes32 *out)
{
    struct sha256_mid mid;
    sha256_mid_load(&mid, &s->dep_mid);
    sha256_finish(&mid, &s->dep_tail, 1, 1 + (uint64_t)DEPOSIT_SIZE * s->dep_n, out);
}

wh_status requests_hash(const struct evm_crypto *crypto, const bytes32 *const hashes[3],
                        bytes32 *out)
{
    uint8_t buf[96];
    size_t len = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (hashes[i] == NULL) continue;
        memcpy(buf + len, hashes[i]->b, 32);
        len += 32;
    }
    return crypto->sha256(crypto->ctx, buf, len, out->b);
}

wh_status request_hash(const struct evm_crypto *crypto, struct wh_arena *scratch, uint8_t type,
                       wh_span data, bytes32 *out)
{
    size_t mark = wh_arena_mark(scratch);
    uint8_t *buf = WH_NEW(scratch, uint8_t, 1 + data.len);
    if (buf == NULL) return WH_E_NOMEM;
    buf[0] = type;
    if (data.len > 0) memcpy(buf + 1, data.ptr, data.len);
    wh_status status = crypto->sha256(crypto->ctx, buf, 1 + data.len, out->b);
    wh_arena_rewind(scratch, mark);
    return status;
}
