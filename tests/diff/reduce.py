#!/usr/bin/env python3
"""Makes a case that differs smaller: takes out blocks, transactions, accounts, slots, code and data as
long as the two sides still differ. usage: tests/diff/reduce.py WHITTLE-DIFF ANVIL CASE.json OUT.json
"""
import copy
import json
import os
import subprocess
import sys
import tempfile

DIFF, ANVIL, SOURCE, OUT = sys.argv[1:5]
WORK = tempfile.mkstemp(suffix=".json")[1]
TRIED = {}


def fields(case):
    """What differs, as a set of field names; empty: nothing."""
    text = json.dumps(case)
    if text not in TRIED:
        with open(WORK, "w") as f:
            f.write(text)
        run = subprocess.run([DIFF, "--anvil", ANVIL, WORK], capture_output=True, text=True)
        found = set()
        for line in run.stdout.splitlines():
            part = line.split(": ")[0].split()
            if line.startswith("# block ") and len(part) > 3:
                found.add(" ".join(part[5:] if part[3] == "tx" else part[3:]))
        TRIED[text] = found if run.returncode == 1 else set()
    return TRIED[text]


def main():
    with open(SOURCE) as f:
        case = json.load(f)
    wanted = fields(case)
    if not wanted:
        sys.exit("the two sides do not differ")
    first = sorted(wanted)
    print("differs in:", ", ".join(first))

    def still(candidate):
        return bool(fields(candidate) & wanted - {"gas used", "state root", "receipts root",
                                                  "transactions root", "bloom", "balance"}
                    or (fields(candidate) and not wanted - {"gas used", "state root",
                                                            "receipts root", "bloom", "balance"}))

    def shrink_list(get):
        """ddmin over the list that get(case) returns."""
        nonlocal case
        size = max(1, len(get(case)) // 2)
        while size >= 1:
            at = 0
            while at < len(get(case)):
                candidate = copy.deepcopy(case)
                del get(candidate)[at:at + size]
                if still(candidate):
                    case = candidate
                else:
                    at += size
            size //= 2

    def shrink_bytes(get, put):
        nonlocal case
        size = max(1, (len(get(case)) // 2 - 1) // 2)
        while size >= 1:
            at = 0
            while True:
                raw = bytes.fromhex(get(case)[2:])
                if at >= len(raw):
                    break
                candidate = copy.deepcopy(case)
                put(candidate, "0x" + (raw[:at] + raw[at + size:]).hex())
                if still(candidate):
                    case = candidate
                else:
                    at += size
            size //= 2

    shrink_list(lambda c: c["blocks"])
    for b in range(len(case["blocks"])):
        shrink_list(lambda c: c["blocks"][b]["txs"])
    shrink_list(lambda c: c["blocks"])
    for i in range(len(case["accounts"])):
        for key, empty in (("code", "0x"), ("storage", {}), ("balance", "0x0")):
            candidate = copy.deepcopy(case)
            candidate["accounts"][i][key] = empty
            if still(candidate):
                case = candidate
    shrink_list(lambda c: c["accounts"])
    for b in range(len(case["blocks"])):
        for t in range(len(case["blocks"][b]["txs"])):
            shrink_list(lambda c: c["blocks"][b]["txs"][t]["access"])
            shrink_list(lambda c: c["blocks"][b]["txs"][t]["auths"])
            shrink_bytes(lambda c: c["blocks"][b]["txs"][t]["data"],
                         lambda c, v: c["blocks"][b]["txs"][t].update(data=v))
    for i in range(len(case["accounts"])):
        shrink_bytes(lambda c: c["accounts"][i]["code"],
                     lambda c, v: c["accounts"][i].update(code=v))
    with open(OUT, "w") as f:
        json.dump(case, f, indent=1)
        f.write("\n")
    fields(case)
    run = subprocess.run([DIFF, "--anvil", ANVIL, OUT], capture_output=True, text=True)
    print(run.stdout)
    os.unlink(WORK)


main()
