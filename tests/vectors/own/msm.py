# SPDX-License-Identifier: MIT
"""EIP-2537: sums of multiples of points, checked on anvil's precompiles.

The archives lack execution-spec-tests' files of valid G1MSM and G2MSM. Made here: every number of points from 1 to 130
(each row of the two tables of discounts, and beyond their end), and sums of points of textbook arithmetic
(tools/gen_precompile_cases.py). All cases of tests/data/precompile/bls12*.txt are put to anvil as well.
"""
import os
import random
import sys

from anvil import hexed

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
sys.path.insert(0, os.path.join(TOP, "tools"))
import gen_precompile_cases as textbook  # noqa: E402

MOST = 130
SIZES = (2, 3, 5, 7, 31, 64, 127, 128, 129)
# (address, input) -> gas before, gas after, success, output
MEASURE = bytes.fromhex(
    "60203603"        # calldatasize - 32
    "8060206000" "37"  # calldatacopy(0, 32, that)
    "5a"              # gas
    "60006000" "83" "6000" "600035" "5afa"  # staticcall(gas, calldataload(0), 0, that, 0, 0)
    "5a"              # gas
    "602052" "604052" "600052"
    "3d60006060" "3e" "3d606001" "6000f3")
AT = "0x" + "77" * 20


class Precompiles:
    def __init__(self, anvil):
        self.anvil = anvil
        self.beside = 0
        gas, ok, out = self.call(4, bytes(64))
        assert ok and out == bytes(64)
        self.beside = gas - (15 + 3 * 2)

    def call(self, address, data):
        """(gas, success, output)"""
        raw = bytes.fromhex(self.anvil.ask(
            "eth_call", {"to": AT, "gas": hex(29000000), "data": hexed(address.to_bytes(32, "big") + data)},
            "latest", {AT: {"code": hexed(MEASURE)}})[2:])
        before, after, ok = (int.from_bytes(raw[32 * i:32 * i + 32], "big") for i in range(3))
        return before - after - self.beside, bool(ok), raw[96:]


def shipped(theirs, problems):
    """The cases that tests/data/precompile holds."""
    folder = os.path.join(TOP, "tests", "data", "precompile")
    for name in sorted(n for n in os.listdir(folder) if n.startswith("bls12")):
        with open(os.path.join(folder, name)) as f:
            lines = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]
        for title, _, address, data, output, gas in lines:
            got = theirs.call(int(address, 16), b"" if data == "-" else bytes.fromhex(data))
            if output == "fail":
                same = not got[1]
            else:
                same = got == (int(gas), True, b"" if output == "-" else bytes.fromhex(output))
            if not same:
                problems.append(f"{name}: {title}: anvil says {got[0]} gas, {got[1]}, {got[2].hex()}")


def tests(anvil, problems):
    theirs = Precompiles(anvil)
    shipped(theirs, problems)
    rng = random.Random("whittle own msm vectors")
    out = {}
    for n, curve, address, name in ((1, textbook.BLS1, 0x0c, "G1"), (2, textbook.BLS2, 0x0e, "G2")):
        cases = []

        def case(title, terms):
            total = None
            for p, k in terms:
                total = curve.add(total, curve.mul(k % textbook.BLS_R, p))
            data = b"".join(textbook.bls(p, n) + k.to_bytes(32, "big") for p, k in terms)
            gas, ok, output = theirs.call(address, data)
            if not ok or output != textbook.bls(total, n):
                problems.append(f"{name}MSM, {title}: anvil says {ok}, {output.hex()}")
            cases.append({"Name": title, "Input": data.hex(), "Expected": textbook.bls(total, n).hex(), "Gas": gas})

        for k in range(1, MOST + 1):
            case(f"infinity, {k} times", [(None, k)] * k)
        step = curve.mul(rng.randrange(1, textbook.BLS_R), curve.g)
        for size in SIZES:
            p, terms = curve.mul(rng.randrange(1, textbook.BLS_R), curve.g), []
            for _ in range(size):
                terms.append((p, rng.getrandbits(rng.choice((1, 64, 128, 255, 256)))))
                p = curve.add(p, step)
            case(f"{size} points", terms)
        p = curve.mul(7, curve.g)
        case("the same point 130 times", [(p, 2**256 - 1)] * MOST)
        case("a point and its opposite, 65 times", [(p, 5), (curve.neg(p), 5)] * (MOST // 2))
        out[f"bls{name}MultiExp"] = cases
    return out
