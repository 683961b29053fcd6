#!/usr/bin/env python3
"""Instructions per gas of the rv64im guest, held against 4,096; prints TAP.

  tests/rv64/table.py BUILD DIRECTORY [--write docs/RISCV.md]

BUILD: the native build; DIRECTORY: what tests/guest/build.py rv64 left there. Default: the worst step of each precompile
and each opcode with little gas; with WH_FULL=1 or --write all worst steps of tests/worst with 2^24 gas. --write puts the
tables into the document, behind its line MARK.

A step's figure is instructions for gas used; that of an opcode what one gas more costs (so that the transaction's own
work is left out); a call's figure takes the 100 gas of a warm CALL (700 before Berlin) and the memory that holds its input
into account.
"""
import os
import random
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "guest"))
import run as guest  # noqa: E402
import statements  # noqa: E402

TOP = statements.TOP
MARK = "<!-- below: written by tests/rv64/table.py -->"
FULL_GAS, SHORT_GAS = 1 << 24, 1 << 19


def count(directory, jobs, tap, what):
    counter = os.path.join(directory, "icount.so")
    answers = guest.run_all(["qemu-riscv64", os.path.join(directory, "guest")], jobs, counter)
    bad = [s for s in jobs if s.steps is None or not statements.agrees(s)]
    tap.say(all(a.ok for a in answers) and not bad, f"{what}: {len(jobs)} answers equal the native ones",
            [a.why for a in answers if not a.ok] + [f"{s.name}: {s.want[:120]}, {str(s.got)[:120]}" for s in bad])
    if bad:
        raise SystemExit(1)
    return max(a.stack for a in answers)


def capture_worst(build, out, full):
    """Worst steps as statements. The state of a step does not grow with its gas, so quick ones do."""
    path = os.path.join(out, "worst")
    command = [os.path.join(build, "tests", "worst", "worst"), os.path.join(TOP, "tests", "data"), "--segments", path]
    command += [] if full else ["--group", "precompiles", "--gas", str(SHORT_GAS)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return list(statements.segments(path))


def capture_opcodes(build, out, gas):
    path = os.path.join(out, f"opcodes-{gas}")
    subprocess.run([os.path.join(build, "tests", "worst", "opcodes"), path, str(gas)], check=True)
    return list(statements.segments(path))


# ---- calls ----

FORK_NAMES = {6: "Byzantium", 10: "Berlin", 16: "Osaka"}


def modexp_case(rng, fork, base_len, exp, mod_len, shape):
    bits = 8 * mod_len
    odd = rng.getrandbits(bits) | 1 | 1 << (bits - 1)
    mod = {"odd": odd, "even": odd - 1, "half a power of two": (odd >> bits // 2 | 1) << bits // 2,
           "a power of two": 1 << (bits - 1)}[shape]
    base = rng.getrandbits(8 * base_len) | 1
    exp_len = (exp.bit_length() + 7) // 8
    given = b"".join(n.to_bytes(32, "big") for n in (base_len, exp_len, mod_len))
    given += base.to_bytes(base_len, "big") + exp.to_bytes(exp_len, "big") + mod.to_bytes(mod_len, "big")
    data = struct.pack(">4sIIQ20s", b"WPC1", len(given), fork, 1 << 50, (5).to_bytes(20, "big")) + given
    want = f"P 0 1 * {pow(base, exp, mod).to_bytes(mod_len, 'big').hex()}"
    name = f"MODEXP|{FORK_NAMES[fork]}, base of {base_len} bytes, exponent of {exp.bit_length()} bits, modulus of " \
           f"{mod_len} bytes, {shape}|"
    return statements.Statement(name, data, want, None)


def modexp_cases(full):
    """Prices of EIP-198, 2565 and 7883: short exponents over long moduli are the cheapest work."""
    rng = random.Random(5)
    sizes = [8, 32, 64, 96, 128, 192, 256, 512, 1024] if full else [8, 32, 96, 192, 1024]
    for fork in FORK_NAMES:
        for size in sizes:
            for exp in (1, 3, 15, 0x10001, (1 << 64) - 1, (1 << 256) - 1) if full else (1, 3, 15):
                for shape in ("odd", "even", "half a power of two", "a power of two"):
                    yield modexp_case(rng, fork, size, exp, size, shape)
            yield modexp_case(rng, fork, size, 3, 8, "odd")
            yield modexp_case(rng, fork, 8, 3, size, "even")
        for size in (1025, 10000, 100000) if fork < 16 else ():  # long exponents over moduli of a byte
            for shape in ("odd", "even", "a power of two"):
                yield modexp_case(rng, fork, 1, (1 << 8 * size) - 1, 1, shape)


def call_rows(cases):
    """The worst case of each precompile: (name, instructions, gas, figure)."""
    worst = {}
    for s in cases:
        gas = int(s.got.split(" ")[3])
        fork = int.from_bytes(s.data[8:12], "big")
        at = int.from_bytes(s.data[20:40], "big")
        words = (len(s.data) - 40 + 31) // 32
        with_call = gas + (700 if fork < 10 else 100) + 3 * words + words * words // 512
        row = (s.name, s.steps, with_call, s.steps / with_call)
        if s.got.split(" ")[2] == "1" and row[3] > worst.get(at, row)[3] or at not in worst:
            worst[at] = row
    return [(f"0x{at:02x}: {r[0].strip('|').replace('|', ', ')}",) + r[1:] for at, r in sorted(worst.items())]


# ---- steps ----

def step_rows(steps):
    out = []
    for s in steps:
        _, what, side = s.name.split("|")
        gas = guest.price(s)
        out.append((f"{what} ({side})", s.steps, gas, s.steps / gas))
    return out


def opcode_rows(low, high):
    more = high[0].gas - low[0].gas
    return [(a.name.split("|")[1], b.steps - a.steps, more, (b.steps - a.steps) / more) for a, b in zip(low, high)]


def judge(tap, name, rows):
    worst = max(rows, key=lambda r: r[3])
    tap.say(worst[3] <= guest.STEPS_PER_GAS_MAX, f"{name}: at most {guest.STEPS_PER_GAS_MAX} instructions per gas, "
            f"{len(rows)} rows", [])
    print(f"# most: {worst[3]:.0f}, {worst[0]}")


def table(head, rows):
    text = f"| {head} | instructions | gas | per gas |\n| --- | ---: | ---: | ---: |\n"
    return text + "".join(f"| {n} | {i:,} | {g:,} | {f:,.1f} |\n" for n, i, g, f in rows)


def image_size(directory):
    text = subprocess.run(["riscv64-linux-gnu-size", os.path.join(directory, "guest")], capture_output=True, text=True,
                          check=True).stdout
    return int(text.splitlines()[1].split()[0])


def write(path, tables, stack, image):
    with open(path) as f:
        head = f.read().split(MARK)[0]
    text = head + MARK + f"\n\nImage: {image:,} bytes. Deepest stack over all of it: {stack:,} bytes.\n"
    for title, body in tables:
        text += f"\n## {title}\n\n{body}"
    with open(path, "w") as f:
        f.write(text)


def main():
    build, directory = sys.argv[1:3]
    path = sys.argv[4] if sys.argv[3:4] == ["--write"] else None
    full = bool(path) or guest.FULL
    tap = guest.Tap()
    guest.make_counter(directory)
    with tempfile.TemporaryDirectory() as out, ThreadPoolExecutor(2) as pool:
        worst = pool.submit(capture_worst, build, out, full)
        low, high = capture_opcodes(build, out, SHORT_GAS // 2), capture_opcodes(build, out, SHORT_GAS)
        steps = worst.result()
    cases = list(modexp_cases(full)) + (list(statements.all_calls()) if full else [])
    stack = count(directory, low + high + steps + cases, tap, "guest")
    tables = [("Worst steps of 2^24 gas", "step", step_rows(steps)),
              ("Opcodes, one gas more", "opcode", sorted(opcode_rows(low, high), key=lambda r: -r[3])),
              ("Precompiles, the worst case of each", "call", call_rows(cases))]
    for title, _, rows in tables:
        judge(tap, title, rows)
    if path:
        write(path, [(title, table(head, rows)) for title, head, rows in tables], stack,
              image_size(directory))
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
