"""A rival that can claim any list of leaves, move when it likes and say anything: the attacks that no
honest history with one lie in it would make. Its accounts are the node's unlocked ones."""
import subprocess
from functools import lru_cache

MASK = (1 << 64) - 1


def _tables():
    lfsr, rounds = 1, []
    for _ in range(24):
        word = 0
        for j in range(7):
            word |= (lfsr & 1) << ((1 << j) - 1)
            lfsr = (lfsr << 1) ^ (0x171 if lfsr & 0x80 else 0)
        rounds.append(word)
    x, y, walk = 1, 0, [(0, 0, 0)]
    for t in range(24):
        walk.append((x + 5 * y, y + 5 * ((2 * x + 3 * y) % 5), (t + 1) * (t + 2) // 2 % 64))
        x, y = y, (2 * x + 3 * y) % 5
    return rounds, walk


ROUNDS, WALK = _tables()


def _turn(v, n):
    return ((v << n) | (v >> (64 - n))) & MASK if n else v


@lru_cache(maxsize=1 << 14)
def keccak(data):
    block = data + b"\x01" + bytes(-(len(data) + 1) % 136)
    block = block[:-1] + bytes([block[-1] | 0x80])
    a = [0] * 25
    for at in range(0, len(block), 136):
        for i in range(17):
            a[i] ^= int.from_bytes(block[at + 8 * i:at + 8 * i + 8], "little")
        for word in ROUNDS:
            c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
            d = [c[x - 1] ^ _turn(c[(x + 1) % 5], 1) for x in range(5)]
            b = [0] * 25
            for source, target, n in WALK:
                b[target] = _turn(a[source] ^ d[source % 5], n)
            a = [b[i] ^ (~b[i - i % 5 + (i + 1) % 5] & MASK & b[i - i % 5 + (i + 2) % 5])
                 for i in range(25)]
            a[0] ^= word
    return b"".join(v.to_bytes(8, "little") for v in a[:4])


assert keccak(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
REF = "(bytes32,uint64,uint8,bytes32,bytes32)"
SPLIT, PROVEN = 2, 4


def selector(text):
    return keccak(text.encode())[:4]


def word(v):
    return v if isinstance(v, bytes) else v.to_bytes(32, "big")


def tail(data):
    return word(len(data)) + data + bytes(-len(data) % 32)


def leaf(state):
    return keccak(b"\x00" + state)


def pair(left, right):
    return keccak(b"\x01" + left + right)


def merkle(spans):
    while len(spans) > 1:
        spans = [pair(a, b) for a, b in zip(spans[::2], spans[1::2])]
    return spans[0]


class Chain:
    """What a party of the stage computed: leaves (with leaf 0) and kept states, from its store."""

    def __init__(self, stage, party):
        stage.wait("own steps", lambda: party.rows("SELECT 1 FROM leaves"))
        joined = b"".join(v for v, in party.rows("SELECT v FROM leaves ORDER BY chunk"))
        genesis = bytes.fromhex(stage.network["genesis_state"][2:])
        self.genesis = genesis
        packed = party.rows("SELECT packed FROM states ORDER BY steps DESC LIMIT 1")[0][0]
        self.last_state = subprocess.run(["zstd", "-dc"], input=packed, capture_output=True,
                                         check=True).stdout
        self.leaves = [leaf(genesis)] + [joined[i:i + 32] for i in range(0, len(joined), 32)]


class Rival:
    """Claims leaves[1..] (padded with the last one) below gid, whose last leaf is leaves[0]."""

    def __init__(self, stage, number, leaves, last_state, gid=None):
        self.s, self.me = stage, stage.node.rpc("eth_accounts")[number]
        cfg = stage.network["config"]
        self.k, self.a, self.bond = int(cfg["K"]), int(cfg["A"]), int(cfg["bond"])
        self.game, self.inbox = stage.network["game"], cfg["inbox"]
        self.gid = gid or stage.call(self.game, selector("anchor()"))
        self.first, self.last_state = leaves[0], last_state
        self.leaves = leaves[1:] + [leaves[-1]] * ((1 << self.k) - len(leaves) + 1)
        self.input_end = int.from_bytes(stage.call(
            self.game, selector("assertion(bytes32)") + self.gid)[4 * 32:5 * 32], "big")
        acc = stage.call(self.inbox, selector("acc(uint64)") + word(self.input_end))
        cfg_hash = stage.call(self.game, selector("cfgHash()"))
        self.span_all = self.span(0, self.k)
        self.aid = keccak(b"\x10" + self.gid + cfg_hash + self.input_end.to_bytes(8, "big") + acc +
                          self.leaves[-1] + self.span_all)

    @lru_cache(maxsize=None)
    def span(self, pos, h):
        if h == 0:
            return self.leaves[pos]
        half = 1 << (h - 1)
        return pair(self.span(pos, h - 1), self.span(pos + half, h - 1))

    def send(self, data, value=0, gas=2000000):
        return self.s.node.rpc("eth_sendTransaction",
                               {"from": self.me, "to": self.game, "data": "0x" + data.hex(),
                                "value": hex(value), "gas": hex(gas)})

    def stake(self):
        return self.send(selector("stake()"), self.bond)

    def post(self):
        path = [self.span((1 << self.k) - (2 << h), h) for h in range(self.k)]
        head = [self.gid, self.aid, self.leaves[-1], self.span_all, 6 * 32, (7 + len(path)) * 32]
        return self.send(selector("post(bytes32,bytes32,bytes32,bytes32,bytes32[],bytes)") +
                         b"".join(map(word, head)) + word(len(path)) + b"".join(path) +
                         tail(self.last_state))

    def ref(self, pos, h, base):
        return [self.gid, word(pos), word(h), base, self.span(pos, h)]

    def split(self, pos, h, base, to=None):
        spans = [self.span(pos + (j << (h - self.a)), h - self.a) for j in range(1 << self.a)]
        to = bytes(12) + bytes.fromhex((to or self.me)[2:])
        return self.send(selector(f"split({REF},bytes32[],address)") +
                         b"".join(self.ref(pos, h, base)) + word(7 * 32) + to + word(len(spans)) +
                         b"".join(spans))

    def record(self, pos, h, base):
        """(exists and rivaled, flags)"""
        ctx = keccak(self.gid + base + word(pos << 8 | h))
        count = int.from_bytes(self.s.call(self.game, selector("context(bytes32)") + ctx)[64:96],
                               "big")
        node = self.s.call(self.game, selector("node(bytes32)") +
                           keccak(ctx + self.span(pos, h)))
        return node != bytes(32) and count >= 2, node[31]

    def open(self):
        """Own nodes that wait for a split: (pos, h, base)."""
        out, todo = [], [(0, self.k, self.first)]
        while todo:
            pos, h, base = todo.pop()
            rivaled, flags = self.record(pos, h, base)
            if flags & SPLIT:
                h -= self.a
                for j in range(1 << self.a):
                    todo.append((pos + (j << h), h, base))
                    base = keccak(b"\x02" + base + self.span(pos + (j << h), h))
            elif rivaled and h > 0:
                out.append((pos, h, base))
        return out

    def answer(self):
        """Splits whatever waits; returns how much."""
        todo = self.open()
        for node in todo:
            self.split(*node)
        return len(todo)


def forged(state):
    """Another state of the same phase and position."""
    return state[:0x70] + bytes([state[0x70] ^ 1]) + state[0x71:]
