#!/usr/bin/env python3
"""Unit tests, and a check of a real block, under valgrind's memcheck; prints TAP.

  tests/ports/valgrind.py BUILD      a build by gcc without sanitizers

Default: the tests of ROOMS without those of LONG; with WH_FULL=1 every unit test. An error of memory or a definite leak
fails the test; a control shows that valgrind finds what it should.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FULL = bool(os.environ.get("WH_FULL"))
VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]
ROOMS = ["base", "hash", "rlp", "mpt", "tx", "state", "interp", "segment", "core", "solver", "store", "sys", "proto"]
# What takes more than four seconds there.
LONG = {"prop_mpt", "frontier", "steps", "rules", "traps", "core_game", "solver_attacks", "store_open", "u256", "store",
        "load_points", "ops"}
BLOCK = "tests/data/blocks/mainnet-22615247.json.zst" if FULL else "tests/data/blocks/mainnet-1149999.json.zst"


def unit_tests(build):
    text = subprocess.run(["meson", "introspect", "--tests", build], capture_output=True, text=True, check=True).stdout
    for test in json.loads(text):
        if not any(s.endswith("unit") for s in test["suite"]):
            continue
        path = next(c for c in test["cmd"] if "/tests/unit/" in c)
        room = re.search(r"/tests/unit/([^/]+)/", path).group(1)
        if FULL or (room in ROOMS and test["name"] not in LONG):
            yield test["name"], test["cmd"], test["env"]


def run(job):
    name, command, env = job
    r = subprocess.run(VALGRIND + command, cwd=TOP, env=dict(os.environ, **env), stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    lines = [line for line in r.stdout.splitlines() if not re.match(r"ok |# ", line)]
    return r.returncode == 0, f"valgrind: {name}", lines


def control(out):
    """control.c with what was never written, and with memory that was."""
    program = os.path.join(out, "control")
    subprocess.run(["gcc", "-std=c17", "-g", "-O1", "-I", TOP, "-o", program,
                    os.path.join(TOP, "tests", "guest", "control.c"), os.path.join(TOP, "tests", "guest", "env_host.c")],
                   check=True)
    for given, wrong in (("f", True), ("w", False)):
        r = subprocess.run(VALGRIND + [program], input=given, capture_output=True, text=True)
        found = r.returncode == 99 and "uninitialised" in r.stderr
        yield (found == wrong and (wrong or r.returncode == 0),
               f"valgrind: {'found' if wrong else 'nothing found'}: control {given}", r.stderr.splitlines())


def main():
    build = os.path.abspath(sys.argv[1])
    jobs = [(f"check of {os.path.basename(BLOCK)}", [os.path.join(build, "whittle-challenger"), "check", BLOCK], {})]
    jobs += unit_tests(build)
    failed = count = 0
    with tempfile.TemporaryDirectory() as out, ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for results in (pool.map(run, jobs), control(out)):
            for ok, name, lines in results:
                count += 1
                failed += not ok
                print(f"{'' if ok else 'not '}ok {count} - {name}", flush=True)
                for line in [] if ok else lines[:30]:
                    print(f"# {line}")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
