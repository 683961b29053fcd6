/* SPDX-License-Identifier: MIT */
#include "evm/segment/seg_state.h"

/* Loads and stores per kind of the table; the wire is big-endian. */
static inline uint8_t load_u8(const uint8_t *p)
{
    return *p;
}
static inline uint32_t load_u32(const uint8_t *p)
{
    return load_be32(p);
}
static inline uint64_t load_u64(const uint8_t *p)
{
    return load_be64(p);
}
static inline u256 load_u256(const uint8_t *p)
{
    return u256_from_be(p);
}
static inline bytes32 load_b32(const uint8_t *p)
{
    bytes32 v;
    memcpy(v.b, p, sizeof v.b);
    return v;
}
static inline address load_b20(const uint8_t *p)
{
    address v;
    memcpy(v.b, p, sizeof v.b);
    return v;
}
static inline bytes256 load_b256(const uint8_t *p)
{
    bytes256 v;
    memcpy(v.b, p, sizeof v.b);
    return v;
}
static inline void store_u8(uint8_t *p, uint8_t v)
{
    *p = v;
}
static inline void store_u32(uint8_t *p, uint32_t v)
{
    store_be32(p, v);
}
static inline void store_u64(uint8_t *p, uint64_t v)
{
    store_be64(p, v);
}
static inline void store_u256(uint8_t *p, u256 v)
{
    u256_to_be(&v, p);
}
static inline void store_b32(uint8_t *p, bytes32 v)
{
    memcpy(p, v.b, sizeof v.b);
}
static inline void store_b20(uint8_t *p, address v)
{
    memcpy(p, v.b, sizeof v.b);
}
static inline void store_b256(uint8_t *p, bytes256 v)
{
    memcpy(p, v.b, sizeof v.b);
}

static const uint8_t SEG_MAGIC[4] = {'W', 'S', 'G', '1'};

enum { PHASE_AT = 0x005, FORK_AT = 0x006, INBOX_POS_AT = 0x038, ITEMS_LEFT_AT = 0x100 };

static bool all_zero(const uint8_t *p, size_t n)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum |= p[i];
    return sum == 0;
}

static bool well_formed(const uint8_t in[SEG_STATE_SIZE])
{
    if (memcmp(in, SEG_MAGIC, sizeof SEG_MAGIC) != 0) return false;
    if (in[PHASE_AT] > SEG_INVALID) return false;
    if (in[PHASE_AT] != SEG_OPEN &&
        (in[FORK_AT] != 0 || !all_zero(in + SEG_OPEN_FIELDS, SEG_STATE_SIZE - SEG_OPEN_FIELDS)))
        return false;

    bool zeros = true;
#define F(kind, offset, name)
#define Z(offset, length) zeros = zeros && all_zero(in + (offset), (length));
#include "evm/segment/seg_state.def"
#undef F
#undef Z
    return zeros;
}

wh_status seg_state_decode(const uint8_t in[SEG_STATE_SIZE], struct seg_state *out)
{
    if (!well_formed(in)) return WH_E_FORMAT;
#define F(kind, offset, name) out->name = load_##kind(in + (offset));
#define Z(offset, length)
#include "evm/segment/seg_state.def"
#undef F
#undef Z
    return WH_OK;
}

void seg_state_encode(const struct seg_state *s, uint8_t out[SEG_STATE_SIZE])
{
    memset(out, 0, SEG_STATE_SIZE);
    memcpy(out, SEG_MAGIC, sizeof SEG_MAGIC);
#define F(kind, offset, name) store_##kind(out + (offset), s->name);
#define Z(offset, length)
#include "evm/segment/seg_state.def"
#undef F
#undef Z
    WH_ASSERT(well_formed(out));
}

void seg_leaf(const struct evm_crypto *crypto, const uint8_t state[SEG_STATE_SIZE], bytes32 *leaf)
{
    uint8_t buf[1 + SEG_STATE_SIZE];
    buf[0] = 0x00;
    memcpy(buf + 1, state, SEG_STATE_SIZE);
    crypto->keccak256(crypto->ctx, buf, sizeof buf, leaf);
}

bool seg_halted(const uint8_t state[SEG_STATE_SIZE], uint64_t target)
{
    uint8_t phase = state[PHASE_AT];
    return phase == SEG_INVALID ||
           (phase == SEG_SEALED && load_be64(state + INBOX_POS_AT) >= target);
}

enum seg_kind seg_next(const uint8_t state[SEG_STATE_SIZE], uint64_t target)
{
    if (seg_halted(state, target)) return SEG_IDLE;
    if (state[PHASE_AT] == SEG_SEALED) return SEG_BEGIN;
    WH_ASSERT(state[PHASE_AT] == SEG_OPEN);
    return load_be32(state + ITEMS_LEFT_AT) > 0 ? SEG_TX : SEG_END;
}

void seg_invalid(const uint8_t pre[SEG_STATE_SIZE], uint8_t out[SEG_STATE_SIZE])
{
    if (out != pre) memcpy(out, pre, SEG_OPEN_FIELDS);
    memset(out + SEG_OPEN_FIELDS, 0, SEG_STATE_SIZE - SEG_OPEN_FIELDS);
    out[PHASE_AT] = SEG_INVALID;
    out[FORK_AT] = 0;
}
