"""The worst step of each kind, proved on the devnet: whole, or by chunks of TraceStore."""
import json
import os
import subprocess

from world import NPM, TOP, expect

CHUNK = 100000
# CALL 0x0101 with the calldata; slot 0 = post leaf, slot 1 = status, slot 2 = success of the call
RELAY = "365f5f3760805f365f5f6101015af1600255604051" + "5f555f51600155" + "00"


class Prover:
    def __init__(self, t):
        self.t, self.node = t, t.devnet()
        self.rich = self.node.rpc("eth_accounts")[0]
        self.store = self.node.rpc("whittle_execute")["traceStore"]
        n = len(RELAY) // 2
        self.relay = self.send(data=f"0x60{n:02x}8060095f395ff3" + RELAY)["contractAddress"]
        self.send(to="0x" + "0101".zfill(40), value=hex(10**18), data="0x57480003" + self.rich[2:])
        r = subprocess.run([os.path.join(NPM, "cast"), "sig", "post(bytes)"], capture_output=True,
                           text=True, check=True)
        self.post = r.stdout.strip()

    def send(self, **tx):
        h = self.node.rpc("eth_sendTransaction", dict({"from": self.rich, "gas": hex(1 << 24)}, **tx))
        r = self.node.rpc("eth_getTransactionReceipt", h)
        expect(r and r["status"] == "0x1", (r, str(tx)[:200]))
        return r

    def upload(self, chunk):
        data = self.post + f"{32:064x}{len(chunk) // 2:064x}" + chunk + "0" * (-len(chunk) % 64)
        return self.send(to=self.store, data=data)["logs"][0]["topics"][1][2:]

    def prove(self, step):
        trace = step["trace"][2:]
        size = len(trace) // 2
        kind, tail = 1, trace
        if size > CHUNK:
            chunks = [self.upload(trace[i:i + 2 * CHUNK]) for i in range(0, len(trace), 2 * CHUNK)]
            kind, tail = 2, f"{size:08x}{len(chunks):04x}" + "".join(chunks)
        head = (f"0x5748000{kind}{step['x']:016x}{step['target']:016x}" + step["input_hash"][2:] +
                step["pre"][2:])
        r = self.send(to=self.relay, data=head + tail)
        slots = [self.node.rpc("eth_getStorageAt", self.relay, hex(i), "latest") for i in range(3)]
        expect(int(slots[2], 16) == 1 and int(slots[1], 16) == 1, (step["kind"], slots))
        expect(slots[0] == step["post_leaf"], (step["kind"], slots))
        return size, int(r["gasUsed"], 16)


def worst(t, kind, side):
    r = subprocess.run([os.path.join(t.build, "tests/worst/worst"), os.path.join(TOP, "tests/data"),
                        "--only", kind, "--write", t.dir], capture_output=True, text=True)
    expect(r.returncode == 0, r.stdout + r.stderr)
    with open(t.path(f"{kind}-{side}.json")) as f:
        return json.load(f)


def test_R3_worst_steps_prove_on_the_devnet(t):
    """Over the cap of either rule set, the largest that is below it, and forms of their own."""
    p = Prover(t)
    for kind, side in (("extcodesize", "rollup"), ("extcodesize", "ethereum"), ("balance", "ethereum"),
                       ("authorizations", "rollup"), ("largest_item", "rollup"),
                       ("deep_stack", "rollup"), ("logs", "rollup"), ("tiny_items", "ethereum"),
                       ("begin", "ethereum"), ("end_withdrawals", "ethereum"),
                       ("bn254_pairing", "rollup"), ("modexp", "rollup"), ("p256verify", "rollup")):
        size, gas = p.prove(worst(t, kind, side))
        print(f"# {kind} {side}: {size} bytes, {gas} gas on L1 for the call alone")
