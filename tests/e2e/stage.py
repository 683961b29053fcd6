"""A deployment on the devnet with daemons on it: what tests of hostile surroundings share."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rival import keccak, tail
from world import BLOCK, NPM, expect

TRACE_STORE = "0x0000000000000000000000000000000057485452"
AGREE, INVALID, UNKNOWN = 1, 2, 3  # verdicts of the store
PENDING, CONFIRMED, REJECTED = 1, 2, 3  # status of an assertion
ETHER = 10**18


def address_of(key_path):
    with open(key_path) as f:
        r = subprocess.run([os.path.join(NPM, "cast"), "wallet", "address", "--private-key",
                            f.read().strip()], capture_output=True, text=True, check=True)
    return r.stdout.strip()


class Proxy:
    """Stands between a daemon and the node. mangle(method, params, forward) gives the result, or
    raises Fault; forward(method, params) asks the node."""

    class Fault(Exception):
        pass

    def __init__(self, url, mangle):
        self.url_behind, self.mangle, self.seen = url, mangle, []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize, disable_nagle_algorithm = -1, True  # one segment, at once
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                many = isinstance(body, list)
                out = [proxy.answer(q) for q in (body if many else [body])]
                text = json.dumps(out if many else out[0]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass  # a daemon that was killed hangs up in the middle: that is the test

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def forward(self, method, params):
        return ask(self.url_behind, method, *params)

    def answer(self, q):
        out = {"jsonrpc": "2.0", "id": q["id"]}
        self.seen.append(q["method"])
        try:
            out["result"] = self.mangle(q["method"], q["params"], self.forward)
        except self.Fault as e:
            out["error"] = {"code": -32000, "message": str(e)}
        except RuntimeError as e:
            out["error"] = e.args[0]
        return out

    def stop(self):
        self.server.shutdown()


def ask(url, method, *params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
    req = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(req, timeout=30) as r:
        answer = json.load(r)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["result"]


class Party:
    """A daemon: its process, key, store."""

    def __init__(self, stage, name, argv, honest, key):
        self.stage, self.name, self.argv, self.honest = stage, name, argv, honest
        self.datadir = stage.t.path(name)
        self.log = stage.t.path(name + ".log")
        self.key, self.address = key, address_of(key) if key else None
        self.process = None
        self.may_end = ()  # exit codes that do not end the play

    def start(self, *more):
        out = open(self.log, "a")
        self.process = subprocess.Popen([str(a) for a in (*self.argv, *more)], stdout=out,
                                        stderr=subprocess.STDOUT, cwd=self.stage.t.dir)

    def kill(self, how=signal.SIGKILL):
        """Returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(20)

    def text(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def rows(self, sql, *args):
        path = os.path.join(self.datadir, "whittle.db")
        if not os.path.exists(path):
            return []
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
            try:
                return db.execute(sql, args).fetchall()
            except sqlite3.OperationalError:
                return []  # not there yet

    def claims(self):
        """aid -> (status, own verdict, reason)"""
        return {aid: (status, verdict, reason) for aid, status, verdict, reason in self.rows(
            "SELECT a.aid, a.status, v.verdict, v.reason FROM assertions a "
            "LEFT JOIN verdicts v ON v.aid = a.aid")}

    def running(self):
        return self.process is not None and self.process.poll() is None

    def done(self, head):
        """It has looked at the head (its hash) to the end, and nothing of its own is on the way."""
        return self.rows("SELECT value, (SELECT count(*) FROM intents WHERE state IN (0, 1)) FROM meta "
                         "WHERE key = 'looked'") == [(head, 0)]


class Stage:
    def __init__(self, t, blocks=(BLOCK,), post=True, devnet=(), genesis=None, tag="latest", **options):
        self.genesis = genesis
        self.t, self.blocks, self.parties, self.proxies = t, blocks, [], []
        self.node = t.devnet(*devnet)
        self.rich = self.node.rpc("eth_accounts")[0]
        self.operator = self.funded("operator")
        options = {k: self.rich if v == "rich" else v for k, v in options.items()}
        self.net = t.path("net.json")
        args = [w for k, v in options.items() for w in (f"--{k.rstrip('_').replace('_', '-')}", str(v))]
        code, _, err = t.run("whittle-deploy", "--l1-eth-rpc", self.node.url, "--key-file",
                             self.operator, "--preset", "devnet",
                             *(("--genesis", genesis) if genesis else
                               ("--block", blocks[0], "--partial-ring")),
                             "--rpc-block-number", tag, "--out", self.net, "--trace-store",
                             TRACE_STORE, *args)
        expect(code == 0, err)
        with open(self.net) as f:
            self.network = json.load(f)
        if post:
            for block in blocks:
                self.post(block)

    def close(self):
        for p in self.parties:
            if p.process and p.process.poll() is None:
                p.process.send_signal(signal.SIGCONT)
                p.kill()
        for p in self.proxies:
            p.stop()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def proxy(self, mangle):
        self.proxies.append(Proxy(self.node.url, mangle))
        return self.proxies[-1]

    def give(self, address, wei):
        self.node.rpc("eth_sendTransaction",
                      {"from": self.rich, "to": address, "value": hex(wei)})

    def funded(self, name, wei=100 * ETHER):
        key = self.t.key(name + ".key")
        if wei:
            self.give(address_of(key), wei)
        return key

    def post_args(self, block, *more):
        return ("post-block", block, "--network", self.net, "--l1-eth-rpc", self.node.url, *more)

    def post(self, block, *more, key=None):
        code, out, err = self.t.run("whittle-proposer", *self.post_args(block, *more), "--key-file",
                                    key or self.operator)
        expect(code == 0, out + err)

    def party(self, name, program, *args, url=None, honest=True, wei=100 * ETHER, key=None,
              start=True):
        watch = "--watch" in args
        key = None if watch else key or self.funded(name, wei)
        argv = [self.t.program(program), "--network", self.net, "--l1-eth-rpc",
                url or self.node.url, "--datadir", self.t.path(name), "--http-poll-interval", "50ms",
                "--num-confirmations", "1", "--tx.resubmit", "2s", "--log.format", "logfmt"]
        argv += [] if watch else ["--key-file", key]
        argv += ["--l2-genesis", self.genesis] if self.genesis else []
        for block in self.blocks:
            argv += ["--l2-witness", block]
        p = Party(self, name, argv + list(args), honest, key)
        self.t.logs.append(p.log)
        self.parties.append(p)
        if start:
            p.start()
        return p

    def proposer(self, *args, **kw):
        return self.party(kw.pop("name", "proposer"), "whittle-proposer", *args, **kw)

    def challenger(self, *args, **kw):
        return self.party(kw.pop("name", "challenger"), "whittle-challenger", *args, **kw)

    def liar(self, lie, *args, **kw):
        return self.party(kw.pop("name", "liar"), "whittle-liar", "--lie", lie, *args, honest=False,
                          **kw)

    def post_raw(self, block, txs):
        """The header of the block with other transactions, by the rich account as the sequencer."""
        def texts(items):
            out, at = [], 32 * len(items)
            for item in items:
                out.append(at.to_bytes(32, "big"))
                at += 32 + -(-len(item) // 32) * 32
            return b"".join(out) + b"".join(map(tail, items))
        parts = [bytes.fromhex(block["header"][2:]), b"", b"\xc0"]
        data = b"".join(map(tail, parts)) + len(txs).to_bytes(32, "big") + texts(txs)
        offsets, at = [], 128
        for part in map(tail, parts):
            offsets.append(at)
            at += len(part)
        head = b"".join(n.to_bytes(32, "big") for n in (*offsets, at))
        call = keccak(b"postEthereum(bytes,bytes,bytes,bytes[])")[:4] + head + data
        h = self.node.rpc("eth_sendTransaction", {"from": self.rich, "gas": hex(5000000), "data":
                                                  "0x" + call.hex(),
                                                  "to": self.network["config"]["inbox"]})
        expect(self.node.rpc("eth_getTransactionReceipt", h)["status"] == "0x1", "postEthereum")

    def head(self):
        return int(self.node.rpc("eth_blockNumber"), 16)

    def wait(self, what, until, timeout=60):
        """Real time only."""
        end = time.monotonic() + timeout
        while not until():
            self.alive()
            expect(time.monotonic() < end, f"no end of waiting for {what}")
            time.sleep(0.03)

    def alive(self):
        for p in self.parties:
            code = p.process.poll() if p.honest and p.process else None
            expect(code is None or code in p.may_end, f"{p.name} ended with {code}")

    def pass_time(self, seconds):
        self.node.rpc("evm_increaseTime", seconds)
        self.node.rpc("evm_mine")

    def done(self, honest):
        """Nobody (of the honest) has anything to do at this head."""
        head = bytes.fromhex(self.node.rpc("eth_getBlockByNumber", "latest", False)["hash"][2:])
        return all(p.done(head) for p in self.parties if p.running() and (p.honest or not honest))

    def play(self, until, timeout=90, step=10, each=None):
        """Lets the parties play. L1 time is moved when nobody has anything on the way; liars are waited
        for a second at most. L1 makes a block a second, whatever its users do."""
        begun = moved = mined = time.monotonic()
        while not until():
            now = time.monotonic()
            expect(now < begun + timeout, "no end of the play")
            self.alive()
            if each:
                each()
            if self.done(honest=now > moved + 1) or now > moved + 8:
                self.pass_time(step)
                moved = mined = now
            elif now > mined + 1:
                self.node.rpc("evm_mine")
                mined = now
            time.sleep(0.02)

    def judged(self, party, claims=1):
        """Everything that was claimed is confirmed or rejected, each as this party says."""
        rows = party.claims().values()
        if len(rows) < claims or any(r[0] == PENDING for r in rows):
            return False
        for status, verdict, reason in rows:
            want = CONFIRMED if verdict == AGREE else REJECTED
            expect(status == want, f"own verdict {verdict} ({reason}), status {status}")
        return True

    def call(self, to, data):
        return bytes.fromhex(self.node.rpc("eth_call", {"to": to, "data": "0x" + data.hex()},
                                           "latest")[2:])

    def balance(self, address):
        return int(self.node.rpc("eth_getBalance", address, "latest"), 16)


def block_json(path):
    return json.loads(subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout)


def false_block(t, path, name="false.json"):
    """The block with a header that claims another state root (fields: parent, ommers, coinbase, root)."""
    block = block_json(path)
    header = bytearray.fromhex(block["header"][2:])
    header[3 + 33 + 33 + 21 + 5] ^= 1
    block.update(header="0x" + header.hex(), hash="0x" + keccak(bytes(header)).hex(), reference=None)
    with open(t.path(name), "w") as f:
        json.dump(block, f)
    return t.path(name)


def lagging(depth=0, turn=lambda n: n % 2, seconds=0):
    """A load balancer over two nodes, one of them `depth` blocks behind, or with the blocks of some
    seconds ago; turn(n) says which answers request n."""
    state, seen = {"n": 0}, {}

    def behind(forward):
        head = int(forward("eth_blockNumber", []), 16)
        if not seconds:
            return max(0, head - depth)
        now = time.monotonic()
        for n in range(max(seen, default=head), head + 1):
            seen.setdefault(n, now)
        return max((n for n in seen if seen[n] <= now - seconds), default=max(0, head - 1))

    def mangle(method, params, forward):
        state["n"] += 1
        if not turn(state["n"]):
            return forward(method, params)
        head = behind(forward)
        params = json.loads(json.dumps(params).replace('"latest"', f'"{hex(head)}"'))
        if method == "eth_blockNumber":
            return hex(head)
        if method == "eth_getBlockByNumber" and int(params[0], 16) > head:
            return None
        if method == "eth_getLogs" and "toBlock" in params[0]:
            if int(params[0]["fromBlock"], 16) > head:
                return []
            params[0]["toBlock"] = hex(min(head, int(params[0]["toBlock"], 16)))
        for p in params:
            if isinstance(p, dict) and "blockHash" in p:
                block = forward("eth_getBlockByHash", [p["blockHash"], False])
                if block is None or int(block["number"], 16) > head:
                    raise Proxy.Fault("header not found")
        out = forward(method, params)
        if method in ("eth_getTransactionReceipt", "eth_getTransactionByHash") and out and \
                out.get("blockNumber") and int(out["blockNumber"], 16) > head:
            return None
        return out
    return mangle


def rlp_items(data):
    """The items of a list, each as its full encoding."""
    def head(at):
        b = data[at]
        if b < 0x80:
            return at, at + 1
        if b < 0xb8 or 0xc0 <= b < 0xf8:
            n = b - (0x80 if b < 0xb8 else 0xc0)
            return at + 1, at + 1 + n
        k = b - (0xb7 if b < 0xc0 else 0xf7)
        return at + 1 + k, at + 1 + k + int.from_bytes(data[at + 1:at + 1 + k], "big")
    at, end = head(0)
    out = []
    while at < end:
        stop = head(at)[1]
        out.append(data[at:stop])
        at = stop
    return out


def rlp_text(item):
    return item if item[0] < 0x80 else item[1:] if item[0] < 0xb8 else item[1 + item[0] - 0xb7:]


def rlp(item):
    """Of bytes, or of a list of encodings."""
    body, base = (b"".join(item), 0xc0) if isinstance(item, list) else (item, 0x80)
    if base == 0x80 and len(body) == 1 and body[0] < 0x80:
        return body
    n = len(body)
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return (bytes([base + n]) if n < 56 else bytes([base + 55 + len(size)]) + size) + body


class L2:
    """An L2 node that has one block: as a whole, and the state before it by eth_getProof alone."""

    def __init__(self, path):
        self.block = block_json(path)
        self.header, self.parent = (bytes.fromhex(self.block[k][2:])
                                    for k in ("header", "parentHeader"))
        witness = self.block["witness"]
        self.nodes = {keccak(bytes.fromhex(n[2:])): bytes.fromhex(n[2:]) for n in witness["state"]}
        self.codes = {keccak(bytes.fromhex(c[2:])): c for c in witness["codes"]}
        self.proofs = 0

    def walk(self, root, key):
        """(nodes on the way, value or None)"""
        nibbles = keccak(key).hex()
        way, node = [], self.nodes.get(root)
        while node:
            if len(node) >= 32 or not way:
                way.append("0x" + node.hex())
            items = rlp_items(node)
            if len(items) == 17:
                item, nibbles = items[int(nibbles[0], 16)], nibbles[1:]
            else:
                path = rlp_text(items[0]).hex()
                part = path[1:] if int(path[0], 16) & 1 else path[2:]
                if not nibbles.startswith(part):
                    return way, None
                if int(path[0], 16) & 2:
                    return way, rlp_text(items[1])
                item, nibbles = items[1], nibbles[len(part):]
            if item == b"\x80":
                return way, None
            node = item if item[0] >= 0xc0 else self.nodes.get(rlp_text(item))
        return way, None

    def account(self, text):
        root = rlp_text(rlp_items(self.parent)[3])
        return self.walk(root, bytes.fromhex(text[2:]))

    def answer(self, method, params, forward):
        if method == "debug_getRawBlock":
            txs = [bytes.fromhex(x[2:]) for x in self.block["transactions"]]
            txs = [x if x[0] >= 0xc0 else rlp(x) for x in txs]
            uncles = [bytes.fromhex(x[2:]) for x in self.block["uncles"]]
            parts = [self.header, rlp(txs), rlp(uncles)]
            if self.block["withdrawals"] is not None:
                parts.append(rlp([bytes.fromhex(x[2:]) for x in self.block["withdrawals"]]))
            return "0x" + rlp(parts).hex()
        if method == "debug_executionWitness":
            return {"state": [], "codes": [], "keys": [], "headers": [self.block["parentHeader"]]}
        if method == "eth_getBlockByHash":
            return None
        if method == "eth_getProof":
            self.proofs += 1
            way, value = self.account(params[0])
            storage = rlp_text(rlp_items(value)[2]) if value else bytes(32)
            return {"accountProof": way, "storageProof": [
                {"proof": self.walk(storage, bytes.fromhex(k[2:]))[0]} for k in params[1]]}
        if method == "eth_getCode":
            value = self.account(params[0])[1]
            return self.codes.get(rlp_text(rlp_items(value)[3]), "0x") if value else "0x"
        raise Proxy.Fault(f"the method {method} does not exist")
