#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes tests/data/vectors/own: vectors for what the official ones hardly have, written from the EIPs.

usage: make.py --anvil PROGRAM [--check] [WHAT...]     WHAT: type4, msm, size (default: all)

type4 (EIP-7702): state and transaction tests; each transaction is mined on anvil, whose dump gives the state root.
msm (EIP-2537): gas and result of each number of points, by calls of anvil's precompiles.
size (EIP-7934): blocks about 8,388,608 bytes; header and roots by eth.py; receipts and gas also by anvil.
--check writes nothing: TAP, each file compared with what is made, each case with what the EIP makes expected.
"""
import functools
import json
import os
import subprocess
import sys

import block_size
import msm
import type4
from anvil import Anvil
from eth import state_root

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "data", "vectors", "own")
FORKS = ("Prague", "Osaka")


def packed(value):
    return json.dumps(value, separators=(",", ":")).encode()


def read(name):
    p = subprocess.run(["zstd", "-dcq", "--long=27", os.path.join(DATA, name + ".json.zst")], stdout=subprocess.PIPE,
                       stderr=subprocess.DEVNULL, check=False)
    return p.stdout


def write(name, text):
    os.makedirs(DATA, exist_ok=True)
    path = os.path.join(DATA, name + ".json")
    with open(path, "wb") as f:
        f.write(text)
    subprocess.run(["zstd", "-q", "-f", "-19", "--long=27", "--rm", path], check=True)


def make(what, program):
    """({file: value}, what anvil or the EIP say otherwise)"""
    files, problems, forks = {}, [], {}
    try:
        if what == "size":
            files.update(block_size.tests(program, problems))
            return files, problems
        for fork in FORKS:
            forks[fork] = Anvil(program, fork)
        if what == "type4":
            fresh = {fork: functools.partial(Anvil, program, fork) for fork in FORKS}
            files["type4"] = type4.state_tests(fresh, state_root, problems)
            files["type4-transactions"] = type4.transaction_tests(forks, problems)
        else:
            files.update(msm.tests(forks["Prague"], problems))
    finally:
        for anvil in forks.values():
            anvil.close()
    return files, problems


def main():
    args = sys.argv[1:]
    check = "--check" in args
    program = args[args.index("--anvil") + 1] if "--anvil" in args else None
    known = ("type4", "msm", "size")
    wanted = [a for a in args if not a.startswith("-") and a != program] or known
    if program is None or any(w not in known for w in wanted):
        sys.exit(__doc__)
    number = bad = 0
    for what in wanted:
        files, problems = make(what, program)
        number += 1
        bad += bool(problems)
        print(f"{'not ' if problems else ''}ok {number} - own vectors: {what} as the EIP and anvil say", flush=True)
        for line in problems:
            print("# " + line)
        for name, value in files.items():
            if not check:
                write(name, packed(value))
                print(f"# {name}: {len(value)} cases")
                continue
            number += 1
            same = read(name) == packed(value)
            bad += not same
            print(f"{'' if same else 'not '}ok {number} - own vectors: {name} is what is made ({len(value)} cases)")
    print(f"1..{number}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
