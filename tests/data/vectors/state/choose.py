#!/usr/bin/env python3
"""Makes the selection in this folder from unpacked archives of state tests.

usage: choose.py EEST_FOLDER LEGACY_FOLDER     (then writes eest.json.zst and legacy.json.zst here)

Kept: of each file of execution-spec-tests two cases a fork (first and last); of each legacy test one
entry a fork, another one in each fork. Big tests (over 40 kB) and those that run for long are left out.
`state` of a post, which is not compared, is emptied (its presence tells the runner who filled the test).
"""
import json
import os
import subprocess
import sys

LONG = ("stTimeConsuming", "vmPerformance", "stQuadraticComplexityTest", "CALLBlake2f_MaxRounds",
        "stAttackTest", "static_Call50000", "static_Return50000", "static_Call1MB")
MAX = 40000


def files(top):
    for folder, dirs, names in os.walk(top):
        dirs.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(".json") and not any(part in path for part in LONG):
                yield path, json.load(open(path))


def eest(top):
    out = {}
    for path, tests in files(top):
        by_fork = {}
        for name, test in tests.items():
            if any(part in name for part in LONG):
                continue
            for post in test["post"].values():
                for entry in post:
                    if "state" in entry:
                        entry["state"] = {}
            if len(json.dumps(test)) <= MAX:
                by_fork.setdefault(next(iter(test["post"])), []).append((name, test))
        for fork, list_ in by_fork.items():
            for name, test in {list_[0][0]: list_[0][1], list_[-1][0]: list_[-1][1]}.items():
                out[name] = test
    return out


def legacy(top):
    out = {}
    for path, tests in files(top):
        for name, test in tests.items():
            for k, fork in enumerate(test["post"]):
                post = test["post"][fork]
                test["post"][fork] = [post[(k * 7919) % len(post)]]
            if len(json.dumps(test)) <= MAX:
                out[os.path.relpath(path, top) + " " + name] = test
    return out


def write(name, tests):
    here = os.path.dirname(os.path.abspath(__file__))
    plain = os.path.join(here, name + ".json")
    with open(plain, "w") as f:
        json.dump(tests, f, separators=(",", ":"), sort_keys=True)
    subprocess.run(["zstd", "-q", "-f", "-19", "--long=27", "--rm", plain], check=True)


write("eest", eest(sys.argv[1]))
write("legacy", legacy(sys.argv[2]))
