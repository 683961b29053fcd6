// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Config, IGame} from "../../src/IGame.sol";
import {IInbox} from "../../src/IInbox.sol";
import {ITraceStore} from "../../src/ITraceStore.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {FakeExecute} from "../base/FakeExecute.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {IAttested} from "../base/IAttested.sol";
import {Tall, Tallest} from "../base/Tall.sol";
import {Toy} from "../base/Toy.sol";

/// @notice What a transaction of every kind costs: each call is one, with its 21,000, its calldata and a cold state.
/// The table is GAS.md; a run that finds other numbers fails and leaves the new table in cache/GAS.md.
contract GasTest is GameFixture {
    using Tallest for Tall;

    Tall internal c; // the true history
    Tall internal f; // false at one leaf
    uint256 internal pos; // leaves before the false one of f
    string internal rows;
    uint256 internal last;
    bytes32 internal aid;
    bytes32 internal rival;

    function setUp() public override {}

    function cost(string memory name, address who, address to, bytes memory data) internal {
        vm.prank(who, who);
        (bool ok, bytes memory answer) = to.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        row(name, vm.lastCallGas().gasTotalUsed);
    }

    function row(string memory name, uint256 gas_) internal {
        last = gas_;
        if (bytes(name).length == 0) return;
        rows = string.concat(rows, "| ", name, " | ", vm.toString(gas_), " |\n");
    }

    function open(uint8 k, uint8 a, uint256 lieAt) internal {
        setUpGame(k, a);
        bytes[] memory states = new bytes[](5);
        states[0] = Toy.genesis();
        for (uint256 i = 1; i < 5; ++i) {
            states[i] = Toy.next(states[i - 1], i == 1 ? inputs[0] : bytes32(0));
        }
        c = Tallest.build(k, a, states, 0);
        f = Tallest.build(k, a, states, lieAt);
        pos = lieAt - 1;
    }

    function claimed(Tall memory t) internal view returns (bytes32) {
        return TreeLib.aidOf(genesis, game.cfgHash(), 1, inbox.acc(1), t.lastLeaf(), t.root());
    }

    function postTall(string memory name, address who, Tall memory t) internal returns (bytes32 a) {
        a = claimed(t);
        bytes memory state = t.state(1 << 20);
        bytes memory data =
            abi.encodeCall(IGame.post, (genesis, a, t.lastLeaf(), t.root(), t.path(), state));
        cost(name, who, address(game), data);
    }

    function splitTall(string memory name, Tall memory t, uint256 h) internal {
        uint256 place = pos >> h << h;
        cost(
            name,
            ALICE,
            address(game),
            abi.encodeCall(IGame.split, (t.node(genesis, place, h), t.childSpans(place, h), ALICE))
        );
    }

    function proveTall(string memory name, bytes memory proof) internal {
        cost(
            name,
            ALICE,
            address(game),
            abi.encodeCall(
                IGame.prove, (c.node(genesis, pos, 0), c.state(pos), c.preProof(pos), proof, ALICE)
            )
        );
    }

    /// @notice All split nodes on the way to the false leaf, with their children.
    function treeTo(uint256 h) internal view returns (bytes memory out) {
        if (h == 0) return STOP;
        uint256 place = pos >> h << h;
        out = abi.encodePacked(hex"01", c.childSpans(place, h));
        uint256 low = h - cfg.A;
        for (uint256 j = 0; j < 1 << cfg.A; ++j) {
            bool inside = pos >> low == (place >> low) + j;
            out = bytes.concat(out, inside ? treeTo(low) : STOP);
        }
    }

    function heading(string memory text) internal {
        rows = string.concat(rows, "\n", text, "\n\n| transaction | gas |\n| --- | ---: |\n");
    }

    /// forge-config: default.isolate = true
    function test_gas_table() external {
        dispute();
        proofs();
        arities();
        others();
        string memory text = string.concat(
            "# Gas of every kind of transaction\n\n",
            "Written by test/gas/Gas.t.sol, which fails when a number changes; a new table is left in cache/GAS.md.\n",
            "Each row is one transaction on Osaka rules with 21,000, calldata and a cold state, refunds taken off.\n",
            rows
        );
        vm.writeFile("cache/GAS.md", text);
        same(bytes(vm.readFile("GAS.md")), bytes(text), "GAS.md differs from cache/GAS.md");
    }

    /// @notice One rival that plays to the end, 2^20 leaves, arity 4; the difference is the last child at every level.
    function dispute() internal {
        open(20, 2, 1 << 20);
        heading("## One dispute: K = 20, A = 2 (2^20 leaves, 10 splits)");
        stake("");
        postTall("post, first of its game", ALICE, c);
        stake(BOB);
        rival = postRival();
        uint256 fresh = 0;
        for (uint256 h = 20; h > 0; h -= 2) {
            splitTall(h == 20 ? "split, four new children" : "", c, h);
            fresh += last;
            check(last <= 240_000, "a split with new children costs at most 240,000");
            splitTall(h == 20 ? "split, three children merge with the rival's" : "", f, h);
            check(last <= 85_000, "a split whose children merge costs at most 85,000");
        }
        splitTall("split, done already", c, 20);
        row("path: 10 splits, all children new", fresh);
        check(fresh <= 2_400_000, "a path of 2^20 leaves costs at most 2,400,000");
        proveTall("prove, identity step (no verifier)", "");
        proveTall("prove, done already", "");
        aid = claimed(c);
        vm.warp(block.timestamp + cfg.T);
        bytes memory tree = treeTo(20);
        end(tree, fresh);
    }

    function stake(string memory name) internal {
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE, ALICE);
        game.stake{value: 1 ether}();
        row(bytes(name).length == 0 ? "stake" : name, vm.lastCallGas().gasTotalUsed);
    }

    /// @notice The rival's claim ends in its false leaf, so its last state is a stand-in with that leaf.
    function postRival() internal returns (bytes32 a) {
        bytes memory state = Toy.lie(c.state(4), 1);
        f.lie = Toy.leaf(state);
        a = claimed(f);
        bytes memory data =
            abi.encodeCall(IGame.post, (genesis, a, f.lastLeaf(), f.root(), f.path(), state));
        cost("post, a rival", BOB, address(game), data);
    }

    function end(bytes memory tree, uint256 fresh) internal {
        address to = address(game);
        cost("refresh, a stop", DAVE, to, refreshData(STOP));
        uint256 snapshot = vm.snapshotState();
        cost("", DAVE, to, refreshData(tree));
        uint256 path = last;
        vm.revertToState(snapshot); // the tests' storage goes back, too
        row("refresh, the path: 41 nodes", path);
        cost("decide, the path: 41 nodes", DAVE, to, abi.encodeCall(IGame.decide, (aid, tree)));
        row("path and decide", fresh + last);
        vm.warp(block.timestamp + cfg.grace);
        cost("confirm", DAVE, to, abi.encodeCall(IGame.confirm, (aid)));
        cost("reject", DAVE, to, abi.encodeCall(IGame.reject, (rival)));
        cost("slash", DAVE, to, abi.encodeCall(IGame.slash, (BOB)));
        cost(
            "claim, 41 nodes, 11 paid",
            DAVE,
            to,
            abi.encodeCall(IGame.claim, (genesis, ALICE, tree))
        );
        cost("unstake", ALICE, to, abi.encodeCall(IGame.unstake, ()));
        cost("withdraw", ALICE, to, abi.encodeCall(IGame.withdraw, (ALICE)));
        vm.warp(block.timestamp + cfg.T + 1);
        cost("sweep", DAVE, to, abi.encodeCall(IGame.sweep, (genesis)));
    }

    function refreshData(bytes memory tree) internal view returns (bytes memory) {
        return abi.encodeCall(IGame.refresh, (c.node(genesis, 0, 20), tree));
    }

    /// @notice A step of a segment that is not idle, by both verifiers.
    function proofs() internal {
        heading("## Proofs (K = 20, A = 2)");
        ITraceStore store = ITraceStore(deployShipped("TraceStore", ""));
        FakeExecute execute = FakeExecute(payable(address(0x0101)));
        vm.etch(address(execute), address(new FakeExecute()).code);
        address precompile = deployShipped("ExecutePrecompile", abi.encode(store));
        provable(precompile);
        bytes32 post = Toy.leaf(c.state(2));
        execute.set(abi.encode(1, Toy.leaf(c.state(1)), post, 5_000_000), false);
        execute.setQuiet();
        bytes memory trace = noise(20_000);
        proveTall(
            "prove, ExecutePrecompile, trace of 20,000 bytes (EXECUTE itself not counted)",
            abi.encodePacked(uint64(5_000_000), uint8(0), trace)
        );
        address[] memory signers = new address[](3);
        (signers[0], signers[1], signers[2]) = (vm.addr(2), vm.addr(3), vm.addr(1));
        IAttested attested =
            IAttested(deployShipped("AttestedExecute", abi.encode(bytes32(0), signers, 2)));
        provable(address(attested));
        bytes32 hash = attested.digest(Toy.leaf(c.state(1)), 1, 0, post);
        proveTall(
            "prove, AttestedExecute, 2 of 3", bytes.concat(post, sign(2, hash), sign(3, hash))
        );
        cost(
            "TraceStore.post, a new chunk of 100,000 bytes",
            ALICE,
            address(store),
            abi.encodeCall(ITraceStore.post, (noise(100_000)))
        );
    }

    function sign(uint256 key, bytes32 hash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return abi.encodePacked(r, s, v);
    }

    function noise(uint256 n) internal pure returns (bytes memory out) {
        out = new bytes(n);
        for (uint256 i = 0; i < n; i += 32) {
            bytes32 w = keccak256(abi.encode(i));
            assembly ("memory-safe") {
                if lt(i, sub(n, 31)) { mstore(add(add(out, 0x20), i), w) }
            }
        }
    }

    /// @notice A game of that verifier, played down to the second segment.
    function provable(address verifier_) internal {
        vm.warp(START);
        Config memory k = config(20, 2);
        k.verifier = verifier_;
        cfg = k;
        game = launch(k);
        genesis = game.anchor();
        vm.warp(START + 5);
        f = Tallest.build(20, 2, c.states, 2);
        pos = 1;
        quietPost(ALICE, c);
        quietPost(BOB, f);
        for (uint256 h = 20; h > 0; h -= 2) {
            splitTall("", c, h);
            splitTall("", f, h);
        }
    }

    function quietPost(address who, Tall memory t) internal {
        vm.deal(who, 1 ether);
        vm.prank(who, who);
        game.stake{value: 1 ether}();
        postTall("", who, t);
    }

    function arities() internal {
        heading("## Splits at other arities, all children new");
        string[5] memory names = [
            "",
            "A = 1: two children, 20 splits for 2^20 leaves",
            "A = 2: four children, 10 splits",
            "A = 3: eight children, 7 splits for 2^21",
            "A = 4: sixteen children, 5 splits"
        ];
        for (uint8 a = 1; a <= 4; ++a) {
            open(a == 3 ? 21 : 20, a, 2);
            quietPost(ALICE, c);
            quietPost(BOB, f);
            splitTall(names[a], c, a == 3 ? 21 : 20);
        }
    }

    function others() internal {
        heading("## Inbox and deployment");
        uint256[9] memory p =
            [START, 2, uint160(ALICE), uint160(BOB), 30_000_000, 114_688, 10, 1_000_000, 30];
        address box = deployShipped("Inbox", abi.encode(p));
        bytes[] memory items = new bytes[](10);
        for (uint256 i = 0; i < 10; ++i) {
            items[i] = noise(110);
        }
        vm.warp(START + 50);
        cost("", ALICE, box, abi.encodeCall(IInbox.post, (uint64(START) + 1, 0, items)));
        cost(
            "Inbox.post, 10 items of 110 bytes",
            ALICE,
            box,
            abi.encodeCall(IInbox.post, (uint64(START) + 2, 0, items))
        );
        cost("Inbox.sendForced, 110 bytes", BOB, box, abi.encodeCall(IInbox.sendForced, (items[0])));
        vm.warp(START + 100);
        cost("Inbox.postForced, 1 item", BOB, box, abi.encodeCall(IInbox.postForced, ()));
        p[1] = 1;
        box = deployShipped("Inbox", abi.encode(p));
        cost(
            "Inbox.postEthereum, 10 items of 110 bytes",
            ALICE,
            box,
            abi.encodeCall(IInbox.postEthereum, (noise(600), noise(700), hex"c0", items))
        );
        size("Game");
        size("Inbox");
        size("ExecutePrecompile");
        size("AttestedExecute");
        size("TraceStore");
        rows = string.concat(
            rows,
            "\nLimits that the test holds: a split with new children 240,000, with merged ones 85,000, the 10 splits of a path\n",
            "2,400,000. For comparison, the deployed form of BoLD needs 12.3 M for the splits of a path of 2^20 leaves.\n"
        );
    }

    function size(string memory name) internal {
        string memory json = vm.readFile(string.concat("generated/", name, ".json"));
        uint256 length = vm.parseJsonUint(json, ".runtimeLength");
        rows = string.concat(
            rows,
            "| ",
            name,
            ", bytes of runtime code (limit 24,576) | ",
            vm.toString(length),
            " |\n"
        );
    }
}
