#!/usr/bin/env python3
"""Runs the guest program on captured segments and precompile cases, compares with the native answers; prints TAP.

  tests/guest/run.py KIND BUILD DIRECTORY

KIND: a row of build.KINDS, built in DIRECTORY. BUILD: the native build (whittle-vectors captures the segments).
Segments: a sample of the vectors under tests/data, and a real block; with WH_FULL=1 more of them, and all blocks.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import statements  # noqa: E402
from tap import Tap  # noqa: E402

TOP = statements.TOP
FULL = bool(os.environ.get("WH_FULL"))
JOBS = os.cpu_count() or 2

STEPS_PER_GAS_MAX = 4096
STACK_MAX = 256 << 10

# kind: command in front of the guest, one vector case in so many (by default, in full), has it all precompile cases
KINDS = {
    "rv64": (["qemu-riscv64"], 12, 1, True),
    "rv64-clang": (["qemu-riscv64"], 40, 8, True),
    "msan": ([], 40, 4, False),
    "s390x": (["qemu-s390x"], 24, 3, True),
}


def capture(build, out, sample):
    """{group: segments}: of the vectors by fork, and of the real blocks."""
    data = os.path.join(TOP, "tests", "data")
    blocks = sorted(glob.glob(os.path.join(data, "blocks", "*.zst"))) if FULL else \
        [os.path.join(data, "blocks", "mainnet-22615247.json.zst")]
    groups = {}
    for name, every, paths in (("vectors", sample, [os.path.join(data, "vectors")]),
                               ("blocks", 1, blocks)):
        folder = os.path.join(out, name)
        os.makedirs(folder)
        r = subprocess.run([os.path.join(build, "whittle-vectors"), "--quiet", "--mode", "stateless", "--sample",
                            str(every), "--segments", folder] + paths, capture_output=True, text=True)
        if r.returncode:
            print(r.stdout + r.stderr)
            raise SystemExit(f"not ok 1 - segments are captured\n1..1")
        for path in sorted(glob.glob(os.path.join(folder, "*.segments"))):
            for s in statements.segments(path):
                where = re.search(r"\[([^\]]*)\]$", s.name).group(1) if name == "vectors" else \
                    s.name.split(":")[0].split("/")[-1]
                groups.setdefault(f"{name} {where}", []).append(s)
    return groups


def damaged(groups):
    """Statements that were altered: the guest must not answer with the old leaf."""
    out = []
    for group in groups.values():
        for s in group[:: max(1, len(group) // 4)]:
            for at in (len(s.data) - 1, 1080 + 40, 56 + 0x100):
                data = bytearray(s.data)
                data[at] ^= 1
                out.append(statements.Statement(f"{s.name}, bit of byte {at}", bytes(data), s.want, s.gas))
    return out


def run_all(command, all_statements, counter):
    """In as many processes as there are cores; the large ones are spread."""
    order = sorted(all_statements, key=lambda s: -len(s.data))
    parts = [order[i::JOBS] for i in range(JOBS)]
    with ThreadPoolExecutor(JOBS) as pool:
        return list(pool.map(lambda part: statements.run(command, part, counter), parts))


def judge_counter(tap, directory):
    """counted.S executes 2,003 instructions between its marks."""
    program, counts = os.path.join(directory, "counted"), os.path.join(directory, "counts")
    subprocess.run(["riscv64-linux-gnu-gcc", "-march=rv64im", "-mabi=lp64", "-nostdlib", "-static", "-o", program,
                    os.path.join(TOP, "tests", "rv64", "counted.S")], check=True)
    subprocess.run(["qemu-riscv64", "-plugin", os.path.join(directory, "icount.so") + f",out={counts}", program],
                   check=True)
    with open(counts) as f:
        text = f.read()
    tap.say(text == "2003\n", "the counter counts 2,003 instructions", [text])


def make_counter(directory):
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
                    os.path.join(directory, "icount.so"), os.path.join(TOP, "tests", "rv64", "icount.c")], check=True)


def judge_control(tap, kind, emulator, directory):
    """Does the machine see what it is there for? control.c reads memory that was not written."""
    program = os.path.join(directory, "control")
    if kind == "s390x":
        with open(os.path.join(directory, "guest"), "rb") as f:
            tap.say(f.read(6)[5] == 2, "s390x: the guest is a program of the other byte order")
        return
    for given, wrong in (("f", True), ("a", True), ("w", False)):
        r = subprocess.run(emulator + [program], input=given, capture_output=True, text=True)
        found = r.returncode != 0 and "ninitiali" in r.stderr
        tap.say(found == wrong and (wrong or r.returncode == 0),
                f"{kind}: {'found' if wrong else 'nothing found'}: control {given}",
                [] if found == wrong else r.stderr.splitlines())


def price(s):
    """What the steps are held against: gas of a call or transaction; of a step without any, its X."""
    return s.gas or int(s.want.split(" ")[3])


def judge_counts(tap, groups):
    worst = (0, "")
    for group in groups.values():
        for s in group:
            if s.data[:4] == b"WSG1" and s.steps is not None:
                worst = max(worst, (s.steps / price(s), f"{s.name}: {s.steps} for {price(s)} gas"))
    tap.say(0 < worst[0] <= STEPS_PER_GAS_MAX, f"at most {STEPS_PER_GAS_MAX} instructions per gas",
            [f"{worst[0]:.0f}: {worst[1]}"])


def main():
    kind, build, directory = sys.argv[1:4]
    emulator, sample, full_sample, with_calls = KINDS[kind]
    command = emulator + [os.path.join(directory, "guest")]
    counter = os.path.join(directory, "icount.so") if kind == "rv64" else None
    tap = Tap()
    if counter:
        make_counter(directory)
    with tempfile.TemporaryDirectory() as out:
        groups = capture(build, out, full_sample if FULL else sample)
    if with_calls or FULL:
        for s in statements.all_calls():
            groups.setdefault("precompile " + s.name.split(":")[0], []).append(s)
    answers = run_all(command, [s for group in groups.values() for s in group], counter)
    tap.say(all(a.ok for a in answers), f"{kind}: the guest ran to its end", [a.why for a in answers if not a.ok])
    for name, group in sorted(groups.items()):
        bad = [s for s in group if not statements.agrees(s)]
        tap.say(not bad, f"{kind}: {name}, {len(group)} equal",
                [f"{s.name}: want {s.want[:160]}, got {str(s.got)[:160]}" for s in bad])
    altered = damaged({k: v for k, v in groups.items() if not k.startswith("precompile")})
    again = run_all(command, altered, None)
    same = [s for s in altered if s.got is None or statements.agrees(s)]
    tap.say(bool(altered) and not same and all(a.ok for a in again),
            f"{kind}: {len(altered)} altered statements, none has the old answer", [s.name for s in same])
    if os.path.exists(os.path.join(directory, "control")):
        judge_control(tap, kind, emulator, directory)
    if counter:
        judge_counter(tap, directory)
        judge_counts(tap, groups)
        stack = max(a.stack for a in answers)
        tap.say(0 < stack <= STACK_MAX, f"{kind}: at most {STACK_MAX} bytes of stack", [f"{stack} bytes"])
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
