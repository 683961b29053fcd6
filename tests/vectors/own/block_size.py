# SPDX-License-Identifier: MIT
"""EIP-7934: blocks of 8,388,607 to 8,388,609 bytes, as blockchain tests (without the field `transactions`).

Calldata of zeros fills them: 10 gas a byte by EIP-7623, so that header, receipts and state follow from sums. Each
sibling of a test stands on the genesis block. Sums, receipts and the tries of the first block are compared with anvil.
"""
from anvil import Anvil, hexed
from eth import address_of, keccak, key_of, list_root, rlp, sign, state_root, trie_root

LIMIT = 10 * 1024 * 1024 - 2 * 1024 * 1024
GAS_LIMIT = 120000000
TX_ZEROS = 1675000  # 21,000 + 10 each stays below 2^24 (EIP-7825)
PRICE, TIP = 10**9, 1
FEE = PRICE - PRICE // 8  # of a block behind an empty one (EIP-1559)
SENDER = key_of("block size")
FROM, TO, COINBASE = address_of(SENDER), bytes.fromhex("22" * 20), bytes.fromhex("c1" * 20)
EMPTY_LIST = keccak(rlp([]))
NO_REQUESTS = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
# EIP-7002, 7251: a block is invalid without them. These ask for nothing.
SYSTEM = [bytes.fromhex("00000961ef480eb55e80d19ad83579a64c007002"),
          bytes.fromhex("0000bbddc7ce488642fb579f8b00f3a590007251")]
NAMES = ["parentHash", "uncleHash", "coinbase", "stateRoot", "transactionsTrie", "receiptTrie", "bloom", "difficulty",
         "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas",
         "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"]


def genesis_accounts():
    out = {FROM: {"nonce": 0, "balance": 10**20, "code": b"", "storage": {}}}
    for at in SYSTEM:
        out[at] = {"nonce": 1, "balance": 0, "code": b"\0", "storage": {}}
    return out


def transaction(nonce, zeros):
    body = [1, nonce, TIP, PRICE, 21000 + 10 * zeros, TO, 0, bytes(zeros), []]
    parity, r, s = sign(SENDER, keccak(b"\2" + rlp(body)))
    return b"\2" + rlp(body + [parity, r, s])


def header(parent, accounts, **over):
    h = dict.fromkeys(NAMES, 0)
    h.update(parentHash=parent, uncleHash=EMPTY_LIST, coinbase=COINBASE, stateRoot=state_root(accounts),
             transactionsTrie=trie_root({}), receiptTrie=trie_root({}), bloom=bytes(256), gasLimit=GAS_LIMIT,
             extraData=b"", mixHash=bytes(32), nonce=bytes(8), baseFeePerGas=FEE, withdrawalsRoot=trie_root({}),
             parentBeaconBlockRoot=bytes(32), requestsHash=NO_REQUESTS)
    h.update(over)
    return h


def encoded(h):
    return rlp([h[k] for k in NAMES])


class Block:
    """A child of parent with five full transactions, and a sixth that makes its length."""

    def __init__(self, parent, size, timestamp, extra=b"", withdrawals=()):
        tail = 13000
        for _ in range(4):  # the sixth's length follows from what it leaves over
            self.build(parent, tail, timestamp, extra, withdrawals)
            if len(self.rlp) == size:
                return
            tail += size - len(self.rlp)
        raise ValueError("no such length")

    def build(self, parent, tail, timestamp, extra, withdrawals):
        zeros = [TX_ZEROS] * 5 + [tail]
        txs = [transaction(i, n) for i, n in enumerate(zeros)]
        gas, receipts = 0, []
        for n in zeros:
            gas += 21000 + 10 * n
            receipts.append(b"\2" + rlp([1, gas, bytes(256), []]))
        self.accounts = genesis_accounts()
        self.accounts[FROM].update(nonce=len(zeros), balance=10**20 - gas * (FEE + TIP))
        self.accounts[COINBASE] = {"nonce": 0, "balance": gas * TIP, "code": b"", "storage": {}}
        for _, _, at, gwei in withdrawals:
            self.accounts[at] = {"nonce": 0, "balance": gwei * 10**9, "code": b"", "storage": {}}
        self.header = header(parent, self.accounts, number=1, gasUsed=gas, timestamp=timestamp, extraData=extra,
                             transactionsTrie=list_root(txs), receiptTrie=list_root(receipts),
                             withdrawalsRoot=list_root([rlp(list(w)) for w in withdrawals]))
        self.txs = txs
        self.hash = keccak(encoded(self.header))
        self.rlp = rlp([[self.header[k] for k in NAMES], txs, [], [list(w) for w in withdrawals]])


class Next:
    """An empty child of a block that is more than half full."""

    def __init__(self, parent, timestamp):
        target, used = GAS_LIMIT // 2, parent.header["gasUsed"]
        fee = FEE + max(1, FEE * (used - target) // target // 8)
        self.accounts = parent.accounts
        self.header = header(parent.hash, self.accounts, number=2, timestamp=timestamp, baseFeePerGas=fee)
        self.hash = keccak(encoded(self.header))
        self.rlp = rlp([[self.header[k] for k in NAMES], [], [], []])


def shown_header(h):
    return {k: hexed(v) for k, v in h.items()} | {"hash": hexed(keccak(encoded(h)))}


def shown_accounts(accounts):
    return {hexed(a): {k: hexed(v[k]) for k in ("nonce", "balance", "code")} | {"storage": {}}
            for a, v in sorted(accounts.items())}


def test(network, blocks):
    """blocks: (block, is it valid)"""
    first = header(bytes(32), genesis_accounts(), baseFeePerGas=PRICE)
    last = [b for b, valid in blocks if valid][-1:]
    schedule = {"target": "0x6", "max": "0x9", "baseFeeUpdateFraction": "0x4c6964"}
    return {
        "network": network, "sealEngine": "NoProof", "pre": shown_accounts(genesis_accounts()),
        "config": {"network": network, "chainid": "0x1", "blobSchedule": {"Prague": schedule, "Osaka": schedule}},
        "genesisBlockHeader": shown_header(first),
        "genesisRLP": hexed(rlp([[first[k] for k in NAMES], [], [], []])),
        "blocks": [{"rlp": hexed(b.rlp)} | ({"blockHeader": shown_header(b.header), "uncleHeaders": []} if valid else
                                            {"expectException": "BlockException.RLP_BLOCK_LIMIT_EXCEEDED"})
                   for b, valid in blocks],
        "lastblockhash": hexed(last[0].hash if last else keccak(encoded(first))),
        "postState": shown_accounts(last[0].accounts if last else genesis_accounts()),
    }


def compare(program, block, problems):
    """The same transactions on anvil, on the same accounts."""
    anvil = Anvil(program, "Osaka", GAS_LIMIT, "--no-request-size-limit")
    try:
        anvil.put(genesis_accounts())
        anvil.ask("anvil_setNextBlockBaseFeePerGas", hexed(FEE))
        anvil.ask("anvil_setCoinbase", hexed(COINBASE))
        for raw in block.txs:
            anvil.ask("eth_sendRawTransaction", hexed(raw))
        anvil.ask("evm_mine")
        theirs = anvil.ask("eth_getBlockByNumber", "0x1", False)
        for ours, name in (("gasUsed", "gasUsed"), ("transactionsTrie", "transactionsRoot"),
                           ("receiptTrie", "receiptsRoot"), ("baseFeePerGas", "baseFeePerGas")):
            if theirs[name] != hexed(block.header[ours]):
                problems.append(f"{name}: {hexed(block.header[ours])}, anvil says {theirs[name]}")
        if anvil.accounts() != block.accounts:
            problems.append("another state on anvil")
    finally:
        anvil.close()


def tests(program, problems):
    genesis = keccak(encoded(header(bytes(32), genesis_accounts(), baseFeePerGas=PRICE)))
    below, most, above = (Block(genesis, LIMIT + n, 12) for n in (-1, 0, 1))
    compare(program, most, problems)
    extra = Block(genesis, LIMIT, 12, b"whittle")
    longer = Block(genesis, LIMIT + 1, 12, b"whittle+")
    paid = [(0, 0, bytes.fromhex("33" * 20), 5), (1, 7, bytes.fromhex("44" * 20), 2**40)]
    early, late = Block(genesis, LIMIT + 1, 14999), Block(genesis, LIMIT + 1, 15000)
    return {
        "block-size": {
            "EIP-7934: one byte below the limit": test("Osaka", [(below, True)]),
            "EIP-7934: one byte above the limit, then the limit": test("Osaka", [(above, False), (most, True)]),
        },
        "block-size-header": {
            "EIP-7934: extra data reaches the limit, then exceeds it": test("Osaka", [(extra, True), (longer, False)])},
        "block-size-withdrawals": {
            "EIP-7934: withdrawals exceed the limit, then reach it": test(
                "Osaka", [(Block(genesis, LIMIT + 1, 12, b"", paid), False),
                          (Block(genesis, LIMIT, 12, b"", paid), True)])},
        "block-size-fork": {
            "EIP-7934: no limit before Osaka": test(
                "PragueToOsakaAtTime15k", [(late, False), (early, True), (Next(early, 15000), True)])},
    }
