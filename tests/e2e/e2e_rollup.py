"""A rollup of its own: from a genesis file to a batch in the Inbox, a false claim about it, and its end on L1."""
import json
import os
import subprocess

from stage import ETHER, NPM, Stage, address_of
from world import expect

L2 = 424242
# STOP; a counter at slot 0 that adds what it is sent; a log of 32 bytes
COUNTER = "0x3460005401600055600054600052600160206000a1"


def key_text(path):
    with open(path) as f:
        return f.read().strip()


class Rollup:
    """Users of the L2 and its genesis."""

    def __init__(self, t, **fields):
        self.t, self.users = t, [t.key(f"user{i}.key") for i in range(3)]
        self.addresses = [address_of(k) for k in self.users]
        self.nonces = [0] * len(self.users)
        self.counter = "0x" + "c0" * 20
        alloc = {a[2:]: {"balance": str(10 * ETHER)} for a in self.addresses}
        alloc[self.counter] = {"balance": "0x0", "nonce": "0x1", "code": COUNTER,
                               "storage": {"0x00": "0x05", "0x" + "11" * 32: "0x" + "22" * 32}}
        forks = ("homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg",
                 "istanbul", "berlin", "london")
        config = {"chainId": L2, "terminalTotalDifficulty": 0, **{f + "Block": 0 for f in forks},
                  **{f + "Time": 0 for f in ("shanghai", "cancun", "prague", "osaka")}}
        genesis = {"config": config, "timestamp": "0x1", "gasLimit": "0x1c9c380",
                   "coinbase": "0x" + "fe" * 20, "difficulty": "0x0", "extraData": "0x77686974746c65",
                   "alloc": alloc, **fields}
        self.path = t.path("genesis.json")
        with open(self.path, "w") as f:
            json.dump(genesis, f)

    def sign(self, user, to, *args, value=0, gas=100000, nonce=None):
        """A signed transaction of a user, nonces in order."""
        if nonce is None:
            nonce = self.nonces[user]
            self.nonces[user] += 1
        r = subprocess.run([os.path.join(NPM, "cast"), "mktx", "--private-key", key_text(self.users[user]),
                            "--chain", str(L2), "--nonce", str(nonce), "--gas-limit", str(gas),
                            "--gas-price", "3gwei", "--priority-gas-price", "1gwei", "--value", str(value),
                            "--rpc-url", "http://127.0.0.1:9", to, *args], capture_output=True, text=True)
        expect(r.returncode == 0, r.stderr)
        return r.stdout.strip()

    def file(self, name, txs):
        path = self.t.path(name)
        with open(path, "w") as f:
            f.write("# a batch\n\n" + "\n".join(txs) + "\n")
        return path


def hand(s, command, path=None, key=None):
    args = (command, *([path] if path else []), "--network", s.net, "--l1-eth-rpc", s.node.url,
            "--key-file", key or s.operator)
    return s.t.run("whittle-proposer", *args)


def batch(s, r, name, txs):
    code, out, err = hand(s, "post-batch", r.file(name, txs))
    expect(code == 0, out + err)


def test_rollup__a_false_claim_about_a_batch(t):
    r = Rollup(t)
    with Stage(t, blocks=(), genesis=r.path, k=8) as s:
        batch(s, r, "one", [r.sign(0, r.addresses[1], value=ETHER), r.sign(1, r.counter, value=7),
                            r.sign(2, r.counter, value=1, nonce=9),  # a wrong nonce: no-op
                            r.sign(2, r.counter, value=3)])
        c = s.challenger()
        p = s.proposer()
        s.liar("storage@1")
        s.play(lambda: s.judged(c, 2) and s.judged(p, 2))
        expect(sorted(row[0] for row in c.claims().values()) == [2, 3], c.claims())
        batch(s, r, "two", [r.sign(1, r.counter, value=100), "0xdead"])
        s.play(lambda: s.judged(c, 3))


def test_rollup__forced_transactions(t):
    r = Rollup(t)
    with Stage(t, blocks=(), genesis=r.path, k=8, force_delay="20s") as s:
        stranger = s.funded("stranger")
        forced = r.file("forced", [r.sign(1, r.counter, value=11)])
        code, out, err = hand(s, "send-forced", forced, key=stranger)
        expect(code == 0, out + err)
        code, out, err = hand(s, "post-forced", key=stranger)
        expect(code == 10 and "NothingDue" in err, f"exit {code}: {err}")
        s.pass_time(30)
        code, out, err = hand(s, "post-forced", key=stranger)
        expect(code == 0, out + err)
        code, out, err = hand(s, "send-forced", r.file("more", [r.sign(2, r.counter, value=2)]), key=stranger)
        expect(code == 0, out + err)
        batch(s, r, "last", [r.sign(0, r.counter, value=4)])  # takes the queue along
        c, p = s.challenger(), s.proposer()
        s.liar("balance@0")
        s.play(lambda: s.judged(c, 2) and s.judged(p, 2))


def test_rollup__what_is_refused(t):
    r = Rollup(t)
    with Stage(t, blocks=(), genesis=r.path, k=8) as s:
        stranger = s.funded("stranger")
        one = r.file("one", [r.sign(0, r.addresses[1], value=1)])
        code, _, err = hand(s, "post-batch", one, key=stranger)
        expect(code == 10 and "NotSequencer" in err, f"exit {code}: {err}")
        for text, why in (("0xabc", "bytes of a transaction"), ("zz", "bytes of a transaction"),
                          ("0xzz", "hexadecimal")):
            code, _, err = hand(s, "post-batch", r.file("bad", [text]))
            expect(code == 7 and why in err and "line 3" in err, f"exit {code}: {err}")
        other = Rollup(t, timestamp="0x2")
        code, _, err = t.run("whittle-challenger", "--network", s.net, "--l1-eth-rpc", s.node.url, "--datadir",
                             t.path("d"), "--watch", "--once", "--l2-genesis", other.path)
        expect(code == 3 and "W-CFG" in err and "starts at" in err, f"exit {code}: {err}")
    for change, why in (({"alloc": {"0x12": {}}}, "alloc.0x12"),
                        ({"alloc": {"00" * 20: {"balance": "1x"}}}, "balance"),
                        ({"gasLimit": "0x10"}, "gas limit"),
                        ({"config": {"chainId": L2}}, "Osaka"), ({"alloc": 7}, "alloc")):
        bad = Rollup(t, **change)
        code, _, err = t.run("whittle-deploy", "--l1-eth-rpc", "http://127.0.0.1:9", "--key-file", r.users[0],
                             "--genesis", bad.path, "--out", t.path("n.json"))
        expect(code in (3, 7) and why in err, f"{change}: exit {code}: {err}")
