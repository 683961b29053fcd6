// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";
import {Vm} from "../base/Vm.sol";

/// @notice lambda, beta, refresh, decide (PROTOCOL §7.2, §7.3: 6, 7).
contract ClockTest is GameFixture {
    using History for Hist;

    Hist internal c;
    Hist internal f;
    bytes32 internal aid;
    bytes32 internal rival;

    function open(uint256 pos) internal {
        c = honest();
        f = liar(pos + 1, 0);
        aid = post(ALICE, genesis, c);
        rival = post(BOB, genesis, f);
    }

    function refreshData(Ref memory v, bytes memory t) internal pure returns (bytes memory) {
        return abi.encodeCall(IGame.refresh, (v, t));
    }

    function decideData(bytes32 a, bytes memory t) internal pure returns (bytes memory) {
        return abi.encodeCall(IGame.decide, (a, t));
    }

    function test_refresh_guards_in_order() external {
        open(6);
        Ref memory v = c.node(genesis, 0, 4);
        v.span = ~v.span;
        fails(BOB, refreshData(v, hex"02"), GameErrors.NoNode.selector);
        v.span = ~v.span;
        fails(BOB, refreshData(v, hex"02"), GameErrors.BadTree.selector, "byte 02");
        fails(BOB, refreshData(v, ""), GameErrors.BadTree.selector, "empty");
        fails(BOB, refreshData(v, hex"0000"), GameErrors.BadTree.selector, "bytes left");
        bytes memory t = abi.encodePacked(hex"01", c.childSpans(0, 4), hex"00000000");
        fails(BOB, refreshData(v, t), GameErrors.BadTree.selector, "not split");
        split(ALICE, genesis, c, 0, 4);
        works(BOB, refreshData(v, t));
        fails(BOB, refreshData(v, cut(t, 1)), GameErrors.BadTree.selector, "one child missing");
        fails(BOB, refreshData(v, cut(t, 5)), GameErrors.BadTree.selector, "spans cut");
        fails(BOB, refreshData(v, bytes.concat(t, hex"00")), GameErrors.BadTree.selector, "extra");
        t[1] ^= 0x01;
        fails(BOB, refreshData(v, t), GameErrors.BadTree.selector, "other spans");
        t = abi.encodePacked(hex"01", f.childSpans(0, 4), hex"00000000");
        fails(BOB, refreshData(v, t), GameErrors.BadTree.selector, "the rival's spans");
    }

    function cut(bytes memory t, uint256 n) internal pure returns (bytes memory out) {
        out = new bytes(t.length - n);
        for (uint256 i = 0; i < out.length; ++i) {
            out[i] = t[i];
        }
    }

    function test_lambda_stops_at_the_rival() external {
        c = honest();
        aid = post(ALICE, genesis, c);
        Ref memory v = c.node(genesis, 0, 4);
        vm.warp(block.timestamp + 30);
        same(refreshed(v, STOP), 30, "runs");
        f = liar(3, 0);
        post(BOB, genesis, f);
        vm.warp(block.timestamp + 50);
        same(refreshed(v, STOP), 30, "stands still");
        same(refreshed(f.node(genesis, 0, 4), STOP), 0, "rival has none");
    }

    /// @notice What refresh emits; also checks that it stored the larger of before and now.
    function refreshed(Ref memory v, bytes memory t) internal returns (uint256 beta) {
        uint256 before = betaOf(v);
        vm.recordLogs();
        works(DAVE, refreshData(v, t));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs.length, 1, "one event");
        same(logs[0].topics[0], IGame.TimerUpdated.selector, "TimerUpdated");
        same(logs[0].topics[1], idOf(v), "id");
        beta = abi.decode(logs[0].data, (uint256));
        same(betaOf(v), max(before, beta), "stored");
    }

    function test_beta_is_lambda_plus_the_least_child() external {
        open(6); // rivals at once: root lambda 0
        vm.warp(block.timestamp + 1);
        split(ALICE, genesis, c, 0, 4);
        vm.warp(block.timestamp + 10);
        split(BOB, genesis, f, 0, 4); // child at 4 rivaled after 10 s
        vm.warp(block.timestamp + 5);
        Ref memory v = c.node(genesis, 0, 4);
        same(refreshed(v, tree(genesis, c)), 10, "rivaled child");
        split(ALICE, genesis, c, 4, 2);
        vm.warp(block.timestamp + 3);
        same(refreshed(v, tree(genesis, c)), 13, "10 and 3 below");
        same(refreshed(c.node(genesis, 8, 2), STOP), 18, "a child without rival");
        // any stop gives a lower bound, what is stored below counts too
        uint256 pruned = refreshed(v, abi.encodePacked(hex"01", c.childSpans(0, 4), hex"00000000"));
        same(pruned, 13, "stored bound of the root");
    }

    /// @notice Bounds stored below a stop are used.
    function test_refresh_in_batches() external {
        open(6);
        split(ALICE, genesis, c, 0, 4);
        split(BOB, genesis, f, 0, 4);
        split(ALICE, genesis, c, 4, 2);
        vm.warp(block.timestamp + 42);
        same(refreshed(c.node(genesis, 4, 2), tree(genesis, c, 4, 2)), 42, "lower part");
        bytes memory upper = abi.encodePacked(hex"01", c.childSpans(0, 4), hex"00000000");
        same(refreshed(c.node(genesis, 0, 4), upper), 42, "upper part on top of it");
    }

    function test_proven_is_infinite() external {
        open(6);
        split(ALICE, genesis, c, 0, 4);
        split(BOB, genesis, f, 0, 4);
        split(ALICE, genesis, c, 4, 2);
        split(BOB, genesis, f, 4, 2);
        prove(ALICE, genesis, c, 6);
        same(refreshed(c.node(genesis, 6, 0), STOP), INF, "terminal");
        vm.warp(block.timestamp + 9);
        same(refreshed(c.node(genesis, 0, 4), tree(genesis, c)), 9, "others count");
        same(refreshed(f.node(genesis, 0, 4), tree(genesis, f)), 0, "false terminal");
    }

    /// @notice All children infinite and lambda on top: the sum stays infinite (40 bits).
    function test_sums_saturate() external {
        setUpGame(1, 1);
        c = honest();
        f = liar(1, 2, 0); // false at leaf 1, true again at leaf 2
        vm.warp(block.timestamp + 5);
        post(ALICE, genesis, c);
        vm.warp(block.timestamp + 7);
        post(BOB, genesis, f);
        split(ALICE, genesis, c, 0, 1);
        split(BOB, genesis, f, 0, 1);
        prove(ALICE, genesis, c, 0);
        Ref memory right = c.node(genesis, 1, 0);
        bytes32 slot = keccak256(abi.encode(idOf(right), uint256(4)));
        same(uint256(vm.load(address(game), slot)), word(right), "slot of the node");
        vm.store(address(game), slot, bytes32(word(right) | (INF << 56)));
        same(refreshed(c.node(genesis, 0, 1), tree(genesis, c)), INF, "7 + infinity");
    }

    function test_decide_guards_in_order() external {
        open(6);
        fails(BOB, decideData(keccak256("x"), hex"02"), GameErrors.BadAssertion.selector);
        fails(BOB, decideData(genesis, hex"02"), GameErrors.BadAssertion.selector, "confirmed");
        vm.warp(block.timestamp + 1000);
        fails(BOB, decideData(aid, hex"02"), GameErrors.BadTree.selector);
        fails(BOB, decideData(aid, STOP), GameErrors.TooEarly.selector, "rivaled: lambda 0");
        split(ALICE, genesis, c, 0, 4);
        vm.warp(block.timestamp + 100);
        works(BOB, decideData(aid, tree(genesis, c)));
        fails(BOB, decideData(rival, hex"02"), GameErrors.Decided.selector, "decided");
        same(game.game(genesis).winner, aid, "winner");
        same(game.game(genesis).wonAt, block.timestamp, "wonAt");
    }

    /// @notice beta = T decides, T - 1 does not.
    function test_decide_threshold_exact() external {
        c = honest();
        aid = post(ALICE, genesis, c);
        vm.warp(block.timestamp + cfg.T - 1);
        fails(BOB, decideData(aid, STOP), GameErrors.TooEarly.selector);
        vm.warp(block.timestamp + 1);
        vm.recordLogs();
        works(BOB, decideData(aid, STOP));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs[0].topics[0], IGame.Decided.selector, "Decided");
        same(logs[0].topics[1], genesis, "gid");
        same(logs[0].topics[2], aid, "aid");
    }

    /// @notice decide reads the bound of the root itself: base and span of another root do not help.
    function test_decide_needs_the_own_tree() external {
        open(6);
        split(ALICE, genesis, c, 0, 4);
        vm.warp(block.timestamp + 100);
        fails(BOB, decideData(rival, tree(genesis, c)), GameErrors.BadTree.selector);
    }

    /// @notice Walks of full depth at all arities: K/A levels, and the depth is bounded by the height.
    function test_walk_depth() external {
        for (uint8 a = 1; a <= 4; ++a) {
            setUpGame(a == 3 ? 6 : 4, a);
            uint256 snapshot = vm.snapshotState();
            c = honest();
            f = liar(1, 0);
            aid = post(ALICE, genesis, c);
            post(BOB, genesis, f);
            for (uint256 h = c.k; h > 0; h -= a) {
                split(ALICE, genesis, c, 0, h);
                split(BOB, genesis, f, 0, h);
            }
            prove(ALICE, genesis, c, 0);
            vm.warp(block.timestamp + 33);
            same(refreshed(c.node(genesis, 0, c.k), tree(genesis, c)), 33, "the least sibling");
            // a byte 01 at a terminal is refused
            bytes memory deep = abi.encodePacked(hex"01", new bytes(uint256(32) << a));
            fails(
                BOB, refreshData(c.node(genesis, 1, 0), deep), GameErrors.BadTree.selector, "deeper"
            );
            vm.revertToState(snapshot);
        }
    }
}
