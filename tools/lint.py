#!/usr/bin/env python3
"""Checks what can be checked about the tree; prints TAP. usage: tools/lint.py BUILD_DIRECTORY

Each check is a function that yields one line per finding; its doc string is the test's name.
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"

# A room includes only rooms listed before it (docs/ARCHITECTURE.md). A file's room is the longest prefix.
ROOMS = [
    "evm/base", "evm/hash", "evm/rlp", "evm/mpt", "evm/tx", "evm/precompile", "evm/state",
    "evm/interp", "evm/segment", "evm/native", "game/core", "game/solver", "game/contracts",
    "proto/sys", "proto/block", "game/store", "proto/l1", "proto", "proto/fetch", "game/agent", "game/sim", "proposer",
    "challenger", "deploy", "tests",
]
# Inside evm, transaction execution sits on the interpreter although decoding sits below it.
SAME_LAYER = {("evm/tx", "evm/state"), ("evm/tx", "evm/interp"), ("evm/tx", "evm/precompile"),
              ("proto/l1", "proto"), ("proto/block", "proto")}
PURE = ("evm/", "game/core/", "game/solver/")


def tracked(*suffixes):
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP,
                         capture_output=True, text=True, check=True).stdout.split("\n")
    return [f for f in out if f and os.path.isfile(os.path.join(TOP, f))
            and (not suffixes or f.endswith(suffixes))]


def read(path):
    with open(os.path.join(TOP, path), errors="replace") as f:
        return f.read()


def is_pure(path):
    return path.startswith(PURE) and not path.startswith("evm/native/")


def room_of(path):
    best = [r for r in ROOMS if path == r or path.startswith(r + "/")]
    return max(best, key=len) if best else None


def check_layers():
    """a room includes only rooms before it"""
    for f in tracked(".c", ".h", ".def"):
        mine = room_of(f)
        if mine is None or mine == "tests":
            continue
        for line in re.findall(r'^\s*#\s*include\s+"([^"]+)"', read(f), re.M):
            other = room_of(line)
            if other is None or other == mine or (mine, other) in SAME_LAYER:
                continue
            if ROOMS.index(other) > ROOMS.index(mine):
                yield f"{f} includes {line}"


def check_pure_includes():
    """pure rooms include no header of the system but the freestanding ones"""
    allowed = {"stdbool.h", "stddef.h", "stdint.h", "limits.h", "stdalign.h"}
    for f in tracked(".c", ".h"):
        if not is_pure(f) or f == "evm/base/mem.h":
            continue
        for name in re.findall(r"^\s*#\s*include\s+<([^>]+)>", read(f), re.M):
            if name not in allowed:
                yield f"{f} includes <{name}>"


def check_purity():
    """the pure archive has no writable data and asks for no symbol from outside"""
    lib = os.path.join(TOP, BUILD, "libwh_pure.a")
    if not os.path.exists(lib):
        yield f"{lib} is missing: build first"
        return
    nm = subprocess.run(["nm", lib], capture_output=True, text=True, check=True).stdout
    defined, undefined = set(), set()
    for line in nm.split("\n"):
        part = line.split()
        if len(part) == 3:
            defined.add(part[2])
            if part[1] in "bBCsSgG" or part[1] in "D":
                yield f"writable data: {part[2]} ({part[1]})"
        elif len(part) == 2 and part[0] == "U":
            undefined.add(part[1])
    for name in sorted(undefined - defined):
        if not re.fullmatch(r"mem(cpy|move|set|cmp)|wh_assert_fail|__[a-z]+[sdt]i[234]"
                            r"|_GLOBAL_OFFSET_TABLE_", name):
            yield f"symbol from outside: {name}"
    size = subprocess.run(["size", "-A", lib], capture_output=True, text=True, check=True).stdout
    for line in size.split("\n"):
        part = line.split()
        if len(part) >= 2 and re.match(r"\.(data|bss|tdata|tbss)", part[0]) and part[1] != "0" \
                and not part[0].startswith(".data.rel.ro"):
            yield f"section {part[0]} holds {part[1]} bytes"


def check_recursion():
    """no recursion in the pure rooms"""
    graph = {}
    names = {}
    out = os.path.join(TOP, BUILD, "callgraph")
    os.makedirs(out, exist_ok=True)
    sources = [f for f in tracked(".c") if is_pure(f)]
    jobs = []
    newest = newest_source()
    for f in sources:
        obj = os.path.join(out, f.replace("/", "_"))
        stamp = obj + ".ci"
        if os.path.exists(stamp) and os.path.getmtime(stamp) > newest:
            jobs.append((f, stamp, None))
            continue
        jobs.append((f, stamp, ["gcc", "-std=c17", "-O0", "-ffreestanding", "-I", TOP, "-c",
                                os.path.join(TOP, f), "-fcallgraph-info", "-o", obj + ".o"]))
    running = []
    for f, stamp, cmd in jobs:
        if cmd:
            running.append((f, subprocess.Popen(cmd, stdout=subprocess.DEVNULL,
                                                stderr=subprocess.PIPE, cwd=out)))
            if len(running) >= 4:
                name, p = running.pop(0)
                if p.wait():
                    yield f"{name} does not compile alone"
    for name, p in running:
        if p.wait():
            yield f"{name} does not compile alone"
    for f, stamp, _ in jobs:
        try:
            text = open(stamp, errors="replace").read()
        except OSError:
            continue
        for title, label in re.findall(r'node: \{ title: "([^"]+)" label: "([^"\\]+)', text):
            names[title] = label
        for a, b in re.findall(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text):
            graph.setdefault(a, set()).add(b)
    # iterative search for a cycle
    state = {}
    for start in list(graph):
        if state.get(start):
            continue
        stack = [(start, iter(graph.get(start, ())))]
        state[start] = 1
        while stack:
            node, it = stack[-1]
            for nxt in it:
                if state.get(nxt) == 1:
                    yield f"{names.get(node, node)} reaches itself through {names.get(nxt, nxt)}"
                elif not state.get(nxt):
                    state[nxt] = 1
                    stack.append((nxt, iter(graph.get(nxt, ()))))
                    break
            else:
                state[node] = 2
                stack.pop()


def newest_source():
    return max(os.path.getmtime(os.path.join(TOP, f)) for f in tracked(".c", ".h", ".def"))


def check_format():
    """C files are formatted"""
    files = [f for f in tracked(".c", ".h")]
    for i in range(0, len(files), 50):
        r = subprocess.run(["clang-format", "--dry-run", *files[i:i + 50]], cwd=TOP,
                           capture_output=True, text=True)
        for name in sorted(set(re.findall(r"^([^:\s]+):\d+:\d+: warning", r.stderr, re.M))):
            yield f"{name}: run clang-format -i"


def check_headers():
    """each header compiles alone"""
    for f in tracked(".h"):
        if f.startswith(("tests/", "game/contracts/generated")):
            continue
        flags = ["-ffreestanding"] if is_pure(f) else ["-D_GNU_SOURCE"]
        r = subprocess.run(["gcc", "-std=c17", "-fsyntax-only", "-Wall", "-Wextra", "-x", "c", *flags,
                            "-I", TOP, "-I", os.path.join(TOP, BUILD),
                            "-I", os.path.join(TOP, BUILD, "proto"), os.path.join(TOP, f)],
                           capture_output=True, text=True)
        if r.returncode:
            yield f"{f}: {r.stderr.strip().split(chr(10))[0]}"


def check_text():
    """no trailing blanks, one final newline, an SPDX line in sources"""
    for f in tracked(".c", ".h", ".def", ".sol", ".py", ".md", ".build", ".proto", ".sql"):
        if f.startswith("tests/data/") or "/generated/" in f:
            continue
        text = read(f)
        if re.search(r"[ \t]+$", text, re.M):
            yield f"{f}: trailing blanks"
        if text and not text.endswith("\n"):
            yield f"{f}: no final newline"
        if text.endswith("\n\n"):
            yield f"{f}: blank lines at the end"
        if f.endswith((".c", ".h", ".sol")) and "SPDX-License-Identifier" not in text[:200]:
            yield f"{f}: no SPDX line"


def check_lock_file():
    """the npm lock file names no download address"""
    if re.search(r'"resolved"\s*:', read("subprojects/npm/package-lock.json")):
        yield "subprojects/npm/package-lock.json: has resolved addresses"


def check_readmes():
    """each room has a README"""
    for room in ROOMS:
        if room in ("tests", "game/sim", "proto", "deploy") and not os.path.isdir(
                os.path.join(TOP, room)):
            continue
        if any(f.startswith(room + "/") for f in tracked(".c", ".h", ".sol")) and not os.path.exists(
                os.path.join(TOP, room, "README.md")):
            yield f"{room}/README.md is missing"


def check_generated():
    """generated files are what their generators write"""
    for script, output in GENERATORS:
        path = os.path.join(TOP, output)
        folder = os.path.isdir(path)
        before = tree(path) if folder else read(output)
        r = subprocess.run([sys.executable, script], cwd=TOP, capture_output=True, text=True)
        if r.returncode:
            yield f"{script}: {(r.stdout + r.stderr).strip().splitlines()[-1:]}"
        elif (tree(path) if folder else r.stdout) != before:
            yield f"{output} is not what {script} writes"
        if folder:
            for name, data in before.items():
                with open(name, "wb") as f:
                    f.write(data)


def tree(path):
    out = {}
    for base, _, files in os.walk(path):
        for name in files:
            full = os.path.join(base, name)
            with open(full, "rb") as f:
                out[full] = f.read()
    return out


# script, and what it writes: a file (to stdout), or files in a folder. The contracts' generator needs
# node and is compared by game/contracts/test.sh.
GENERATORS = [
    ("tools/gen_bn254.py", "evm/precompile/bn254_const.h"),
    ("tools/gen_curves.py", "evm/precompile/portable/curves.h"),
    ("tools/gen_u256_vectors.py", "tests/data/base/u256.txt"),
    ("tools/gen_precompile_cases.py", "tests/data/precompile"),
]


def check_named_tests():
    """every test that docs/TRAPS.md names exists where it says"""
    text = read("docs/TRAPS.md")
    for row in re.findall(r"^\|.*$", text, re.M)[2:]:
        files = re.findall(r"`((?:tests|game|tools)/[^`]+)`", row)
        for f in files:
            if not os.path.isfile(os.path.join(TOP, f)):
                yield f"docs/TRAPS.md names {f}, which does not exist"
        found = "".join(read(f) for f in files if os.path.isfile(os.path.join(TOP, f)))
        for name in re.findall(r"`(test_\w+)`", row):
            if not re.search(rf"\b{name}\s*\(", found):
                yield f"docs/TRAPS.md names {name}, which is in none of its files"


CHECKS = [check_layers, check_pure_includes, check_purity, check_recursion, check_format,
          check_headers, check_text, check_lock_file, check_readmes, check_generated,
          check_named_tests]


def main():
    failed = 0
    print(f"1..{len(CHECKS)}")
    for i, check in enumerate(CHECKS, 1):
        found = list(dict.fromkeys(check()))
        print(f"{'not ' if found else ''}ok {i} - lint: {check.__doc__}")
        for line in found[:40]:
            print(f"# {line}")
        failed += bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
