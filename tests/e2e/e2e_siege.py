"""Trouble drawn at random: a store that rots, an L1 node that lies now and then, a crowd that makes every
move it can think of. Whatever happens, a true claim is never called INVALID, and a false one never AGREE."""
import contextlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import time

from rival import selector, tail, word
from stage import AGREE, ETHER, INVALID, L2, PENDING, Stage, rlp_items, rlp_text
from world import BLOCK, TOP, expect

ONE = [os.path.join(TOP, "tests/data/blocks/mainnet-1150000.json.zst")]
# Creation code of a contract that calls TraceStore with its calldata.
RELAY = "60218060095f395ff3365f5f375f5f365f5f7300000000000000000000000000000000574854525af100"
FULL = os.environ.get("WH_FULL") == "1"


def rot(db, draw):
    """Changes one value, or takes one row away; returns what was done."""
    tables = [n for n, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
    while True:
        table = draw.choice(tables)
        count = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        if not count:
            continue
        columns = [r[1] for r in db.execute(f"PRAGMA table_info({table})")]
        keys = [r[1] for r in db.execute(f"PRAGMA table_info({table})") if r[5]] or ["rowid"]
        at = draw.randrange(count)
        row = db.execute(f"SELECT {', '.join(keys)} FROM {table} LIMIT 1 OFFSET {at}").fetchone()
        where = " AND ".join(f"{k} IS ?" for k in keys)
        if draw.random() < 0.25:
            db.execute(f"DELETE FROM {table} WHERE {where}", row)
            return f"{table}: row {at} of {count} is gone"
        column = draw.choice(columns)
        old = db.execute(f"SELECT {column} FROM {table} WHERE {where}", row).fetchone()[0]
        if isinstance(old, bytes) and old:
            i = draw.randrange(len(old))
            new = old[:i] + bytes([old[i] ^ (1 << draw.randrange(8))]) + old[i + 1:]
        elif isinstance(old, int):
            new = draw.choice([0, 1, old + 1, old - 1, old ^ (1 << draw.randrange(40))])
        else:
            continue
        with contextlib.suppress(sqlite3.IntegrityError):
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (new, *row))
            return f"{table}.{column}: row {at} of {count}, {str(old)[:40]} is {str(new)[:40]}"


def one_bit_of_a_leaf(t, c):
    """A store in which one bit of one own leaf differs is damaged, whatever that leaf would make of a claim."""
    shutil.copytree(c.datadir, t.path("bit"))
    with contextlib.closing(sqlite3.connect(t.path("bit/whittle.db"))) as db:
        chunk, v = db.execute("SELECT chunk, v FROM leaves ORDER BY chunk").fetchone()
        db.execute("UPDATE leaves SET v = ? WHERE chunk = ?", (v[:7 * 32] + bytes([v[7 * 32] ^ 1]) + v[7 * 32 + 1:],
                                                               chunk))
        db.commit()
    argv = [t.path("bit") if w == c.datadir else w for w in c.argv[1:]]
    code, _, err = t.run("whittle-challenger", *argv, "--once", timeout=30)
    expect(code == 5 and "are not what was computed" in err, f"exit {code}: {err}")


def test_siege__a_store_that_rots(t):
    draw = t.draws()
    with Stage(t, k=6) as s:
        c, liar = s.challenger(), s.liar("balance@12")
        s.play(lambda: c.rows("SELECT 1 FROM intents WHERE kind = 'prove' AND state = 3"))
        s.wait("the last look", lambda: s.done(honest=True))
        truth = {aid: verdict for aid, (_, verdict, _) in c.claims().items()}
        expect(sorted(truth.values()) == [AGREE, INVALID], truth)
        c.kill()
        liar.kill()
        one_bit_of_a_leaf(t, c)
        seen = {}
        for _ in range(200 if FULL else 25):
            shutil.copytree(c.datadir, t.path("rotten"))
            with contextlib.closing(sqlite3.connect(t.path("rotten/whittle.db"))) as db:
                what = [rot(db, draw) for _ in range(draw.choice([1, 1, 3]))]
                db.commit()
            argv = [t.path("rotten") if w == c.datadir else w for w in c.argv[1:]]
            codes = []
            for _ in range(2):  # the first may read again what did not fit together
                try:
                    code, _, err = t.run("whittle-challenger", *argv, "--once", timeout=30)
                except subprocess.TimeoutExpired as e:
                    raise AssertionError(f"no end after {what}") from e
                codes.append(code)
            seen[tuple(codes)] = seen.get(tuple(codes), 0) + 1
            # 6: as if nothing had happened; 5: it says that the store is damaged
            expect(codes[-1] in (5, 6) and codes[0] in (4, 5, 6), f"exit {codes} after {what}: {err}")
            if codes[-1] == 6:
                with contextlib.closing(sqlite3.connect(t.path("rotten/whittle.db"))) as db:
                    said = dict(db.execute("SELECT aid, verdict FROM verdicts").fetchall())
                expect(all(said.get(aid) == verdict for aid, verdict in truth.items()), f"{said} after {what}")
            shutil.rmtree(t.path("rotten"))
        print(f"# exit codes {seen}")
        # what the many made of it: nothing
        c.start()
        liar.start()
        s.play(lambda: s.judged(c, 2))


def strings(value, path=()):
    """Ways to every string in an answer."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for k in value:
            yield from strings(value[k], path + (k,))
    elif isinstance(value, list):
        for i, x in enumerate(value):
            yield from strings(x, path + (i,))


def lie_about(value, draw):
    """One digit of one string differs, or one element of a list is missing or there twice."""
    value = json.loads(json.dumps(value))
    if isinstance(value, list) and value and draw.random() < 0.3:
        i = draw.randrange(len(value))
        return value[:i] + value[i + 1:] if draw.random() < 0.5 else value[:i] + [value[i]] + value[i:]
    ways = list(strings(value))
    if not ways:
        return value
    way = draw.choice(ways)
    at = value
    for k in way[:-1]:
        at = at[k]
    text = at[way[-1]] if way else value
    if len(text) < 3 or text[:2] != "0x":
        return value
    i = draw.randrange(2, len(text))
    changed = text[:i] + draw.choice("123456789abcdef") + text[i + 1:]
    if not way:
        return changed
    at[way[-1]] = changed
    return value


def test_siege__a_node_that_lies_now_and_then(t):
    """One answer of thirty has a wrong digit, lacks an element, or has one twice."""
    draw, odds = t.draws(), 1 / (10 if FULL else 30)
    with Stage(t, k=6) as s:
        lies = {"on": False, "told": {}}

        def mangle(method, params, forward):
            out = forward(method, params)
            if not lies["on"] or draw.random() > odds:
                return out
            bad = lie_about(out, draw)
            if bad != out:
                lies["told"][method] = lies["told"].get(method, 0) + 1
            return bad
        c = s.challenger(url=s.proxy(mangle).url)
        s.wait("the start", lambda: "event=start" in c.text())
        lies["on"] = True
        s.liar("balance@12")

        def each():
            said = [(v, r) for _, v, r in c.claims().values()]
            expect(len([v for v, _ in said if v == INVALID]) <= 1, said)
        s.play(lambda: s.judged(c, 2), each=each, timeout=120)
        print(f"# lies {lies['told']}")
        bonds = s.node.rpc("eth_getBalance", s.network["game"], "latest")
        expect(int(bonds, 16) <= 2 * ETHER, "more than two bonds in the game")


def contract_call(signature, *words):
    return selector(signature) + b"".join(map(word, words))


def test_siege__a_thief_makes_every_move_first(t):
    """Each transaction of the honest is seen in the pool, and sent before it by another account: same
    contract, same calldata, same value. Its bond is a second one on the same claim; nobody loops."""
    with Stage(t, k=6) as s:
        thief, stolen = s.node.rpc("eth_accounts")[5], {}

        def mangle(method, params, forward):
            if method == "eth_sendRawTransaction":
                raw = bytes.fromhex(params[0][2:])
                fields = [rlp_text(x) for x in rlp_items(raw[1:])]  # type 2
                to, value, data = fields[5], fields[6], fields[7]
                h = forward("eth_sendTransaction", [{
                    "from": thief, "to": "0x" + to.hex(), "data": "0x" + data.hex(), "gas": hex(6000000),
                    "value": hex(int.from_bytes(value, "big"))}])
                ok = forward("eth_getTransactionReceipt", [h])["status"] == "0x1"
                stolen.setdefault(data[:4].hex(), []).append(ok)
            return forward(method, params)
        c = s.challenger(url=s.proxy(mangle).url)
        s.liar("balance@12")
        s.play(lambda: s.judged(c, 2))
        tries = c.rows("SELECT kind, tries FROM intents")
        expect(all(n <= 2 for _, n in tries), tries)
        splits = stolen[selector("split((bytes32,uint64,uint8,bytes32,bytes32),bytes32[],address)").hex()]
        expect(all(splits), "no split was stolen")
        # what the honest put in comes back
        c.kill()
        c.start("--leave")
        s.play(lambda: s.balance(c.address) > 99 * ETHER + ETHER // 2)


def test_siege__a_crowd_calls_everything_in_any_order(t):
    """decide, confirm, reject, slash, claim, sweep, refresh, join, unstake, withdraw on whatever is there, by
    two strangers, one of them staked, all through the dispute."""
    draw = t.draws()
    with Stage(t, k=6) as s:
        p, c = s.proposer(), s.challenger()
        s.liar("balance@12")
        game = s.network["game"]
        crowd = s.node.rpc("eth_accounts")[6:8]
        stop, end = b"\x00", 32
        root = "(bytes32,uint64,uint8,bytes32,bytes32)"

        def send(who, data, value=0):
            with contextlib.suppress(RuntimeError):
                s.node.rpc("eth_sendTransaction", {"from": who, "to": game, "data": "0x" + data.hex(),
                                                   "gas": hex(1500000), "value": hex(value)})
        send(crowd[0], selector("stake()"), ETHER)
        tree = lambda at: word(at) + tail(draw.choice([stop, b"\x01", b"", b"\x00\x00"]))

        def each():
            aids = [a for a, in c.rows("SELECT aid FROM assertions")]
            accounts = [q.address for q in (p, c, *s.parties) if q.address] + crowd
            if not aids:
                return
            for who in crowd:
                aid = draw.choice(aids + [bytes(32), bytes(s.call(game, selector("anchor()")))])
                account = bytes(12) + bytes.fromhex(draw.choice(accounts)[2:])
                spans = s.call(game, contract_call("assertion(bytes32)", aid))
                calls = {
                    "decide(bytes32,bytes)": word(aid) + tree(64),
                    "confirm(bytes32)": aid, "reject(bytes32)": aid, "join(bytes32)": aid,
                    "slash(address)": account, "withdraw(address)": account,
                    "claim(bytes32,address,bytes)": aid + account + tree(96),
                    "sweep(bytes32)": aid, "unstake()": b"", "stake()": b"",
                    f"refresh({root},bytes)": aid + word(0) + word(6) + spans[:32] + spans[64:96] + tree(192),
                }
                name = draw.choice(list(calls))
                send(who, selector(name) + calls[name], ETHER if name == "stake()" else 0)
        s.play(lambda: s.judged(c, 2), each=each)
        for q in (p, c):
            q.kill()
            q.start("--leave")
        s.play(lambda: all(s.balance(q.address) > 99 * ETHER + ETHER // 2 for q in (p, c)), each=each)


def test_siege__the_honest_come_at_the_last_moment(t):
    """A false claim has stood alone for two thirds of T."""
    with Stage(t, k=6) as s:
        liar = s.liar("balance@12")
        s.wait("the lie", lambda: liar.claims())
        s.pass_time(80)
        c = s.challenger()
        s.play(lambda: s.judged(c, 2), step=5)


def test_siege__the_store_is_lost_in_the_middle(t):
    with Stage(t, k=6) as s:
        c = s.challenger()
        s.liar("balance@12")
        for moves in (1, 3):
            s.wait("moves", lambda: len(c.rows("SELECT 1 FROM intents WHERE kind = 'split' AND state >= 2")) >= 1)
            c.kill()
            shutil.rmtree(c.datadir)
            c.start()
        s.play(lambda: s.judged(c, 2))
        c.kill()
        shutil.rmtree(c.datadir)
        c.start("--leave")  # what is owed is known from the chain alone
        s.play(lambda: s.balance(c.address) > 99 * ETHER + ETHER // 2)


def test_siege__run_by_cron(t):
    """Never more than one look at a time."""
    with Stage(t, k=6) as s:
        c = s.challenger(start=False)
        s.liar("balance@12")
        codes, last = {}, None
        for _ in range(120):
            code, _, err = t.run("whittle-challenger", *c.argv[1:], "--once")
            codes[code] = codes.get(code, 0) + 1
            expect(code in (0, 6), f"exit {code}: {err}")
            rows = list(c.claims().values())
            if len(rows) == 2 and all(r[0] != PENDING for r in rows):
                break
            head = s.head()
            if head == last:
                s.pass_time(10)
            last = s.head()
        expect(s.judged(c, 2), c.claims())
        print(f"# exit codes {codes}")


def test_siege__gas_money_runs_out_and_comes_again(t):
    """Enough for the bond and two moves; then a little at a time."""
    with Stage(t, k=6) as s:
        c = s.challenger(wei=ETHER + 14 * 10**14)
        s.liar("balance@12")
        state = {"next": 0, "given": 0}

        def each():
            if "cannot pay" in c.text() and time.monotonic() > state["next"] and state["given"] < 40:
                s.give(c.address, 10**15)
                state["given"] += 1
                state["next"] = time.monotonic() + 0.3
        s.play(lambda: s.judged(c, 2), each=each)
        expect(state["given"] > 0, "it never ran out")


def test_siege__a_reorg_across_the_end(t):
    """Decided, confirmed, slashed, paid out; then L1 forgets all of it, back to the middle of the dispute."""
    with Stage(t, k=6) as s:
        c = s.challenger()
        s.liar("balance@12")
        s.wait("the first split", lambda: c.rows("SELECT 1 FROM game_nodes WHERE h < 6"))
        middle = s.head()
        s.play(lambda: s.judged(c, 2) and c.rows("SELECT 1 FROM intents WHERE kind = 'claim' AND state = 3"))
        before = s.call(s.network["game"], selector("anchor()"))
        s.node.rpc("whittle_reorg", s.head() - middle, {"transactions": "drop"})
        expect(s.call(s.network["game"], selector("anchor()")) != before, "the reorg was too short")
        s.play(lambda: s.call(s.network["game"], selector("anchor()")) == before and s.judged(c, 2))


def test_siege__fees_rise_in_the_middle(t):
    """Somebody fills block after block while a move waits: it goes out again, dearer."""
    with Stage(t, k=6, devnet=["--gas-limit", "6000000"]) as s:
        spin = s.node.rpc("eth_sendTransaction", {"from": s.rich, "data": "0x635b5f56006000526004601cf3",
                                                  "gas": "0x30000"})
        spin = s.node.rpc("eth_getTransactionReceipt", spin)["contractAddress"]
        c = s.challenger("--tx.max-fee", "500gwei")
        s.liar("balance@12", "--tx.max-fee", "500gwei")
        s.wait("the first split", lambda: c.rows("SELECT 1 FROM game_nodes WHERE h < 6"))
        fee = lambda: int(s.node.rpc("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
        before = fee()
        s.node.rpc("evm_setAutomine", False)
        s.wait("a move in the pool", lambda: c.rows("SELECT 1 FROM intents WHERE state = 1"))
        while fee() < 4 * before:
            s.node.rpc("eth_sendTransaction", {"from": s.rich, "to": spin, "gas": hex(5990000),
                                               "maxFeePerGas": hex(10**12),
                                               "maxPriorityFeePerGas": hex(10**11)})
            s.node.rpc("evm_mine")
        s.wait("a raise", lambda: "event=tx.bumped" in c.text())
        s.node.rpc("evm_setAutomine", True)
        s.node.rpc("evm_mine")
        s.play(lambda: s.judged(c, 2))


def test_siege__an_l2_node_that_lies(t):
    """Half of its answers have a wrong digit, lack an element, or have one twice: bytes are hashed before
    they count, so the worst that it can do is to keep the honest waiting."""
    draw = t.draws()
    with Stage(t, ONE, k=4) as s:
        node = L2(ONE[0])
        told = {}

        def mangle(method, params, forward):
            if method == "debug_executionWitness":
                out = node.block["witness"]
            else:
                out = node.answer(method, params, forward)
            if draw.random() < 0.5:
                return out
            told[method] = told.get(method, 0) + 1
            return lie_about(out, draw)
        s.blocks = []
        url = s.proxy(mangle).url
        p, c = s.proposer("--l2-eth-rpc", url), s.challenger("--l2-eth-rpc", url)
        s.blocks = ONE
        s.liar("balance@1")

        def each():
            for q in (p, c):
                said = [(v, r) for _, v, r in q.claims().values()]
                expect(len([v for v, _ in said if v == INVALID]) <= 1, said)
        s.play(lambda: s.judged(p, 2) and s.judged(c, 2), each=each)
        print(f"# lies {told}")


def test_siege__no_memory_is_no_verdict(t):
    """The address space of the daemon is cut at some moment after each start. It may say so and end (a
    server would start it again), it may go on; it never takes that for a fault of the block."""
    draw = t.draws()
    with Stage(t, ONE, k=4) as s:
        c = s.challenger()
        c.may_end = (70, 134)
        s.liar("balance@1")
        state = {"codes": {}, "pid": None, "at": 0, "cuts": 0}

        def each():
            said = [(v, r) for _, v, r in c.claims().values()]
            expect(len([v for v, _ in said if v == INVALID]) <= 1, said)
            if not c.running():
                code = c.process.poll()
                state["codes"][code] = state["codes"].get(code, 0) + 1
                c.start()
            if state["pid"] != c.process.pid:
                state["pid"], state["at"] = c.process.pid, time.monotonic() + draw.random() / 2
            elif state["at"] and time.monotonic() > state["at"] and state["cuts"] < 12:
                state["at"], state["cuts"], state["cut"] = 0, state["cuts"] + 1, time.monotonic()
                with contextlib.suppress(ProcessLookupError):
                    resource.prlimit(c.process.pid, resource.RLIMIT_AS, (1 << 20, 1 << 20))
            elif not state["at"] and time.monotonic() > state["cut"] + 6:
                c.kill()  # it waits for memory: somebody starts it again
                c.start()
        s.play(lambda: s.judged(c, 2), each=each)
        print(f"# {state['cuts']} cuts, exit codes {state['codes']}")


def test_siege__inputs_that_are_not_final_yet(t):
    """Only what is final on L1 is run: a claim about newer inputs waits, and is judged then."""
    with Stage(t, k=6, post=False, tag="finalized") as s:
        s.post(BLOCK)
        c = s.challenger()
        liar = s.liar("balance@12")
        for _ in range(3):
            s.node.rpc("evm_mine")
            time.sleep(0.1)
        expect(not c.rows("SELECT 1 FROM leaves"), "it ran what is not final")
        for _ in range(80):
            s.node.rpc("evm_mine")
        s.play(lambda: s.judged(c, 2))


def test_siege__three_honest_parties_in_one_dispute(t):
    with Stage(t, k=6) as s:
        p = s.proposer()
        others = [s.challenger(name=f"c{i}") for i in range(2)]
        s.liar("balance@12")
        s.liar("storage@20", name="other liar")
        s.play(lambda: all(s.judged(q, 3) for q in (p, *others)))
        moves = [r for q in (p, *others) for r in q.rows("SELECT kind, tries, reverted FROM intents")]
        expect(all(n <= 2 for _, n, _ in moves), moves)
        wasted = sum(1 for kind, _, bad in moves if bad)
        print(f"# {len(moves)} transactions, {wasted} of them reverted")


def test_siege__a_trace_in_two_chunks(t):
    """Transaction 2 has a trace of more than 100,000 bytes: it goes through TraceStore, while a stranger posts
    chunks by the dozen, and shows the right ones through a contract first: these do not count."""
    with Stage(t, k=6) as s:
        store, post = s.network["config"]["traceStore"], selector("post(bytes)")
        stranger = s.node.rpc("eth_accounts")[8]
        relay = s.node.rpc("eth_sendTransaction", {"from": stranger, "gas": "0x80000", "data": "0x" + RELAY})
        relay = s.node.rpc("eth_getTransactionReceipt", relay)["contractAddress"]
        seen = {"uploads": 0, "others": set(), "looks": 0}

        def send(to, data):
            seen["others"].add(s.node.rpc("eth_sendTransaction", {
                "from": stranger, "to": to, "gas": hex(8000000), "data": "0x" + data.hex()}))

        def mangle(method, params, forward):
            if method == "eth_sendRawTransaction":
                raw = bytes.fromhex(params[0][2:])
                fields = [rlp_text(x) for x in rlp_items(raw[1:])]
                if fields[7][:4] == post:
                    seen["uploads"] += 1
                    send(relay, fields[7])  # the very chunk, first, by an inner call: it does not count
            seen["looks"] += method == "eth_getTransactionByHash" and params[0] in seen["others"]
            return forward(method, params)
        c = s.challenger(url=s.proxy(mangle).url)
        s.liar("balance@2")
        for i in range(40):
            send(store, post + word(32) + tail(bytes([i])))
        s.play(lambda: s.judged(c, 2))
        moves = c.rows("SELECT kind, tries, reverted FROM intents WHERE kind IN ('upload', 'prove', 'deposit')")
        print(f"# {moves}")
        expect(seen["uploads"] >= 2 and all(n == 1 and not bad for _, n, bad in moves), moves)
        expect(len([1 for kind, _, _ in moves if kind == "upload"]) == 2, moves)
        logs = s.node.rpc("eth_getLogs", {"address": store, "fromBlock": "0x0", "toBlock": "latest"})
        expect(len(logs) == 40 + 2 * 2, f"{len(logs)} chunks")
        expect(seen["looks"] <= 2, f"{seen['looks']} looks at chunks that nobody wants")
