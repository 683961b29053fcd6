# SPDX-License-Identifier: MIT
"""EIP-7702: state tests and transaction tests of type 4, from the EIP's text; anvil says what comes of each.

The state tests are the EIP's list of "Behavior": each check of a tuple failing alone, order and repetition of
tuples, what a delegation does to each instruction that sees code, and refunds. The transaction tests are its list
of bounds on the fields, and the rules of RLP.
"""
from anvil import hexed
from eth import N, Raw, address_of, keccak, key_of, number, recover, rlp, sign

ETHER = 10**18
COINBASE = bytes.fromhex("c0" * 20)
S, A, B, C = (key_of(n) for n in ("sender", "authority", "second authority", "third authority"))
S_AT, A_AT, B_AT, C_AT = map(address_of, (S, A, B, C))
MAGIC = bytes.fromhex("ef0100")

# Where anvil 1.7.1 departs; the vector follows the EIP.
DEPARTS = {
    "refused: sender has other code": "EIP-3607: transactions from senders with deployed code are to be rejected",
    "transaction: high s": "EIP-2: s above n/2 is invalid",
    "transaction: bytes behind the list": "EIP-2718: TransactionType || TransactionPayload, and nothing behind it",
}
ZERO = bytes(20)


# ---- programs --------------------------------------------------------------------------------------
OPS = {"STOP": 0, "ADD": 1, "SUB": 3, "ISZERO": 0x15, "ADDRESS": 0x30, "BALANCE": 0x31, "ORIGIN": 0x32, "CALLER": 0x33,
       "CALLVALUE": 0x34, "CALLDATASIZE": 0x36, "CODESIZE": 0x38, "CODECOPY": 0x39, "EXTCODESIZE": 0x3b,
       "EXTCODECOPY": 0x3c, "RETURNDATASIZE": 0x3d, "EXTCODEHASH": 0x3f, "SELFBALANCE": 0x47, "POP": 0x50,
       "MLOAD": 0x51, "MSTORE": 0x52, "SLOAD": 0x54, "SSTORE": 0x55, "GAS": 0x5a, "TLOAD": 0x5c, "TSTORE": 0x5d,
       "DUP1": 0x80, "SWAP1": 0x90, "LOG0": 0xa0, "LOG1": 0xa1, "CREATE": 0xf0, "CALL": 0xf1, "CALLCODE": 0xf2,
       "RETURN": 0xf3, "DELEGATECALL": 0xf4, "CREATE2": 0xf5, "STATICCALL": 0xfa, "REVERT": 0xfd, "INVALID": 0xfe,
       "SELFDESTRUCT": 0xff}


def asm(*parts):
    """Names of instructions; numbers and addresses are pushed."""
    out = b""
    for p in parts:
        if isinstance(p, str):
            out += b"".join(bytes([OPS[w]]) for w in p.split())
        else:
            b = bytes(p) if isinstance(p, bytes) else number(p) or b"\0"
            out += bytes([0x5f + len(b)]) + b
    return out


def store(slot, *value):
    return asm(*value) + asm(slot, "SSTORE")


def call(kind, to, gas=200000, value=0):
    """Leaves success on the stack."""
    with_value = kind in ("CALL", "CALLCODE")
    return asm(0, 0, 0, 0, *([value] if with_value else []), to, gas, kind)


# Who am I: what the frame sees.
WHO = (store(1, "ADDRESS") + store(2, "CALLER") + store(3, "ORIGIN") + store(4, "CALLVALUE")
       + store(5, "CODESIZE") + store(6, "SELFBALANCE") + store(7, 1, "SLOAD"))
LOGS = asm(7, 0, "MSTORE", 77, 32, 0, "LOG1", "STOP")
REVERTS = store(1, 1) + asm(0, 0, "REVERT")
BURNS = store(1, 1) + asm("INVALID")
COUNTS = store(0, 0, "SLOAD", 1, "ADD")
DIES = asm(C_AT, "SELFDESTRUCT")
CREATES = store(1, 0, 0, 0, "CREATE") + store(2, 5, 0, 0, 0, "CREATE2")
TRANSIENT = store(1, 1, "TLOAD") + asm(9, 1, "TSTORE") + store(2, 1, "TLOAD")


def sees(at):
    """What each instruction that reads code tells of an account."""
    return (store(1, at, "EXTCODESIZE") + store(2, at, "EXTCODEHASH") + asm(32, 0, 0, at, "EXTCODECOPY")
            + store(3, 0, "MLOAD") + store(4, at, "BALANCE"))


def gas_of(at, kind="CALL"):
    """Gas of one call, then of a second one, beside what the pushes cost."""
    one = asm("GAS") + call(kind, at, 50000) + asm("POP", "GAS", "SWAP1", "SUB")
    return one + asm(1, "SSTORE") + one + asm(2, "SSTORE")


def calls(*kinds, to=A_AT, value=0):
    return b"".join(call(k, to, 300000, value) + asm(16 + i, "SSTORE") for i, k in enumerate(kinds))


# ---- transactions ----------------------------------------------------------------------------------
def account(balance=0, nonce=0, code=b"", storage=None):
    return {"balance": balance, "nonce": nonce, "code": code, "storage": storage or {}}


def contract(code, **more):
    return account(nonce=1, code=code, **more)


def at(n):
    return bytes([0x70, 0x02]) + bytes(16) + number(0x1000 + n)


def delegated(to, **more):
    more.setdefault("nonce", 1)
    return account(code=MAGIC + to, **more)


def auth(key, to, nonce=0, chain=1, **wrong):
    """A tuple; wrong: parity, r, s as they shall stand instead."""
    digest = keccak(b"\x05" + rlp([chain, to, nonce]))
    parity, r, s = sign(key, digest)
    if wrong.get("high"):
        parity, s = parity ^ 1, N - s
    t = [chain, to, nonce, wrong.get("parity", parity), wrong.get("r", r), wrong.get("s", s)]
    return t, recover(digest, *t[3:]) if t[5] <= N // 2 else None


FIELDS = ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gasLimit", "to", "value", "data",
          "accessList", "authorizationList"]


def fields(**over):
    f = {"chainId": 1, "nonce": 0, "maxPriorityFeePerGas": 1, "maxFeePerGas": 10**10, "gasLimit": 1000000, "to": A_AT,
         "value": 0, "data": b"", "accessList": [], "authorizationList": []}
    f.update(over)
    return f


def signed(f, key=S, prefix=b"\x04", **wrong):
    body = [f[k] for k in FIELDS]
    parity, r, s = sign(key, keccak(b"\x04" + rlp(body)))
    if wrong.get("high"):
        parity, s = parity ^ 1, N - s
    tail = [wrong.get("parity", parity), wrong.get("r", r), wrong.get("s", s)]
    return prefix + rlp(body + tail + wrong.get("more", []))[0 if "cut" not in wrong else wrong["cut"]:]


# ---- state tests -----------------------------------------------------------------------------------
def state_cases():
    """(name, pre, fields, tuples, reason for refusal or None)"""
    who, logs, reverts, burns, dies, creates, counts, tr = (at(i) for i in range(8))
    target = {who: contract(WHO), logs: contract(LOGS), reverts: contract(REVERTS), burns: contract(BURNS),
              dies: contract(DIES), creates: contract(CREATES), counts: contract(COUNTS), tr: contract(TRANSIENT)}
    main = at(99)
    out = []

    def case(name, tuples, pre=None, reason=None, code=None, **over):
        accounts = {S_AT: account(balance=100 * ETHER), **target, **(pre or {})}
        if code is not None:
            accounts[main] = contract(code, balance=10)
            over.setdefault("to", main)
        out.append((name, accounts, fields(**over), tuples, reason))

    rich = {A_AT: account(balance=ETHER)}
    # Each check of a tuple, alone.
    for chain in (0, 1, 2, 2**64, 2**256 - 1):
        case(f"chain id {chain:#x}", [auth(A, who, chain=chain)], rich)
    for have, nonce in ((0, 0), (5, 5), (0, 1), (5, 4), (5, 6), (2**64 - 2, 2**64 - 2), (2**64 - 3, 2**64 - 3)):
        case(f"nonce {nonce:#x} where the account has {have:#x}", [auth(A, who, nonce)],
             {A_AT: account(balance=ETHER, nonce=have)})
    case("nonce 2^64-1 in the tuple", [auth(A, who, 2**64 - 1)], rich)
    for what, wrong in (("high s", {"high": 1}), ("r zero", {"r": 0}), ("s zero", {"s": 0}), ("r = n", {"r": N}),
                        ("s = n", {"s": N}), ("s = n/2 + 1", {"s": N // 2 + 1}),
                        ("r max", {"r": 2**256 - 1}), ("s max", {"s": 2**256 - 1}), ("r is no x", {"r": 5}),
                        ("parity 2", {"parity": 2}), ("parity 27", {"parity": 27}), ("parity 255", {"parity": 255})):
        case(f"signature: {what}", [auth(A, who, **wrong)], rich)
    other = auth(A, who, parity=1 - auth(A, who)[0][3])
    case("signature: other parity, another authority", [other], rich, to=other[1])
    half = auth(A, who, s=N // 2)
    case("signature: s = n/2", [half], rich, to=half[1])
    # What the authority is.
    case("authority: absent", [auth(A, who)])
    case("authority: absent, value sent", [auth(A, who)], value=3)
    case("authority: has code", [auth(A, who, 1)], {A_AT: contract(COUNTS)})
    case("authority: delegated elsewhere", [auth(A, who, 1)], {A_AT: delegated(counts)})
    case("authority: delegated to the same", [auth(A, who, 1)], {A_AT: delegated(who)})
    case("authority: has storage", [auth(A, counts)], {A_AT: account(balance=1, storage={0: 41})})
    case("authority: is the coinbase's neighbour in the access list", [auth(A, who)], rich,
         accessList=[[A_AT, [bytes(31) + b"\1"]], [who, []]])
    # Targets.
    case("target: zero, nothing to clear", [auth(A, ZERO)], rich)
    case("target: zero clears", [auth(A, ZERO, 1)], {A_AT: delegated(counts, balance=1, storage={0: 7})})
    case("target: itself", [auth(A, A_AT)], rich)
    case("target: no account", [auth(A, at(50))], rich, value=1)
    case("target: account without code", [auth(A, B_AT)], {**rich, B_AT: account(balance=1)})
    case("target: another delegated account is not followed", [auth(A, B_AT)], {**rich, B_AT: delegated(who)})
    for p in (1, 2, 4, 9, 0x11):
        case(f"target: precompile {p}", [auth(A, bytes(19) + bytes([p]))], rich, data=b"abc", value=2)
    case("target: 0x100", [auth(A, bytes(18) + b"\1\0")], rich, data=b"abc")
    case("target: code that begins with EF", [auth(A, at(51))], {**rich, at(51): contract(b"\xef\0")})
    # More than one.
    case("twice, nonces in turn", [auth(A, counts), auth(A, who, 1)], rich)
    case("twice, the same nonce", [auth(A, counts), auth(A, who)], rich)
    case("twice, nonces in the wrong order", [auth(A, counts, 1), auth(A, who)], rich)
    case("set, then cleared", [auth(A, who), auth(A, ZERO, 1)], rich)
    case("cleared, then set", [auth(A, ZERO, 1), auth(A, who, 2)], {A_AT: delegated(counts)})
    case("one bad among good ones", [auth(A, who), auth(B, who, 7), auth(C, who)], rich)
    case("all bad", [auth(A, who, 1), auth(B, who, 1), auth(C, who, 1)], rich)
    case("two that delegate to each other", [auth(A, B_AT), auth(B, A_AT)], rich)
    case("twenty times the same", [auth(A, who)] * 20, rich, gasLimit=2000000)
    # The sender.
    case("sender: its own tuple counts after its nonce", [auth(S, who, 1)], to=S_AT)
    case("sender: its own tuple with the transaction's nonce", [auth(S, who, 0)], to=S_AT)
    case("sender: is delegated already", [auth(A, who)], {S_AT: delegated(counts, nonce=4, balance=ETHER)}, nonce=4)
    case("sender: is delegated, calls itself", [auth(A, who)], {S_AT: delegated(counts, nonce=4, balance=ETHER)},
         nonce=4, to=S_AT)
    case("sender: clears itself", [auth(S, ZERO, 5)], {S_AT: delegated(counts, nonce=4, balance=ETHER)}, nonce=4,
         to=S_AT)
    # Refunds: 12,500 for each authority that is in the trie, at most a fifth.
    case("refund: one account", [auth(A, who)], rich, to=C_AT)
    case("refund: none for a tuple that fails", [auth(A, who, 1)], rich, to=C_AT)
    case("refund: twelve accounts", [auth(key_of(f"r{i}"), who) for i in range(12)],
         {address_of(key_of(f"r{i}")): account(balance=1) for i in range(12)}, to=C_AT)
    case("refund: of a tuple whose nonce fails, and a clearing one", [auth(A, ZERO, 1), auth(B, who, 9)],
         {A_AT: delegated(who), B_AT: account(balance=1)}, to=C_AT)
    case("refund: with slots cleared", [auth(A, at(52))], {A_AT: account(balance=1, storage={1: 5, 2: 5}),
                                                           at(52): contract(store(1, 0) + store(2, 0))})
    # Failing frames keep delegations.
    case("the call reverts", [auth(A, reverts)], rich, value=1)
    case("the call burns all gas", [auth(A, burns)], rich, value=1)
    case("the call runs out of gas", [auth(A, who)], rich, gasLimit=60000)
    case("not one gas for the call", [auth(A, who)], rich, gasLimit=46000)
    # The calldata floor against 25,000 a tuple.
    case("the floor is above what is used", [auth(A, ZERO)], rich, data=b"\1" * 3000, gasLimit=200000)
    # What frames see.
    for kind in ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"):
        case(f"{kind} of a delegated account", [auth(A, who)], rich, code=calls(kind))
        case(f"gas of {kind}, target cold then warm", [auth(A, at(53))], {**rich, at(53): contract(asm("STOP"))},
             code=gas_of(A_AT, kind))
        case(f"gas of {kind}, nothing warmed by a tuple", [auth(B, who)], {A_AT: delegated(at(53)),
             at(53): contract(asm("STOP"))}, code=gas_of(A_AT, kind))
    case("CALL with value", [auth(A, who)], rich, code=calls("CALL", value=3))
    case("CALL with more value than there is", [auth(A, who)], rich, code=calls("CALL", value=11))
    case("gas of a call to one delegated to itself", [auth(A, A_AT)], rich, code=gas_of(A_AT))
    case("gas of a call to one delegated to a precompile", [auth(A, bytes(19) + b"\4")], rich, code=gas_of(A_AT))
    case("a tuple warms its authority even if it fails", [auth(A, who, 9)], rich, code=gas_of(A_AT))
    case("a tuple for another chain warms nothing", [auth(A, who, chain=2)], rich, code=gas_of(A_AT))
    case("the transaction's target is warm, and what it delegates to", [auth(B, who)],
         {A_AT: delegated(at(54)), at(54): contract(gas_of(at(54)))})
    case("EXTCODE* of a delegated account", [auth(A, who)], rich, code=sees(A_AT))
    case("EXTCODE* of a cleared account", [auth(A, ZERO, 1)], {A_AT: delegated(who, balance=1)}, code=sees(A_AT))
    case("EXTCODE* of one delegated to a precompile", [auth(A, bytes(19) + b"\4")], rich, code=sees(A_AT))
    case("EXTCODE* of itself in a delegated frame", [auth(A, at(55))], {**rich, at(55): contract(sees(A_AT))})
    case("logs of a delegated account", [auth(A, logs)], rich)
    case("transient storage is the authority's", [auth(A, tr)], rich, code=calls("CALL", "CALL", "DELEGATECALL"))
    case("SELFDESTRUCT of a delegated account", [auth(A, dies)], rich)
    case("SELFDESTRUCT of one cleared and set again", [auth(A, ZERO, 1), auth(A, dies, 2)],
         {A_AT: delegated(who, balance=9)})
    case("CREATE and CREATE2 of a delegated account", [auth(A, creates)], rich)
    case("CREATE at nonce 2^64-1 of an authority", [auth(A, creates, 2**64 - 2)],
         {A_AT: account(balance=1, nonce=2**64 - 2)})
    case("the sender is delegated and called back", [auth(S, counts, 1)], code=calls("CALL", "CALL", to=S_AT))
    case("an account that was emptied by its own code", [auth(A, at(56))],
         {A_AT: account(balance=5), at(56): contract(call("CALL", C_AT, value=5))})
    # Refused as a whole.
    case("refused: no tuples", [], rich, "TransactionException.TYPE_4_EMPTY_AUTHORIZATION_LIST")
    case("refused: creates a contract", [auth(A, who)], rich, "TransactionException.TYPE_4_TX_CONTRACT_CREATION",
         to=b"")
    case("refused: gas for the tuples is short by one", [auth(A, who)], rich,
         "TransactionException.INTRINSIC_GAS_TOO_LOW", gasLimit=45999)
    case("refused: below the calldata floor", [auth(A, who)], rich,
         "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST", data=b"\1" * 3000, gasLimit=140999)
    case("refused: sender has other code", [auth(A, who)], {**rich, S_AT: contract(COUNTS, balance=ETHER)},
         "TransactionException.SENDER_NOT_EOA", nonce=1)
    case("refused: nonce too high", [auth(A, who)], rich, "TransactionException.NONCE_MISMATCH_TOO_HIGH", nonce=1)
    case("refused: fee below the block's", [auth(A, who)], rich, "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS",
         maxFeePerGas=100)
    case("refused: funds", [auth(A, who)], {**rich, S_AT: account(balance=10**15)},
         "TransactionException.INSUFFICIENT_ACCOUNT_FUNDS")
    return out


def shown(accounts):
    return {hexed(a): {"nonce": hexed(v["nonce"]), "balance": hexed(v["balance"]), "code": hexed(v["code"]),
                       "storage": {hexed(k): hexed(w) for k, w in sorted(v["storage"].items()) if w}}
            for a, v in sorted(accounts.items())}


def shown_tx(f, tuples):
    t = {k: hexed(v) for k, v in f.items() if not isinstance(v, list)}
    t.update(data=[t["data"]], gasLimit=[t["gasLimit"]], value=[t["value"]], sender=hexed(S_AT),
             secretKey=hexed(S.to_bytes(32, "big")),
             accessLists=[[{"address": hexed(a), "storageKeys": [hexed(k) for k in keys]}
                           for a, keys in f["accessList"]]],
             authorizationList=[dict(zip(("chainId", "address", "nonce", "v", "r", "s"), map(hexed, t)))
                                | ({"signer": hexed(who)} if who else {}) for t, who in tuples])
    return {k: v for k, v in t.items() if k not in ("accessList", "chainId")}


def made(pre, f, tuples):
    """Authorities that the tuples bring into being, by the EIP's steps."""
    nonces = {a: v["nonce"] for a, v in pre.items()}
    codes = {a: v["code"] for a, v in pre.items()}
    nonces[S_AT] = f["nonce"] + 1
    count = 0
    for (chain, to, nonce, *_), who in tuples:
        code = codes.get(who, b"")
        plain = code == b"" or (len(code) == 23 and code.startswith(MAGIC))
        if who is None or chain not in (0, 1) or nonce >= 2**64 - 1 or not plain or nonces.get(who, 0) != nonce:
            continue
        count += who not in nonces
        nonces[who], codes[who] = nonce + 1, b"" if to == ZERO else MAGIC + to
    return count


def without_refund(accounts, block, receipt, f, count):
    """EIP-7702, step 7: "Add PER_EMPTY_ACCOUNT_COST - PER_AUTH_BASE_COST gas to the global refund counter if
    authority exists in the trie." anvil 1.7.1 takes each account that it has not to be there, and gives the refund."""
    gas, fee = 12500 * count, int(block["baseFeePerGas"], 16)
    if int(receipt["gasUsed"], 16) < 4 * gas:
        raise ValueError(f"the refund is capped, count it otherwise: {receipt['gasUsed']} gas")
    price = min(f["maxFeePerGas"], fee + f["maxPriorityFeePerGas"])
    accounts[S_AT]["balance"] -= gas * price
    accounts[COINBASE]["balance"] += gas * (price - fee)


def logs_hash(receipt):
    logs = [[bytes.fromhex(e["address"][2:]), [bytes.fromhex(t[2:]) for t in e["topics"]],
             bytes.fromhex(e["data"][2:])] for e in (receipt["logs"] if receipt else [])]
    return keccak(rlp(logs))


def state_tests(forks, state_root, problems):
    """forks: {name: makes an Anvil}. A fresh one for each case: going back leaves empty accounts behind, and whether
    an authority is there decides a refund."""
    out = {}
    for name, pre, f, tuples, reason in state_cases():
        f = {**f, "authorizationList": [t for t, _ in tuples]}
        raw = signed(f)
        for fork, start in forks.items():
            anvil = start()
            try:
                block, receipt, accounts, why = anvil.run(pre, raw, COINBASE)
            finally:
                anvil.close()
            if name in DEPARTS:
                receipt = None
            elif (reason is None) != (receipt is not None):
                problems.append(f"{fork}, {name}: anvil says {why or 'accepted'}")
            if receipt and made(pre, f, tuples):
                without_refund(accounts, block, receipt, f, made(pre, f, tuples))
            post = {"hash": hexed(state_root(accounts if receipt else pre)), "logs": hexed(logs_hash(receipt)),
                    "txbytes": hexed(raw), "indexes": {"data": 0, "gas": 0, "value": 0}}
            if reason is not None:
                post["expectException"] = reason
            env = {"currentCoinbase": hexed(COINBASE), "currentNumber": "0x1", "currentGasLimit": block["gasLimit"],
                   "currentTimestamp": block["timestamp"], "currentBaseFee": block["baseFeePerGas"],
                   "currentRandom": block["mixHash"], "currentDifficulty": "0x0", "currentExcessBlobGas": "0x0"}
            out[f"type 4: {name} [{fork}]"] = {
                "env": env, "pre": shown(pre), "transaction": shown_tx(f, tuples), "config": {"chainid": "0x1"},
                "post": {fork: [post]}}
    return out


# ---- transaction tests -----------------------------------------------------------------------------
def transaction_cases():
    """(name, bytes, reason or None, reason in Osaka)"""
    good = auth(A, at(0))[0]
    base = fields(to=C_AT, authorizationList=[good], gasLimit=100000)
    wrong, vrs = "TransactionException.RLP_INVALID", "TransactionException.INVALID_SIGNATURE_VRS"
    out = []

    def case(name, raw, reason=None, osaka=None):
        out.append((name, raw, reason, osaka or reason))

    def field(name, key, value, reason=wrong, **more):
        case(name, signed({**base, key: value}, **more), reason)

    def tuple_field(name, i, value, reason=wrong):
        t = list(good)
        t[i] = value
        field(name, "authorizationList", [t], reason)

    case("sound", signed(base))
    field("two tuples", "authorizationList", [good, good], None)
    field("access list", "accessList", [[A_AT, [bytes(32), b"\1" * 32]], [B_AT, []]], None)
    field("calldata", "data", b"\0\1\0\2", None)
    field("value", "value", 5, None)
    field("gas exactly intrinsic", "gasLimit", 46000, None)
    field("gas one short", "gasLimit", 45999, "TransactionException.INTRINSIC_GAS_TOO_LOW")
    case("gas exactly the floor", signed({**base, "data": b"\1" * 1000, "gasLimit": 62000}))
    case("gas above 2^24", signed({**base, "gasLimit": 2**24 + 1}), None,
         "TransactionException.GAS_LIMIT_EXCEEDS_MAXIMUM")
    case("gas 2^24", signed({**base, "gasLimit": 2**24}))
    # Bounds of the outer fields.
    for key in ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gasLimit", "value"):
        field(f"{key} with a leading zero", key, b"\0\1")
        field(f"{key} zero as a byte", key, Raw(b"\0"))
        field(f"{key} of 33 bytes", key, b"\1" + bytes(32))
        field(f"{key} is a list", key, [])
    for key in ("nonce", "gasLimit"):
        field(f"{key} of 9 bytes", key, 2**64)
    field("nonce 2^64-1", "nonce", 2**64 - 1, "TransactionException.NONCE_IS_MAX")
    field("another chain", "chainId", 2, "TransactionException.INVALID_CHAINID")
    field("chain id zero", "chainId", 0, "TransactionException.INVALID_CHAINID")
    field("priority fee above the fee", "maxPriorityFeePerGas", 10**10 + 1,
          "TransactionException.PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS")
    field("no target", "to", b"", "TransactionException.TYPE_4_TX_CONTRACT_CREATION")
    field("target of 19 bytes", "to", bytes(19))
    field("target of 21 bytes", "to", bytes(21))
    field("calldata is a list", "data", [b"\1"])
    field("access list is a string", "accessList", b"")
    field("access list holds a string", "accessList", [b"\1"])
    field("access list: address of 19 bytes", "accessList", [[bytes(19), []]])
    field("access list: key of 31 bytes", "accessList", [[A_AT, [bytes(31)]]])
    field("access list: entry of 3 parts", "accessList", [[A_AT, [], []]])
    # The list of tuples.
    field("no tuples", "authorizationList", [], "TransactionException.TYPE_4_EMPTY_AUTHORIZATION_LIST")
    field("tuples are a string", "authorizationList", b"")
    field("a tuple is a string", "authorizationList", [b"\1\2"])
    field("an empty tuple", "authorizationList", [[]])
    field("a tuple of 5", "authorizationList", [good[:5]])
    field("a tuple of 7", "authorizationList", [good + [b""]])
    field("a sound tuple, then a bad one", "authorizationList", [good, good[:5]])
    for i, (name, bits) in enumerate((("chain id", 256), (None, 0), ("nonce", 64), ("parity", 8), ("r", 256),
                                      ("s", 256))):
        if name is None:
            continue
        tuple_field(f"tuple: {name} at its most", i, 2**bits - 1, None)
        tuple_field(f"tuple: {name} one more", i, 2**bits)
        tuple_field(f"tuple: {name} with a leading zero", i, b"\0\1")
        tuple_field(f"tuple: {name} zero", i, 0, None)
        tuple_field(f"tuple: {name} zero as a byte", i, Raw(b"\0"))
        tuple_field(f"tuple: {name} is a list", i, [])
    for n in (0, 19, 21, 32):
        tuple_field(f"tuple: address of {n} bytes", 1, b"\7" * n)
    tuple_field("tuple: high s", 5, N - good[5], None)
    # The signature.
    case("high s", signed(base, high=1), vrs)
    case("signature: r zero", signed(base, r=0), vrs)
    case("signature: s zero", signed(base, s=0), vrs)
    case("signature: r = n", signed(base, r=N), vrs)
    case("signature: s = n", signed(base, s=N), vrs)
    case("signature: parity 2", signed(base, parity=2), vrs)
    case("signature: parity 27", signed(base, parity=27), vrs)
    case("signature: r of 33 bytes", signed(base, r=2**256), wrong)
    # The envelope.
    case("one field more", signed(base, more=[b""]), wrong)
    case("bytes behind the list", signed(base) + b"\0", wrong)
    case("one byte less", signed(base)[:-1], wrong)
    case("type alone", b"\x04", wrong)
    case("type 5", signed(base, prefix=b"\x05"), "TransactionException.TYPE_NOT_SUPPORTED")
    case("wrapped in a string", rlp(signed(base)), wrong)
    return out


def transaction_tests(forks, problems):
    """forks: {name: Anvil}"""
    out = {}
    rich = {S_AT: account(balance=100 * ETHER), A_AT: account(balance=1)}
    for name, raw, reason, osaka in transaction_cases():
        result = {f: {"exception": "TransactionException.TYPE_4_TX_PRE_FORK"} for f in ("Berlin", "London", "Cancun")}
        for fork, anvil in forks.items():
            want = osaka if fork == "Osaka" else reason
            _, receipt, _, why = anvil.run(rich, raw, COINBASE)
            if "transaction: " + name not in DEPARTS and (want is None) != (receipt is not None):
                problems.append(f"{fork}, transaction: {name}: anvil says {why or 'accepted'}, not {want}")
            if want is not None:
                result[fork] = {"exception": want}
                continue
            if receipt is None:
                continue
            if receipt["transactionHash"] != hexed(keccak(raw)):
                problems.append(f"{fork}, transaction: {name}: another hash on anvil")
            result[fork] = {"hash": receipt["transactionHash"], "sender": receipt["from"],
                            "intrinsicGas": hexed(intrinsic(raw))}
        out[f"type 4: {name}"] = {"txbytes": hexed(raw), "result": result}
    return out


def intrinsic(raw):
    """EIP-7702, 2930, 2028: 21,000, calldata, access list, 25,000 a tuple."""
    f = decode(raw[1:])
    data, access, tuples = f[7], f[8], f[9]
    return (21000 + sum(16 if b else 4 for b in data) + sum(2400 + 1900 * len(e[1]) for e in access)
            + 25000 * len(tuples))


def decode(b):
    def item(i):
        c = b[i]
        if c < 0x80:
            return b[i:i + 1], i + 1
        short, long = (0x80, 0xb7) if c < 0xc0 else (0xc0, 0xf7)
        n, at_ = c - short, i + 1
        if c > long:
            at_ = i + 1 + c - long
            n = int.from_bytes(b[i + 1:at_], "big")
        if c < 0xc0:
            return b[at_:at_ + n], at_ + n
        out, end = [], at_ + n
        while at_ < end:
            v, at_ = item(at_)
            out.append(v)
        return out, end
    return item(0)[0]
