# SPDX-License-Identifier: MIT
"""What the makers of vectors need of Ethereum, in plain Python integers: Keccak, RLP, tries, signatures.

Nothing here is shared with the engine. Yellow Paper, appendices B (RLP), D (tries), F (signatures).
"""
import functools
import hashlib

MASK = (1 << 64) - 1


# ---- Keccak-256: the 24 rounds as straight code, made once -----------------------------------------
def round_source():
    """A function of 25 lanes; lane i is A[i % 5][i // 5]. Rotations and constants by their recurrences."""
    rot, x, y = {(0, 0): 0}, 1, 0
    for t in range(24):
        rot[x, y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    reg, constants = 1, []
    for _ in range(24):
        c = 0
        for j in range(7):
            c ^= (reg & 1) << ((1 << j) - 1)
            reg = reg << 1 ^ (0x171 if reg & 0x80 else 0)
        constants.append(c)
    lanes = ",".join(f"a{i}" for i in range(25))
    lines = [f"def permute({lanes}):", f" for c in {tuple(constants)}:"]
    for x in range(5):
        lines.append(f"  c{x}=" + "^".join(f"a{x + 5 * y}" for y in range(5)))
    for x in range(5):
        n = (x + 1) % 5
        lines.append(f"  d=c{(x + 4) % 5}^(c{n}<<1&{MASK}|c{n}>>63)")
        for y in range(5):
            r, to = rot[x, y], y + 5 * ((2 * x + 3 * y) % 5)
            lines.append(f"  t=a{x + 5 * y}^d")
            lines.append(f"  b{to}=t" if r == 0 else f"  b{to}=t<<{r}&{MASK}|t>>{64 - r}")
    for y in range(5):
        for x in range(5):
            at, p, q = x + 5 * y, (x + 1) % 5 + 5 * y, (x + 2) % 5 + 5 * y
            lines.append(f"  a{at}=b{at}^(b{q}&~b{p})")
    lines += ["  a0^=c", f" return {lanes}"]
    return "\n".join(lines)


exec(round_source())  # defines permute


@functools.lru_cache(maxsize=100000)
def keccak(data):
    pad = -(len(data) + 1) % 136
    data += b"\x81" if pad == 0 else b"\x01" + bytes(pad - 1) + b"\x80"
    a = [0] * 25
    for at in range(0, len(data), 136):
        for i in range(17):
            a[i] ^= int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little")
        a = list(permute(*a))  # noqa: F821
    return b"".join(v.to_bytes(8, "little") for v in a[:4])


assert keccak(b"").hex().startswith("c5d2460186f7233c")


# ---- RLP -------------------------------------------------------------------------------------------
class Raw(bytes):
    """Bytes that stand as they are: an encoding that is made elsewhere, or is wrong on purpose."""


def head(n, short, long):
    if n < 56:
        return bytes([short + n])
    size = number(n)
    return bytes([long + len(size)]) + size


def number(v):
    return v.to_bytes((v.bit_length() + 7) // 8, "big")


def rlp(v):
    if isinstance(v, Raw):
        return bytes(v)
    if isinstance(v, int):
        v = number(v)
    if isinstance(v, (list, tuple)):
        body = b"".join(map(rlp, v))
        return head(len(body), 0xc0, 0xf7) + body
    v = bytes(v)
    return v if len(v) == 1 and v[0] < 0x80 else head(len(v), 0x80, 0xb7) + v


# ---- tries -----------------------------------------------------------------------------------------
def nibbles(b):
    return tuple(n for c in b for n in (c >> 4, c & 15))


def hex_prefix(path, leaf):
    path = ((2 * leaf + len(path) % 2,) if len(path) % 2 else (2 * leaf, 0)) + tuple(path)
    return bytes(16 * path[i] + path[i + 1] for i in range(0, len(path), 2))


def node(pairs):
    """The RLP of a node over (path, value) pairs, or b"" for none."""
    if not pairs:
        return b""
    if len(pairs) == 1:
        return rlp([hex_prefix(pairs[0][0], True), pairs[0][1]])
    first, last = pairs[0][0], pairs[-1][0]
    n = 0
    while n < len(first) and first[n] == last[n]:
        n += 1
    if n > 0:
        return rlp([hex_prefix(first[:n], False), link(node([(p[n:], v) for p, v in pairs]))])
    value = pairs[0][1] if not first else b""
    slots = [[(p[1:], v) for p, v in pairs if p and p[0] == i] for i in range(16)]
    return rlp([link(node(s)) for s in slots] + [value])


def link(encoded):
    if not encoded:
        return b""
    return Raw(encoded) if len(encoded) < 32 else keccak(encoded)


def trie_root(values):
    """values: {key bytes: value bytes}."""
    pairs = sorted((nibbles(k), v) for k, v in values.items())
    return keccak(node(pairs) if pairs else rlp(b""))


def list_root(items):
    return trie_root({rlp(i): v for i, v in enumerate(items)})


def state_root(accounts):
    """accounts: {address: {nonce, balance, code, storage {slot: value}}}; slots of value 0 are none."""
    out = {}
    for at, a in accounts.items():
        slots = {keccak(k.to_bytes(32, "big")): rlp(v) for k, v in a["storage"].items() if v}
        out[keccak(at)] = rlp([a["nonce"], a["balance"], trie_root(slots), keccak(a["code"])])
    return trie_root(out)


# ---- secp256k1 -------------------------------------------------------------------------------------
P = 2**256 - 2**32 - 977
N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141
G = (0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,
     0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8)


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        m = 3 * p[0] * p[0] * pow(2 * p[1], -1, P)
    else:
        m = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (m * m - p[0] - q[0]) % P
    return (x, (m * (p[0] - x) - p[1]) % P)


@functools.lru_cache(maxsize=10000)
def mul(k, p):
    out = None
    while k:
        if k & 1:
            out = add(out, p)
        p = add(p, p)
        k >>= 1
    return out


def key_of(name):
    return int.from_bytes(keccak(b"whittle own vectors " + name.encode()), "big") % N


def address_of(key):
    x, y = mul(key, G)
    return keccak(x.to_bytes(32, "big") + y.to_bytes(32, "big"))[12:]


def sign(key, digest):
    """(parity, r, s) with s in the lower half; k from the message, as it need not be secret."""
    z = int.from_bytes(digest, "big")
    k = int.from_bytes(hashlib.sha256(key.to_bytes(32, "big") + digest).digest(), "big") % N
    x, y = mul(k, G)
    r = x % N
    s = pow(k, -1, N) * (z + r * key) % N
    parity = y & 1
    return (parity, r, s) if s <= N // 2 else (parity ^ 1, r, N - s)


def recover(digest, parity, r, s):
    """The address, or None."""
    if not 0 < r < N or not 0 < s < N or parity not in (0, 1):
        return None
    y2 = (r**3 + 7) % P
    y = pow(y2, (P + 1) // 4, P)
    if y * y % P != y2:
        return None
    y = y if y & 1 == parity else P - y
    z = int.from_bytes(digest, "big")
    inverse = pow(r, -1, N)
    q = add(mul(-z * inverse % N, G), mul(s * inverse % N, (r, y)))
    return q and keccak(q[0].to_bytes(32, "big") + q[1].to_bytes(32, "big"))[12:]
