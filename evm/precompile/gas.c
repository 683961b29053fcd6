/* SPDX-License-Identifier: MIT */
/* Prices of precompiles. They depend on lengths and a few header bytes alone and saturate at
 * INT64_MAX, so that an unpayable length is refused before anything is allocated. */

#include "evm/precompile/private.h"

__extension__ typedef unsigned __int128 u128;

enum formula {
    GAS_FIXED,
    GAS_WORDS,
    GAS_BN_PAIRS,
    GAS_BLS_PAIRS,
    GAS_MSM_G1,
    GAS_MSM_G2,
    GAS_ROUNDS,
    GAS_MODEXP_EIP198,
    GAS_MODEXP_EIP2565,
    GAS_MODEXP_EIP7883,
};

struct gas_row {
    uint8_t precompile, since, formula;
    uint32_t a, b;
};

static const struct gas_row rows[] = {
#define PRECOMPILE_GAS(NAME, since, formula, a, b) \
    {PRECOMPILE_##NAME, FORK_##since, GAS_##formula, a, b},
#include "evm/precompile/precompiles.def"
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* EIP-2537: discounts in parts per thousand for k = 1..128; the last one holds beyond. */
static const uint16_t discount_g1[128] = {
    1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677, 673, 669, 665,
    661,  658, 654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627, 625, 623, 621, 619, 617, 615,
    613,  611, 609, 608, 606, 604, 603, 601, 599, 598, 596, 595, 593, 592, 591, 589, 588, 586, 585,
    584,  582, 581, 580, 579, 577, 576, 575, 574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563,
    562,  561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545,
    544,  543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532, 532, 531, 530, 529,
    528,  528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519,
};
static const uint16_t discount_g2[128] = {
    1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717, 711, 704, 699,
    693,  688,  683, 679, 674, 670, 666, 663, 659, 655, 652, 649, 646, 643, 640, 637, 634, 632, 629,
    627,  624,  622, 620, 618, 615, 613, 611, 609, 607, 606, 604, 602, 600, 598, 597, 595, 593, 592,
    590,  589,  587, 586, 584, 583, 582, 580, 579, 578, 576, 575, 574, 573, 571, 570, 569, 568, 567,
    566,  565,  563, 562, 561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 552, 551, 550, 549, 548,
    547,  546,  545, 545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536, 535, 535, 534, 533,
    532,  532,  531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524,
};

static int64_t saturate(u128 gas)
{
    return gas > INT64_MAX ? INT64_MAX : (int64_t)gas;
}

static unsigned bits128(u128 v)
{
    uint64_t high = (uint64_t)(v >> 64), low = (uint64_t)v;
    if (high != 0) return 128u - (unsigned)__builtin_clzll(high);
    return low == 0 ? 0 : 64u - (unsigned)__builtin_clzll(low);
}

static int64_t msm(uint64_t k, uint32_t cost, const uint16_t discount[128])
{
    if (k == 0) return 0;
    return saturate((u128)k * cost * discount[k <= 128 ? k - 1 : 127] / 1000);
}

/* The exponent's length, saturated at 2^100. 64 bits do not do: before Berlin a length of 2^64 with
 * a modulus of one byte costs less than 2^63. */
static u128 exponent_length(wh_span input)
{
    uint8_t w[32];
    precompile_word(input, 32, w);
    if ((load_be64(w) | load_be64(w + 8)) != 0 || load_be64(w + 16) >> 36 != 0)
        return (u128)1 << 100;
    return ((u128)load_be64(w + 16) << 64) | load_be64(w + 24);
}

/* iterations: how often the exponent squares; m is the price of a bit beyond its first 32 bytes.
 * head is the number made of those (fewer if the exponent is shorter). */
static u128 iterations(uint64_t base_len, wh_span input, unsigned m)
{
    u128 exp_len = exponent_length(input);
    unsigned head_len = exp_len < 32 ? (unsigned)exp_len : 32;
    unsigned bits = 0;
    uint8_t head[32] = {0};
    /* A base that does not end within the input leaves zeros for the exponent. */
    if (base_len < input.len) precompile_word(input, 96 + (size_t)base_len, head);
    for (unsigned i = 0; i < head_len && bits == 0; i++)
        if (head[i] != 0) bits = 8 * (head_len - i) - ((unsigned)__builtin_clz(head[i]) - 24);
    u128 n = bits > 0 ? bits - 1 : 0;
    if (exp_len > 32) n += m * (exp_len - 32);
    return n == 0 ? 1 : n;
}

static u128 complexity_eip198(uint64_t x)
{
    u128 square = (u128)x * x;
    if (x <= 64) return square;
    if (x <= 1024) return square / 4 + 96 * (u128)x - 3072;
    return square / 16 + 480 * (u128)x - 199680;
}

static u128 complexity_words(uint64_t x)
{
    u128 words = ((u128)x + 7) / 8;
    return words * words;
}

static int64_t modexp(const struct gas_row *row, wh_span input)
{
    struct modexp_lengths len = modexp_lengths(input);
    uint64_t x = len.base > len.mod ? len.base : len.mod;
    if (x >> 62 != 0) x = (uint64_t)1 << 62; /* unpayable as it is, and its square fits */
    u128 c, n;
    if (row->formula == GAS_MODEXP_EIP198)
        c = complexity_eip198(x);
    else if (row->formula == GAS_MODEXP_EIP2565)
        c = complexity_words(x);
    else
        c = x <= 32 ? 16 : 2 * complexity_words(x);
    n = iterations(len.base, input, row->formula == GAS_MODEXP_EIP7883 ? 16 : 8);

    if (c == 0) return row->a;
    if (bits128(c) + bits128(n) > 127) return INT64_MAX; /* the product is at least 2^126 */
    u128 product = c * n;
    if (product >> 96 != 0) return INT64_MAX;
    int64_t gas = saturate(product / row->b);
    return gas < (int64_t)row->a ? (int64_t)row->a : gas;
}

static int64_t price(const struct gas_row *row, wh_span input)
{
    const u128 a = row->a, b = row->b;
    switch ((enum formula)row->formula) {
    case GAS_FIXED: return (int64_t)row->a;
    case GAS_WORDS: return saturate(a + b * (((u128)input.len + 31) / 32));
    case GAS_BN_PAIRS: return saturate(a + b * (input.len / 192));
    case GAS_BLS_PAIRS: return saturate(a + b * (input.len / 384));
    case GAS_MSM_G1: return msm(input.len / 160, row->a, discount_g1);
    case GAS_MSM_G2: return msm(input.len / 288, row->a, discount_g2);
    case GAS_ROUNDS: return input.len == 213 ? (int64_t)load_be32(input.ptr) : 0;
    case GAS_MODEXP_EIP198:
    case GAS_MODEXP_EIP2565:
    case GAS_MODEXP_EIP7883: return modexp(row, input);
    }
    WH_ASSERT(row->formula <= GAS_MODEXP_EIP7883);
    return INT64_MAX;
}

int64_t precompile_gas(unsigned index, enum evm_fork fork, wh_span input)
{
    const struct gas_row *found = NULL;
    for (unsigned i = 0; i < ROWS && rows[i].precompile <= index; i++)
        if (rows[i].precompile == index && rows[i].since <= (unsigned)fork) found = &rows[i];
    WH_ASSERT(found != NULL);
    return price(found, input);
}
