# SPDX-License-Identifier: MIT
"""anvil as the second opinion: one process, JSON-RPC, and the state that it dumps."""
import gzip
import json
import os
import subprocess
import tempfile
import time
import urllib.request

# EIP-2935's contract, which anvil has in its genesis from Prague on; no vector names it.
HISTORY = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
GAS_LIMIT = 30000000
GENESIS_TIME = 1800000000


class Refused(Exception):
    pass


def hexed(v):
    return hex(v) if isinstance(v, int) else "0x" + bytes(v).hex()


class Anvil:
    def __init__(self, program, fork, gas_limit=GAS_LIMIT, *options):
        self.folder = tempfile.TemporaryDirectory()
        genesis = os.path.join(self.folder.name, "genesis.json")
        with open(genesis, "w") as f:
            json.dump({"config": {"chainId": 1}, "nonce": "0x0", "timestamp": hex(GENESIS_TIME), "extraData": "0x",
                       "gasLimit": hex(gas_limit), "difficulty": "0x0", "mixHash": "0x" + "00" * 32,
                       "coinbase": "0x" + "00" * 20, "alloc": {}}, f)
        self.log = open(os.path.join(self.folder.name, "log"), "w+")
        self.process = subprocess.Popen(
            [program, "--port", "0", "--accounts", "0", "--no-mining", "--order", "fifo", "--hardfork",
             fork.lower(), "--init", genesis, "--chain-id", "1", "--gas-limit", str(gas_limit),
             "--timestamp", str(GENESIS_TIME), "--threads", "1", "--disable-default-create2-deployer",
             "--enable-tx-gas-limit", *options], stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.url = self.wait()

    def wait(self):
        for _ in range(3000):
            with open(self.log.name) as f:
                text = f.read()
            if "Listening on " in text:
                return "http://" + text.split("Listening on ")[1].split()[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError("anvil does not start: " + text)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    def ask(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            reply = json.load(answer)
        if reply.get("error"):
            raise Refused(reply["error"]["message"])
        return reply["result"]

    def put(self, accounts):
        for at, a in accounts.items():
            name = hexed(at)
            self.ask("anvil_setBalance", name, hexed(a["balance"]))
            self.ask("anvil_setNonce", name, hexed(a["nonce"]))
            if a["code"]:
                self.ask("anvil_setCode", name, hexed(a["code"]))
            for k, v in a["storage"].items():
                self.ask("anvil_setStorageAt", name, hexed(k), hexed(v.to_bytes(32, "big")))

    def accounts(self):
        """What is in the trie: no empty accounts, no slots of value 0."""
        dump = json.loads(gzip.decompress(bytes.fromhex(self.ask("anvil_dumpState")[2:])))
        out = {}
        for at, a in dump["accounts"].items():
            one = {"nonce": whole(a["nonce"]), "balance": whole(a["balance"]), "code": bytes.fromhex(a["code"][2:]),
                   "storage": {whole(k): whole(v) for k, v in a["storage"].items() if whole(v)}}
            at = bytes.fromhex(at[2:])
            if at != HISTORY and (one["nonce"] or one["balance"] or one["code"]):
                out[at] = one
        return out

    def run(self, pre, raw, coinbase):
        """One block with one transaction on pre: (block, receipt or None, accounts, why not)."""
        mark = self.ask("evm_snapshot")
        self.put(pre)
        why = None
        try:
            self.ask("eth_sendRawTransaction", hexed(raw))
        except Refused as e:
            why = str(e)
        self.ask("anvil_setCoinbase", hexed(coinbase))
        self.ask("evm_mine", GENESIS_TIME + 12)
        block = self.ask("eth_getBlockByNumber", "0x1", False)
        receipt = self.ask("eth_getBlockReceipts", "0x1")
        accounts = self.accounts()
        self.ask("anvil_dropAllTransactions")
        if not self.ask("evm_revert", mark):
            raise RuntimeError("anvil does not go back")
        if not receipt and why is None:
            why = "not mined"
        return block, receipt[0] if receipt else None, accounts, why


def whole(v):
    return v if isinstance(v, int) else int(v, 16)
