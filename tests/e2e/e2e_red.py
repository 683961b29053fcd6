"""Hostile surroundings: what would make an honest operator lose money, stand still, or speak falsely."""
import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import time

from rival import Chain, Rival, forged, keccak, leaf
from stage import address_of, AGREE, CONFIRMED, ETHER, INVALID, L2, Proxy, Stage, block_json, false_block, lagging
from world import BLOCK, NPM, TOP, expect

FULL = os.environ.get("WH_FULL") == "1"
DATA = os.path.join(TOP, "tests/data/blocks")
THREE = [os.path.join(DATA, f"mainnet-{n}.json.zst") for n in (1149999, 1150000, 1150001)]


def all_confirmed(s, party, claims):
    rows = list(party.claims().values())
    return len(rows) >= claims and all(r[:2] == (CONFIRMED, AGREE) for r in rows)


def test_red__three_blocks_in_overflowing_assertions(t):
    """19 steps of three blocks in assertions of 4: one after the other, unrivaled, to the end."""
    with Stage(t, THREE, k=2) as s:
        p = s.proposer()
        s.play(lambda: all_confirmed(s, p, 5), step=30)
        expect(len(p.claims()) == 5, len(p.claims()))


def test_red__dispute_in_the_second_block(t):
    with Stage(t, THREE, k=4) as s:
        p, c = s.proposer(), s.challenger()
        s.liar("balance@1.4")
        s.play(lambda: s.judged(c, 3))


def test_red__a_false_block_ends_the_chain_and_nobody_claims_it_but_the_liar(t):
    with Stage(t, THREE[1:2], post=False, k=4) as s:
        bad = false_block(t, THREE[1])
        s.post(bad)
        s.blocks = [bad, *THREE[1:]]
        liar = s.liar("gas@99")
        s.wait("the lie", lambda: liar.claims())
        p, c = s.proposer(), s.challenger()
        s.play(lambda: s.judged(c, 2))
        chain = Chain(s, c)
        expect(chain.last_state[5] == 2, "the chain does not end INVALID")
        # the chain has ended: whatever is posted now changes nothing, and nobody posts below
        s.post(THREE[2], "--yes")
        for _ in range(20):
            s.pass_time(10)
            time.sleep(0.05)
        expect(len(c.claims()) == 2, "somebody posted below INVALID")
        r = Rival(s, 1, [chain.leaves[-1], leaf(forged(chain.last_state))], forged(chain.last_state))
        r.stake()
        r.post()
        s.play(lambda: s.judged(c, 4), each=r.answer)


def rivals_of(s, chain):
    """One rival for each way to be wrong about a history of 28 steps."""
    true, last = chain.leaves, chain.last_state
    bad = forged(last)
    x = leaf(bad)
    noise = [keccak(b"noise" + bytes([i])) for i in range(40)]
    histories = {
        "begin": ([true[0], noise[0], *true[2:]], last),
        "end": ([*true[:-1], x], bad),
        "everything": ([true[0], *noise[:27], x], bad),
        "leaves and returns": ([*true[:9], *noise[:5], *true[14:]], last),
        "two lies": ([*true[:4], noise[0], *true[5:20], noise[1], *true[21:]], last),
        "halts early": ([*true[:20], x], bad),
        "goes on after the halt": ([*true, x], bad),
        "wrong only in the padding": ([*true, noise[0], true[-1]], last),
    }
    return {name: Rival(s, 1 + i, *h) for i, (name, h) in enumerate(histories.items())}


def test_red__eight_ways_to_be_wrong_at_once(t):
    with Stage(t, k=6, a=2) as s:
        c = s.challenger()
        rivals = rivals_of(s, Chain(s, c))
        for r in rivals.values():
            r.stake()
            r.post()
        p = s.proposer()
        s.play(lambda: s.judged(c, 9), each=lambda: [r.answer() for r in rivals.values()], timeout=90)
        wrong = {"begin": 0, "end": 27, "everything": 0, "leaves and returns": 8, "two lies": 3,
                 "halts early": 19, "goes on after the halt": 28, "wrong only in the padding": 28}
        for q in (c, p):
            said = dict(q.rows("SELECT aid, first_wrong FROM verdicts"))
            expect({name: said[r.aid] for name, r in rivals.items()} == wrong, said)
            reasons = dict(q.rows("SELECT aid, reason FROM verdicts"))
            expect("input 0, BEGIN" in reasons[rivals["begin"].aid], reasons)
            expect("input 0, END" in reasons[rivals["end"].aid], reasons)
            expect("transaction 7" in reasons[rivals["leaves and returns"].aid], reasons)
            expect("inputs have ended" in reasons[rivals["goes on after the halt"].aid], reasons)


def test_red__copied_post_then_false_child(t):
    """Attacks 43 and 45: the honest claim posted by the attacker, a false child on it at once; and a
    rival with the right last leaf and a wrong interior, with a child of its own."""
    with Stage(t, THREE[:2], post=False, k=4) as s:
        s.post(THREE[0])
        w = s.challenger("--watch", name="watch")
        chain = Chain(s, w)
        true, last = chain.leaves, chain.last_state
        copy = Rival(s, 1, true, last)
        inner = Rival(s, 2, [true[0], keccak(b"x"), *true[2:]], last)
        p = s.proposer(start=False)
        for r in (copy, inner):
            r.stake()
            r.post()
        s.pass_time(5)
        s.post(THREE[1])
        bad = forged(last)
        children = [Rival(s, n, [true[-1], keccak(b"y"), leaf(bad)], bad, gid=g.aid)
                    for n, g in ((1, copy), (2, inner))]
        for r in children:
            r.post()
        p.start()
        everybody = [copy, inner, *children]
        s.play(lambda: s.judged(p, 5), each=lambda: [r.answer() for r in everybody])
        expect(len(p.claims()) == 5, p.claims())  # the copy, two rivals, the child on it, our child


def test_red__slow_play(t):
    """A rival that answers each level only after 25 s, and one that never answers."""
    with Stage(t, k=6, bond="2eth") as s:
        c = s.challenger("--defend-delay", "5s")
        rivals = list(rivals_of(s, Chain(s, c)).values())
        slow, dead = rivals[:2]
        for r in (slow, dead):
            r.stake()
        slow.post()
        dead.post()
        s.wait("the honest post", lambda: len(c.claims()) == 3)
        seen = {}

        def each():
            now = int(s.node.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
            for node in slow.open():
                if now - seen.setdefault(node, now) >= 25:
                    slow.split(*node)
        s.play(lambda: s.judged(c, 3), each=each, step=5)


def test_red__rival_after_t_before_decide(t):
    with Stage(t, k=6) as s:
        p = s.proposer()
        s.wait("the post", lambda: p.claims())
        p.process.send_signal(signal.SIGSTOP)
        chain = Chain(s, p)
        s.pass_time(200)
        r = list(rivals_of(s, chain).values())[0]
        r.stake()
        r.post()
        s.pass_time(10)
        p.process.send_signal(signal.SIGCONT)
        s.play(lambda: s.judged(p, 2), each=r.answer)


def test_red__front_run_splits_are_no_ops(t):
    """Somebody makes every move of the honest before them, in its own name: nobody loops."""
    with Stage(t, k=6) as s:
        c = s.challenger()
        chain = Chain(s, c)
        r = rivals_of(s, chain)["two lies"]
        thief = Rival(s, 5, chain.leaves, chain.last_state)
        r.stake()
        r.post()
        def each():
            r.answer()
            thief.answer()
        s.play(lambda: s.judged(c, 2), each=each)
        moves = c.rows("SELECT kind, tries, reverted FROM intents")
        expect(all(tries <= 2 for _, tries, _ in moves), moves)


def test_red__load_balancer_with_a_lagging_node(t):
    with Stage(t, k=6) as s:
        url = s.proxy(lagging(3, turn=lambda n: n % 5 in (1, 2))).url
        c = s.challenger(url=url)
        s.liar("balance@12")
        s.play(lambda: s.judged(c, 2), timeout=90)
        expect(c.text().count("event=start") == 1, "it was started again")


def late_index():
    """The first answer about a block lacks its newest log, without a word: an index that lags."""
    seen = set()

    def mangle(method, params, forward):
        out = forward(method, params)
        if method == "eth_getLogs" and out and out[-1]["blockHash"] not in seen:
            seen.add(out[-1]["blockHash"])
            return out[:-1]
        return out
    return mangle


def test_red__logs_that_are_lost_silently(t):
    with Stage(t, k=6) as s:
        c = s.challenger(url=s.proxy(late_index()).url)
        s.liar("balance@12")
        s.play(lambda: s.judged(c, 2))
        expect("W-RPC-014" in c.text(), "nothing was lost")


def test_red__transactions_lost_from_the_pool(t):
    """Two of three sent transactions are said to be taken, and are forgotten."""
    with Stage(t, k=6) as s:
        state = {"n": 0, "lost": 0}

        def mangle(method, params, forward):
            if method == "eth_sendRawTransaction":
                state["n"] += 1
                if state["n"] % 3:
                    state["lost"] += 1
                    return "0x" + keccak(bytes.fromhex(params[0][2:])).hex()
            return forward(method, params)
        c = s.challenger(url=s.proxy(mangle).url)
        s.liar("balance@12")
        s.play(lambda: s.judged(c, 2), timeout=90)
        expect(state["lost"] > 5, state)


def test_red__reorgs_of_every_depth(t):
    """Every few blocks L1 drops its last 1 to 10, now and then with their transactions. What it drops in
    all stays below T: moves that come again are charged for it, and longer nobody can be away."""
    clock = 300
    draw = t.draws()
    with Stage(t, k=6, t_=f"{clock}s") as s:
        c = s.challenger()
        s.liar("balance@12")
        first = s.head()  # the parties' ether stays where it is
        state = {"next": first + 4, "count": 0, "dropped": 0}

        def time_of(number):
            return int(s.node.rpc("eth_getBlockByNumber", hex(number), False)["timestamp"], 16)

        def each():
            head = s.head()
            if head < state["next"] or state["count"] >= 12:
                return
            depth = draw.randint(1, min(10, head - first))
            while depth and state["dropped"] + time_of(head) - time_of(head - depth) > clock * 2 / 3:
                depth -= 1
            state["next"] = head - depth + draw.randint(4, 11)
            if not depth:
                return
            state["dropped"] += time_of(head) - time_of(head - depth)
            s.node.rpc("whittle_reorg", depth, {"transactions": draw.choice(["drop", "pool", "pool"]),
                                                "mine": draw.randint(0, 3)})
            state["count"] += 1
        s.play(lambda: s.judged(c, 2), each=each, timeout=120, step=5)
        expect(state["count"] >= 5, state)
        bonds = s.node.rpc("eth_getBalance", s.network["game"], "latest")
        expect(int(bonds, 16) <= 2 * ETHER, "more than two bonds in the game")


def test_red__a_reorg_replaces_the_input(t):
    """What was claimed about one block is gone with it; the same signed post must not become another."""
    with Stage(t, THREE[1:2], post=False, k=4) as s:
        p = s.proposer(start=False)
        before = s.head()
        s.post(THREE[1])
        p.start()
        s.wait("the post", lambda: p.claims())
        old = set(p.claims())
        bad = false_block(t, THREE[1])
        s.node.rpc("whittle_reorg", s.head() - before, {"transactions": "drop"})
        s.post(bad)
        s.play(lambda: s.judged(p, 1) and not old & set(p.claims()))
        expect(Chain(s, p).last_state[5] == 2, "the false block does not end the chain")


def test_red__fees_above_the_cap_then_below(t):
    with Stage(t, k=6, devnet=["--base-fee", "400gwei"], post=False) as s:
        s.post(BLOCK, "--tx.max-fee", "2000gwei")
        fee = lambda: int(s.node.rpc("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
        p = s.proposer("--tx.max-fee", "100gwei", wei=10 * ETHER)
        s.wait("the cap", lambda: "event=cap.reached" in p.text())
        expect(fee() > 100 * 10**9 and not p.claims(), "it was sent above the cap")
        while fee() > 90 * 10**9:
            s.pass_time(1)
        s.play(lambda: s.judged(p, 1))


def test_red__too_poor_to_post_then_funded(t):
    with Stage(t, k=6) as s:
        p = s.proposer(wei=ETHER // 2)
        s.wait("the complaint", lambda: "cannot pay" in p.text())
        again = [t.path("once") if w == p.datadir else w for w in p.argv[1:]]
        code, _, err = t.run("whittle-proposer", *again, "--once")
        expect(code == 9 and "W-TX-001" in err, f"exit {code}: {err}")
        s.give(p.address, 2 * ETHER)
        s.play(lambda: s.judged(p, 1))


def test_red__one_datadir_one_daemon(t):
    with Stage(t, k=6) as s:
        p = s.proposer()
        s.wait("the post", lambda: p.claims())
        code, _, err = t.run("whittle-proposer", *p.argv[1:], "--once")
        expect(code == 5 and "W-STORE-002" in err, f"exit {code}: {err}")


def test_red__one_key_one_daemon(t):
    """A transaction that is not ours with our key ends the daemon; started again, it goes on behind it."""
    with Stage(t, k=6) as s:
        p = s.proposer()
        s.wait("the post", lambda: p.claims())
        p.honest = False
        with open(p.key) as f:
            subprocess.run([os.path.join(NPM, "cast"), "send", "--rpc-url", s.node.url, "--private-key",
                            f.read().strip(), s.rich, "--value", "1"], check=True, capture_output=True)
        s.wait("the end", lambda: not p.running())
        expect(p.process.poll() == 8 and "W-KEY-006" in p.text(), p.process.poll())
        p.honest = True
        p.start()
        s.liar("balance@12")
        s.play(lambda: s.judged(p, 2))


def test_red__two_daemons_with_one_key(t):
    """They use each other's nonces all through a dispute, and end with 8 when they see that. Whoever
    started them starts them again: the dispute ends as it must."""
    with Stage(t, k=6, t_="600s") as s:  # each look of ours makes a block
        p = s.proposer()
        twin = s.challenger(name="twin", key=p.key)
        s.liar("balance@12")
        ends = {}

        def each():
            for q in (p, twin):
                q.may_end = (8,)
                code = q.process.poll()
                if code == 8:
                    ends[q.name] = ends.get(q.name, 0) + 1
                    q.start()
            s.node.rpc("evm_mine")
            time.sleep(0.1)
        s.play(lambda: s.judged(p, 2), each=each, step=40)
        print(f"# ended with 8: {ends}")


def test_red__rewards_are_looked_up_once(t):
    """While a pot may pay, each look asks about every own move: L1 is asked again only after an event that
    may have changed the answer, or a reorg."""
    node_call = "0x" + keccak(b"node(bytes32)")[:4].hex()
    with Stage(t, k=6) as s:
        asked = []

        def mangle(method, params, forward):
            if method == "eth_call" and (params[0].get("data") or params[0].get("input")).startswith(node_call):
                asked.append(params)
            return forward(method, params)
        c = s.challenger(url=s.proxy(mangle).url)
        s.liar("balance@12")
        s.play(lambda: c.rows("SELECT 1 FROM intents WHERE kind = 'claim' AND state = 3"))
        s.wait("the last look", lambda: s.done(honest=True))
        paid = int(c.rows("SELECT count(*) FROM intents WHERE kind IN ('split', 'prove')")[0][0])
        expect(len(asked) >= paid, (len(asked), paid))
        asked.clear()
        for _ in range(8):
            s.pass_time(1)
            s.wait("a look", lambda: s.done(honest=True))
        expect(not asked, f"asked {len(asked)} times for nothing")
        s.node.rpc("whittle_reorg", 2, {"transactions": "pool"})
        s.pass_time(1)
        s.wait("a look", lambda: s.done(honest=True))
        expect(asked, "not asked after a reorg")


def test_red__stopped_for_long_and_killed_without_warning(t):
    with Stage(t, k=6) as s:
        c = s.challenger()
        s.liar("balance@12")
        s.wait("the first split", lambda: c.rows("SELECT 1 FROM game_nodes WHERE h < 6"))
        c.process.send_signal(signal.SIGSTOP)
        for _ in range(5):
            s.pass_time(10)
            time.sleep(0.1)
        c.process.send_signal(signal.SIGCONT)
        time.sleep(0.3)
        c.kill()
        c.start()
        s.play(lambda: s.judged(c, 2))


def test_red__disk_full_in_the_middle_and_room_again(t):
    with Stage(t, k=6) as s:
        c = s.challenger()
        s.liar("balance@12")
        s.wait("the first split", lambda: c.rows("SELECT 1 FROM game_nodes WHERE h < 6"))
        size = os.path.getsize(os.path.join(c.datadir, "whittle.db-wal"))
        c.honest = False
        resource.prlimit(c.process.pid, resource.RLIMIT_FSIZE, (size, size))
        s.play(lambda: c.process.poll() is not None)
        expect(c.process.poll() == 5 and "W-STORE-006" in c.text(), c.process.poll())
        c.honest = True
        c.start()
        s.play(lambda: s.judged(c, 2))


def test_red__every_arity(t):
    for a in (1, 3, 4) if FULL else (3, 4):
        with Stage(t, k=12, a=a) as s:
            c = s.challenger(name=f"challenger-{a}")
            s.liar("balance@12", name=f"liar-{a}")
            s.play(lambda: s.judged(c, 2))
            tight = c.rows("SELECT kind, gas_used, gas_limit FROM intents WHERE reverted = 0 AND "
                           "gas_used * 10 > gas_limit * 9 AND kind <> 'prove'")
            expect(not tight, f"arity {1 << a}: {tight}")


def test_red__a_block_is_posted_once_and_in_order(t):
    with Stage(t, THREE, post=False, k=4) as s:
        def refused(block, ident):
            code, _, err = t.run("whittle-proposer", *s.post_args(block), "--key-file", s.operator)
            expect(code in (2, 10) and ident in err, f"exit {code}: {err}")
        refused(THREE[1], "W-POST-001")
        s.post(THREE[0])
        refused(THREE[0], "this very block")
        refused(THREE[2], "W-POST-001")
        s.post(THREE[1])
        code, _, err = t.run("whittle-proposer", *s.post_args(THREE[2]), "--key-file",
                             s.funded("stranger"))
        expect(code == 10 and "NotSequencer" in err, f"exit {code}: {err}")
        s.node.rpc("evm_setAutomine", False)
        first = subprocess.Popen([t.program("whittle-proposer"), *s.post_args(THREE[2]), "--key-file",
                                  s.operator], stdout=subprocess.DEVNULL)
        s.wait("the pool", lambda: int(s.node.rpc("txpool_status")["pending"], 16) > 0)
        refused(THREE[2], "W-TX-006")
        s.node.rpc("evm_mine")
        expect(first.wait(20) == 0, "the first post")
        refused(THREE[2], "this very block")


def test_red__a_witness_that_comes_late(t):
    """The L2 node has nothing at first, then another block's state, then the right one."""
    with Stage(t, THREE[1:2], k=4) as s:
        right, other = (block_json(b)["witness"] for b in (THREE[1], THREE[0]))
        answers = [{"state": [], "codes": []}, None, other, {"state": right["state"][:50], "codes": []}]
        node = L2(THREE[1])

        def mangle(method, params, forward):
            if method == "debug_executionWitness":
                return answers.pop(0) if answers else right
            if method == "eth_getProof":
                raise Proxy.Fault("missing trie node")
            return node.answer(method, params, forward)
        s.blocks = []
        p = s.proposer("--l2-eth-rpc", s.proxy(mangle).url)
        s.play(lambda: s.judged(p, 1))
        expect(not answers and "cannot tell" in p.text(), "it was not asked often enough")


def test_red__a_false_block_and_its_state_by_proofs_alone(t):
    """A transaction stands twice in it. The L2 node, which has the true block, makes no witness for a false
    one, nor one with the siblings that a root per step needs: its proofs bring whatever is read."""
    with Stage(t, THREE[1:2], post=False, k=4, sequencer="rich") as s:
        block = block_json(THREE[1])
        txs = [bytes.fromhex(x[2:]) for x in block["transactions"]]
        s.post_raw(block, [txs[0], txs[0], *txs[1:]])
        s.blocks = []
        node = L2(THREE[1])
        c = s.challenger("--l2-eth-rpc", s.proxy(node.answer).url)
        s.blocks = [THREE[1]]
        s.liar("gas@99")
        s.play(lambda: s.judged(c, 2))
        expect(Chain(s, c).last_state[5] == 2 and node.proofs > 0, "the false block is not INVALID")


def test_red__rotten_rows(t):
    """Bytes in the store that changed under us: traces are made again, nodes and codes are fetched."""
    with Stage(t, k=6) as s:
        c = s.challenger()
        s.liar("balance@12")
        s.wait("the first split", lambda: c.rows("SELECT 1 FROM game_nodes WHERE h < 6"))
        c.kill()
        with contextlib.closing(sqlite3.connect(os.path.join(c.datadir, "whittle.db"))) as db:
            rotten = "bytes = CAST(x'01' || substr(bytes, 2) AS BLOB)"
            db.execute(f"UPDATE codes SET {rotten}")
            for node in block_json(BLOCK)["witness"]["state"]:
                db.execute(f"UPDATE nodes SET {rotten} WHERE hash = ?",
                           (keccak(bytes.fromhex(node[2:])),))
            db.execute("INSERT INTO traces SELECT 13, v, (SELECT packed FROM states LIMIT 1) FROM "
                       "(SELECT substr(v, 12 * 32 + 1, 32) AS v FROM leaves LIMIT 1)")
            db.commit()
        c.start()
        s.play(lambda: s.judged(c, 2))


def test_red__started_before_its_node(t):
    with Stage(t, k=6) as s:
        state = {"up": False}

        def mangle(method, params, forward):
            if not state["up"]:
                raise Proxy.Fault("starting")
            return forward(method, params)
        p = s.proposer(url=s.proxy(mangle).url)
        s.wait("its patience", lambda: p.text().count("W-RPC-007") >= 2)
        state["up"] = True
        s.play(lambda: s.judged(p, 1))


def test_red__quorum_of_two_one_always_late(t):
    with Stage(t, k=6) as s:
        late = s.proxy(lagging(turn=lambda n: True, seconds=0.3)).url
        c = s.challenger("--l1-quorum", "2", "--l1-eth-rpc", late)
        s.liar("balance@12")
        s.play(lambda: s.judged(c, 2), timeout=90)
        expect(c.text().count("W-RPC-012") < 20, "it stood still for want of a quorum")
