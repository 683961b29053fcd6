"""The dispute from the first transaction to the last withdrawal, in all its variations."""
import json
import os
import subprocess

from world import BLOCK, Skip, World, expect

FULL = os.environ.get("WH_FULL") == "1"


def block_hash():
    text = subprocess.run(["zstd", "-dc", BLOCK], capture_output=True, check=True).stdout
    return json.loads(text)["hash"]


def judge(code, result, text, rivals=1):
    expect(code == 0, f"the demo ended with {code}: {text[-1500:]}")
    expect(result is not None, "no JSON on the last line")
    expect(result["confirmed"] == result["true_leaf"], "another leaf than the true one was confirmed")
    expect(len(result["rejected"]) >= rivals, f"{result['rejected']} rejected")
    expect(result["true_leaf"] not in result["rejected"], "the true leaf was rejected")
    expect(result["block_hash"] == block_hash(), "another block hash than the real one")
    gas = dict(result["gas"])
    total = gas.pop("total")
    expect(total == sum(gas.values()), "gas does not add up")
    expect(gas["split"] > 0 and gas["prove"] > 0, "no split or no proof")


def test_demo__balance(t):
    svg = t.path("dispute.svg")
    code, result, text = t.demo("--svg", svg)
    judge(code, result, text)
    expect(result["first_wrong_segment"] == 13, result["first_wrong_segment"])
    expect(result["rounds"] == 5, result["rounds"])
    with open(svg) as f:
        picture = f.read()
    expect(picture.startswith("<svg") and "tx 12" in picture, "the picture does not show the segment")


def lie(t, kind, n):
    code, result, text = t.demo("--lie", f"{kind}@{n}")
    judge(code, result, text)
    expect(result["first_wrong_segment"] == n + 1, result["first_wrong_segment"])


def test_demo__nonce(t):
    lie(t, "nonce", 3)


def test_demo__storage(t):
    lie(t, "storage", 20)


def test_demo__code(t):
    lie(t, "code", 7)


def test_demo__log(t):
    lie(t, "log", 9)


def test_demo__gas(t):
    lie(t, "gas", 25)


def test_demo__dropped(t):
    lie(t, "dropped", 0)


def test_demo__swapped(t):
    lie(t, "swapped", 14)


def test_demo__three_rivals_at_once(t):
    code, result, text = t.demo("--rivals", 3)
    judge(code, result, text, rivals=3)


def test_demo__daemons_killed_at_ten_moments(t):
    code, result, text = t.demo("--kill", 10, "--seed", t.seed())
    judge(code, result, text)
    kills = text.count("is killed")
    expect(kills == 10, f"{kills} kills, not 10")


def test_demo__reorg_of_three_blocks_in_the_middle(t):
    code, result, text = t.demo("--reorg", 3)
    judge(code, result, text)
    expect("drops its last 3 blocks" in text, "no reorg happened")


def test_demo__attested_on_anvil(t):
    node = t.anvil()
    code, result, text = t.demo("--l1", node.url)
    judge(code, result, text)
