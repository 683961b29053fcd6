/* SPDX-License-Identifier: MIT */
/* Division by a precomputed reciprocal of the normalised divisor.
 *
 * Source: Moeller, Granlund, "Improved division by invariant integers" (2011), algorithms 2 (2/1
 * reciprocal), 4 (2/1 division), 5 (3/2 division), 6 (3/2 reciprocal); Knuth, TAOCP 4.3.1 D for longer
 * divisors. No hardware 128/64 division is used: it is slow on older CPUs and absent on others. */
#include "evm/base/status.h"
#include "evm/base/u256.h"

__extension__ typedef unsigned __int128 u128;

static inline uint64_t hi64(u128 v)
{
    return (uint64_t)(v >> 64);
}

/* floor((2^19 - 3 * 2^8) / i), i = 256..511 (the paper's table of first approximations). */
static const uint16_t reciprocal_table[256] = {
    2045, 2037, 2029, 2021, 2013, 2005, 1998, 1990, 1983, 1975, 1968, 1960, 1953, 1946, 1938, 1931,
    1924, 1917, 1910, 1903, 1896, 1889, 1883, 1876, 1869, 1863, 1856, 1849, 1843, 1836, 1830, 1824,
    1817, 1811, 1805, 1799, 1792, 1786, 1780, 1774, 1768, 1762, 1756, 1750, 1745, 1739, 1733, 1727,
    1722, 1716, 1710, 1705, 1699, 1694, 1688, 1683, 1677, 1672, 1667, 1661, 1656, 1651, 1646, 1641,
    1636, 1630, 1625, 1620, 1615, 1610, 1605, 1600, 1596, 1591, 1586, 1581, 1576, 1572, 1567, 1562,
    1558, 1553, 1548, 1544, 1539, 1535, 1530, 1526, 1521, 1517, 1513, 1508, 1504, 1500, 1495, 1491,
    1487, 1483, 1478, 1474, 1470, 1466, 1462, 1458, 1454, 1450, 1446, 1442, 1438, 1434, 1430, 1426,
    1422, 1418, 1414, 1411, 1407, 1403, 1399, 1396, 1392, 1388, 1384, 1381, 1377, 1374, 1370, 1366,
    1363, 1359, 1356, 1352, 1349, 1345, 1342, 1338, 1335, 1332, 1328, 1325, 1322, 1318, 1315, 1312,
    1308, 1305, 1302, 1299, 1295, 1292, 1289, 1286, 1283, 1280, 1276, 1273, 1270, 1267, 1264, 1261,
    1258, 1255, 1252, 1249, 1246, 1243, 1240, 1237, 1234, 1231, 1228, 1226, 1223, 1220, 1217, 1214,
    1211, 1209, 1206, 1203, 1200, 1197, 1195, 1192, 1189, 1187, 1184, 1181, 1179, 1176, 1173, 1171,
    1168, 1165, 1163, 1160, 1158, 1155, 1153, 1150, 1148, 1145, 1143, 1140, 1138, 1135, 1133, 1130,
    1128, 1125, 1123, 1121, 1118, 1116, 1113, 1111, 1109, 1106, 1104, 1102, 1099, 1097, 1095, 1092,
    1090, 1088, 1086, 1083, 1081, 1079, 1077, 1074, 1072, 1070, 1068, 1066, 1064, 1061, 1059, 1057,
    1055, 1053, 1051, 1049, 1047, 1044, 1042, 1040, 1038, 1036, 1034, 1032, 1030, 1028, 1026, 1024,
};

/* reciprocal_2by1 is floor((2^128 - 1) / d) - 2^64 for d >= 2^63. */
static inline uint64_t reciprocal_2by1(uint64_t d)
{
    uint64_t v0 = reciprocal_table[(d >> 55) - 256];
    uint64_t d40 = (d >> 24) + 1;
    uint64_t v1 = (v0 << 11) - (v0 * v0 * d40 >> 40) - 1;
    uint64_t v2 = (v1 << 13) + (v1 * (0x1000000000000000 - v1 * d40) >> 47);
    uint64_t d0 = d & 1, d63 = (d >> 1) + d0;
    uint64_t e = ((v2 >> 1) & (0 - d0)) - v2 * d63;
    uint64_t v3 = (hi64((u128)v2 * e) >> 1) + (v2 << 31);
    return v3 - hi64((u128)v3 * d + d) - d;
}

static inline uint64_t reciprocal_3by2(uint64_t d1, uint64_t d0)
{
    uint64_t v = reciprocal_2by1(d1);
    uint64_t p = d1 * v + d0;
    if (p < d0) {
        v--;
        if (p >= d1) v--, p -= d1;
        p -= d1;
    }
    u128 t = (u128)v * d0;
    p += hi64(t);
    if (p < hi64(t)) {
        v--;
        if (p >= d1 && (p > d1 || (uint64_t)t >= d0)) v--;
    }
    return v;
}

/* div_2by1: quotient of (u1, u0) by d, u1 < d, and the remainder; v = reciprocal_2by1(d). */
static inline uint64_t div_2by1(uint64_t u1, uint64_t u0, uint64_t d, uint64_t v, uint64_t *rem)
{
    u128 q = (u128)v * u1 + ((u128)u1 << 64 | u0);
    uint64_t q1 = hi64(q) + 1, q0 = (uint64_t)q;
    uint64_t r = u0 - q1 * d;
    if (r > q0) q1--, r += d;
    if (r >= d) q1++, r -= d;
    *rem = r;
    return q1;
}

/* div_3by2: quotient of (u2, u1, u0) by d = (d1, d0), (u2, u1) < d, and the remainder. */
static inline uint64_t div_3by2(uint64_t u2, uint64_t u1, uint64_t u0, u128 d, uint64_t v,
                                u128 *rem)
{
    u128 q = (u128)v * u2 + ((u128)u2 << 64 | u1);
    uint64_t q1 = hi64(q), q0 = (uint64_t)q;
    uint64_t r1 = u1 - q1 * hi64(d);
    u128 r = ((u128)r1 << 64 | u0) - (u128)q1 * (uint64_t)d - d;
    q1++;
    if (hi64(r) >= q0) q1--, r += d;
    if (r >= d) q1++, r -= d;
    *rem = r;
    return q1;
}

/* sub_mul: x[0..n) -= q * y[0..n); returns the borrow out of the top. */
static inline uint64_t sub_mul(uint64_t *x, const uint64_t *y, int n, uint64_t q)
{
    uint64_t borrow = 0;
    for (int i = 0; i < n; i++) {
        u128 p = (u128)q * y[i] + borrow;
        uint64_t lo = (uint64_t)p;
        borrow = hi64(p) + (x[i] < lo);
        x[i] -= lo;
    }
    return borrow;
}

static inline uint64_t add_limbs(uint64_t *x, const uint64_t *y, int n)
{
    uint64_t carry = 0;
    for (int i = 0; i < n; i++) {
        u128 s = (u128)x[i] + y[i] + carry;
        x[i] = (uint64_t)s;
        carry = hi64(s);
    }
    return carry;
}

/* div_long is Knuth's D for a divisor of dn = 3 or 4 limbs, normalised. u has un limbs, un > dn, and its
 * top dn limbs are less than d. On return u[0..dn) is the remainder; q has un - dn limbs. */
static void div_long(uint64_t *q, uint64_t *u, int un, const uint64_t *d, int dn)
{
    u128 top = (u128)d[dn - 1] << 64 | d[dn - 2];
    uint64_t v = reciprocal_3by2(d[dn - 1], d[dn - 2]);
    for (int j = un - dn - 1; j >= 0; j--) {
        uint64_t u2 = u[j + dn], u1 = u[j + dn - 1], u0 = u[j + dn - 2];
        uint64_t qhat;
        if (((u128)u2 << 64 | u1) == top) { /* the 3/2 quotient would overflow */
            qhat = UINT64_MAX;
            u[j + dn] = u2 - sub_mul(u + j, d, dn, qhat);
        } else {
            u128 r;
            qhat = div_3by2(u2, u1, u0, top, v, &r);
            /* The two top limbs of the difference are r: only the others are still to be done. */
            uint64_t borrow = sub_mul(u + j, d, dn - 2, qhat);
            u128 r2 = r - borrow;
            u[j + dn - 2] = (uint64_t)r2;
            u[j + dn - 1] = hi64(r2);
            u[j + dn] = 0;
            if (r < borrow) { /* qhat was one too large (probability about 2^-63) */
                qhat--;
                (void)add_limbs(u + j, d, dn);
            }
        }
        q[j] = qhat;
    }
}

static int limb_len(const uint64_t *x, int n)
{
    while (n > 0 && x[n - 1] == 0)
        n--;
    return n;
}

/* shift_left writes x << s to y, which has one limb more; s < 64. */
static void shift_left(uint64_t *y, const uint64_t *x, int n, unsigned s)
{
    uint64_t low = 0;
    for (int i = 0; i < n; i++) {
        y[i] = x[i] << s | low;
        low = s == 0 ? 0 : x[i] >> (64 - s);
    }
    y[n] = low;
}

/* div_any divides n of nn <= 8 limbs by d of 4 limbs (not 0). q (8 limbs, may be NULL) and rem. */
static void div_any(const uint64_t *n, int nn, const u256 *d, uint64_t *quot, u256 *rem)
{
    int un = limb_len(n, nn), dn = limb_len(d->w, 4);
    uint64_t q[8] = {0}, u[9], dv[5];
    *rem = (u256){{0, 0, 0, 0}};
    if (un < dn) {
        memcpy(rem->w, n, 8 * (size_t)un);
    } else {
        unsigned s = (unsigned)__builtin_clzll(d->w[dn - 1]);
        shift_left(u, n, un, s);
        shift_left(dv, d->w, dn, s);
        int top = un; /* index of the extra limb */
        if (dn == 1) {
            uint64_t v = reciprocal_2by1(dv[0]), r = u[top];
            for (int j = top - 1; j >= 0; j--)
                q[j] = div_2by1(r, u[j], dv[0], v, &r);
            rem->w[0] = r >> s;
        } else if (dn == 2) {
            uint64_t v = reciprocal_3by2(dv[1], dv[0]);
            u128 dd = (u128)dv[1] << 64 | dv[0], r = (u128)u[top] << 64 | u[top - 1];
            for (int j = top - 2; j >= 0; j--)
                q[j] = div_3by2(hi64(r), (uint64_t)r, u[j], dd, v, &r);
            r >>= s;
            rem->w[0] = (uint64_t)r;
            rem->w[1] = hi64(r);
        } else {
            div_long(q, u, top + 1, dv, dn);
            for (int i = 0; i < dn; i++) {
                uint64_t above = i + 1 < dn ? u[i + 1] : 0;
                rem->w[i] = s == 0 ? u[i] : u[i] >> s | above << (64 - s);
            }
        }
    }
    if (quot != NULL) memcpy(quot, q, sizeof q);
}

void u256_divmod(const u256 *n, const u256 *d, u256 *quot, u256 *rem)
{
    u256 q = {{0, 0, 0, 0}}, r = {{0, 0, 0, 0}};
    if (u256_fits_u64(d) && u256_fits_u64(n)) {
        if (d->w[0] != 0) q.w[0] = n->w[0] / d->w[0], r.w[0] = n->w[0] % d->w[0];
    } else if (u256_lt(n, d)) {
        r = *n;
    } else if (!u256_is_zero(d)) {
        uint64_t wide[8];
        div_any(n->w, 4, d, wide, &r);
        memcpy(q.w, wide, sizeof q.w);
    }
    if (quot != NULL) *quot = q;
    if (rem != NULL) *rem = r;
}

static bool is_negative(const u256 *a)
{
    return a->w[3] >> 63 != 0;
}

static u256 negate_if(const u256 *a, bool negate)
{
    if (!negate) return *a;
    u256 zero = {{0, 0, 0, 0}}, r;
    (void)u256_sub(&r, &zero, a);
    return r;
}

void u256_sdivmod(const u256 *n, const u256 *d, u256 *quot, u256 *rem)
{
    bool nneg = is_negative(n), dneg = is_negative(d);
    u256 na = negate_if(n, nneg), da = negate_if(d, dneg), q, r;
    u256_divmod(&na, &da, &q, &r);
    if (quot != NULL) *quot = negate_if(&q, nneg != dneg);
    if (rem != NULL) *rem = negate_if(&r, nneg);
}

/* reduce_once: a, less m once if it is not smaller. */
static inline u256 reduce_once(const u256 *a, const u256 *m)
{
    u256 t;
    return u256_sub(&t, a, m) ? *a : t;
}

void u256_addmod(u256 *out, const u256 *a, const u256 *b, const u256 *m)
{
    /* Operands already reduced by a large modulus: the case of curve code. */
    if (m->w[3] != 0 && a->w[3] <= m->w[3] && b->w[3] <= m->w[3]) {
        u256 x = reduce_once(a, m), y = reduce_once(b, m);
        u256 less;
        bool carry = u256_add(&x, &x, &y);
        bool borrow = u256_sub(&less, &x, m);
        *out = carry || !borrow ? less : x;
        return;
    }
    if (u256_is_zero(m)) {
        *out = (u256){{0, 0, 0, 0}};
        return;
    }
    u256 sum, rem;
    uint64_t wide[5];
    wide[4] = u256_add(&sum, a, b);
    memcpy(wide, sum.w, sizeof sum.w);
    div_any(wide, 5, m, NULL, &rem);
    *out = rem;
}

void u256_mulmod(u256 *out, const u256 *a, const u256 *b, const u256 *m)
{
    if (u256_is_zero(m)) {
        *out = (u256){{0, 0, 0, 0}};
        return;
    }
    uint64_t p[8] = {0};
    for (int i = 0; i < 4; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 4; j++) {
            u128 t = (u128)a->w[i] * b->w[j] + p[i + j] + carry;
            p[i + j] = (uint64_t)t;
            carry = hi64(t);
        }
        p[i + 4] = carry;
    }
    u256 rem;
    div_any(p, 8, m, NULL, &rem);
    *out = rem;
}
