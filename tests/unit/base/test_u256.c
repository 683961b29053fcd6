/* SPDX-License-Identifier: MIT */
/* usage: test_u256 tests/data/base/u256.txt */
#include "evm/base/u256.h"
#include "tests/tap.h"

static const char *vectors;

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t rnd(void)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed;
}

/* Numbers of all lengths, with runs of ones and zeros. */
static u256 rnd_u256(void)
{
    u256 v;
    for (int i = 0; i < 4; i++) {
        uint64_t kind = rnd() % 4;
        v.w[i] = kind == 0 ? 0 : kind == 1 ? UINT64_MAX : rnd();
    }
    u256_shr(&v, &v, (unsigned)(rnd() % 256));
    return v;
}

static bool parse_hex(const char *s, u256 *out)
{
    *out = u256_from_u64(0);
    for (; *s != 0; s++) {
        int d = *s >= '0' && *s <= '9' ? *s - '0' : *s >= 'a' && *s <= 'f' ? *s - 'a' + 10 : -1;
        if (d < 0) return false;
        u256_shl(out, out, 4);
        out->w[0] |= (uint64_t)d;
    }
    return true;
}

static u256 apply(const char *op, const u256 *a, const u256 *b, const u256 *c)
{
    u256 r = {{1, 2, 3, 4}}, q;
    unsigned n = u256_fits_u64(b) && b->w[0] < 1u << 30 ? (unsigned)b->w[0] : 1u << 30;
    if (!strcmp(op, "mul")) u256_mul(&r, a, b);
    if (!strcmp(op, "div")) u256_divmod(a, b, &r, NULL);
    if (!strcmp(op, "mod")) u256_divmod(a, b, &q, &r);
    if (!strcmp(op, "sdiv")) u256_sdivmod(a, b, &r, &q);
    if (!strcmp(op, "smod")) u256_sdivmod(a, b, NULL, &r);
    if (!strcmp(op, "addmod")) u256_addmod(&r, a, b, c);
    if (!strcmp(op, "mulmod")) u256_mulmod(&r, a, b, c);
    if (!strcmp(op, "exp")) u256_exp(&r, a, b);
    if (!strcmp(op, "shl")) u256_shl(&r, a, n);
    if (!strcmp(op, "shr")) u256_shr(&r, a, n);
    if (!strcmp(op, "sar")) u256_sar(&r, a, n);
    return r;
}

static void test_u256__known_answers(void)
{
    FILE *f = fopen(vectors, "r");
    CHECK(f != NULL);
    if (f == NULL) return;
    char line[512], op[16], text[4][80];
    unsigned cases = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        if (line[0] == '#') continue;
        u256 v[4];
        bool ok =
            sscanf(line, "%15s %79s %79s %79s %79s", op, text[0], text[1], text[2], text[3]) == 5;
        for (int i = 0; ok && i < 4; i++)
            ok = parse_hex(text[i], &v[i]);
        CHECK(ok);
        if (!ok) break;
        u256 got = apply(op, &v[0], &v[1], &v[2]);
        if (!u256_eq(&got, &v[3])) {
            printf("# %s", line);
            CHECK(u256_eq(&got, &v[3]));
        }
        cases++;
    }
    (void)fclose(f);
    CHECK(cases > 1000);
}

/* n = q * d + r and r < d determine q and r. */
static void test_u256_divmod__quotient_times_divisor_plus_remainder(void)
{
    for (int i = 0; i < 200000 && tap_bad == 0; i++) {
        u256 n = rnd_u256(), d = rnd_u256(), q, r, back;
        if (u256_is_zero(&d)) continue;
        u256_divmod(&n, &d, &q, &r);
        bool over = u256_mul_overflow(&back, &q, &d);
        bool carry = u256_add(&back, &back, &r);
        CHECK(!over && !carry && u256_lt(&r, &d) && u256_eq(&back, &n));
    }
}

/* mulmod by double and add over addmod, addmod by comparison with divmod on a small modulus. */
static void test_u256_mulmod__is_repeated_addmod(void)
{
    for (int i = 0; i < 3000 && tap_bad == 0; i++) {
        u256 a = rnd_u256(), b = rnd_u256(), m = rnd_u256(), got, want = u256_from_u64(0);
        if (u256_is_zero(&m)) continue;
        for (int bit = 255; bit >= 0; bit--) {
            u256_addmod(&want, &want, &want, &m);
            if (b.w[bit / 64] >> (bit % 64) & 1) u256_addmod(&want, &want, &a, &m);
        }
        u256_mulmod(&got, &a, &b, &m);
        CHECK(u256_eq(&got, &want));
    }
}

static void test_u256__out_may_be_an_operand(void)
{
    for (int i = 0; i < 2000 && tap_bad == 0; i++) {
        u256 a = rnd_u256(), b = rnd_u256(), m = rnd_u256(), r, x;
        u256_mul(&r, &a, &b);
        x = a, u256_mul(&x, &x, &b);
        CHECK(u256_eq(&x, &r));
        u256_addmod(&r, &a, &b, &m);
        x = m, u256_addmod(&x, &a, &b, &x);
        CHECK(u256_eq(&x, &r));
        u256_mulmod(&r, &a, &b, &m);
        x = m, u256_mulmod(&x, &a, &b, &x);
        CHECK(u256_eq(&x, &r));
        u256_divmod(&a, &b, &r, NULL);
        x = b, u256_divmod(&a, &x, &x, NULL);
        CHECK(u256_eq(&x, &r));
        u256_exp(&r, &a, &b);
        x = b, u256_exp(&x, &a, &x);
        CHECK(u256_eq(&x, &r));
        u256_shl(&r, &a, 77);
        x = a, u256_shl(&x, &x, 77);
        CHECK(u256_eq(&x, &r));
    }
}

static void test_u256_bytes__big_endian(void)
{
    uint8_t b[32], back[32];
    for (int i = 0; i < 32; i++)
        b[i] = (uint8_t)(i + 1);
    u256 v = u256_from_be(b);
    CHECK(v.w[3] == 0x0102030405060708 && v.w[0] == 0x191a1b1c1d1e1f20);
    u256_to_be(&v, back);
    CHECK_MEM(back, b, 32);
    CHECK_EQ(u256_byte_len(&v), 32);
    u256_shr(&v, &v, 8);
    CHECK_EQ(u256_byte_len(&v), 31);
    v = u256_from_u64(0);
    CHECK_EQ(u256_byte_len(&v), 0);
    v = u256_from_u64(256);
    CHECK_EQ(u256_byte_len(&v), 2);
}

int main(int argc, char **argv)
{
    vectors = argc > 1 ? argv[1] : "tests/data/base/u256.txt";
    RUN(test_u256__known_answers);
    RUN(test_u256_divmod__quotient_times_divisor_plus_remainder);
    RUN(test_u256_mulmod__is_repeated_addmod);
    RUN(test_u256__out_may_be_an_operand);
    RUN(test_u256_bytes__big_endian);
    return tap_done();
}
