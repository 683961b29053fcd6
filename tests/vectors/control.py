#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""control.py RUNNER SELECTION: does whittle-vectors see what is wrong? Prints TAP.

One test of each kind is taken from the selection and altered; the runner must say so, by its exit code, its
count and a line with file and case. The same files unaltered must pass.
"""
import copy
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

RUNNER, SELECTION = sys.argv[1], sys.argv[2]
results = []


def check(name, ok, detail=""):
    results.append(ok)
    print(f"{'ok' if ok else 'not ok'} {len(results)} - {name}")
    if not ok and detail:
        print("\n".join("# " + line for line in detail.splitlines()[:20]))


def load(path):
    data = subprocess.run(["zstd", "-dc", os.path.join(SELECTION, path)], check=True,
                          stdout=subprocess.PIPE).stdout
    return json.loads(data)


def run(path, *options):
    p = subprocess.run([RUNNER, "--jobs", "1", "--quiet", *options, path], text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return p.returncode, p.stdout


def counts(text):
    words = text.strip().split("\n")[-1].replace(",", "").split()
    return tuple(int(words[i]) for i in (0, 2, 4)) if len(words) == 6 else None


def flip(text):
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def both(folder, kind, tests, name, alter, says):
    """tests[name] passes as it is and fails when altered."""
    path = os.path.join(folder, kind + ".json")
    one = {name: tests[name]} if name is not None else tests
    with open(path, "w") as f:
        json.dump(one, f)
    code, text = run(path)
    sound = counts(text)
    check(f"{kind}: passes as it is", code == 0 and sound is not None and sound[1] == 0, text)
    bad = copy.deepcopy(one)
    alter(bad[name] if name is not None else bad)
    with open(path, "w") as f:
        json.dump(bad, f)
    code, text = run(path)
    found = counts(text)
    check(f"{kind}: {says}", code == 1 and found is not None and found[1] >= 1 and "FAIL" in text
          and kind + ".json" in text, text)


def alter_state(test):
    post = next(iter(test["post"].values()))
    post[0]["hash"] = flip(post[0]["hash"])


def alter_logs(test):
    post = next(iter(test["post"].values()))
    post[0]["logs"] = flip(post[0]["logs"])


def alter_refusal(test):
    post = next(iter(test["post"].values()))
    post[0]["expectException"] = "TransactionException.NONE"


def alter_last(test):
    test["lastblockhash"] = flip(test["lastblockhash"])


def alter_balance(test):
    account = next(iter(test["postState"].values()))
    account["balance"] = hex(int(account["balance"], 16) + 1)


def alter_valid(test):
    """A valid block is said to be invalid."""
    block = [b for b in test["blocks"] if "blockHeader" in b][-1]
    del block["blockHeader"]


def alter_header(test):
    """A byte of the state root in the last block's header: another block, with a root that is wrong."""
    block = [b for b in test["blocks"] if "blockHeader" in b][-1]
    root = block["blockHeader"]["stateRoot"][2:]
    block["rlp"] = block["rlp"].replace(root, flip(root))


def chains(folder):
    tests = load("chains/Cancun.json.zst")
    good = [n for n, t in sorted(tests.items()) if "postState" in t and t["postState"]
            and all("blockHeader" in b for b in t["blocks"])]
    for alter, says in ((alter_last, "another head"), (alter_balance, "another state at the end"),
                        (alter_valid, "a block accepted that must be refused"),
                        (alter_header, "a block refused that must be accepted")):
        both(folder, "chain", tests, good[0], alter, says)


def states(folder):
    tests = load("state/eest.json.zst")
    good = [n for n, t in sorted(tests.items())
            if all("expectException" not in e for p in t["post"].values() for e in p)]
    both(folder, "state", tests, good[0], alter_state, "another state root")
    both(folder, "state", tests, good[0], alter_logs, "other logs")
    both(folder, "state", tests, good[0], alter_refusal, "a transaction accepted that must be refused")


def smaller(folder):
    def first(tests):
        return next(iter(tests))

    witness = load("witness/zkevm.json.zst")
    damaged = [n for n, t in witness.items()
               if any(b["statelessOutputBytes"][66:68] == "00" for b in t["blocks"])][0]

    def heal(test):
        for b in test["blocks"]:
            b["statelessOutputBytes"] = b["statelessOutputBytes"][:66] + "01" + b["statelessOutputBytes"][68:]

    both(folder, "witness", witness, damaged, heal, "a damaged witness called good")
    vm = load("vm/VMTests.json.zst")
    gas = [n for n, t in sorted(vm.items()) if "gas" in t][0]
    both(folder, "vm", vm, gas, lambda t: t.update(gas=hex(int(t["gas"], 16) + 1)), "other gas")
    transactions = load("basic/TransactionTests.json.zst")
    accepted = [n for n, t in sorted(transactions.items()) if "Berlin" in t["result"]
                and "sender" in t["result"]["Berlin"]][0]

    def sender(test):
        result = test["result"]["Berlin"]
        result["sender"] = flip(result["sender"])

    both(folder, "transaction", transactions, accepted, sender, "another sender")
    rlp = load("basic/RLPTests.json.zst")
    text = [n for n, t in rlp.items() if t["in"] == "dog"][0]
    both(folder, "rlp", rlp, text, lambda t: t.update({"in": "cat"}), "another encoding")
    both(folder, "rlp", rlp, text, lambda t: t.update({"in": "INVALID"}), "bytes decoded that are invalid")
    trie = load("basic/trieanyorder.json.zst")
    both(folder, "trieanyorder", trie, first(trie), lambda t: t.update(root=flip(t["root"])), "another root")
    difficulty = load("basic/DifficultyTests/difficultyByzantium.json.zst")

    def harder(test):
        case = next(iter(test["Byzantium"].values()))
        case["currentDifficulty"] = flip(case["currentDifficulty"])

    both(folder, "difficulty", difficulty, first(difficulty), harder, "another difficulty")
    both(folder, "testcases_add", load("opcodes/testcases_add.json.zst")[:5], None,
         lambda c: c[0].update(Expected=flip(c[0]["Expected"])), "another result")
    both(folder, "modexp", load("precompiles/modexp.json.zst")[:5], None,
         lambda c: c[0].update(Gas=c[0]["Gas"] + 1), "other gas")


def archives(folder):
    tests = load("chains/OsakaToBPO1AtTime15k.json.zst")
    path = os.path.join(folder, "some.tar.zst")
    raw = json.dumps(tests).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in ("a/chain.json", "a/" + "long" * 40 + "/chain.json"):
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    packed = subprocess.run(["zstd", "-q", "-c"], input=out.getvalue(), check=True,
                            stdout=subprocess.PIPE).stdout
    with open(path, "wb") as f:
        f.write(packed)
    code, text = run(path)
    check("archive: both members run", code == 0 and counts(text) == (2 * len(tests), 0, 0), text)
    with open(path, "wb") as f:
        f.write(packed[:len(packed) // 2])
    code, text = run(path)
    check("archive: cut off is said once", code == 2 and text.count("some.tar.zst:") == 1, text)
    for name, data in (("cut off at the start", packed[:40]), ("one bit flipped", flipped(packed)),
                       ("not packed", out.getvalue()), ("empty", b"")):
        with open(path, "wb") as f:
            f.write(data)
        code, text = run(path, "--jobs", "2")
        check(f"archive: {name} is said once", code == 2 and text.count("some.tar.zst:") == 1, text)


def flipped(data):
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 16]) + data[at + 1:]


def options(folder):
    """Wrong calls: one line that says what, exit code 2."""
    some = os.path.join(SELECTION, "opcodes")
    os.mkdir(os.path.join(folder, "none"))
    for args, says in ((["--bogus", some], "--bogus: no such option"), (["--mode", "x", some], "memory, stateless or both"),
                       (["--jobs", "1000", some], "a number up to 64"), ([some, "--fork"], "takes the name of a fork"),
                       ([os.path.join(folder, "none")], "in this folder"), ([folder + "/missing"], "No such file"),
                       (["--table", folder + "/no/t.md", some], "No such file"), ([], "no PATH")):
        p = subprocess.run([RUNNER, *args], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        check(f"options: {says}", p.returncode == 2 and says in p.stderr and p.stderr.count("\n") == 1 and not p.stdout,
              p.stderr)
    p = subprocess.run([RUNNER, "--help"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    check("options: --help", p.returncode == 0 and "Exit code" in p.stdout and not p.stderr, p.stdout)
    broken = os.path.join(folder, "a\"b.json")
    with open(broken, "w") as f:
        f.write("{")
    p = subprocess.run([RUNNER, "--json", "--slowest", "--reasons", broken, os.path.join(SELECTION, "basic")], text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    lines = [json.loads(line) for line in p.stdout.splitlines()]
    check("options: --json", p.returncode == 1 and lines[0]["file"] == "a\"b.json" and lines[-1]["failed"] == 1
          and sum(r["passed"] for r in lines[-1]["rows"]) == lines[-1]["passed"] > 1000, p.stdout[:500])


def others(folder):
    path = os.path.join(folder, "strange.json")
    with open(path, "w") as f:
        f.write('{"a":{"b":1}}')
    code, text = run(path)
    check("unknown format fails", code == 1 and "unknown" in text, text)
    with open(path, "w") as f:
        f.write('{"a":')
    code, text = run(path)
    check("broken JSON fails", code == 1, text)
    code, text = run(os.path.join(SELECTION, "opcodes"), "--filter", "no such case")
    check("nothing run is not success", code == 2, text)
    code, text = run(os.path.join(folder, "missing.json"))
    check("a missing file is said", code == 2, text)
    skips = os.path.join(folder, "skips.txt")
    with open(skips, "w") as f:
        f.write("testcases_add\n")
    code, text = run(os.path.join(SELECTION, "opcodes"), "--skips", skips)
    check("a skip without a reason is refused", code == 2, text)
    with open(skips, "w") as f:
        f.write("testcases_add -- a reason\n")
    code, text = run(os.path.join(SELECTION, "opcodes"), "--skips", skips)
    check("a skip is counted", code == 0 and counts(text)[2] == 576, text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        states(folder)
        chains(folder)
        smaller(folder)
        archives(folder)
        others(folder)
        options(folder)
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


sys.exit(main())
