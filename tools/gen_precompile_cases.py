#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/data/precompile/*.txt: precompile cases from plain textbook arithmetic.

Usage: tools/gen_precompile_cases.py [DIRECTORY]
Nothing here shares code or formulas with evm/: affine chords in Python integers, pow(), hashlib.
Pairing cases rest on bilinearity: products of e(a P, b Q) are one iff the sum of a b is zero.
Format: tests/unit/precompile/cases.h.
"""
import hashlib
import os
import random
import sys

rng = random.Random("whittle precompile cases")
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Field:
    """Fp, or Fp2 = Fp[i] / (i^2 + 1); elements are tuples."""

    def __init__(self, p, degree):
        self.p, self.n = p, degree
        self.zero = (0,) * degree

    def add(self, a, b):
        return tuple((x + y) % self.p for x, y in zip(a, b))

    def sub(self, a, b):
        return tuple((x - y) % self.p for x, y in zip(a, b))

    def mul(self, a, b):
        if self.n == 1:
            return (a[0] * b[0] % self.p,)
        return ((a[0] * b[0] - a[1] * b[1]) % self.p, (a[0] * b[1] + a[1] * b[0]) % self.p)

    def inv(self, a):
        if self.n == 1:
            return (pow(a[0], -1, self.p),)
        n = pow(a[0] * a[0] + a[1] * a[1], -1, self.p)
        return (a[0] * n % self.p, -a[1] * n % self.p)

    def sqrt(self, a):
        """A root or None; p = 3 mod 4."""
        p = self.p
        if self.n == 1:
            r = pow(a[0], (p + 1) // 4, p)
            return (r,) if r * r % p == a[0] else None
        norm = (a[0] * a[0] + a[1] * a[1]) % p
        d = pow(norm, (p + 1) // 4, p)
        for d in (d, -d % p):
            x2 = (a[0] + d) * pow(2, -1, p) % p
            x = pow(x2, (p + 1) // 4, p)
            if x and x * x % p == x2:
                r = (x, a[1] * pow(2 * x, -1, p) % p)
                if self.mul(r, r) == a:
                    return r
        return None


class Curve:
    def __init__(self, field, a, b, order, g):
        self.f, self.a, self.b, self.order, self.g = field, a, b, order, g
        assert self.has(g) and self.mul(order, g) is None

    def has(self, p):
        f = self.f
        right = f.add(f.mul(f.add(f.mul(p[0], p[0]), self.a), p[0]), self.b)
        return f.mul(p[1], p[1]) == right

    def neg(self, p):
        return p and (p[0], self.f.sub(self.f.zero, p[1]))

    def add(self, p, q):
        f = self.f
        if p is None or q is None:
            return p or q
        if p[0] == q[0]:
            if f.add(p[1], q[1]) == f.zero:
                return None
            xx = f.mul(p[0], p[0])
            top, bottom = f.add(f.add(xx, f.add(xx, xx)), self.a), f.add(p[1], p[1])
        else:
            top, bottom = f.sub(q[1], p[1]), f.sub(q[0], p[0])
        m = f.mul(top, f.inv(bottom))
        x = f.sub(f.sub(f.mul(m, m), p[0]), q[0])
        return (x, f.sub(f.mul(m, f.sub(p[0], x)), p[1]))

    def mul(self, k, p):
        out = None
        while k:
            if k & 1:
                out = self.add(out, p)
            p = self.add(p, p)
            k >>= 1
        return out

    def find(self, start):
        """A point by its x, most likely outside the subgroup."""
        x = start
        while True:
            f = self.f
            y = f.sqrt(f.add(f.mul(f.add(f.mul(x, x), self.a), x), self.b))
            if y:
                return (x, y)
            x = f.add(x, (1,) + (0,) * (f.n - 1))

    def random(self):
        return self.mul(rng.randrange(1, self.order), self.g)


def i(v, n=32):
    return v.to_bytes(n, "big")


files = {}


def case(file, name, fork, at, data, out, gas):
    assert len(name) < 96
    line = [name, fork, "%x" % at, data.hex() or "-",
            "fail" if out is None else out.hex() or "-", "-" if gas is None else str(gas)]
    files.setdefault(file, []).append("\t".join(line))


# --- secp256k1 and P-256 -------------------------------------------------------------------------
SECP_P = 2**256 - 2**32 - 977
SECP = Curve(Field(SECP_P, 1), (0,), (7,),
             0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141,
             ((0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,),
              (0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8,)))
P256_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256 = Curve(Field(P256_P, 1), (P256_P - 3,),
             (0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,),
             0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
             ((0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,),
              (0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5,)))


def ecdsa(curve, key, z, low=False):
    n = curve.order
    while True:
        k = rng.randrange(1, n)
        point = curve.mul(k, curve.g)
        r = point[0][0]
        if r >= n:
            continue
        s = pow(k, -1, n) * (z + r * key) % n
        parity = point[1][0] & 1
        if low and s > n // 2:
            s, parity = n - s, parity ^ 1
        return r, s, parity


def keccak256(data):
    """Keccak-256, from the reference's definition."""
    rot, x, y = {}, 1, 0
    for t in range(24):
        rot[x, y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    rc, reg = [], 1
    for _ in range(24):
        c = 0
        for j in range(7):
            c ^= (reg & 1) << ((1 << j) - 1)
            reg = reg << 1 ^ (0x171 if reg & 0x80 else 0)
        rc.append(c)
    m64 = 2**64 - 1
    a = {(x, y): 0 for x in range(5) for y in range(5)}
    data = data + b"\x01" + bytes(-(len(data) + 2) % 136) + b"\x80" if len(data) % 136 != 135 \
        else data + b"\x81"
    for at in range(0, len(data), 136):
        for w in range(17):
            a[w % 5, w // 5] ^= int.from_bytes(data[at + 8 * w:at + 8 * w + 8], "little")
        for c in rc:
            col = [a[x, 0] ^ a[x, 1] ^ a[x, 2] ^ a[x, 3] ^ a[x, 4] for x in range(5)]
            d = [col[x - 1] ^ ((col[(x + 1) % 5] << 1 | col[(x + 1) % 5] >> 63) & m64)
                 for x in range(5)]
            b = {}
            for x in range(5):
                for y in range(5):
                    v, r = a[x, y] ^ d[x], rot.get((x, y), 0)
                    b[y, (2 * x + 3 * y) % 5] = (v << r | v >> (64 - r)) & m64
            a = {(x, y): b[x, y] ^ (~b[(x + 1) % 5, y] & b[(x + 2) % 5, y])
                 for x in range(5) for y in range(5)}
            a[0, 0] ^= c
    return b"".join(a[w, 0].to_bytes(8, "little") for w in range(4))


assert keccak256(b"").hex().startswith("c5d2460186f7233c")


def ecrecover_cases():
    f = "ecrecover"
    n = SECP.order
    for k in range(6):
        key, z = rng.randrange(1, n), rng.getrandbits(256)
        r, s, parity = ecdsa(SECP, key, z)
        q = SECP.mul(key, SECP.g)
        who = bytes(12) + keccak256(i(q[0][0]) + i(q[1][0]))[12:]
        good = i(z) + i(27 + parity) + i(r) + i(s)
        case(f, "signed %d" % k, "frontier", 1, good, who, 3000)
        high = i(z) + i(28 - parity) + i(r) + i(n - s)
        case(f, "other half of s %d" % k, "osaka", 1, high, who, 3000)
        case(f, "long input %d" % k, "homestead", 1, good + b"\xff" * (k + 1), who, 3000)
    for v in (0, 1, 26, 29, 27 + 256, 28 + 2**248):
        case(f, "v %d" % v, "frontier", 1, i(z) + i(v) + i(r) + i(s), b"", 3000)
    for name, a, b in (("r zero", 0, s), ("s zero", r, 0), ("r = n", n, s), ("s = n", r, n),
                       ("r = n + 1", n + 1, s), ("r no x", 5, s), ("both max", 2**256 - 1, 2**256 - 1)):
        case(f, name, "osaka", 1, i(z) + i(27) + i(a) + i(b), b"", 3000)
    # R = G, s = z: u1 G + u2 R with u1 = -z/r, u2 = s/r is infinity.
    g = SECP.g
    case(f, "key at infinity", "osaka", 1, i(z % n) + i(27 + (g[1][0] & 1)) + i(g[0][0]) + i(z % n),
         b"", 3000)
    case(f, "empty", "frontier", 1, b"", b"", 3000)


def p256_cases():
    f = "p256verify"
    n = P256.order
    one = i(1)
    for k in range(6):
        key, z = rng.randrange(1, n), rng.getrandbits(256)
        r, s, _ = ecdsa(P256, key, z)
        q = P256.mul(key, P256.g)
        good = [z, r, s, q[0][0], q[1][0]]
        put = lambda name, v, out: case(f, name, "osaka", 0x100, b"".join(map(i, v)), out, 6900)
        put("signed %d" % k, good, one)
        put("other half of s %d" % k, [z, r, n - s, *good[3:]], one)
        put("other hash %d" % k, [z ^ 1, *good[1:]], b"")
        put("other key %d" % k, [z, r, s, good[3], P256_P - good[4]], b"")
    for name, at, v in (("r zero", 1, 0), ("s zero", 2, 0), ("r = n", 1, n), ("s = n", 2, n),
                        ("x = p", 3, P256_P), ("y = p", 4, P256_P), ("off the curve", 4, good[4] ^ 1),
                        ("x max", 3, 2**256 - 1)):
        v = good[:at] + [v] + good[at + 1:]
        put(name, v, b"")
    put("key zero", good[:3] + [0, 0], b"")
    key = rng.randrange(1, n)
    q = P256.mul(key, P256.g)
    r = rng.randrange(1, n)
    # z = -r key: z G + r Q is infinity.
    put("sum at infinity", [-r * key % n, r, 5, q[0][0], q[1][0]], b"")
    # Hash above the order is taken modulo it.
    r, s, _ = ecdsa(P256, key, 5)
    put("hash above the order", [5 + n, r, s, q[0][0], q[1][0]], one)
    data = b"".join(map(i, [5, r, s, q[0][0], q[1][0]]))
    case(f, "short", "osaka", 0x100, data[:159], b"", 6900)
    case(f, "long", "osaka", 0x100, data + b"\0", b"", 6900)
    case(f, "empty", "osaka", 0x100, b"", b"", 6900)


# --- hashes ---------------------------------------------------------------------------------------
def words(data):
    return (len(data) + 31) // 32


# Answers of the paper (Dobbertin, Bosselaers, Preneel 1996, appendix B).
RIPEMD = {b"": "9c1185a5c5e9fc54612808977ee8f548b2258d31", b"a": "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe",
          b"abc": "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
          b"message digest": "5d0689ef49d2fae572b881b123a85ffa21595f36",
          b"abcdefghijklmnopqrstuvwxyz": "f71c27109c692c1b56bbdceb5b9d2865b3708dbc",
          b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq":
          "12a053384a9c0c88e405a06c27dcf49ada62eb2b",
          b"1234567890" * 8: "9b752e45573d4b39f4dbd3323cab82bf63326bfb"}


def hash_cases():
    for n in (0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 119, 120, 200, 1024):
        data = rng.randbytes(n)
        case("hashes", "sha256 %d" % n, "frontier", 2, data, hashlib.sha256(data).digest(),
             60 + 12 * words(data))
        case("hashes", "identity %d" % n, "frontier", 4, data, data, 15 + 3 * words(data))
    for data, out in RIPEMD.items():
        case("hashes", "ripemd160 %d" % len(data), "frontier", 3, data,
             bytes(12) + bytes.fromhex(out), 600 + 120 * words(data))


def blake2f(rounds, h, m, t, final):
    """RFC 7693, 3.2, with the round count as a parameter."""
    iv = [0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
          0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179]
    sigma = [list(map(lambda c: int(c, 16), s)) for s in (
        "0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8",
        "905724afe1bc683d", "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a",
        "6fe9b308c2d714a5", "a2847615fb9e3cd0")]
    mask = 2**64 - 1
    ror = lambda v, n: (v >> n | v << (64 - n)) & mask
    v = h + iv
    v[12] ^= t[0]
    v[13] ^= t[1]
    if final:
        v[14] ^= mask
    for r in range(rounds):
        s = sigma[r % 10]
        for k, (a, b, c, d) in enumerate(((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14),
                                          (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12),
                                          (2, 7, 8, 13), (3, 4, 9, 14))):
            for x, r1, r2 in ((m[s[2 * k]], 32, 24), (m[s[2 * k + 1]], 16, 63)):
                v[a] = (v[a] + v[b] + x) & mask
                v[d] = ror(v[d] ^ v[a], r1)
                v[c] = (v[c] + v[d]) & mask
                v[b] = ror(v[b] ^ v[c], r2)
    return [h[k] ^ v[k] ^ v[k + 8] for k in range(8)]


def blake2f_cases():
    f = "blake2f"
    le = lambda vs: b"".join(v.to_bytes(8, "little") for v in vs)
    # The function makes BLAKE2b: one block, checked by hashlib.
    h = [0x6a09e667f3bcc908 ^ 0x01010040, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
         0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b,
         0x5be0cd19137e2179]
    m = [int.from_bytes(b"abc".ljust(128, b"\0")[8 * k:8 * k + 8], "little") for k in range(16)]
    assert le(blake2f(12, h, m, [3, 0], True)) == hashlib.blake2b(b"abc").digest()
    pack = lambda r, h, m, t, fin: i(r, 4) + le(h) + le(m) + le(t) + bytes([fin])
    case(f, "abc", "istanbul", 9, pack(12, h, m, [3, 0], 1), hashlib.blake2b(b"abc").digest(), 12)
    for rounds in (0, 1, 2, 9, 10, 11, 12, 20, 101):
        h = [rng.getrandbits(64) for _ in range(8)]
        m = [rng.getrandbits(64) for _ in range(16)]
        t = [rng.getrandbits(64) for _ in range(2)]
        for fin in (0, 1):
            case(f, "%d rounds, final %d" % (rounds, fin), "istanbul", 9, pack(rounds, h, m, t, fin),
                 le(blake2f(rounds, h, m, t, bool(fin))), rounds)
    good = pack(1, h, m, t, 1)
    case(f, "short", "istanbul", 9, good[:212], None, 0)
    case(f, "long", "istanbul", 9, good + b"\0", None, 0)
    case(f, "empty", "istanbul", 9, b"", None, 0)
    case(f, "flag 2", "istanbul", 9, good[:212] + b"\2", None, 1)


# --- modexp ---------------------------------------------------------------------------------------
def modexp_gas(fork, base_len, exp_len, mod_len, exp):
    """vectors of EIP-198, EIP-2565 and EIP-7883 from their texts; exp: the bytes as read."""
    head = int.from_bytes(exp[:32], "big")
    x = max(base_len, mod_len)
    bits = max(0, head.bit_length() - 1)
    if fork == "byzantium":
        count = max(1, bits + (8 * (exp_len - 32) if exp_len > 32 else 0))
        c = x * x if x <= 64 else x * x // 4 + 96 * x - 3072 if x <= 1024 else \
            x * x // 16 + 480 * x - 199680
        return c * count // 20
    w = (x + 7) // 8
    if fork == "berlin":
        count = max(1, bits + (8 * (exp_len - 32) if exp_len > 32 else 0))
        return max(200, w * w * count // 3)
    count = max(1, bits + (16 * (exp_len - 32) if exp_len > 32 else 0))
    return max(500, (16 if x <= 32 else 2 * w * w) * count)


def modexp_case(name, lens, body, forks=("byzantium", "berlin", "osaka")):
    padded = body + bytes(max(0, min(sum(lens), 10**5) - len(body)))
    base = padded[:lens[0]]
    exp = padded[lens[0]:lens[0] + lens[1]]
    mod = padded[lens[0] + lens[1]:sum(lens)]
    m = int.from_bytes(mod, "big")
    out = i(pow(int.from_bytes(base, "big"), int.from_bytes(exp, "big"), m), lens[2]) if m \
        else bytes(lens[2])
    for fork in forks:
        refused = fork == "osaka" and max(lens) > 1024
        case("modexp", name, fork, 5, b"".join(map(i, lens)) + body, None if refused else out,
             modexp_gas(fork, *lens, exp))


def modexp_cases():
    modexp_case("EIP-198 example 1: 3^(2^256 - 2^32 - 978) mod 2^256 - 2^32 - 977", (1, 32, 32),
                b"\3" + i(SECP_P - 1) + i(SECP_P))
    modexp_case("EIP-198 example 2: no base", (0, 32, 32), i(SECP_P - 1) + i(SECP_P))
    modexp_case("EIP-198 example 4: padded modulus", (1, 2, 32), b"\x03\xff\xff\x80")
    modexp_case("empty", (0, 0, 0), b"")
    for lens in ((0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 0), (0, 0, 33), (64, 0, 64), (3, 40, 5)):
        modexp_case("zeros %s" % (lens,), lens, b"")
    for size in (1, 2, 7, 8, 9, 16, 31, 32, 33, 48, 64, 65, 96, 127, 128, 129, 192, 256, 384, 512):
        for kind in ("odd", "even", "power of two"):
            mod = rng.getrandbits(8 * size) | 1 << (8 * size - 1)
            mod = {"odd": mod | 1, "even": mod & ~1, "power of two": 1 << (8 * size - 1)}[kind]
            exp_len = rng.choice((1, 3, 8, 31, 32, 33, 40)) if size > 64 else rng.choice((32, 40))
            base_len = rng.choice((1, size, size + 5, 2 * size))
            modexp_case("%s %d" % (kind, size), (base_len, exp_len, size),
                        rng.randbytes(base_len + exp_len) + i(mod, size))
    for exp in (0, 1, 2, 3, 4, 2**255, 2**256 - 1):
        modexp_case("exponent %x" % exp, (32, 32, 32), i(SECP_P - 2) + i(exp) + i(SECP_P))
    for mod in (0, 1, 2, 3):
        modexp_case("modulus %d" % mod, (32, 32, 32), i(7**80 % 2**256) + i(77) + i(mod))
        modexp_case("modulus %d in 40 bytes" % mod, (2, 1, 40), b"\x12\x34\x05" + i(mod, 40))
    modexp_case("base multiple of the modulus", (32, 1, 32), i(3 * 10**70) + b"\5" + i(10**70))
    modexp_case("base longer, all zero", (100, 2, 4), bytes(100) + b"\0\5" + i(77, 4))
    modexp_case("exponent of 40 zeros", (1, 40, 2), b"\7" + bytes(40) + b"\1\1")
    modexp_case("exponent head zero", (1, 36, 2), b"\7" + bytes(32) + b"\1\2\3\4" + b"\1\1")
    modexp_case("bytes beyond the modulus", (1, 1, 1), b"\7\3\x0d\xff\xff")
    modexp_case("modulus cut in the middle", (1, 1, 4), b"\7\3\x0d\xff")
    for lens in ((1024, 1, 1024), (1025, 1, 1), (1, 1025, 1), (1, 1, 1025)):
        modexp_case("EIP-7823 bound %s" % (lens,), lens,
                    rng.randbytes(lens[0] + lens[1]) + b"\1" + bytes(lens[2] - 1))


# --- bn254 ----------------------------------------------------------------------------------------
BN_P = 21888242871839275222246405745257275088696311157297823662689037894645226208583
BN_R = 21888242871839275222246405745257275088548364400416034343698204186575808495617
BN1 = Curve(Field(BN_P, 1), (0,), (3,), BN_R, ((1,), (2,)))
BN_F2 = Field(BN_P, 2)
BN2 = Curve(BN_F2, (0, 0), BN_F2.mul((3, 0), BN_F2.inv((9, 1))), BN_R, (
    (10857046999023057135944570762232829481370756359578518086990519993285655852781,
     11559732032986387107991004021392285783925812861821192530917403151452391805634),
    (8495653923123431417604973247489272438418190587263600148770280649306958101930,
     4082367875863433681332203403145435568316851327593401208105741076214120093531)))


def bn1(p):
    return i(p[0][0]) + i(p[1][0]) if p else bytes(64)


def bn2(p):
    return i(p[0][1]) + i(p[0][0]) + i(p[1][1]) + i(p[1][0]) if p else bytes(128)


def bn254_cases():
    f = "bn254"
    forks = (("byzantium", 500, 40000), ("istanbul", 150, 6000))
    a, b = BN1.random(), BN1.random()
    adds = [("distinct", a, b), ("double", a, a), ("opposite", a, BN1.neg(a)), ("infinity left", None, b),
            ("infinity right", a, None), ("both infinity", None, None)]
    for fork, add, mul in forks:
        for name, p, q in adds:
            case(f, "add " + name, fork, 6, bn1(p) + bn1(q), bn1(BN1.add(p, q)), add)
        case(f, "add empty", fork, 6, b"", bytes(64), add)
        case(f, "add one point", fork, 6, bn1(a), bn1(a), add)
        case(f, "add cut", fork, 6, bn1(a)[:63], None if bn1(a)[63] else bn1(a), add)
        case(f, "add long", fork, 6, bn1(a) + bn1(b) + b"\xff" * 9, bn1(BN1.add(a, b)), add)
        bad = (("x = p", i(BN_P) + bytes(32)), ("y = p", bytes(32) + i(BN_P)),
               ("off the curve", i(1) + i(3)), ("x + p", i(a[0][0] + BN_P) + i(a[1][0])),
               ("x zero", bytes(32) + i(1)))
        for name, p in bad:
            case(f, "add " + name, fork, 6, p + bn1(a), None, add)
            case(f, "add second " + name, fork, 6, bn1(a) + p, None, add)
            case(f, "mul " + name, fork, 7, p + i(2), None, mul)
        for k in (0, 1, 2, 3, 15, 16, 17, 2**64, 2**128 - 1, 2**128, BN_R - 1, BN_R, BN_R + 1,
                  2**256 - 1, rng.getrandbits(256), rng.getrandbits(254)):
            case(f, "mul by %x" % k, fork, 7, bn1(a) + i(k), bn1(BN1.mul(k % BN_R, a)), mul)
        case(f, "mul infinity", fork, 7, bytes(64) + i(5), bytes(64), mul)
        case(f, "mul no scalar", fork, 7, bn1(a), bytes(64), mul)
        case(f, "mul long", fork, 7, bn1(a) + i(9) + b"\1", bn1(BN1.mul(9, a)), mul)
    for k in range(60):
        s = rng.getrandbits(rng.choice((8, 64, 127, 128, 129, 200, 254, 256)))
        p = BN1.random()
        case(f, "mul random %d" % k, "osaka", 7, bn1(p) + i(s), bn1(BN1.mul(s % BN_R, p)), 6000)


def pairing_list(c1, c2, scalars):
    return [(c1.mul(a % c1.order, c1.g), c2.mul(b % c2.order, c2.g)) for a, b in scalars]


def balanced(n, r):
    s = [(rng.randrange(1, r), rng.randrange(1, r)) for _ in range(n - 1)]
    total = sum(a * b for a, b in s)
    last = rng.randrange(1, r)
    return s + [(-total * pow(last, -1, r) % r, last)]


def bn254_pairing_cases():
    f = "bn254_pairing"
    join = lambda pairs: b"".join(bn1(p) + bn2(q) for p, q in pairs)
    def put(name, pairs, out):
        data = pairs if isinstance(pairs, bytes) else join(pairs)
        k = len(data) // 192
        case(f, name, "byzantium", 8, data, out, 100000 + 80000 * k)
        case(f, name, "istanbul", 8, data, out, 45000 + 34000 * k)
    one, none = i(1), i(0)
    put("empty", b"", one)
    for n in (2, 3, 8, 9, 10, 17):
        pairs = pairing_list(BN1, BN2, balanced(n, BN_R))
        put("balanced %d" % n, pairs, one)
        wrong = pairs[:-1] + [(BN1.add(pairs[-1][0], BN1.g), pairs[-1][1])]
        put("unbalanced %d" % n, wrong, none)
        put("with infinities %d" % n, [(None, BN2.g)] + pairs + [(BN1.g, None), (None, None)], one)
    p, q = BN1.random(), BN2.random()
    put("single", [(p, q)], none)
    put("infinity of G1", [(None, q)], one)
    put("infinity of G2", [(p, None)], one)
    put("same pair and its inverse", [(p, q), (BN1.neg(p), q)], one)
    put("inverse on the other side", [(p, q), (p, BN2.neg(q))], one)
    off = BN2.find((5, 3))
    assert BN2.mul(BN_R, off) is not None
    put("outside the subgroup", [(p, off)], None)
    put("outside the subgroup, infinity beside", [(None, off)], None)
    cleared = BN2.mul(2 * BN_P - BN_R, off)  # by the cofactor
    put("brought into the subgroup", [(p, cleared), (BN1.neg(p), cleared)], one)
    torsion = BN2.mul(BN_R, off)  # order divides the cofactor
    put("of cofactor order", [(p, torsion)], None)
    put("subgroup point plus cofactor point", [(p, BN2.add(q, torsion))], None)
    put("G1 off the curve", i(1) + i(3) + bn2(q), None)
    put("G1 coordinate p", i(BN_P) + i(2) + bn2(q), None)
    put("G2 off the curve", bn1(p) + bn2((q[0], (q[1][0], q[1][1] ^ 1))), None)
    for k in range(4):
        enc = bytearray(bn1(p) + bn2(q))
        enc[64 + 32 * k:96 + 32 * k] = i(int.from_bytes(enc[64 + 32 * k:96 + 32 * k], "big") + BN_P)
        put("G2 coordinate %d not reduced" % k, bytes(enc), None)
    put("parts swapped", bn1(p) + i(q[0][0]) + i(q[0][1]) + i(q[1][0]) + i(q[1][1]), None)
    put("short", (bn1(p) + bn2(q))[:191], None)
    put("long", bn1(p) + bn2(q) + b"\0", None)
    put("second pair bad", bn1(p) + bn2(q) + i(1) + i(3) + bn2(q), None)


# --- BLS12-381 ------------------------------------------------------------------------------------
BLS_P = int("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffff"
            "b9feffffffffaaab", 16)
BLS_R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001
BLS1 = Curve(Field(BLS_P, 1), (0,), (4,), BLS_R, (
    (int("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00a"
         "db22c6bb", 16),),
    (int("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa2329"
         "46c5e7e1", 16),)))
BLS2 = Curve(Field(BLS_P, 2), (0, 0), (4, 4), BLS_R, (
    (int("024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8"
         "c121bdb8", 16),
     int("13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d05"
         "5d042b7e", 16)),
    (int("0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e1935486"
         "08b82801", 16),
     int("0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075f"
         "f05f79be", 16))))

# EIP-2537, "Discounts table": first and last entries and some between, for k of the cases below.
G1_DISCOUNT = {1: 1000, 2: 949, 3: 848, 4: 797, 8: 728, 16: 677, 32: 627, 33: 625, 128: 519, 129: 519}
G2_DISCOUNT = {1: 1000, 2: 1000, 3: 923, 4: 884, 8: 796, 16: 717, 32: 646, 33: 643, 128: 524, 129: 524}


def bls(p, n):
    return b"".join(i(c, 64) for c in p[0] + p[1]) if p else bytes(128 * n)


def bls_cases():
    f = "bls12"
    for n, curve, at, gas in ((1, BLS1, 0x0b, 375), (2, BLS2, 0x0d, 600)):
        name = "G%dADD " % n
        a, b = curve.random(), curve.random()
        off = curve.find((4,) * n)
        assert curve.mul(BLS_R, off) is not None
        for what, p, q in (("distinct", a, b), ("double", a, a), ("opposite", a, curve.neg(a)),
                           ("infinity left", None, b), ("infinity right", a, None),
                           ("infinities", None, None), ("outside the subgroup", off, a),
                           ("outside twice", off, off)):
            case(f, name + what, "prague", at, bls(p, n) + bls(q, n), bls(curve.add(p, q), n), gas)
        good = bls(a, n) + bls(b, n)
        size = 128 * n
        for what, data in bad_points(curve, n, a):
            case(f, name + what, "prague", at, data + bls(b, n), None, gas)
            case(f, name + "second " + what, "prague", at, bls(b, n) + data, None, gas)
        for what, data in (("short", good[:-1]), ("long", good + b"\0"), ("empty", b""),
                           ("one point", good[:size])):
            case(f, name + what, "prague", at, data, None, gas)


def bad_points(curve, n, a):
    enc = bls(a, n)
    for k in range(2 * n):
        high = bytearray(enc)
        high[64 * k] = 1
        yield "top byte of coordinate %d" % k, bytes(high)
        big = bytearray(enc)
        v = int.from_bytes(enc[64 * k:64 * k + 64], "big") + BLS_P
        big[64 * k:64 * k + 64] = i(v, 64)
        yield "coordinate %d not reduced" % k, bytes(big)
    odd = bytearray(enc)
    odd[-1] ^= 1
    yield "off the curve", bytes(odd)
    if n == 1:
        yield "x = p for infinity", i(BLS_P, 64) + bytes(64)


def msm_cases():
    f = "bls12_msm"
    for n, curve, at, cost, table in ((1, BLS1, 0x0c, 12000, G1_DISCOUNT),
                                      (2, BLS2, 0x0e, 22500, G2_DISCOUNT)):
        name = "G%dMSM " % n
        gas = lambda k: k * cost * table[k] // 1000
        def put(what, terms):
            total = None
            for p, k in terms:
                total = curve.add(total, curve.mul(k % BLS_R, p))
            data = b"".join(bls(p, n) + i(k) for p, k in terms)
            case(f, name + what, "prague", at, data, bls(total, n), gas(len(terms)))
        pool = [curve.random() for _ in range(4)]
        for k in (0, 1, 2, 2**128, BLS_R - 1, BLS_R, BLS_R + 1, 2**255, 2**256 - 1):
            put("one point by %x" % k, [(pool[0], k)])
        put("infinity by 5", [(None, 5)])
        put("zero and infinity", [(pool[0], 0), (None, 7)])
        put("cancels", [(pool[0], 9), (pool[0], BLS_R - 9)])
        put("same point twice", [(pool[0], 3), (pool[0], 3)])
        put("opposite points, same scalar", [(pool[0], 3), (curve.neg(pool[0]), 3)])
        put("three, one infinity", [(pool[0], 3), (None, 4), (pool[1], 2**256 - 1)])
        for size in (2, 3, 4, 8, 16, 32, 33) + ((128, 129) if n == 1 else ()):
            terms, p = [], curve.random()
            for _ in range(size):
                terms.append((p, rng.getrandbits(256)))
                p = curve.add(p, pool[1])
            put("%d points" % size, terms)
        small, p = [], curve.random()
        for k in range(32):
            small.append((p, k))
            p = curve.add(p, pool[2])
        put("small scalars", small)
        off = curve.find((4,) * n)
        good = bls(pool[0], n) + i(3)
        case(f, name + "outside the subgroup", "prague", at, bls(off, n) + i(3), None, gas(1))
        case(f, name + "outside the subgroup, scalar zero", "prague", at, bls(off, n) + i(0), None,
             gas(1))
        case(f, name + "second outside the subgroup", "prague", at, good + bls(off, n) + i(3), None,
             gas(2))
        for what, data in bad_points(curve, n, pool[0]):
            case(f, name + what, "prague", at, data + i(1), None, gas(1))
        case(f, name + "empty", "prague", at, b"", None, 0)
        case(f, name + "short", "prague", at, good[:-1], None, 0)
        case(f, name + "long", "prague", at, good + b"\0", None, gas(1))


def bls_pairing_cases():
    f = "bls12_pairing"
    def put(name, pairs, out):
        data = pairs if isinstance(pairs, bytes) else \
            b"".join(bls(p, 1) + bls(q, 2) for p, q in pairs)
        case(f, name, "prague", 0x0f, data, out, 37700 + 32600 * (len(data) // 384))
    one, none = i(1), i(0)
    for n in (2, 3, 8, 9, 17):
        pairs = pairing_list(BLS1, BLS2, balanced(n, BLS_R))
        put("balanced %d" % n, pairs, one)
        put("unbalanced %d" % n, pairs[:-1] + [(BLS1.add(pairs[-1][0], BLS1.g), pairs[-1][1])], none)
        put("with infinities %d" % n, [(None, BLS2.g)] + pairs + [(BLS1.g, None), (None, None)], one)
    p, q = BLS1.random(), BLS2.random()
    put("single", [(p, q)], none)
    put("infinity of G1", [(None, q)], one)
    put("infinity of G2", [(p, None)], one)
    off1, off2 = BLS1.find((4,)), BLS2.find((4, 4))
    put("G1 outside the subgroup", [(off1, q)], None)
    put("G2 outside the subgroup", [(p, off2)], None)
    put("G1 outside beside infinity", [(off1, None)], None)
    put("G2 outside beside infinity", [(None, off2)], None)
    for what, data in bad_points(BLS1, 1, p):
        put("G1 " + what, data + bls(q, 2), None)
    for what, data in bad_points(BLS2, 2, q):
        put("G2 " + what, bls(p, 1) + data, None)
    put("empty", b"", None)
    put("short", (bls(p, 1) + bls(q, 2))[:-1], None)
    put("long", bls(p, 1) + bls(q, 2) + b"\0", None)


def map_failures():
    f = "bls12"
    for at, size, gas in ((0x10, 64, 5500), (0x11, 128, 23800)):
        good = rng.randrange(BLS_P).to_bytes(64, "big") * (size // 64)
        for what, data in (("empty", b""), ("short", good[:-1]), ("long", good + b"\0"),
                           ("not reduced", good[:-64] + i(BLS_P, 64)),
                           ("first not reduced", i(BLS_P, 64) + good[64:]),
                           ("top byte", b"\1" + good[1:])):
            case(f, "MAP %x %s" % (at, what), "prague", at, data, None, gas)


# --- KZG ------------------------------------------------------------------------------------------
# [tau]G1 of the public ceremony, compressed: the second point of g1_monomial.
TAU_G1 = bytes.fromhex("ad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b3"
                       "36e9f0fb35e5a04c81")


def decompress(data):
    x = int.from_bytes(bytes([data[0] & 0x1f]) + data[1:], "big")
    y = BLS1.f.sqrt(((x**3 + 4) % BLS_P,))[0]
    if (y > BLS_P // 2) != bool(data[0] & 0x20):
        y = BLS_P - y
    return ((x,), (y,))


def compress(p):
    if p is None:
        return b"\xc0" + bytes(47)
    out = bytearray(i(p[0][0], 48))
    out[0] |= 0x80 | (0x20 if p[1][0] > BLS_P // 2 else 0)
    return bytes(out)


def kzg_cases():
    f = "kzg"
    tau = decompress(TAU_G1)
    assert BLS1.has(tau) and BLS1.mul(BLS_R, tau) is None
    answer = i(4096) + i(BLS_R)
    def pack(c, z, y, w, version=1):
        c, w = (v if isinstance(v, bytes) else compress(v) for v in (c, w))
        return bytes([version]) + hashlib.sha256(c).digest()[1:] + i(z) + i(y) + c + w
    def put(name, data, out):
        case(f, name, "cancun", 10, data, out, 50000)
    # p(X) = a X + b: commitment a [tau] + b, quotient (p(X) - p(z)) / (X - z) = a.
    for k in range(4):
        a, b, z = (rng.randrange(1, BLS_R) for _ in range(3))
        c = BLS1.add(BLS1.mul(a, tau), BLS1.mul(b, BLS1.g))
        w, y = BLS1.mul(a, BLS1.g), (a * z + b) % BLS_R
        put("linear %d" % k, pack(c, z, y, w), answer)
        put("linear %d, other value" % k, pack(c, z, (y + 1) % BLS_R, w), None)
        put("linear %d, other point" % k, pack(c, (z + 1) % BLS_R, y, w), None)
        put("linear %d, other proof" % k, pack(c, z, y, BLS1.neg(w)), None)
    put("constant", pack(BLS1.mul(b, BLS1.g), z, b, None), answer)
    put("constant, other value", pack(BLS1.mul(b, BLS1.g), z, b - 1, None), None)
    put("zero polynomial", pack(None, z, 0, None), answer)
    put("zero polynomial, other value", pack(None, z, 1, None), None)
    put("at zero", pack(c, 0, b, w), answer)
    put("version 0", pack(c, z, y, w, 0), None)
    put("hash of another commitment", pack(w, z, y, w)[:32] + pack(c, z, y, w)[32:], None)
    put("z = r", pack(c, BLS_R, b, w), None)
    put("y + r", pack(c, 0, b + BLS_R, w) if b + BLS_R < 2**256 else b"", None)
    off = compress(BLS1.find((4,)))
    put("commitment outside the subgroup", pack(off, z, y, w), None)
    put("proof outside the subgroup", pack(c, z, y, off), None)
    put("commitment without the compression flag", pack(i(c[0][0], 48), z, y, w), None)
    put("infinity with a body", pack(b"\xc0" + bytes(46) + b"\1", z, 0, None), None)
    put("infinity with a sign", pack(b"\xe0" + bytes(47), z, 0, None), None)
    put("x not reduced", pack(bytes([0x9a]) + i(BLS_P, 48)[1:], z, 0, None), None)
    good = pack(c, z, y, w)
    put("short", good[:-1], None)
    put("long", good + b"\0", None)
    put("empty", b"", None)


def main():
    ecrecover_cases()
    p256_cases()
    hash_cases()
    blake2f_cases()
    modexp_cases()
    bn254_cases()
    bn254_pairing_cases()
    bls_cases()
    map_failures()
    msm_cases()
    bls_pairing_cases()
    kzg_cases()
    out_dir = sys.argv[1] if len(sys.argv) > 1 else os.path.join(TOP, "tests/data/precompile")
    os.makedirs(out_dir, exist_ok=True)
    for name, lines in sorted(files.items()):
        with open(os.path.join(out_dir, name + ".txt"), "w") as out:
            out.write("# Generated by tools/gen_precompile_cases.py; do not edit.\n")
            out.write("\n".join(lines) + "\n")
        print("%s: %d cases" % (name, len(lines)))


if __name__ == "__main__":
    main()
