#!/usr/bin/env python3
"""Choose a small selection of blockchain tests, one file per network.

choose.py OUT_DIR FOLDER...   FOLDERs hold unpacked blockchain tests (ethereum/tests, legacytests, EEST).

From each folder of tests in turn one test, in the order of a hash of its name, until a network has enough. Large ones are
left out. The result depends on the input files alone.
"""
import collections
import hashlib
import json
import os
import subprocess
import sys

PER_NETWORK = 60
FILE_MAX = 4_000_000  # bytes of a source file
TEST_MAX = 40_000     # bytes of one test; from Prague on each carries the codes of four system contracts
TEST_MAX_PRAGUE = 120_000
LATE = ("Prague", "Osaka", "BPO")


def tests_of(folder):
    """(network, folder name, test name, test) of every small test below folder."""
    for where, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(where, name)
            if not name.endswith(".json") or os.path.getsize(path) > FILE_MAX:
                continue
            with open(path, encoding="utf-8") as f:
                data = json.load(f)
            for title, test in data.items():
                if "blocks" not in test:
                    continue
                late = any(word in test["network"] for word in LATE)
                if len(json.dumps(test)) <= (TEST_MAX_PRAGUE if late else TEST_MAX):
                    yield test["network"], os.path.basename(where), title, test


def pick(tests):
    """Round robin over folders."""
    folders = collections.defaultdict(list)
    for folder, title, test in sorted(tests, key=lambda x: hashlib.sha256(x[1].encode()).digest()):
        folders[folder].append((title, test))
    chosen, turn = {}, 0
    while len(chosen) < PER_NETWORK and any(len(rows) > turn for rows in folders.values()):
        for folder in sorted(folders):
            if turn < len(folders[folder]) and len(chosen) < PER_NETWORK:
                title, test = folders[folder][turn]
                chosen[title] = {k: v for k, v in test.items() if k != "_info"}
        turn += 1
    return chosen


def main():
    out, pools = sys.argv[1], collections.defaultdict(list)
    for folder in sys.argv[2:]:
        for network, where, title, test in tests_of(folder):
            pools[network].append((where, title, test))
    for network, tests in sorted(pools.items()):
        raw = json.dumps(pick(tests), separators=(",", ":"), sort_keys=True).encode()
        path = os.path.join(out, network + ".json.zst")
        subprocess.run(["zstd", "-19", "-q", "-f", "-o", path], input=raw, check=True)


main()
