"""Bad input: one clear error of three lines, the documented exit code, nothing lost, no move sent."""
import json
import os
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from world import BLOCK, TOP, World, expect

FORM = re.compile(r"^[\w-]+: (W-[A-Z]+-\d+): .+\n\s+why: .+\n\s+do:\s+.+", re.M)


def refused(result, code, ident=None):
    got, out, err = result
    expect(got == code, f"exit {got}, want {code}: {out} {err}")
    m = FORM.search(err)
    expect(m is not None, f"not in the form of errors: {err}")
    expect(len(FORM.findall(err)) == 1, f"more than one error: {err}")
    if ident:
        expect(m.group(1) == ident, f"{m.group(1)}, want {ident}: {err}")


class Stub:
    """An HTTP server that answers every request with the same bytes."""

    def __init__(self, answer, status=200):
        class Handler(BaseHTTPRequestHandler):
            wbufsize, disable_nagle_algorithm = -1, True  # one segment, at once

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                out = answer(body) if callable(answer) else answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()


class Deployment:
    """A devnet with contracts and the block in the Inbox."""

    def __init__(self, t, post=True):
        self.t = t
        self.node = t.devnet()
        self.key = t.key("operator.key")
        address = self.address(self.key)
        rich = self.node.rpc("eth_accounts")[0]
        self.rich = rich
        self.node.rpc("eth_sendTransaction", {"from": rich, "to": address, "value": hex(10**21)})
        self.net = t.path("net.json")
        code, out, err = t.run("whittle-deploy", "--l1-eth-rpc", self.node.url, "--key-file", self.key,
                               "--preset", "devnet", "--block", BLOCK, "--partial-ring",
                               "--rpc-block-number", "latest", "--out", self.net,
                               "--trace-store", "0x0000000000000000000000000000000057485452")
        expect(code == 0, err)
        if post:
            code, out, err = t.run("whittle-proposer", "post-block", BLOCK, "--network", self.net,
                                   "--l1-eth-rpc", self.node.url, "--key-file", self.key)
            expect(code == 0, err)

    def address(self, key):
        cast = os.path.join(TOP, "subprojects/npm/node_modules/.bin/cast")
        with open(key) as f:
            r = subprocess.run([cast, "wallet", "address", "--private-key", f.read().strip()],
                               capture_output=True, text=True, check=True)
        return r.stdout.strip()

    def funded(self, name):
        key = self.t.key(name)
        self.node.rpc("eth_sendTransaction",
                      {"from": self.rich, "to": self.address(key), "value": hex(10**20)})
        return key

    def watch(self, *args, datadir="watch", url=None, witness=True, **kw):
        more = ["--l2-witness", BLOCK] if witness else []
        return self.t.run("whittle-challenger", "--network", self.net, "--l1-eth-rpc",
                          url or self.node.url, "--datadir", self.t.path(datadir), "--watch", "--once",
                          *more, *args, **kw)

    def moves(self):
        """transactions on the chain so far"""
        n = int(self.node.rpc("eth_blockNumber"), 16)
        return sum(len(self.node.rpc("eth_getBlockByNumber", hex(i), False)["transactions"])
                   for i in range(n + 1))


def test_bad__usage(t):
    refused(t.run("whittle-challenger", "--no-such-option"), 2)
    refused(t.run("whittle-challenger", "--http-poll-interval", "12"), 2)
    refused(t.run("whittle-proposer", "--private-key", "0x11"), 2)
    refused(t.run("whittle-challenger", "--watch", env={"WHITTLE_PRIVATE_KEY": "0x11"}), 2)
    refused(t.run("whittle-liar", "--lie", "nonsense"), 2)
    refused(t.run("whittle-demo", "--block", BLOCK, "--lie", "balance@26"), 2)


PROGRAMS = ("challenger", "proposer", "deploy", "devnet", "liar", "demo", "sim")


def test_bad__every_program_explains_itself(t):
    for name in PROGRAMS:
        program = "whittle-" + name
        for words, part in ((["--help"], "exit codes:"), (["--version"], program),
                            (["config", "show"], "default"), (["completion"], "complete -o default")):
            code, out, err = t.run(program, *words)
            expect(code == 0 and part in out and not err, f"{program} {words}: {code} {out[-300:]} {err}")
        refused(t.run(program, "--no-such-option"), 2, "W-CLI-001")
        refused(t.run(program, "nonsense"), 2, "W-CLI-001")
        refused(t.run(program, "--config", t.path("missing.ini")), 3, "W-CFG-001")


def test_bad__block_files(t):
    refused(t.run("whittle-challenger", "check", t.path("missing.json")), 7)
    with open(BLOCK, "rb") as f:
        data = f.read()
    for n in (0, 1, 3, 100, len(data) // 2, len(data) - 1):
        with open(t.path("cut.json.zst"), "wb") as f:
            f.write(data[:n])
        refused(t.run("whittle-challenger", "check", t.path("cut.json.zst")), 7)
    with open(t.path("foreign.json"), "w") as f:
        f.write('{"some": "other file"}')
    refused(t.run("whittle-challenger", "check", t.path("foreign.json")), 7)
    with open(t.path("noise"), "wb") as f:
        f.write(t.draws().randbytes(1000))
    refused(t.run("whittle-challenger", "check", t.path("noise")), 7)


def plain_block():
    text = subprocess.run(["zstd", "-dc", BLOCK], capture_output=True, check=True).stdout
    return json.loads(text)


def test_bad__witness_node_missing_is_cannot_tell(t):
    block = plain_block()
    nodes = block["witness"]["state"]
    for i in (0, len(nodes) // 3, len(nodes) // 2, len(nodes) - 1):
        damaged = dict(block, witness=dict(block["witness"], state=nodes[:i] + nodes[i + 1:]))
        with open(t.path("block.json"), "w") as f:
            json.dump(damaged, f)
        code, out, err = t.run("whittle-challenger", "check", t.path("block.json"))
        expect(code == 7, f"node {i}: exit {code}: {out} {err}")


def test_bad__block_that_lies_is_invalid(t):
    """A header that claims another state root is a false block, not a missing one."""
    block = plain_block()
    header = bytearray.fromhex(block["header"][2:])
    at = header.find(b"\xa0", 60)  # inside the list of 32-byte fields
    header[at + 5] ^= 1
    damaged = dict(block, header="0x" + header.hex(), hash=None)
    with open(t.path("block.json"), "w") as f:
        json.dump(damaged, f)
    code, out, err = t.run("whittle-challenger", "check", t.path("block.json"))
    expect(code in (6, 7), f"exit {code}: {out} {err}")


def test_bad__rpc_answers(t):
    d = Deployment(t, post=False)
    before = d.moves()
    answers = {
        "html": b"<html>502 Bad Gateway</html>",
        "empty": b"",
        "null": b'{"jsonrpc":"2.0","id":1,"result":null}',
        "wrong id": b'{"jsonrpc":"2.0","id":987654,"result":"0x1"}',
        "no result": b'{"jsonrpc":"2.0","id":1}',
        "error": b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}',
        "cut": b'{"jsonrpc":"2.0","id":1,"resu',
        "list": b"[]",
    }
    for name, answer in answers.items():
        stub = Stub(answer)
        refused(d.watch(url=stub.url), 4)
        stub.close()
    refused(d.watch(url="http://127.0.0.1:1"), 4)
    expect(d.moves() == before, "a transaction was sent")


def test_bad__wrong_chain_id(t):
    d = Deployment(t, post=False)
    other = t.devnet("--chain-id", "4242")
    refused(d.watch(url=other.url), 4)


def test_bad__address_without_code(t):
    d = Deployment(t, post=False)
    fresh = t.devnet()
    refused(d.watch(url=fresh.url), 3)


def test_bad__port_in_use(t):
    node = t.devnet()
    port = node.url.rsplit(":", 1)[1]
    refused(t.run("whittle-devnet", "--port", port), 3)


def test_bad__stores(t):
    d = Deployment(t)
    expect(d.watch()[0] in (0, 7), "the first look")
    db = os.path.join(t.path("watch"), "whittle.db")
    expect(os.path.exists(db), "no store")
    # foreign file
    os.makedirs(t.path("foreign"))
    with open(os.path.join(t.path("foreign"), "whittle.db"), "wb") as f:
        f.write(b"this is no database" * 100)
    refused(d.watch(datadir="foreign"), 5)
    with open(os.path.join(t.path("foreign"), "whittle.db"), "rb") as f:
        expect(f.read().startswith(b"this is no database"), "the foreign file was touched")
    # newer schema
    shutil.copytree(t.path("watch"), t.path("newer"))
    subprocess.run(["sqlite3", os.path.join(t.path("newer"), "whittle.db"), "PRAGMA user_version=999"],
                   check=True)
    refused(d.watch(datadir="newer"), 5)
    # of another deployment
    d2 = Deployment(World(t.build, "second"), post=False)
    try:
        refused(d2.t.run("whittle-challenger", "--network", d2.net, "--l1-eth-rpc", d2.node.url,
                         "--datadir", t.path("watch"), "--watch", "--once"), 5)
    finally:
        d2.t.close()
    # truncated
    shutil.copytree(t.path("watch"), t.path("cut"))
    with open(os.path.join(t.path("cut"), "whittle.db"), "r+b") as f:
        f.truncate(os.path.getsize(db) // 2)
    refused(d.watch(datadir="cut"), 5)


def test_bad__disk_full(t):
    d = Deployment(t)
    key = d.funded("proposer.key")
    before = d.moves()
    script = (f"ulimit -f 256; exec {t.program('whittle-proposer')} --network {d.net} --l1-eth-rpc "
              f"{d.node.url} --datadir {t.path('full')} --key-file {key} --l2-witness {BLOCK} --once")
    r = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    refused((r.returncode, r.stdout, r.stderr), 5)
    expect(d.moves() == before, "a transaction was sent")
    # with room it goes on from where it was
    code, out, err = t.run("whittle-proposer", "--network", d.net, "--l1-eth-rpc", d.node.url,
                           "--datadir", t.path("full"), "--key-file", key, "--l2-witness", BLOCK,
                           "--once")
    expect(code == 0, err)


def test_bad__missing_witness_sends_nothing(t):
    """Without state nobody can tell: no post, no dispute, exit 7."""
    d = Deployment(t)
    key = d.funded("proposer.key")
    before = d.moves()
    code, out, err = t.run("whittle-proposer", "--network", d.net, "--l1-eth-rpc", d.node.url,
                           "--datadir", t.path("p"), "--key-file", key, "--once")
    expect(code in (0, 7), err)
    expect("cannot tell" in err, err)
    expect(d.moves() == before, "a transaction was sent")


def test_bad__keys(t):
    d = Deployment(t, post=False)
    base = ["--network", d.net, "--l1-eth-rpc", d.node.url, "--datadir", t.path("k"), "--once"]
    open_key = t.key("open.key")
    os.chmod(open_key, 0o644)
    refused(t.run("whittle-proposer", *base, "--key-file", open_key), 8)
    refused(t.run("whittle-proposer", *base, "--key-file", t.key("short.key", "abcd")), 8)
    refused(t.run("whittle-proposer", *base, "--key-file", t.path("none.key")), 8)
    refused(t.run("whittle-proposer", *base), 2)


def test_bad__networks(t):
    d = Deployment(t, post=False)
    with open(d.net) as f:
        good = json.load(f)
    for name, change in {
        "another bond": lambda n: n["config"].update(bond="1"),
        "another genesis": lambda n: n.update(genesis_state=n["genesis_state"][:-2] + "01"),
        "another chain": lambda n: n.update(chain_config=n["chain_config"][:-2] + "01"),
        "no game": lambda n: n.pop("game"),
        "null game": lambda n: n.update(game=None),
        "other form": lambda n: n.update(v=99),
    }.items():
        bad = json.loads(json.dumps(good))
        change(bad)
        with open(d.net, "w") as f:
            json.dump(bad, f)
        got = d.watch(datadir="n")
        refused(got, 3, "W-CFG-005")
    with open(d.net, "w") as f:
        f.write("{")
    refused(d.watch(datadir="n"), 3)
    os.remove(d.net)
    refused(d.watch(datadir="n"), 3)


def test_bad__claim_and_step_that_do_not_exist(t):
    d = Deployment(t)
    d.watch()
    refused(t.run("whittle-challenger", "check", "0x" + "12" * 32, "--datadir", t.path("watch")), 7)
    refused(t.run("whittle-challenger", "evidence", "export", "9999", t.path("e"), "--network", d.net,
                  "--l1-eth-rpc", d.node.url, "--datadir", t.path("watch"), "--l2-witness", BLOCK), 2)
