"""whittle-devnet as its users meet it: cast and forge, anvil beside it, options, bad requests."""
import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import time

from world import NPM, TOP, World, expect

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract Child { uint256 v; constructor(uint256 x) { v = x; } }
contract Counter {
    uint256 public n;
    mapping(uint256 => uint256) public m;
    event Set(address indexed who, uint256 v);
    error Bad(uint256 v);
    constructor(uint256 v) payable { n = v; }
    function set(uint256 v) external {
        require(v != 7, "no seven");
        if (v == 8) revert Bad(8);
        n = v; m[v] = block.number; emit Set(msg.sender, v);
    }
    function clear(uint256 v) external { delete m[v]; delete n; }
    function spin() external { while (true) { n += 1; } }
    function die() external { selfdestruct(payable(msg.sender)); }
    function make() external returns (address) { return address(new Child(n)); }
    function hash(bytes calldata b) external view returns (bytes32 h) {
        (, bytes memory out) = address(2).staticcall(b);
        h = abi.decode(out, (bytes32));
    }
}
"""
SCRIPT = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {Counter} from "../src/Counter.sol";
interface Vm { function startBroadcast() external; function stopBroadcast() external; }
contract Go {
    bool public constant IS_SCRIPT = true;
    Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    function run() external {
        vm.startBroadcast();
        Counter c = new Counter(5);
        c.set(6);
        Counter d = new Counter{salt: bytes32(uint256(1))}(9);
        d.clear(1);
        vm.stopBroadcast();
    }
}
"""


def tool(t, name, *args, code=0):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ETH_", "FOUNDRY_"))}
    env["FOUNDRY_DISABLE_NIGHTLY_WARNING"] = "1"
    r = subprocess.run([os.path.join(NPM, name), *map(str, args)], capture_output=True, text=True,
                       cwd=t.dir, env=env, timeout=120)
    expect(r.returncode == code, f"{name} {args}: exit {r.returncode}: {r.stdout} {r.stderr}")
    return r.stdout.strip()


def project(t):
    for path, text in (("src/Counter.sol", SOURCE), ("script/Go.s.sol", SCRIPT)):
        os.makedirs(os.path.dirname(t.path(path)), exist_ok=True)
        with open(t.path(path), "w") as f:
            f.write(text)
    with open(t.path("foundry.toml"), "w") as f:
        f.write(f'[profile.default]\nlibs = []\noffline = true\nevm_version = "osaka"\n'
                f'solc = "{TOP}/game/contracts/tools/solc"\n')


def started(t, *args):
    """(node, its --config-out)"""
    path = t.path("devnet.json")
    node = t.devnet("--config-out", path, *args)
    with open(path) as f:
        return node, json.load(f)


def test_devnet__cast(t):
    node, config = started(t)
    url, a, b = node.url, config["accounts"][0], config["accounts"][1]["address"]

    def cast(*args, code=0):
        return tool(t, "cast", *args, "--rpc-url", url, code=code)

    expect(config["url"] == url, "the file names another url")
    expect(cast("chain-id") == "31337", "chain-id")
    expect(cast("client").startswith("whittle-devnet/"), "client")
    expect(cast("block-number") == "0", "block-number")
    expect("60000000" in cast("block", "latest"), "block")
    sent = json.loads(cast("send", "--json", "--private-key", a["key"], b, "--value", "1ether"))
    expect(sent["status"] == "0x1" and sent["gasUsed"] == "0x5208", sent)
    expect(cast("balance", b) == str(10001 * 10**18), "balance")
    expect(cast("nonce", a["address"]) == "1", "nonce")
    legacy = json.loads(cast("send", "--json", "--legacy", "--private-key", a["key"], b))
    expect(legacy["type"] == "0x0" and legacy["status"] == "0x1", legacy)
    own = json.loads(cast("send", "--json", "--unlocked", "--from", b, a["address"], "--value", "5"))
    expect(own["status"] == "0x1", own)
    delegated = json.loads(cast("send", "--json", "--private-key", a["key"], "--auth", b, b))
    expect(delegated["type"] == "0x4" and delegated["status"] == "0x1", delegated)
    code = cast("code", a["address"])
    expect(code == "0xef0100" + b[2:].lower(), f"delegation: {code}")
    expect(int(cast("gas-price")) > 10**9, "gas-price")
    expect(cast("storage", "0x0000000000000000000000000000000000000101", "0") == "0x" + "00" * 32,
           "storage")
    price = cast("call", "0x0000000000000000000000000000000000000101")
    expect(int(price, 16) == 10**6, f"price of EXECUTE: {price}")
    expect(sent["transactionHash"] in cast("block", "1", "--json"), "block 1 lacks the transaction")
    expect(b[2:].lower() in cast("tx", sent["transactionHash"], "--raw"), "raw transaction")
    cast("rpc", "evm_mine")
    expect(cast("block-number") == "5", "evm_mine")


def test_devnet__forge(t):
    node, config = started(t)
    project(t)
    key = config["accounts"][0]["key"]
    made = json.loads(tool(t, "forge", "create", "--json", "--broadcast", "--rpc-url", node.url,
                           "--private-key", key, "src/Counter.sol:Counter", "--value", "3",
                           "--constructor-args", "41"))
    at = made["deployedTo"]

    def cast(*args, code=0):
        return tool(t, "cast", *args, "--rpc-url", node.url, code=code)

    expect(cast("call", at, "n()(uint256)") == "41", "constructor")
    expect(cast("balance", at) == "3", "value")
    sent = json.loads(cast("send", "--json", "--private-key", key, at, "set(uint256)", "99"))
    expect(sent["status"] == "0x1" and len(sent["logs"]) == 1, sent)
    expect(cast("call", at, "n()(uint256)") == "99", "set")
    expect(sent["logs"][0]["topics"][0] in cast("logs", "--json", "--address", at), "logs")
    expect("50837" not in cast("estimate", at, "set(uint256)", "7", code=1), "estimate of a revert")
    tool(t, "forge", "script", "--broadcast", "--rpc-url", node.url, "--private-key", key,
         "script/Go.s.sol:Go")
    with open(t.path("broadcast/Go.s.sol/31337/run-latest.json")) as f:
        run = json.load(f)
    expect([int(r["status"], 16) for r in run["receipts"]] == [1, 1, 1, 1], run["receipts"])
    first = run["receipts"][0]["contractAddress"]
    expect(cast("call", first, "n()(uint256)") == "6", "the script's first contract")


# What the two nodes may say differently about the same transaction.
OWN = {"blockHash", "blockTimestamp", "stateRoot", "root"}


def normal(v):
    """Values as numbers or lower-case text, without what is each node's own."""
    if isinstance(v, dict):
        return {k: normal(x) for k, x in v.items() if k not in OWN and x is not None}
    if isinstance(v, list):
        return [normal(x) for x in v]
    return v.lower() if isinstance(v, str) else v


def receipt(node, hash):
    """anvil answers before it mines."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        r = node.rpc("eth_getTransactionReceipt", hash)
        if r is not None:
            return r
        time.sleep(0.01)
    raise AssertionError(f"{node.url} does not mine {hash}")


def test_devnet__same_answers_as_anvil(t):
    node, config = started(t, "--timestamp", "1700000000")
    other = t.anvil("--hardfork", "osaka", "--gas-limit", "60000000", "--base-fee", "1000000000",
                    "--chain-id", "31337", "--timestamp", "1700000000", "--accounts", "1")
    a, b = config["accounts"][0], config["accounts"][1]["address"]
    for account in config["accounts"][:2]:
        other.rpc("anvil_setBalance", account["address"], hex(10**22))
    for n in (node, other):
        n.rpc("evm_setNextBlockTimestamp", 1700000100)
        n.rpc("evm_mine")
    # anvil's option is the base fee of block 1, ours that of genesis
    other.rpc("anvil_setNextBlockBaseFeePerGas",
              node.rpc("eth_feeHistory", "0x1", "latest", [])["baseFeePerGas"][1])
    project(t)
    tool(t, "forge", "build")
    with open(t.path("out/Counter.sol/Counter.json")) as f:
        creation = json.load(f)["bytecode"]["object"]
    nonce = 0
    at = tool(t, "cast", "compute-address", a["address"], "--nonce", "0").split()[-1]
    word = "{:064x}".format
    rows = [  # to, data or signature with arguments, further options
        (None, creation + word(41), ["--value", "3"]),
        (at, ["set(uint256)", "99"], []),
        (at, ["set(uint256)", "100"], ["--legacy"]),
        (at, ["set(uint256)", "101"], ["--access-list", json.dumps(
            [{"address": at, "storageKeys": ["0x" + word(0)]}])]),
        (at, ["clear(uint256)", "100"], []),
        (at, ["set(uint256)", "7"], []),     # reverts
        (at, ["set(uint256)", "8"], []),
        (at, ["spin()"], []),                # burns all gas
        (at, ["make()"], []),
        (at, ["die()"], []),
        (b, [], ["--value", "1ether"]),
        (b, ["0x" + "11" * 500], []),        # the floor of EIP-7623
        ("0x0000000000000000000000000000000000000002", ["0x1234"], []),
        ("0x0000000000000000000000000000000000000101", [], ["--value", "0"]),
    ]
    skip_gas = {13}  # EXECUTE answers on one of them alone
    for i, (to, call, more) in enumerate(rows):
        common = ["--private-key", a["key"], "--chain", "31337", "--nonce", nonce, "--gas-limit",
                  "900000", "--gas-price", "20gwei"]
        if "--legacy" not in more:
            common += ["--priority-gas-price", "1gwei"]
        if to is None:
            raw = tool(t, "cast", "mktx", *common, *more, "--create", call)
        else:
            raw = tool(t, "cast", "mktx", *common, *more, to, *call)
        nonce += 1
        hashes = [n.rpc("eth_sendRawTransaction", raw) for n in (node, other)]
        expect(hashes[0] == hashes[1], f"row {i}: other hashes")
        mine, theirs = [receipt(n, hashes[0]) for n in (node, other)]
        if i in skip_gas:
            for r in (mine, theirs):
                r.pop("gasUsed"), r.pop("cumulativeGasUsed")
        for key in ("blobGasUsed", "blobGasPrice"):
            theirs.pop(key, None)
        expect(normal(mine) == normal(theirs), f"row {i}: {normal(mine)} {normal(theirs)}")
        mine, theirs = [n.rpc("eth_getTransactionByHash", hashes[0]) for n in (node, other)]
        expect(normal(mine) == normal(theirs), f"row {i}: {normal(mine)} {normal(theirs)}")
        x, y = [n.rpc("eth_getBlockByNumber", "latest", False) for n in (node, other)]
        for key in ("logsBloom", "transactionsRoot", "receiptsRoot", "gasUsed", "baseFeePerGas",
                    "gasLimit", "sha3Uncles", "withdrawalsRoot", "number", "transactions"):
            if i not in skip_gas or key not in ("gasUsed", "receiptsRoot"):
                expect(x[key] == y[key], f"row {i}: {key}: {x[key]} {y[key]}")
        missing = {k for k in y if k not in x} - {"totalDifficulty"}
        expect(not missing, f"row {i}: the block lacks {missing}")
        # what follows from the balances of the accounts is equal as well
        for who in (a["address"], b, at):
            for method in ("eth_getBalance", "eth_getTransactionCount", "eth_getCode"):
                got = [n.rpc(method, who, "latest") for n in (node, other)]
                expect(got[0] == got[1] or i in skip_gas, f"row {i}: {method} {who}: {got}")
        if i == 3:  # later: anvil keeps slots of value 0 in its trie
            keys = ["0x" + word(0), "0x" + word(5)]
            proofs = [n.rpc("eth_getProof", at, keys, "latest") for n in (node, other)]
            for key in ("balance", "nonce", "codeHash", "storageHash"):
                expect(proofs[0][key] == proofs[1][key], f"proof: {key}: {proofs}")
            for x, y in zip(*(p["storageProof"] for p in proofs)):
                expect(x["proof"] == y["proof"] and x["value"] == y["value"], f"{x} {y}")
    for v in (7, 8):
        call = {"to": at, "data": "0x60fe47b1" + word(v)}
        errors = []
        for n in (node, other):
            try:
                n.rpc("eth_call", call, "latest")
            except RuntimeError as e:
                errors.append((e.args[0]["code"], e.args[0].get("data")))
        expect(len(errors) == 2 and errors[0] == errors[1], errors)
    for call in ({"to": at, "data": "0x60fe47b1" + word(9), "from": a["address"]},
                 {"to": b, "value": "0x1", "from": a["address"]}):
        got = [int(n.rpc("eth_estimateGas", call), 16) for n in (node, other)]
        expect(abs(got[0] - got[1]) * 50 <= got[1], f"estimates {got}")


def test_devnet__block_time_and_mining_on_demand(t):
    node, config = started(t, "--block-time", "200ms")
    at = config["accounts"][0]["address"]
    hash = node.rpc("eth_sendTransaction", {"from": at, "to": at})
    end = time.monotonic() + 10
    while node.rpc("eth_getTransactionReceipt", hash) is None and time.monotonic() < end:
        time.sleep(0.05)
    expect(node.rpc("eth_getTransactionReceipt", hash)["status"] == "0x1", "not mined by the timer")
    first = int(node.rpc("eth_blockNumber"), 16)
    time.sleep(1)
    expect(int(node.rpc("eth_blockNumber"), 16) >= first + 3, "the timer stands still")
    expect(node.stop() == 0, "SIGTERM is a clean end")
    lazy = t.devnet("--no-mining")
    who = lazy.rpc("eth_accounts")[0]
    hash = lazy.rpc("eth_sendTransaction", {"from": who, "to": who})
    expect(lazy.rpc("eth_getTransactionReceipt", hash) is None, "mined without being asked")
    lazy.rpc("evm_mine")
    expect(lazy.rpc("eth_getTransactionReceipt", hash)["status"] == "0x1", "evm_mine")
    lazy.process.send_signal(signal.SIGINT)
    expect(lazy.process.wait(10) == 0, "SIGINT is a clean end")


def test_devnet__options_and_start(t):
    node, config = started(t, "--accounts", "3", "--balance", "7eth", "--chain-id", "900",
                           "--gas-limit", "30000000")
    expect(node.rpc("eth_chainId") == hex(900) and config["chainId"] == 900, "chain id")
    expect(len(config["accounts"]) == 3 == len(node.rpc("eth_accounts")), "accounts")
    expect(int(node.rpc("eth_getBalance", config["accounts"][2]["address"]), 16) == 7 * 10**18,
           "balance")
    expect(node.rpc("eth_getBlockByNumber", "latest", False)["gasLimit"] == hex(30000000), "limit")
    expect(stat.S_IMODE(os.stat(t.path("devnet.json")).st_mode) == 0o600, "the file holds keys")
    same, again = started(t, "--accounts", "3")
    expect(again["accounts"] == config["accounts"], "accounts are the same in every run")
    port = node.url.rsplit(":", 1)[1]
    rows = [  # arguments, exit code, id of the error
        (["--port", port], 3, "W-CFG-007"),
        (["--port", "70000"], 2, "W-CLI-002"),
        (["--port", "x"], 2, "W-CLI-002"),
        (["--host", "0.0.0.0"], 3, "W-CFG-008"),
        (["--accounts", "101"], 2, "W-CLI-002"),
        (["--balance", "5"], 2, "W-CLI-002"),
        (["--prot", "1"], 2, "W-CLI-001"),
        (["--port", "0", "--config-out", "/nowhere/at/all.json"], 5, "W-FILE-005"),
    ]
    for args, code, ident in rows:
        got, out, err = t.run("whittle-devnet", *args, timeout=20)
        expect(got == code and ident in err and "\n  do:" in err.replace("  do: ", "  do:"),
               f"{args}: exit {got}: {out} {err}")
        expect(out == "", f"{args}: {out}")
    code, out, err = t.run("whittle-devnet", "--help")
    expect(code == 0 and "--block-time" in out, "help")


def body(node, data, method="POST"):
    c = http.client.HTTPConnection(node.url[len("http://"):], timeout=30)
    try:
        c.request(method, "/", data)
        r = c.getresponse()
        return r.status, r.read()
    finally:
        c.close()


def test_devnet__bad_http(t):
    node = t.devnet()
    expect(body(node, b"", "GET")[0] == 405, "GET")
    expect(body(node, None, "DELETE")[0] == 405, "DELETE")
    for data in (b"", b"\x00" * 100, b"{" * 5000, b"[" * 200000, b'"' + b"a" * 10**6):
        status, answer = body(node, data)
        expect(status == 200 and json.loads(answer)["error"]["code"] in (-32700, -32600), answer)
    try:
        status, _ = body(node, b"x" * (33 << 20))
        expect(status == 413, f"oversize body: {status}")
    except (BrokenPipeError, ConnectionResetError):
        pass  # closed while we were still sending
    raw = socket.create_connection(("127.0.0.1", int(node.url.rsplit(":", 1)[1])))
    raw.sendall(b"POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\nhalf of it")
    raw.close()
    raw = socket.create_connection(("127.0.0.1", int(node.url.rsplit(":", 1)[1])))
    raw.sendall(b"\xff\xfe nonsense\r\n\r\n")
    raw.close()
    batch = [{"jsonrpc": "2.0", "id": i, "method": "eth_blockNumber"} for i in range(1000)]
    status, answer = body(node, json.dumps(batch).encode())
    expect(len(json.loads(answer)) == 1000, "a batch of 1,000")
    expect(node.rpc("eth_blockNumber") == "0x0" and node.process.poll() is None, "still there")


def test_devnet__trouble_of_execute_stops_the_node(t):
    node, config = started(t, "--execute-memory", "4096")
    who, execute = config["accounts"][0]["address"], config["execute"]
    node.rpc("eth_sendTransaction", {"from": who, "to": execute, "value": hex(10**17),
                                     "data": "0x57480003" + who[2:]})
    pre = bytearray(1024)
    pre[0:5] = b"WSG1\x01"
    trace = b"WTR2\x01\0\0\0" + (2000).to_bytes(4, "big") + b"".join(
        (8).to_bytes(4, "big") + i.to_bytes(8, "big") for i in range(2000))
    x = 450000 + 16 * len(trace)
    data = (0x57480001).to_bytes(4, "big") + x.to_bytes(8, "big") + (1).to_bytes(8, "big")
    data += bytes(32) + bytes(pre) + trace
    head = node.rpc("eth_blockNumber")
    try:
        node.rpc("eth_sendTransaction", {"from": who, "to": execute, "gas": hex(3 * 10**6),
                                         "data": "0x" + data.hex()})
        raise AssertionError("the transaction was mined")
    except RuntimeError as e:
        expect(e.args[0]["code"] == -32603, e)
    expect(node.process.wait(10) == 70, f"exit {node.process.returncode} after block {head}")


def test_devnet__blocks_are_valid_by_the_stateless_check(t):
    """Blocks with their witness as files: `check` seals the same headers from its own steps."""
    # the time is in mainnet's Osaka, before its first change of the blob schedule
    node, config = started(t, "--chain-id", "1", "--timestamp", "1764900000", "--no-mining")
    a, b, c = config["accounts"][:3]
    project(t)
    tool(t, "forge", "build")
    with open(t.path("out/Counter.sol/Counter.json")) as f:
        creation = json.load(f)["bytecode"]["object"]
    at = tool(t, "cast", "compute-address", a["address"], "--nonce", "0").split()[-1]
    nonces = {}
    clock = [1764900000]

    def send(who, *args):
        nonce = nonces.get(who["key"], 0)
        nonces[who["key"]] = nonce + 1
        raw = tool(t, "cast", "mktx", "--private-key", who["key"], "--chain", "1", "--nonce", nonce,
                   "--gas-limit", "900000", "--gas-price", "20gwei",
                   "--priority-gas-price", "1gwei", "--rpc-url", node.url, *args)
        return node.rpc("eth_sendRawTransaction", raw)

    def mine():
        clock[0] += 12
        node.rpc("evm_setNextBlockTimestamp", clock[0])
        node.rpc("evm_mine")

    def check(number):
        raw = node.rpc("debug_getRawBlock", hex(number))
        witness = node.rpc("debug_executionWitness", hex(number))
        block = node.rpc("eth_getBlockByNumber", hex(number), True)
        headers = witness["headers"]
        path = t.path(f"block-{number}.json")
        with open(path, "w") as f:
            json.dump({
                "format": "stateless-block/1", "network": "mainnet", "chainId": 1, "fork": "osaka",
                "number": number, "hash": block["hash"],
                "header": node.rpc("debug_getRawHeader", hex(number)),
                "transactions": [node.rpc("eth_getRawTransactionByHash", x["hash"])
                                 for x in block["transactions"]],
                "uncles": [], "withdrawals": [], "parentHeader": headers[0],
                "ancestorHeaders": headers[1:],
                "witness": {"state": witness["state"], "codes": witness["codes"]},
                "reference": None}, f)
        expect(len(raw) // 2 - 1 == int(block["size"], 16), "size is not that of the block")
        code, out, err = t.run("whittle-challenger", "check", path)
        expect(code == 0 and block["hash"] in out and "agree" in out, f"{number}: {code} {out} {err}")

    send(a, "--value", "3", "--create", creation + f"{41:064x}")
    mine()
    check(1)
    for v in range(100, 116):
        send(a, at, "set(uint256)", v)
    for v in (7, 8):
        send(b, at, "set(uint256)", v)
    send(b, at, "spin()")
    send(b, at, "make()")
    send(b, "--auth", at, b["address"])
    nonces[b["key"]] += 1  # the authorization took one
    send(c, b["address"], "set(uint256)", "5")  # runs the delegate's code
    send(c, "--value", "1", "0x00000961Ef480Eb55e80D19ad83579A64c007002", "0x" + "22" * 56)
    send(c, "--value", "1", "0x0000BBdDc7CE488642fb579F8B00f3a590007251", "0x" + "33" * 96)
    send(c, "0x00000000000000000000000000000000000000f1", "--value", "1")
    mine()
    block = node.rpc("eth_getBlockByNumber", "latest", False)
    expect(len(block["transactions"]) == 25, len(block["transactions"]))
    expect(block["requestsHash"][:10] != "0xe3b0c442", "the block has requests")
    check(2)
    for v in range(100, 116):
        send(a, at, "clear(uint256)", v)
    send(b, at, "die()")
    mine()
    check(3)
    mine()
    check(4)
