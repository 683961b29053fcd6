"""One scenario three times: in the simulator, in the C twin move by move (sim_calls compares these two),
and on the contracts on a devnet: same outcomes, clocks, nodes and winner; gas of every transaction within 2 %."""
import json
import os
import re
import subprocess

from world import TOP, expect

# A property of the verifier that sim_calls deploys: gas of a proof at an odd position, whole.
PROVE_GAS = 50106
ZERO = "0x" + "0" * 64
GENESIS = 1_900_000_000


def helper(t, *args):
    r = subprocess.run([os.path.join(t.build, "tests/e2e/sim_calls"), *map(str, args)], capture_output=True,
                       text=True, timeout=60)
    expect(r.returncode == 0, f"sim_calls {args[0]}: exit {r.returncode}: {r.stderr[-500:]}")
    return r.stdout


class Chain:
    def __init__(self, t):
        self.node = t.devnet("--no-mining", "--timestamp", GENESIS, "--chain-id", "31337", "--accounts", "29")
        self.accounts = self.node.rpc("eth_accounts")

    def send(self, sender, to, data, value=0):
        tx = {"from": sender, "data": data, "value": hex(value), "gas": hex(16_000_000), "gasPrice": hex(3_000_000_000)}
        if to:
            tx["to"] = to
        return self.node.rpc("eth_sendTransaction", tx)

    def mine(self, time, hashes):
        self.node.rpc("evm_setNextBlockTimestamp", time)
        self.node.rpc("evm_mine")
        receipts = [self.node.rpc("eth_getTransactionReceipt", h) for h in hashes]
        expect(all(receipts), "a transaction was left out of its block")
        return receipts

    def view(self, to, signature, *words):
        data = "0x" + SELECTORS[signature] + "".join(words)
        out = self.node.rpc("eth_call", {"to": to, "data": data}, "latest")[2:]
        return [int(out[i:i + 64], 16) for i in range(0, len(out), 64)]


def selectors():
    with open(os.path.join(TOP, "game/contracts/generated/contracts.h")) as f:
        return {sig: sel for sel, sig in re.findall(r"0x([0-9a-f]{8})u /\* (\w+\([^)]*\)) \*/", f.read())}


SELECTORS = selectors()


def three_plays(t, settings):
    chain = Chain(t)
    deployer, *others = chain.accounts
    honest, evil = others[:4], others[4:]
    now = GENESIS + 10
    h = [chain.send(deployer, None, helper(t, "code", what).strip()) for what in ("verifier", "inbox")]
    verifier, inbox = [r["contractAddress"] for r in chain.mine(now, h)]
    (r,) = chain.mine(now + 10, [chain.send(deployer, inbox, helper(t, "code", "post").strip())])
    if int(r["status"], 16) != 1:
        raise AssertionError("Inbox.post failed")
    (first,) = chain.view(inbox, "inputs(uint64)", "0" * 64)
    lines = [json.loads(line) for line in helper(t, "play", verifier, inbox, 31337, f"0x{first:064x}",
                                                 ",".join(honest), ",".join(evil), *settings).splitlines()]
    creation = next(x for x in lines if x["type"] == "creation")["code"]
    base = now + 100
    # The game is created in the second before the play, as its constructor's time counts for nothing else.
    (r,) = chain.mine(base - 1, [chain.send(deployer, None, creation)])
    expect(int(r["status"], 16) == 1, "Game was not deployed")
    game = r["contractAddress"]
    calls = [x for x in lines if x["type"] == "call"]
    gas = {}
    i = 0
    while i < len(calls):
        j = i
        while j < len(calls) and calls[j]["time"] == calls[i]["time"]:
            j += 1
        hashes = [chain.send(c["from"], game, c["data"], c["value"]) for c in calls[i:j]]
        for c, r in zip(calls[i:j], chain.mine(base + calls[i]["time"], hashes)):
            ok = int(r["status"], 16) == 1
            expect(ok == (c["outcome"] == "ok"), f"{c['kind']} at {c['time']}: {c['outcome']}, on L1 {ok}")
            gas.setdefault(c["kind"], []).append((c["gas"], int(r["gasUsed"], 16)))
        i = j
    for x in lines:
        if x["type"] == "context":
            at = chain.view(game, "context(bytes32)", x["id"][2:])
            want = [base + x["first"], base + x["rival"] if x["rival"] else 0, x["count"]]
            expect(at == want, f"context {x['id']}: {at}, want {want}")
        elif x["type"] == "node":
            (word,) = chain.view(game, "node(bytes32)", x["id"][2:])
            word, want = f"{word:064x}", x["word"][2:]
            expect(word[:50] == want[:50] and word[62:] == want[62:], f"node {x['id']}: {word}, want {want}")
            if int(word[:40], 16):  # gas that rewards count, in units of 256; its price is the chain's
                gas.setdefault("metered", []).append((256 * int(want[56:62], 16), 256 * int(word[56:62], 16)))
        elif x["type"] == "winner":
            expect(f"0x{chain.view(game, 'game(bytes32)', x['gid'][2:])[0]:064x}" == x["aid"], "another winner")
            expect(x["aid"] != ZERO, "nobody won")
    nodes = sum(x["type"] == "node" for x in lines)
    return calls, gas, nodes


def compare(t, settings):
    """Every single transaction, the gas that rewards count, and with that every kind and the sum: within 2 %."""
    calls, gas, nodes = three_plays(t, ["hash=keccak", "evil_delay=12s", "delta=60s", "t=3600s", "bond=1eth",
                                        f"prove_gas={PROVE_GAS}", "prove_bytes=1", *settings])
    sums = {kind: [sum(column) for column in zip(*rows)] for kind, rows in gas.items()}
    ours, real = [sum(v[i] for k, v in sums.items() if k != "metered") for i in (0, 1)]
    print(f"# {' '.join(settings)}: {len(calls)} calls, {nodes} nodes; gas: simulator {ours}, contracts {real}, "
          f"{100 * (ours - real) / real:+.3f} %")
    expect(abs(ours - real) <= 0.01 * real, f"gas differs: {ours}, {real}")
    for kind, rows in gas.items():
        for a, b in rows:
            expect(abs(a - b) <= 0.02 * b, f"{settings}: {kind}: simulator {a}, contracts {b}")
    return gas


def show(plays):
    for kind in sorted({kind for gas in plays for kind in gas}):
        rows = [row for gas in plays for row in gas.get(kind, [])]
        a, b = [sum(column) for column in zip(*rows)]
        worst = max(abs(x - y) / y for x, y in rows)
        print(f"#   {kind:<9} {len(rows):>3} x  {a:>9} {b:>9}  {100 * (a - b) / b:+7.3f} %  worst {100 * worst:.2f} %")


def test_sim_three_plays_of_one_scenario(t):
    gas = compare(t, ["k=8", "a=2", "n_evil=3", "lie=spread", "strategy=rush"])
    for kind in ("stake", "post", "split", "prove", "decide", "confirm", "reject", "slash", "claim", "unstake", "withdraw"):
        expect(kind in gas, f"no {kind} was played")
    show([gas])


def test_sim_three_plays_of_others(t):
    """Arities, depths, strategies, parties and shares burnt that no constant of gas.def knows of."""
    show([compare(t, settings.split()) for settings in (
        "k=12 a=3 n_evil=2 lie=last strategy=edge", "k=6 a=1 n_evil=4 lie=shared strategy=stall first=evil",
        "k=8 a=4 n_evil=2 lie=first strategy=late censor=300s", "k=1 a=1 n_evil=2", "k=32 a=4 lie=shared",
        "k=22 a=2 n_evil=5 lie=spread strategy=slow burn=0%", "k=8 a=2 n_evil=2 burn=100%",
        "k=15 a=3 n_evil=4 lie=spread strategy=random n_honest=3 jitter=100s",
        "k=8 a=2 n_evil=2 lie=shared n_honest=3", "k=10 n_evil=2 n_honest=2 strategy=idle")])


def test_sim_three_plays_of_a_decision_in_two(t):
    """A tree of over 2,000 nodes takes a refresh below before the decision."""
    gas = compare(t, ["k=32", "a=4", "n_evil=20", "lie=spread"])
    expect("refresh" in gas, "no refresh was played")
    show([gas])
