"""`whittle-challenger check` on real blocks; more of them where the large collection is at hand."""
import glob
import json
import os

from world import BLOCK, TOP, Skip, expect

SHARED = os.path.join(os.path.dirname(TOP), "shared", "vectors", "blocks")


def test_check__demo_block_agrees(t):
    code, out, err = t.run("whittle-challenger", "check", BLOCK, "--json")
    expect(code == 0, out + err)
    r = json.loads(out)
    expect(r["verdict"] == "agree" and r["segments"] == 28 and r["gas_used"] == 1331413, r)


def test_check__several_files_give_the_worst_code(t):
    code, out, err = t.run("whittle-challenger", "check", BLOCK, t.path("none.json"))
    expect(code == 7, out + err)


def test_check__every_paris_or_later_mainnet_block(t):
    files = sorted(glob.glob(os.path.join(SHARED, "mainnet-*.json.zst")))
    if not files:
        raise Skip("the collection of blocks is not beside the project")
    wrong = []
    for path in files:
        number = int(os.path.basename(path).split("-")[1].split(".")[0])
        open_ended = "incomplete" in path or number == 23587691
        if number < 15537394:
            continue
        code, out, err = t.run("whittle-challenger", "check", path)
        if code != (7 if open_ended else 0):
            wrong.append((os.path.basename(path), code, out, err))
    code, out, err = t.run("whittle-challenger", "check",
                           os.path.join(SHARED, "hoodi-1151683-incomplete.json.zst"))
    if code != 7:
        wrong.append(("hoodi", code, out, err))
    expect(not wrong, wrong)
