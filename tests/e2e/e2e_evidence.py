"""Evidence of one step: written from a store, replayed from the file alone, damaged and refused."""
import os
import random

from e2e_bad_input import Deployment
from world import BLOCK, expect


def export(t, d, step, name):
    return t.run("whittle-challenger", "evidence", "export", step, t.path(name), "--network", d.net,
                 "--l1-eth-rpc", d.node.url, "--datadir", t.path("watch"), "--l2-witness", BLOCK,
                 "--log.level", "off")


def test_evidence__each_kind_of_step_is_true_offline(t):
    d = Deployment(t)
    expect(d.watch()[0] == 0, "watching")
    for step in (0, 1, 13, 26, 27):  # BEGIN, three TX, END
        code, out, err = export(t, d, step, f"step{step}")
        expect(code == 0, err)
    d.node.stop()
    for step in (0, 1, 13, 26, 27):
        code, out, err = t.run("whittle-challenger", "evidence", "replay", t.path(f"step{step}"))
        expect(code == 0 and out.startswith("true"), f"step {step}: {code} {out} {err}")


def test_evidence__damage_is_never_true_of_another_leaf(t):
    d = Deployment(t)
    d.watch()
    code, out, err = export(t, d, 13, "step")
    expect(code == 0, err)
    with open(t.path("step"), "rb") as f:
        good = f.read()
    rng = random.Random(7)
    seen = set()
    for _ in range(60):
        bad = bytearray(good)
        bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        with open(t.path("bad"), "wb") as f:
            f.write(bad)
        code, out, err = t.run("whittle-challenger", "evidence", "replay", t.path("bad"))
        expect(code in (1, 7), f"exit {code}: {out} {err}")
        seen.add(code)
    expect(7 in seen, seen)
    for n in (0, 1, 100, len(good) // 2, len(good) - 1):
        with open(t.path("bad"), "wb") as f:
            f.write(good[:n])
        code, out, err = t.run("whittle-challenger", "evidence", "replay", t.path("bad"))
        expect(code in (1, 7), f"cut at {n}: exit {code}: {out}")


def test_transcript__of_a_whole_dispute_folds_to_its_end(t):
    code, result, text = t.demo()
    expect(code == 0, text)
    where = t.path("demo")
    code, out, err = t.run("whittle-challenger", "transcript", "export", t.path("game.pb"), "--network",
                           os.path.join(where, "network.json"), "--datadir",
                           os.path.join(where, "challenger"))
    expect(code == 0, err)
    code, out, err = t.run("whittle-challenger", "transcript", "replay", t.path("game.pb"))
    expect(code == 0, err)
    expect(f"confirmed, last leaf {result['confirmed']}" in out, out)
    expect(f"rejected, last leaf {result['rejected'][0]}" in out, out)
    with open(t.path("game.pb"), "rb") as f:
        good = f.read()
    for n in (0, 10, len(good) // 2, len(good) - 1):
        with open(t.path("bad.pb"), "wb") as f:
            f.write(good[:n])
        code, out, err = t.run("whittle-challenger", "transcript", "replay", t.path("bad.pb"))
        expect(code == 7, f"cut at {n}: exit {code}: {out}")
