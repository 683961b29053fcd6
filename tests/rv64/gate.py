#!/usr/bin/env python3
"""The rules for a guest program (docs/RISCV.md), checked on the rv64im build of the pure rooms; prints TAP.

  tests/rv64/gate.py DIRECTORY      what tests/guest/build.py rv64 left there

Each check is a function that yields one line per finding; its doc string names the test. A check that cannot fail
proves nothing, so each is run a second time with something bad among its input (tests/rv64/bad, or made here), and
must find that.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "guest"))
import build  # noqa: E402
from tap import Tap  # noqa: E402

TOP = build.TOP
P = "riscv64-linux-gnu-"
BAD = os.path.join(TOP, "tests", "rv64", "bad")

FRAME_MAX = 4096
IMAGE_MAX = 1 << 20  # an aim of 1 MiB; a machine has room for 4
HELPERS = r"mem(cpy|move|set|cmp)|__[a-z]+[sdt]i[234]"
RV64IM = re.compile(
    r"lui|auipc|jalr?|b(eq|ne|lt|ge|ltu|geu)|l[bhwd]|l[bhw]u|s[bhwd]|(add|slt|sltu|xor|or|and)i?|sltiu|ecall"
    r"|(sll|srl|sra)i?w?|subw?|addi?w|mulw?|mulh(su|u)?|(div|rem)u?w?|fence")
HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "limits.h", "stdalign.h"}
WORDS = re.compile(
    r"\b((?:malloc|calloc|realloc|free|alloca|setjmp|longjmp)(?=\s*\()|float|double|_Complex|_Atomic|asm|__asm__|__asm"
    r"|thread_local|_Thread_local|__thread|constructor|destructor|__DATE__|__TIME__|__TIMESTAMP__|__builtin_alloca"
    r"|__builtin_trap)\b")
# Where a word stands all the same, and why that does no harm.
ALLOWED_WORDS = {
    ("evm/precompile/field4_x86.h", "asm"): "native speed-up; its twin is field4.h, test_field4 compares them",
    ("evm/precompile/field4_x86.h", "__asm__"): "the same",
}


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=TOP).stdout


class Tree:
    """objects: of the pure rooms and of the guest around them; sources: {path: text} of the pure rooms."""

    def __init__(self, directory):
        self.pure = [os.path.join(directory, build.object_name(f)) for f in build.pure_files() + build.game_files()]
        self.objects = sorted(os.path.join(directory, n) for n in os.listdir(directory) if n.endswith(".o"))
        self.guest = os.path.join(directory, "guest")
        self.sources = {}
        for folder, _, names in (w for room in ("evm", "game/core", "game/solver")
                                 for w in os.walk(os.path.join(TOP, room))):
            for n in names:
                path = os.path.relpath(os.path.join(folder, n), TOP)
                if n.endswith((".c", ".h", ".def")) and not path.startswith("evm/native/"):
                    with open(os.path.join(TOP, path)) as f:
                        self.sources[path] = f.read()

    def graphs(self, ending):
        for o in self.pure:
            with open(o[:-2] + ending, errors="replace") as f:
                yield f.read()

    def with_object(self, path):
        t = Tree.__new__(Tree)
        t.pure, t.objects = self.pure + [path], self.objects + [path]
        t.guest, t.sources = self.guest, self.sources
        return t

    def with_guest(self, path):
        t = self.with_object(self.pure[0])
        t.guest = path
        return t

    def with_source(self, text):
        t = self.with_object(self.pure[0])
        t.sources = {"bad.c": text}
        return t


def check_outside(t):
    """no symbol from outside but mem* and integer helpers"""
    defined, wanted = set(), set()
    for line in output(P + "nm", *t.pure).splitlines():
        part = line.split()
        if len(part) == 3:
            defined.add(part[2])
        elif len(part) == 2 and part[0] == "U":
            wanted.add(part[1])
    for name in sorted(wanted - defined):
        if not re.fullmatch(HELPERS + "|wh_assert_fail", name):
            yield f"asks for {name}"


def check_writable(t):
    """no writable data: no globals, no static locals, no constructors"""
    for line in output(P + "nm", *t.pure).splitlines():
        part = line.split()
        if len(part) == 3 and part[1] in "dDbBsSgGC":
            yield f"{part[2]} is writable"
    for line in output(P + "size", "-A", *t.pure, t.guest).splitlines():
        part = line.split()
        if len(part) == 3 and re.match(r"\.(s?data|s?bss|tdata|tbss|got|init_array|fini_array|ctors)", part[0]) \
                and part[1] != "0":
            yield f"a section {part[0]} of {part[1]} bytes"


def check_instructions(t):
    """no instruction but those of rv64im"""
    found = set()
    for line in output(P + "objdump", "-d", "-M", "no-aliases", t.guest, *t.objects).splitlines():
        part = line.split("\t")
        if len(part) >= 3:
            found.add(part[2].split()[0])
    for name in sorted(found):
        if not RV64IM.fullmatch(name):
            yield f"uses {name}"


def check_image(t):
    """the image: rv64im soft float, one segment that cannot be written, no relocation, at most 1 MiB"""
    if "There are no relocations in this file." not in output(P + "readelf", "-rW", t.guest):
        yield "has relocations"
    for line in output(P + "readelf", "-lW", t.guest).splitlines():
        part = line.split()
        if part[:1] and part[0] in ("INTERP", "DYNAMIC", "TLS"):
            yield f"has a segment {part[0]}"
        if part[:1] == ["LOAD"] and part[6:8] not in (["R", "E"], ["R", "0x1000"]):
            yield f"has a segment that can be written: {line.strip()}"
        if part[:1] == ["LOAD"] and int(part[5], 16) > IMAGE_MAX:
            yield f"a segment of {int(part[5], 16)} bytes"
    arch = re.search(r'Tag_RISCV_arch: "([^"]+)"', output(P + "readelf", "-A", t.guest))
    if not arch or not re.fullmatch(r"rv64i2p\d_m2p\d(_zmmul1p0)?", arch.group(1)):
        yield f"is for {arch.group(1) if arch else 'an unknown machine'}"
    flags = re.search(r"Flags:\s*(\S+)", output(P + "readelf", "-hW", t.guest)).group(1)
    if not flags.startswith("0x0"):
        yield f"flags {flags}: compressed code or hard float"


def check_frames(t):
    """each frame has a fixed size of at most 4,096 bytes"""
    for text in t.graphs(".su"):
        for line in text.splitlines():
            where, size, kind = line.split("\t")
            if kind != "static":
                yield f"{where}: {kind} frame"
            elif int(size) > FRAME_MAX:
                yield f"{where}: {size} bytes"


def check_recursion(t):
    """no recursion"""
    graph = {}
    for text in t.graphs(".ci"):
        for a, b in re.findall(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text):
            if b != "__indirect_call":
                graph.setdefault(a, set()).add(b)
    seen = {}
    for start in list(graph):
        stack = [] if seen.get(start) else [(start, iter(graph[start]))]
        seen.setdefault(start, 1)
        while stack:
            node, rest = stack[-1]
            for nxt in rest:
                if seen.get(nxt) == 1:
                    yield f"{node} reaches itself through {nxt}"
                elif nxt in graph and not seen.get(nxt):
                    seen[nxt] = 1
                    stack.append((nxt, iter(graph[nxt])))
                    break
            else:
                seen[node] = 2
                stack.pop()


def check_includes(t):
    """no header of a system but the freestanding ones"""
    for path, text in t.sources.items():
        for name in re.findall(r"^\s*#\s*include\s+<([^>]+)>", text, re.M):
            if name not in HEADERS and (path, name) != ("evm/base/mem.h", "string.h"):
                yield f"{path} includes <{name}>"


def check_words(t):
    """no float, atomic, assembly, heap, thread, jump or build time in the sources"""
    for path, text in t.sources.items():
        bare = re.sub(r'/\*.*?\*/|//[^\n]*|"(\\.|[^"\\\n])*"', " ", text, flags=re.S)
        for word in sorted(set(WORDS.findall(bare))):
            if (path, word) not in ALLOWED_WORDS:
                yield f"{path}: {word}"


def check_same(pair):
    """two builds in two directories give the same bytes"""
    with open(pair[0], "rb") as a, open(pair[1], "rb") as b:
        if a.read() != b.read():
            yield "they differ"


# ---- what must be found ----

def compile_bad(name, out, *flags):
    path = os.path.join(out, name + ".o")
    plain = [f for f in build.COMMON + build.BARE + build.USAGE if f != "-fno-common"]
    subprocess.run([P + "gcc", "-w", *plain, *flags, "-c", os.path.join(BAD, name + ".c"), "-o", path],
                   check=True, cwd=TOP)
    return path


def link_bad(out, name, objects, *flags):
    path = os.path.join(out, name)
    subprocess.run([P + "ld", "-m", "elf64lriscv", "-e", "bad", *flags, "-o", path, *objects], check=True,
                   stderr=subprocess.DEVNULL)
    return path


def bad_images(tree, out):
    data = compile_bad("data", out)
    yield "data that can be written", link_bad(out, "written", [data])
    yield "relocations kept", link_bad(out, "relocations", [data], "-q", "-N")
    yield "compressed code", link_bad(out, "compressed", [compile_bad("float", out, "-march=rv64gc", "-mabi=lp64d")])
    yield "more than 1 MiB", link_bad(out, "large", [compile_bad("large", out)])


def proofs(tree, out):
    """(check, what is wrong, input)"""
    yield check_outside, "a call of puts", tree.with_object(compile_bad("outside", out))
    yield check_outside, "floating point", tree.with_object(compile_bad("float", out))
    yield check_writable, "a global", tree.with_object(compile_bad("data", out))
    yield check_writable, "a static local", tree.with_object(compile_bad("local", out))
    yield check_writable, "a constructor", tree.with_object(compile_bad("constructor", out))
    yield check_instructions, "an atomic operation", tree.with_object(compile_bad("atomic", out, "-march=rv64ima"))
    yield check_instructions, "compressed code", tree.with_object(compile_bad("local", out, "-march=rv64imc"))
    yield check_instructions, "a trap", tree.with_object(compile_bad("trap", out))
    for what, image in bad_images(tree, out):
        yield check_image, what, tree.with_guest(image)
    yield check_frames, "a frame of 8 KiB", tree.with_object(compile_bad("frame", out))
    yield check_frames, "an array of variable length", tree.with_object(compile_bad("vla", out))
    yield check_recursion, "a function that calls itself", tree.with_object(compile_bad("direct", out))
    yield check_recursion, "two that call each other", tree.with_object(compile_bad("recursion", out))
    yield check_includes, "stdio.h", tree.with_source("#include <stdio.h>\n")
    for word in ("double x;", "_Atomic int x;", "__asm__(\"nop\");", "x = malloc(3);", "s = __DATE__;"):
        yield check_words, word, tree.with_source("/* */ " + word)


def second_build(out):
    """The same sources in another directory."""
    for name in subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "evm", "game/core", "game/solver",
                                "tests/guest"], cwd=TOP,
                               capture_output=True, text=True, check=True).stdout.split():
        to = os.path.join(out, "elsewhere", name)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy(os.path.join(TOP, name), to)
    modules = os.path.join(out, "elsewhere", "subprojects", "npm", "node_modules")
    os.makedirs(os.path.dirname(modules))
    os.symlink(os.path.join(TOP, "subprojects", "npm", "node_modules"), modules)
    subprocess.run([sys.executable, os.path.join(out, "elsewhere", "tests", "guest", "build.py"), "rv64",
                    os.path.join(out, "second")], check=True)
    return os.path.join(out, "second", "guest")


def bad_pair(out):
    """The place of the sources in the object."""
    made = []
    for name in ("a", "b"):
        folder = os.path.join(out, name)
        os.makedirs(folder)
        shutil.copy(os.path.join(BAD, "path.c"), folder)
        made.append(os.path.join(folder, "path.o"))
        subprocess.run([P + "gcc", "-c", os.path.join(folder, "path.c"), "-o", made[-1]], check=True)
    return made


def main():
    tree, tap = Tree(sys.argv[1]), Tap()
    with tempfile.TemporaryDirectory() as out:
        known = {}
        for check in (check_outside, check_writable, check_instructions, check_image, check_frames,
                      check_recursion, check_includes, check_words):
            known[check] = list(dict.fromkeys(check(tree)))
            tap.say(not known[check], f"guest: {check.__doc__}", known[check])
        for check, what, wrong in proofs(tree, out):
            found = [line for line in check(wrong) if line not in known[check]]
            tap.say(bool(found), f"refused: {what}", found[:1])
        found = list(check_same((tree.guest, second_build(out))))
        tap.say(not found, f"guest: {check_same.__doc__}", found)
        tap.say(bool(list(check_same(bad_pair(out)))), "refused: a build that holds its directory")
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
