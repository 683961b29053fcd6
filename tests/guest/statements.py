"""Statements for the guest program (guest.c), and what it should answer.

A segment file holds records: u32 length of the name, name, u64 gas, native status (i8), native X, native leaf,
then the statement itself, all big-endian (tests/support/segments.h writes it).
"""
import os
import struct
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CASES = os.path.join(TOP, "tests", "data", "precompile")
FORKS = {"frontier": 1, "homestead": 2, "byzantium": 6, "istanbul": 9, "berlin": 10, "cancun": 14,
         "prague": 15, "osaka": 16}


class Statement:
    """name; data: what the guest reads; want: its line of answer; gas: what the step or call costs."""

    def __init__(self, name, data, want, gas):
        self.name, self.data, self.want, self.gas = name, data, want, gas
        self.got, self.steps = None, None


def calls(path):
    """The cases of one file of tests/data/precompile (format: tests/unit/precompile/cases.h)."""
    with open(path) as f:
        for line in f:
            if line.startswith("#") or not line.strip():
                continue
            name, fork, at, given, output, gas = line.rstrip("\n").split("\t")
            given = b"" if given == "-" else bytes.fromhex(given)
            limit = int(gas) + 7 if gas != "-" else 1 << 40
            fails = output == "fail"
            used = limit if fails else int(gas) if gas != "-" else None
            data = struct.pack(">4sIIQ20s", b"WPC1", len(given), FORKS[fork], limit,
                               int(at, 16).to_bytes(20, "big")) + given
            text = "" if fails or output == "-" else output
            want = f"P 0 {0 if fails else 1} {'*' if used is None else used} {text}"
            yield Statement(f"{os.path.basename(path)[:-4]}: {name}", data, want, used)


def all_calls():
    for name in sorted(os.listdir(CASES)):
        yield from calls(os.path.join(CASES, name))


def segments(path):
    with open(path, "rb") as f:
        data = f.read()
    at = 0
    while at < len(data):
        (n,) = struct.unpack_from(">I", data, at)
        name = data[at + 4:at + 4 + n].decode()
        at += 4 + n
        gas, status, x, leaf = struct.unpack_from(">QbQ32s", data, at)
        at += 49
        magic, length = struct.unpack_from(">4sI", data, at)
        if magic != b"WSG1":
            raise ValueError(f"{path}: no statement at {at}")
        end = at + 1080 + length
        yield Statement(name, data[at:end], f"S {status} {leaf.hex()} {x}", gas)
        at = end


def agrees(s):
    if s.got is None:
        return False
    want, got = s.want.split(" "), s.got.split(" ")
    return len(want) == len(got) and all(w in ("*", g) for w, g in zip(want, got))


class Answers:
    """What one run of the guest said: stack is its deepest stack, in bytes."""

    def __init__(self, ok, why, stack):
        self.ok, self.why, self.stack = ok, why, stack


def run(command, statements, counter=None):
    """Feeds the statements to one process, fills got (and steps, with the plug-in icount.so as counter)."""
    with tempfile.TemporaryDirectory() as folder:
        given = os.path.join(folder, "in")
        counts = os.path.join(folder, "counts")
        with open(given, "wb") as f:
            for s in statements:
                f.write(s.data)
        if counter:
            command = [command[0], "-plugin", f"{counter},out={counts}"] + command[1:]
        with open(given, "rb") as f:
            r = subprocess.run(command, stdin=f, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, errors="replace")
        lines = r.stdout.splitlines()
        for s, line in zip(statements, lines):
            s.got = line
        if counter:
            with open(counts) as f:
                for s, line in zip(statements, f):
                    s.steps = int(line)
    last = lines[-1].split() if lines else []
    ended = r.returncode == 0 and len(last) == 3 and last[0] == "end"
    if not ended or int(last[1]) != len(statements) or len(lines) != len(statements) + 1:
        return Answers(False, f"ended with {r.returncode}: {r.stderr[-2000:]}", 0)
    return Answers(True, r.stderr[-2000:], int(last[2]))
