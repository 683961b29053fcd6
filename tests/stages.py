"""Runs the stages of tests/run and sums up what they report.

A stage is one row of STAGES: name, commands, how its results are read. `meson`: the TAP of every
test of a meson suite. `tap`: the command prints TAP. `sum`: its last line is "N passed, N failed, N
skipped". `exit`: the command passes or fails as a whole.
A stage that ends without reporting anything counts as one failure.
"""
import itertools
import json
import os
import re
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(TOP, "build-tests", "logs")
JOBS = str(os.cpu_count() or 2)

GCC = "build-tests/gcc"
CLANG = "build-tests/clang"
SAN = "build-tests/sanitize"
RV64 = "build-tests/rv64"
MSAN = "build-tests/msan"
S390X = "build-tests/s390x"


def setup(directory, *options, cc="gcc"):
    return (
        f"[ -f {directory}/build.ninja ] || CC={cc} meson setup {directory} {' '.join(options)}"
        f" && ninja -C {directory}"
    )


def suite(directory, name, timeout=1):
    return (
        f"meson test -C {directory} --suite {name} --no-rebuild --timeout-multiplier {timeout}"
        f" --logbase {name} --num-processes {JOBS}"
    )


# name, kind, shell command, where a meson stage leaves its log, seconds it may take
STAGES = [
    ("build-gcc", "exit", setup(GCC), None, 900),
    ("lint", "tap", f"python3 tools/lint.py {GCC}", None, 300),
    ("unit", "meson", suite(GCC, "unit"), f"{GCC}/meson-logs/unit.json", 600),
    ("vectors", "meson", suite(GCC, "vectors", 4), f"{GCC}/meson-logs/vectors.json", 1200),
    ("prop", "meson", suite(GCC, "prop", 4), f"{GCC}/meson-logs/prop.json", 900),
    ("exhaustive", "meson", suite(GCC, "exhaustive", 4), f"{GCC}/meson-logs/exhaustive.json", 900),
    ("sim", "meson", suite(GCC, "sim", 4), f"{GCC}/meson-logs/sim.json", 600),
    ("contracts", "tap", "game/contracts/test.sh", None, 1800),
    ("e2e", "tap", f"tests/e2e/run {GCC}", None, 2400),
    ("diff", "tap", f"tests/diff/run {GCC}", None, 2400),
    ("build-clang", "exit", setup(CLANG, cc="clang"), None, 900),
    ("unit-clang", "meson", suite(CLANG, "unit"), f"{CLANG}/meson-logs/unit.json", 600),
    ("build-sanitize", "exit",
     setup(SAN, "-Db_sanitize=address,undefined", "-Dbuildtype=debugoptimized", "-Dwerror=false"), None, 900),
    ("unit-sanitize", "meson", suite(SAN, "unit", 6), f"{SAN}/meson-logs/unit.json", 1200),
    ("fuzz", "tap", f"tests/fuzz/run {SAN} build-tests/fuzz", None, 900),
    ("build-rv64", "exit", f"tests/guest/build.py rv64 {RV64}", None, 300),
    ("gate-rv64", "tap", f"tests/rv64/gate.py {RV64}", None, 300),
    ("guest-rv64", "tap", f"tests/guest/run.py rv64 {GCC} {RV64}", None, 1200),
    ("counts-rv64", "tap", f"tests/rv64/table.py {GCC} {RV64}", None, 1200),
    ("guest-clang", "tap", f"tests/guest/build.py rv64-clang {RV64}-clang && tests/guest/run.py rv64-clang {GCC}"
     f" {RV64}-clang", None, 1200),
    ("guest-msan", "tap", f"tests/guest/build.py msan {MSAN} && tests/guest/run.py msan {GCC} {MSAN}", None, 1800),
    ("build-s390x", "exit", f"tests/ports/s390x.py build {S390X} && tests/guest/build.py s390x {S390X}/guest", None, 900),
    ("unit-s390x", "meson", f"tests/ports/s390x.py unit {S390X}", f"{S390X}/meson-logs/unit.json", 1800),
    ("guest-s390x", "tap", f"tests/guest/run.py s390x {GCC} {S390X}/guest", None, 1800),
    ("valgrind", "tap", f"tests/ports/valgrind.py {GCC}", None, 1800),
    ("vectors-full", "sum", f"tests/vectors/full {GCC}/whittle-vectors build-tests/conformance.md",
     None, 3600),
]

FULL_ONLY = {"guest-clang", "vectors-full"}


def read_tap(text):
    """(passed, failed, skipped, names of the failed) of TAP lines."""
    passed = failed = skipped = 0
    bad = []
    for line in text.splitlines():
        m = re.match(r"^\s*(not )?ok\b(.*)$", line)
        if not m:
            continue
        if m.group(1):
            failed += 1
            bad.append(m.group(2).strip())
        elif re.search(r"#\s*SKIP", m.group(2), re.I):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped, bad


def read_sum(text):
    m = re.search(r"^(\d+) passed, (\d+) failed, (\d+) skipped\s*$", text, re.M)
    if not m:
        return 0, 0, 0, []
    bad = [line for line in text.splitlines() if line.startswith("FAIL ")]
    return int(m.group(1)), int(m.group(2)), int(m.group(3)), bad


def read_meson(path):
    passed = failed = skipped = 0
    bad = []
    try:
        with open(os.path.join(TOP, path)) as f:
            rows = [json.loads(line) for line in f if line.strip()]
    except OSError:
        return 0, 0, 0, []
    for row in rows:
        p, n, s, names = read_tap(row.get("stdout") or "")
        ok = row["result"] in ("OK", "SKIP")
        if p + n + s == 0:  # not a TAP test: one result for the whole
            p, n = (1, 0) if ok else (0, 1)
            names = [] if ok else [row["name"]]
        elif not ok and n == 0:  # its checks passed, but it crashed or left checks out
            n, names = 1, [f"{row['name']}: {row['result']}"]
        passed, failed, skipped = passed + p, failed + n, skipped + s
        bad += [f"{row['name']}: {x}" for x in names]
    return passed, failed, skipped, bad


def run(stage):
    name, kind, command, result, limit = stage
    log_path = os.path.join(LOGS, name + ".log")
    if result:
        try:
            os.unlink(os.path.join(TOP, result))
        except OSError:
            pass
    start = time.monotonic()
    with open(log_path, "wb") as log:
        try:
            code = subprocess.run(["bash", "-c", command], cwd=TOP, stdout=log,
                                  stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                  timeout=limit).returncode
        except subprocess.TimeoutExpired:
            code = "time-out"
    seconds = time.monotonic() - start
    with open(log_path, errors="replace") as log:
        text = log.read()
    if kind == "tap":
        passed, failed, skipped, bad = read_tap(text)
    elif kind == "sum":
        passed, failed, skipped, bad = read_sum(text)
    elif kind == "meson":
        passed, failed, skipped, bad = read_meson(result)
    else:
        passed, failed, skipped, bad = (1, 0, 0, []) if code == 0 else (0, 1, 0, [name])
    if failed == 0 and (code != 0 or passed + skipped == 0):
        failed, bad = 1, [f"{name} ended with {code}"]
    print(f"{name:<16} {passed:>6} passed {failed:>4} failed {skipped:>3} skipped  {seconds:6.1f} s",
          flush=True)
    if failed:
        for line in bad[:40]:
            print(f"    not ok {line}")
        lines = text.splitlines()
        told = [i for i, line in enumerate(lines) if line.startswith("not ok")]
        for at in told[:8]:  # what a failed test says of itself
            for line in lines[at:at + 1] + list(itertools.takewhile(
                    lambda x: x.startswith("#"), lines[at + 1:at + 60])):
                print(f"    | {line}")
        if not told:
            print("    last lines of the log:")
            for line in lines[-40:]:
                print(f"    | {line}")
        sys.stdout.flush()
    return passed, failed, skipped


def main():
    args = sys.argv[1:]
    if "--list" in args:
        for stage in STAGES:
            print(stage[0])
        return 0
    if "--full" in args:
        os.environ["WH_FULL"] = "1"
        args.remove("--full")
    known = {s[0] for s in STAGES}
    wrong = [a for a in args if a not in known]
    if wrong:
        print(f"tests/run: no stage '{wrong[0]}' (tests/run --list names them)", file=sys.stderr)
        return 2
    os.makedirs(LOGS, exist_ok=True)
    total = [0, 0, 0]
    for stage in STAGES:
        if args and stage[0] not in args:
            continue
        if not args and stage[0] in FULL_ONLY and not os.environ.get("WH_FULL"):
            continue
        result = run(stage)
        total = [a + b for a, b in zip(total, result)]
        if stage[0] == "build-gcc" and result[1]:
            break
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
