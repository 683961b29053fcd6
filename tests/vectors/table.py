#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of docs/CONFORMANCE.md are what whittle-vectors writes.

usage: table.py selection DOC RUNNER PATH...   runs the selection, prints TAP, compares its table with the document's
       table.py check NAME DOC TABLE           compares the file TABLE with the document's table NAME
       table.py write NAME DOC TABLE           puts it there

A table stands in the document between the lines "<!-- table NAME -->" and "<!-- end -->".
"""
import os
import re
import subprocess
import sys
import tempfile


def parts(doc, name):
    """(what stands before the table, the table, what stands behind it)"""
    with open(doc) as f:
        text = f.read()
    found = re.search(rf"(<!-- table {name} -->\n)(.*?)(<!-- end -->\n)", text, re.S)
    if found is None:
        sys.exit(f"{doc}: no table {name}")
    return text[:found.end(1)], found.group(2), text[found.start(3):]


def read(path):
    with open(path) as f:
        return f.read()


def differences(doc, name, table):
    """Rows of one that are not in the other."""
    _, shown, _ = parts(doc, name)
    a, b = shown.splitlines(), read(table).splitlines()
    return ([f"only in {os.path.basename(doc)}: {row}" for row in a if row not in b]
            + [f"only from the runner: {row}" for row in b if row not in a]
            + (["the order of rows"] if sorted(a) == sorted(b) and a != b else []))


def selection(doc, runner, *paths):
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, "table.md")
        p = subprocess.run([runner, "--tap", "--table", table, *paths], stdout=subprocess.PIPE, text=True, check=False)
        text, plan = re.subn(r"^1\.\.(\d+)\n", "", p.stdout, flags=re.M)
        tests = len(re.findall(r"^(?:not )?ok ", text, re.M))
        sys.stdout.write(text)
        found = differences(doc, "selection", table) if plan else ["the runner did not end"]
    print(f"{'not ' if found else ''}ok {tests + 1} - docs/CONFORMANCE.md shows this table")
    for line in found[:10]:
        print("# " + line)
    print(f"1..{tests + 1}")
    return p.returncode or bool(found)


def main():
    args = sys.argv[1:]
    if len(args) > 3 and args[0] == "selection":
        return selection(*args[1:])
    if len(args) != 4 or args[0] not in ("check", "write"):
        sys.exit(__doc__)
    _, name, doc, table = args
    if args[0] == "write":
        before, _, behind = parts(doc, name)
        with open(doc, "w") as f:
            f.write(before + read(table) + behind)
        return 0
    found = differences(doc, name, table)
    for line in found[:10]:
        print(f"FAIL {doc}: {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
