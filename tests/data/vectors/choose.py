#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the folders basic, vm, witness, merge, precompiles and opcodes of this selection.

usage: choose.py ARCHIVES     ARCHIVES: a folder with basic, vm-legacy, stateless-zkevm, blockchain-legacy (.tar.zst)

From the archives: small files whole, of difficulty tests some cases of each file. The precompile and opcode files have
go-ethereum's form, but our own content: cases of ../precompile (tools/gen_precompile_cases.py), and Python's integers.
"""
import io
import json
import os
import random
import subprocess
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
DIFFICULTY_CASES = 60  # of each file


def members(archives, name):
    path = os.path.join(archives, name + ".tar.zst")
    data = subprocess.run(["zstd", "-dc", "--long=27", path], check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for m in sorted((m for m in tar if m.isfile() and m.name.endswith(".json")), key=lambda m: m.name):
            yield m.name, tar.extractfile(m).read()


def write(path, value):
    plain = os.path.join(HERE, path)
    os.makedirs(os.path.dirname(plain), exist_ok=True)
    with open(plain, "w") as f:
        json.dump(value, f, separators=(",", ":"))
    subprocess.run(["zstd", "-q", "-f", "-19", "--long=27", "--rm", plain], check=True)


def sample(cases, rng):
    names = sorted(k for k in cases if k != "_info")
    return {k: cases[k] for k in sorted(rng.sample(names, min(DIFFICULTY_CASES, len(names))))}


def add(tests, more):
    for name, test in more.items():
        while name in tests:
            name += " again"
        tests[name] = test


def basic(archives):
    rng = random.Random("whittle basic vectors")
    transactions, rlp = {}, {}
    for name, raw in members(archives, "basic"):
        base = os.path.basename(name)
        if "/TransactionTests/" in name:
            add(transactions, json.loads(raw))
        elif "/RLPTests/" in name:
            add(rlp, json.loads(raw))
        elif "/DifficultyTests/" in name:
            out = {t: {f: sample(cases, rng) for f, cases in forks.items() if f != "_info"}
                   for t, forks in json.loads(raw).items()}
            write("basic/DifficultyTests/" + base, out)
        elif base.startswith("difficulty"):
            if "Custom" not in base:
                write(f"basic/{name.split('/')[0]}/{base}", sample(json.loads(raw), rng))
        elif base not in ("trietestnextprev.json", "blockgenesistest.json", "ethash_tests.json"):
            tests = json.loads(raw)
            if base == "basic_tests.json":
                del tests["test2"]  # breaks RFC 7914
            write("basic/" + base, tests)
    write("basic/TransactionTests.json", transactions)
    write("basic/RLPTests.json", rlp)


def vm(archives):
    tests = {}
    for name, raw in members(archives, "vm-legacy"):
        if "vmPerformance" not in name:
            tests.update(json.loads(raw))
    write("vm/VMTests.json", tests)


def witness(archives):
    """All damaged witnesses, and each other test whose file is small."""
    tests = {}
    for name, raw in members(archives, "stateless-zkevm"):
        for title, test in json.loads(raw).items():
            damaged = any(b.get("statelessOutputBytes", "")[66:68] == "00" for b in test["blocks"])
            if damaged or len(raw) < 150000:
                test.pop("_info", None)
                for block in test["blocks"]:
                    for key in ("statelessInputBytes", "receipts", "transactions"):
                        block.pop(key, None)
                tests[title] = test
    write("witness/zkevm.json", tests)


def merge(archives):
    tests = {}
    for name, raw in members(archives, "blockchain-legacy"):
        for title, test in json.loads(raw).items():
            if "ArrowGlacierToParis" in test["network"] or "ByzantiumToConstantinople" in test["network"]:
                tests[title] = test
    write("merge/transitions.json", tests)


TARGETS = {  # (address, fork): file, in go-ethereum's names
    (1, "frontier"): "ecRecover", (2, "frontier"): "sha256", (3, "frontier"): "ripemd160",
    (4, "frontier"): "identity", (5, "byzantium"): "modexp", (5, "berlin"): "modexp_eip2565",
    (5, "osaka"): "modexp_eip7883", (6, "istanbul"): "bn256Add", (7, "istanbul"): "bn256ScalarMul",
    (8, "istanbul"): "bn256Pairing", (9, "istanbul"): "blake2F", (10, "cancun"): "pointEvaluation",
    (11, "prague"): "blsG1Add", (12, "prague"): "blsG1MultiExp", (13, "prague"): "blsG2Add",
    (14, "prague"): "blsG2MultiExp", (15, "prague"): "blsPairing", (16, "prague"): "blsMapG1",
    (17, "prague"): "blsMapG2", (256, "osaka"): "p256Verify",
}


def precompiles():
    ok, fails = {}, {}
    folder = os.path.join(HERE, "..", "precompile")
    for name in sorted(os.listdir(folder)):
        for line in open(os.path.join(folder, name)):
            if line.startswith("#"):
                continue
            title, fork, address, data, output, gas = line.rstrip("\n").split("\t")
            target = TARGETS.get((int(address, 16), fork))
            if target is None or gas == "-" and output != "fail":
                continue
            case = {"Input": "" if data == "-" else data, "Name": title}
            if output == "fail":
                fails.setdefault(target, []).append({**case, "ExpectedError": "refused"})
            else:
                ok.setdefault(target, []).append(
                    {**case, "Expected": "" if output == "-" else output, "Gas": int(gas)})
    for target, cases in ok.items():
        write(f"precompiles/{target}.json", cases)
    for target, cases in fails.items():
        write(f"precompiles/fail-{target}.json", cases)


M = 1 << 256


def signed(v):
    return v - M if v >> 255 else v


def quotient(a, b):
    return 0 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def signext(x, n):
    if n >= 31:
        return x
    bits = 8 * (n + 1)
    x &= (1 << bits) - 1
    return x - (1 << bits) if x >> (bits - 1) else x


# y is the top of the stack
OPS = {
    "add": lambda x, y: y + x, "mul": lambda x, y: y * x, "sub": lambda x, y: y - x,
    "div": lambda x, y: y // x if x else 0, "sdiv": lambda x, y: quotient(signed(y), signed(x)),
    "mod": lambda x, y: y % x if x else 0,
    "smod": lambda x, y: (abs(signed(y)) % abs(signed(x))) * (-1 if signed(y) < 0 else 1) if x else 0,
    "exp": lambda x, y: pow(y, x, M), "signext": lambda x, y: signext(x, y),
    "lt": lambda x, y: y < x, "gt": lambda x, y: y > x, "slt": lambda x, y: signed(y) < signed(x),
    "sgt": lambda x, y: signed(y) > signed(x), "eq": lambda x, y: x == y, "and": lambda x, y: x & y,
    "or": lambda x, y: x | y, "xor": lambda x, y: x ^ y,
    "byte": lambda x, y: x >> (8 * (31 - y)) & 255 if y < 32 else 0,
    "shl": lambda x, y: x << y if y < 256 else 0, "shr": lambda x, y: x >> y if y < 256 else 0,
    "sar": lambda x, y: signed(x) >> min(y, 256),
}


def opcodes():
    rng = random.Random("whittle opcode vectors")
    words = [0, 1, 2, 5, 31, 32, 255, 256, 1 << 64, (1 << 64) - 1, 1 << 255, (1 << 255) - 1, M - 1, M - 2, M - 5]
    words += [rng.getrandbits(rng.choice((8, 64, 65, 128, 200, 256))) for _ in range(9)]
    for name, op in OPS.items():
        cases = [{"X": f"{x:064x}", "Y": f"{y:064x}", "Expected": f"{int(op(x, y)) % M:064x}"}
                 for x in words for y in words]
        write(f"opcodes/testcases_{name}.json", cases)


def main():
    archives = sys.argv[1]
    basic(archives)
    vm(archives)
    witness(archives)
    merge(archives)
    precompiles()
    opcodes()


main()
