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


def convert(t, form, *files):
    out = t.path("out." + form)
    code, text, err = t.run("whittle-challenger", "convert", *files, out, "--form", form)
    expect(code == 0, text + err)
    return out


def test_check__every_form_agrees(t):
    whole = [convert(t, form, BLOCK) for form in ("pair", "payload", "bundle", "stateless-block")]
    whole.append(os.path.join(TOP, "tests/data/blocks/zkpig-prover-input-22615247.json.zst"))
    code, out, err = t.run("whittle-challenger", "check", "--quiet", *whole)
    expect(code == 0 and out.count(": agree") == len(whole), out + err)


def test_check__halves_find_each_other(t):
    other = os.path.join(TOP, "tests/data/blocks/mainnet-21688509.json.zst")
    halves = [convert(t, "block", BLOCK), convert(t, "witness", other)]
    os.rename(halves[0], t.path("first.block"))
    os.rename(halves[1], t.path("second.witness"))
    files = [t.path("second.witness"), t.path("first.block"), convert(t, "block", other),
             convert(t, "ext-witness", BLOCK)]
    code, out, err = t.run("whittle-challenger", "check", "--quiet", *files)
    expect(code == 0 and out.count(": agree") == 2, out + err)
    code, out, err = t.run("whittle-challenger", "check", *files[:2])
    expect(code == 7 and err.count("W-FILE-006") == 2, out + err)


def test_convert__is_canonical_whatever_it_came_from(t):
    first = open(convert(t, "witness", BLOCK)).read()
    from_zkpig = os.path.join(TOP, "tests/data/blocks/zkpig-prover-input-22615247.json.zst")
    for source in ([from_zkpig], [convert(t, "bundle", BLOCK)],
                   [convert(t, "ext-witness", BLOCK), convert(t, "block", BLOCK)]):
        expect(open(convert(t, "witness", *source)).read() == first, source)
    w = json.loads(first)
    expect(sorted(w) == ["codes", "headers", "state"], sorted(w))
    expect(w["state"] == sorted(set(w["state"])) and w["codes"] == sorted(set(w["codes"])), "order")


def test_check__cut_forms_are_one_clear_error(t):
    for form in ("pair", "payload", "bundle", "block"):
        with open(convert(t, form, BLOCK), "rb") as f:
            data = f.read()
        for n in (0, 1, len(data) // 2, len(data) - 2):
            with open(t.path("cut"), "wb") as f:
                f.write(data[:n])
            code, out, err = t.run("whittle-challenger", "check", t.path("cut"))
            expect(code == 7 and len(err.splitlines()) == 3 and not out, (form, n, out, err))


def test_check__original_files_of_others(t):
    folder = os.path.join(SHARED, "orig")
    if not os.path.isdir(folder):
        raise Skip("the collection of blocks is not beside the project")
    hoodi = sorted(glob.glob(os.path.join(folder, "geth-ext-hoodi-*.rlp.zst")))
    code, out, err = t.run("whittle-challenger", "check", "--json", *hoodi)
    r = json.loads(out)
    expect(code == 7 and r["missing"]["path"] == "39", out + err)
    # layouts that only their owners read are refused by name of the file, not misread
    for name in ("kona", "polygon-zero", "rsp", "sbv", "zeth"):
        for path in glob.glob(os.path.join(folder, name + "*")):
            code, out, err = t.run("whittle-challenger", "check", path)
            expect(code == 7 and len(err.splitlines()) == 3 and not out, (path, out, err))
