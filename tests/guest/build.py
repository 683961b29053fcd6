#!/usr/bin/env python3
"""Builds the guest program (guest.c): pure rooms, portable crypto, blst without assembly.

  tests/guest/build.py KIND DIRECTORY     leaves DIRECTORY/guest, and DIRECTORY/*.o

KIND is a row of KINDS.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BLST = "subprojects/npm/node_modules/c-kzg/deps/blst"

COMMON = ["-std=c17", "-fno-common", "-fwrapv", "-fno-strict-aliasing", "-ffunction-sections",
          "-fdata-sections", "-I."]
WARN = ["-Wall", "-Wextra", "-Werror", "-Wvla", "-Walloca"]
FREE = ["-ffreestanding", "-fno-stack-protector"]
BARE = ["-march=rv64im", "-mabi=lp64", "-mcmodel=medany", "-fno-pic", "-O2"] + FREE
CLANG = BARE + ["-mno-relax", "-msmall-data-limit=0"]  # constants stay read-only
USAGE = ["-fstack-usage", "-fcallgraph-info=su"]
BLST_ARGS = ["-w", "-D__BLST_NO_ASM__", "-D__BLST_PORTABLE__", "-Dalloca=__builtin_alloca",
             "-fno-builtin", "-ffreestanding"]
# On x86-64 blst would take limbs of 64 bits, which its C does not do right everywhere.
LIMBS32 = ["-U__x86_64__"]
SAN = ["-fsanitize=memory,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g"]
BARE_ENV = ["env_rv64.c", "start.S", "mem.c"]
HOST_ENV = ["env_host.c"]

# kind: compiler, flags of the pure rooms, flags of blst, environment, flags of the hosted linker (None: bare)
KINDS = {
    "rv64": (["riscv64-linux-gnu-gcc"], BARE + ["-mstrict-align"] + USAGE, BARE, BARE_ENV, None),
    "rv64-clang": (["clang", "--target=riscv64-unknown-elf"], CLANG,
                   CLANG, BARE_ENV, None),
    "msan": (["clang"], ["-O1", "-ffreestanding"] + SAN, ["-O1", "-fsanitize=memory", "-g"] + LIMBS32,
             HOST_ENV, SAN),
    "s390x": (["s390x-linux-gnu-gcc"], ["-O1"] + FREE, ["-O1"], HOST_ENV, ["-static"]),
}


def pure_files():
    out = []
    for folder, _, names in os.walk(os.path.join(TOP, "evm")):
        at = os.path.relpath(folder, TOP)
        if at != "evm/native":
            out += [os.path.join(at, n) for n in names if n.endswith(".c")]
    return sorted(out)


def game_files():
    """Pure rooms that the guest does not need: compiled for the gate of tests/rv64 alone."""
    return sorted(os.path.join(folder, n) for folder in ("game/core", "game/solver")
                  for n in os.listdir(os.path.join(TOP, folder)) if n.endswith(".c"))


def object_name(path):
    return os.path.splitext(path)[0].replace("/", "_") + ".o"


def headers_age():
    """When the newest header (or this file) was written: objects older than that are made again."""
    newest = os.path.getmtime(os.path.abspath(__file__))
    for room in ("evm", "game/core", "game/solver", "tests/guest"):
        for folder, _, names in os.walk(os.path.join(TOP, room)):
            for n in names:
                if n.endswith((".h", ".def", ".ld")):
                    newest = max(newest, os.path.getmtime(os.path.join(folder, n)))
    return newest


def run_all(commands):
    """Runs them on all cores; what a compiler says ends the build."""
    def run(command):
        r = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if r.returncode or r.stdout:
            print(" ".join(command)[:400], r.stdout[-4000:], sep="\n", file=sys.stderr)
        return r.returncode
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        if any(list(pool.map(run, commands))):
            sys.exit(1)


def build(kind, out):
    cc, pure, blst, env, link = KINDS[kind]
    out = os.path.abspath(out)
    os.makedirs(out, exist_ok=True)
    pure = [f"-ffile-prefix-map={TOP}=."] + COMMON + WARN + pure
    blst = [f"-ffile-prefix-map={TOP}=."] + COMMON + blst + BLST_ARGS
    commands, objects = [], []

    newest = headers_age()

    def compile_one(source, flags):
        path = os.path.join(out, object_name(source))
        age = max(newest, os.path.getmtime(os.path.join(TOP, source)))
        if not os.path.exists(path) or os.path.getmtime(path) <= age:
            commands.append(cc + flags + ["-c", source, "-o", path])
        if not source.startswith("game/"):
            objects.append(path)

    compile_one(f"{BLST}/src/server.c", blst)  # the longest first
    for source in pure_files() + (game_files() if kind == "rv64" else []):
        compile_one(source, pure)
    for source in ("evm/native/bls.c", "evm/native/kzg.c"):
        compile_one(source, pure + ["-isystem", f"{BLST}/bindings"])
    compile_one("tests/guest/guest.c", pure)
    if link is not None:
        compile_one("tests/guest/control.c", pure)
        objects.pop()
    for name in env:
        flags = pure
        if name == "env_host.c":
            flags = [f for f in pure if f != "-ffreestanding"]
        elif name == "mem.c":
            flags = pure + ["-fno-builtin"] + ([] if "clang" in cc[0] else
                                               ["-fno-tree-loop-distribute-patterns"])
        compile_one(f"tests/guest/{name}", flags)
    run_all(commands)
    guest = os.path.join(out, "guest")
    if link is None:
        run_all([["riscv64-linux-gnu-ld", "-m", "elf64lriscv", "--gc-sections", "--build-id=none",
                  "--no-relax", "-static", "-nostdlib", "--orphan-handling=error", "-T",
                  "tests/guest/rv64.ld", "-o", guest] + objects])
    else:
        run_all([cc + link + ["-o", guest] + objects])
        run_all([cc + link + ["-o", os.path.join(out, "control"), os.path.join(out, "tests_guest_control.o"),
                              objects[-1]]])
    return guest


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in KINDS:
        sys.exit(f"usage: tests/guest/build.py {'|'.join(KINDS)} DIRECTORY")
    build(sys.argv[1], sys.argv[2])
