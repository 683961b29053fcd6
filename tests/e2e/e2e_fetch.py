"""`whittle-challenger check N|A:B --l2-eth-rpc URL`: blocks of a node, completed by its proofs."""
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from world import BLOCK, expect

# calldata is pairs (key, value): each value goes to its slot
WRITER = "5f5b36811015601757806020013581355560400160015" + "65b00"
# slot 0 = hash of the block 5 below
READER = "60054303405f5500"
# the same, then a call to an address that nobody has
CALLER = "60054303405f555f5f5f5f5f73" + "be" * 20 + "5af100"


def creation(runtime):
    n = len(runtime) // 2
    return f"0x60{n:02x}8060095f395ff3" + runtime


class Server:
    """JSON-RPC on loopback; answer(method, params) gives the result, or raises Refused."""

    def __init__(self):
        outer = self
        self.asked = {}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # head and body in one segment: no wait for an ACK

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                many = isinstance(body, list)
                answers = [outer.one(q) for q in (body if many else [body])]
                out = json.dumps(answers if many else answers[0]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def one(self, q):
        method, params = q["method"], q.get("params", [])
        self.asked[method] = self.asked.get(method, 0) + 1
        head = {"jsonrpc": "2.0", "id": q["id"]}
        try:
            return dict(head, result=self.answer(method, params))
        except Refused as why:
            return dict(head, error={"code": why.code, "message": str(why)})

    def close(self):
        self.server.shutdown()


class Refused(Exception):
    def __init__(self, text="the method does not exist", code=-32601):
        super().__init__(text)
        self.code = code


class Proxy(Server):
    """A node in front of another: without some methods, with answers changed, all of it recorded."""

    def __init__(self, node, without=(), change=None):
        super().__init__()
        self.node, self.without, self.change, self.record = node, without, change, {}

    def answer(self, method, params):
        if method in self.without:
            raise Refused()
        try:
            result = self.node.rpc(method, *params)
        except RuntimeError as e:
            raise Refused(e.args[0]["message"], e.args[0]["code"]) from None
        if self.change:
            result = self.change(method, params, result)
        self.record[json.dumps([method, params])] = result
        return result


class Replay(Server):
    """Answers what was recorded, and refuses all else."""

    def __init__(self, record):
        super().__init__()
        self.recorded = record

    def answer(self, method, params):
        key = json.dumps([method, params])
        if key not in self.recorded:
            raise Refused("header not found", -32000)
        return self.recorded[key]


# Slots of the roots contract (EIP-4788) follow from the time, and their keys may lead to a sibling.
TIME, SLOT_SECONDS = 1790000000, 12
ALL_DEBUG = ("debug_executionWitness", "debug_getRawBlock", "debug_dbGet")


class Chain:
    """A few blocks with storage that grows and shrinks, on a devnet or on anvil."""

    def __init__(self, t, node, requests):
        self.t, self.node, self.time = t, node, TIME
        self.rich = node.rpc("eth_accounts")[0]
        self.genesis = t.path(f"genesis-{id(node)}.json")
        with open(self.genesis, "w") as f:
            json.dump({"config": {"chainId": int(node.rpc("eth_chainId"), 16), "homesteadBlock": 0,
                                  "terminalTotalDifficulty": 0, "shanghaiTime": 0, "cancunTime": 0,
                                  "pragueTime": 0, "osakaTime": 0, "noRequests": not requests}}, f)

    def send(self, **tx):
        self.time += SLOT_SECONDS
        self.node.rpc("evm_setNextBlockTimestamp", self.time)
        h = self.node.rpc("eth_sendTransaction", dict({"from": self.rich, "gas": "0xf4240"}, **tx))
        end = time.monotonic() + 10
        r = None
        while r is None and time.monotonic() < end:  # anvil answers before it mines
            r = self.node.rpc("eth_getTransactionReceipt", h)
        expect(r and r["status"] == "0x1", (tx, r))
        return r

    def write(self, to, pairs):
        data = "".join(f"{k:064x}{v:064x}" for k, v in pairs)
        return self.send(to=to, data="0x" + data)

    def fill(self, exact=True):
        writer = self.send(data=creation(WRITER))["contractAddress"]
        reader = self.send(data=creation(CALLER if exact else READER))["contractAddress"]
        for first in range(1, 33, 8):
            self.write(writer, [(k, k) for k in range(first, first + 8)])
        self.send(to="0x" + "c0" * 20, value="0x1")
        self.send(to=reader)
        if not exact:
            self.write(writer, [(k, k * k) for k in range(1, 50)])
            self.send(to=reader)
            return int(self.node.rpc("eth_blockNumber"), 16)
        # branches collapse: most slots go, some come back in the same block or later
        for k in range(1, 30):
            self.write(writer, [(k, 0), (k + 100, 5)] if k % 3 else [(k, 0), (k - 1, 0)])
        self.write(writer, [(3, 3), (30, 0), (31, 0)])
        # the keys of 3 and 10 share their first nibble, c, so that the sibling of 1 is a branch
        other = self.send(data=creation(WRITER))["contractAddress"]
        self.write(other, [(3, 1), (10, 1), (1, 1)])
        self.write(other, [(1, 0)])
        return int(self.node.rpc("eth_blockNumber"), 16)

    def check(self, url, what, *more, code=0):
        got, out, err = self.t.run("whittle-challenger", "check", what, "--l2-eth-rpc", url,
                                   "--l2-genesis", self.genesis, "--json", *more)
        expect(got == code, f"exit {got}, want {code}: {out[-2000:]} {err}")
        lines = [json.loads(line) for line in out.splitlines()]
        self.counts = lines[-1] if lines and lines[-1]["type"] == "fetch" else None
        return [r for r in lines if r["type"] == "check"], err


def roots(reports):
    """State roots: leaves also hold how many block hashes were at hand."""
    return [r["state_roots"] for r in reports]


def test_fetch__devnet_by_witness_and_by_proofs_alone(t):
    node = t.devnet("--timestamp", TIME)
    chain = Chain(t, node, requests=True)
    head = chain.fill()
    whole = f"1:{head}"
    proxy = Proxy(node)
    by_witness, _ = chain.check(proxy.url, whole)
    expect(len(by_witness) == head, len(by_witness))
    expect(chain.counts["witness"] and chain.counts["raw_block"] and not chain.counts["proofs"],
           chain.counts)
    expect(proxy.asked["debug_executionWitness"] == head and "debug_getRawBlock" in proxy.asked,
           proxy.asked)
    for without in (ALL_DEBUG[:1], ALL_DEBUG[1:2], ALL_DEBUG):
        proxy = Proxy(node, without)
        got, _ = chain.check(proxy.url, whole)
        expect(roots(got) == roots(by_witness), f"without {without}: other roots")
        if without == ALL_DEBUG:
            expect(proxy.asked["eth_getProof"] > head and sum(r.get("fetched", 0) for r in got) > head,
                   proxy.asked)
            expect(chain.counts["siblings_derived"] > 5 and chain.counts["siblings_by_key"] > 0,
                   chain.counts)
            once = [r["number"] for r in got if r.get("settled_once")]
            expect(not once, f"no siblings for {once}")


def test_fetch__anvil_by_proofs_alone(t):
    """anvil's first header names the empty state though accounts have ether, a block may have the time
    of its parent, a slot that is set to 0 and an empty account that is touched stay in the trie. Around
    these it keeps the rules."""
    node = t.anvil("--hardfork", "osaka", "--timestamp", TIME)
    chain = Chain(t, node, requests=False)
    head = chain.fill(exact=False)
    proxy = Proxy(node)
    got, _ = chain.check(proxy.url, f"2:{head}")
    expect(len(got) == head - 1 and all(r["verdict"] == "agree" for r in got), got)
    expect(proxy.asked.get("eth_getProof", 0) > head, proxy.asked)
    expect(not [r["number"] for r in got if r.get("settled_once")], "siblings")
    got, _ = chain.check(node.url, "1", code=6)
    expect(got[0]["first_wrong_segment"] == 0, got)


def test_fetch__recorded_answers(t):
    node = t.devnet("--timestamp", TIME)
    chain = Chain(t, node, requests=True)
    head = chain.fill()
    proxy = Proxy(node, ALL_DEBUG)
    first, _ = chain.check(proxy.url, str(head))
    again, _ = chain.check(Replay(proxy.record).url, str(head))
    expect(roots(first) == roots(again), "other roots from the record")
    # each recorded proof left out: the same verdict, or what is missing is named; never another one
    proofs = [k for k in proxy.record if json.loads(k)[0] in ("eth_getProof", "eth_getCode")]
    expect(len(proofs) > 5, proofs)
    for key in proofs:
        less = {k: v for k, v in proxy.record.items() if k != key}
        code, out, err = t.run("whittle-challenger", "check", str(head), "--l2-eth-rpc",
                               Replay(less).url, "--l2-genesis", chain.genesis, "--json")
        r = json.loads(out.splitlines()[0])
        expect(code in (0, 7), (key, code, out, err))
        if code == 0:
            expect(r["state_roots"] == first[0]["state_roots"] or r.get("settled_once"), (key, r))
        else:
            expect(r["verdict"] == "cannot tell" and r["missing"]["hash"], r)


def flip(text):
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def test_fetch__a_lying_node_proves_nothing(t):
    node = t.devnet("--timestamp", TIME)
    chain = Chain(t, node, requests=True)
    head = chain.fill()

    def change_proofs(method, params, result):
        if method == "eth_getProof":
            return dict(result, accountProof=[flip(n) for n in result["accountProof"]])
        return result

    got, _ = chain.check(Proxy(node, ALL_DEBUG, change_proofs).url, str(head), code=7)
    expect(got[0]["missing"]["kind"] == "node" and got[0]["missing"]["path"] == "", got)

    def change_codes(method, params, result):
        return flip(result) if method == "eth_getCode" else result

    got, _ = chain.check(Proxy(node, ALL_DEBUG, change_codes).url, str(head), code=7)
    expect(got[0]["missing"]["kind"] == "code", got)

    def no_account(method, params, result):
        return dict(result, accountProof=[], storageProof=[]) if method == "eth_getProof" else result

    chain.check(Proxy(node, ALL_DEBUG, no_account).url, str(head), code=7)

    def other_block(method, params, result):
        if method == "debug_getRawBlock":
            return node.rpc(method, "0x1")
        return result

    _, err = chain.check(Proxy(node, (), other_block).url, str(head), code=4)
    expect("W-RPC-005" in err, err)

    def other_tx(method, params, result):
        if method == "eth_getBlockByNumber" and result and result["transactions"]:
            tx = dict(result["transactions"][0], nonce="0x77", hash=None)
            return dict(result, transactions=[tx])
        return result

    _, err = chain.check(Proxy(node, ALL_DEBUG, other_tx).url, str(head), code=4)
    expect("transactions are not those" in err, err)


def test_fetch__a_node_that_dies_is_no_verdict(t):
    node = t.devnet("--timestamp", TIME)
    chain = Chain(t, node, requests=True)
    head = chain.fill()
    for alive in (1, 4, 9):
        proxy = Proxy(node, ALL_DEBUG)
        proxy.server.handle_error = lambda *args: None
        left = [alive]

        def change(method, params, result):
            left[0] -= 1
            if left[0] < 0:
                raise ConnectionAbortedError
            return result

        proxy.change = change
        got, err = chain.check(proxy.url, str(head), code=4)
        expect(not got and len(err.splitlines()) >= 3 and "W-RPC" in err, (got, err))


def test_fetch__ranges_that_do_not_exist(t):
    node = t.devnet("--timestamp", TIME)
    chain = Chain(t, node, requests=True)
    chain.send(to="0x" + "c0" * 20, value="0x1")
    for what in ("2", "1:2", "0", "0:1", "1:0", "99999999999999999999"):
        code, out, err = t.run("whittle-challenger", "check", what, "--l2-eth-rpc", node.url,
                               "--l2-genesis", chain.genesis)
        want = 7 if what.startswith("999") else 2
        expect(code == want and len(err.splitlines()) == 3, (what, code, out, err))
    code, _, err = t.run("whittle-challenger", "check", "1")
    expect(code == 2 and "--l2-eth-rpc" in err, err)
    code, _, err = t.run("whittle-challenger", "check", "1", "--l2-eth-rpc", "http://127.0.0.1:1")
    expect(code == 4, err)
    code, out, err = t.run("whittle-challenger", "check", "1", "--l2-eth-rpc", node.url)
    expect(code == 7 and "no rules are known" in out, out + err)


class Mainnet(Server):
    """One real block as a node would serve it, from its file."""

    def __init__(self, t, proofs=None, drop=None):
        super().__init__()
        for form in ("witness", "block"):
            code, out, err = t.run("whittle-challenger", "convert", BLOCK, t.path(form), "--form", form)
            expect(code == 0, out + err)
        with open(t.path("block"), "rb") as f:
            self.raw = "0x" + f.read().hex()
        with open(t.path("witness")) as f:
            self.witness = json.load(f)
        if drop is not None:
            self.dropped = self.witness["state"].pop(drop)
        self.proofs = proofs

    def answer(self, method, params):
        if method == "eth_chainId":
            return "0x1"
        if method == "eth_blockNumber":
            return hex(22615247)
        if method == "debug_getRawBlock":
            return self.raw
        if method == "debug_executionWitness":
            return self.witness
        if method == "eth_getProof" and self.proofs:
            return {"accountProof": [self.dropped], "storageProof": [{"proof": [self.dropped]}]}
        raise Refused()


def test_fetch__real_block_from_a_node(t):
    def check(server, code):
        got, out, err = t.run("whittle-challenger", "check", "22615247", "--l2-eth-rpc", server.url,
                              "--json")
        expect(got == code, f"exit {got}: {out[-1000:]} {err}")
        return json.loads(out.splitlines()[0])

    good = check(Mainnet(t), 0)
    for drop in (0, 100, 433, 866):
        r = check(Mainnet(t, drop=drop), 7)
        expect(r["missing"]["hash"] and "does not exist" in r["why"], r)
        r = check(Mainnet(t, drop=drop, proofs=True), 0)
        expect(r["last_leaf"] == good["last_leaf"] and r["fetched"] == 1, r)
