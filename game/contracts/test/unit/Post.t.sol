// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assertion, GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";

/// @notice stake, post, join (PROTOCOL §7.3: 1-3).
contract PostTest is GameFixture {
    using History for Hist;

    function test_stake_guards_in_order() external {
        vm.deal(ALICE, 10 ether);
        stake(ALICE);
        vm.deal(ALICE, 10 ether);
        vm.prank(ALICE);
        (bool ok, bytes memory data) =
            address(game).call{value: 1 ether - 1}(abi.encodeCall(IGame.stake, ()));
        refused(ok, data, GameErrors.BadValue.selector, "one wei less, and staked");
        vm.prank(BOB);
        vm.deal(BOB, 10 ether);
        (ok, data) = address(game).call{value: 1 ether + 1}(abi.encodeCall(IGame.stake, ()));
        refused(ok, data, GameErrors.BadValue.selector, "one wei more");
        vm.prank(ALICE);
        (ok, data) = address(game).call{value: 1 ether}(abi.encodeCall(IGame.stake, ()));
        refused(ok, data, GameErrors.Staked.selector, "twice");
    }

    function test_stake_holds_the_bond() external {
        stake(ALICE);
        same(game.staker(ALICE).bond, 1 ether, "bond");
        same(game.staker(ALICE).tip, 0, "tip");
        same(address(game).balance, 1 ether, "balance");
    }

    function test_post_guards_in_order() external {
        Hist memory c = honest();
        bytes32 unknown = keccak256("unknown");
        bytes memory short = new bytes(1023);
        bytes32[] memory path = c.path();
        path[0] = ~path[0];
        bytes32 lastLeaf = c.lastLeaf();
        bytes32 span = c.root();
        // everything wrong
        fails(
            ALICE,
            abi.encodeCall(IGame.post, (unknown, 0, lastLeaf, span, path, short)),
            GameErrors.NotStaked.selector
        );
        bytes32 tip = post(ALICE, genesis, c);
        fails(
            ALICE,
            abi.encodeCall(IGame.post, (unknown, 0, lastLeaf, span, path, short)),
            GameErrors.WrongTip.selector
        );
        stake(BOB); // tip 0
        fails(
            BOB,
            abi.encodeCall(IGame.post, (unknown, 0, lastLeaf, span, path, short)),
            GameErrors.BadParent.selector
        );
        // decided comes before the gap: decide genesis' game, then a child of it
        vm.warp(block.timestamp + 100);
        works(CAROL, abi.encodeCall(IGame.decide, (tip, STOP)));
        fails(
            BOB,
            abi.encodeCall(IGame.post, (genesis, 0, lastLeaf, span, path, short)),
            GameErrors.Decided.selector
        );
    }

    function test_post_guards_after_the_gap() external {
        Hist memory c = honest();
        bytes32 tip = post(ALICE, genesis, c);
        same(game.assertion(tip).nextInput, 2, "next input");
        stake(BOB);
        Hist memory d = after_(c.lastState(), 1, 0);
        bytes memory short = new bytes(1023);
        bytes32[] memory path = d.path();
        path[0] = ~path[0];
        bytes32 wrong = ~d.lastLeaf();
        bytes memory data = abi.encodeCall(IGame.post, (tip, 0, wrong, d.root(), path, short));
        vm.warp(block.timestamp + cfg.minGap - 1);
        fails(BOB, data, GameErrors.TooSoon.selector);
        vm.warp(block.timestamp + 1);
        fails(BOB, data, GameErrors.InboxShort.selector); // one input, two wanted
        push();
        d = after_(c.lastState(), 2, 0);
        fails(BOB, data, GameErrors.BadState.selector, "1,023 bytes");
        data = abi.encodeCall(IGame.post, (tip, 0, wrong, d.root(), path, d.lastState()));
        fails(BOB, data, GameErrors.BadState.selector, "not the preimage");
        path = d.path();
        bytes32[] memory shortPath = new bytes32[](3);
        bytes32 last = d.lastLeaf();
        bytes memory state = d.lastState();
        data = abi.encodeCall(IGame.post, (tip, 0, last, d.root(), shortPath, state));
        fails(BOB, data, GameErrors.BadPath.selector, "short path");
        data = abi.encodeCall(IGame.post, (tip, 0, last, ~d.root(), path, state));
        fails(BOB, data, GameErrors.BadPath.selector, "other span");
        data = abi.encodeCall(IGame.post, (tip, ~aidOf(tip, d), last, d.root(), path, state));
        fails(BOB, data, GameErrors.AidMismatch.selector);
        bytes32 aid = post(CAROL, tip, d);
        fails(BOB, postData(tip, aid, d), GameErrors.AssertionExists.selector);
    }

    /// @notice A path that is too long must not pass by its first K entries, nor one that is too short.
    function test_post_path_has_K_entries() external {
        Hist memory c = honest();
        stake(ALICE);
        bytes32[] memory path = new bytes32[](5);
        for (uint256 i = 0; i < 4; ++i) {
            path[i] = c.path()[i];
        }
        bytes32 aid = aidOf(genesis, c);
        fails(
            ALICE,
            abi.encodeCall(IGame.post, (genesis, aid, c.lastLeaf(), c.root(), path, c.lastState())),
            GameErrors.BadPath.selector
        );
    }

    function test_post_records() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        Assertion memory a = game.assertion(aid);
        same(a.parent, genesis, "parent");
        same(a.lastLeaf, c.lastLeaf(), "lastLeaf");
        same(a.span, c.root(), "span");
        same(a.inputEnd, 1, "inputEnd");
        same(a.nextInput, 2, "nextInput");
        same(a.createdAt, block.timestamp, "createdAt");
        same(a.status, 1, "pending");
        same(game.assertion(genesis).children, 1, "children");
        same(game.game(genesis).roots, 1, "roots");
        same(game.staker(ALICE).tip, aid, "tip");
        Ref memory v = c.node(genesis, 0, 4);
        same(word(v), 1 | 8, "root exists, first");
        same(game.context(ctxOf(v)).firstAt, block.timestamp, "firstAt");
        same(game.context(ctxOf(v)).count, 1, "count");
        Hist memory f = liar(3, 0);
        vm.warp(block.timestamp + 7);
        post(BOB, genesis, f);
        same(word(f.node(genesis, 0, 4)), 1, "rival exists, not first");
        same(game.context(ctxOf(v)).count, 2, "count");
        same(game.context(ctxOf(v)).rivalAt, block.timestamp, "rivalAt");
        vm.warp(block.timestamp + 7);
        post(CAROL, genesis, liar(4, 0));
        same(game.context(ctxOf(v)).count, 3, "count");
        same(game.context(ctxOf(v)).rivalAt, block.timestamp - 7, "rivalAt stays");
    }

    /// @notice A rival may come at once; only the first child waits for minGap.
    function test_post_gap_is_for_the_first_child() external {
        vm.warp(START + 4);
        Hist memory c = honest();
        stake(ALICE);
        fails(ALICE, postData(genesis, aidOf(genesis, c), c), GameErrors.TooSoon.selector);
        vm.warp(START + 5);
        post(ALICE, genesis, c);
        post(BOB, genesis, liar(1, 0));
    }

    /// @notice nextInput: a range that has not halted goes on over the same inputs; a halted one takes all there are.
    function test_post_next_input() external {
        push();
        push();
        bytes32 aid = post(ALICE, genesis, honest());
        same(game.assertion(aid).nextInput, 3, "all inputs");
        setUpGame(2, 1); // four steps: exactly one input
        aid = post(ALICE, genesis, honest());
        same(game.assertion(aid).nextInput, 3, "halted at the last step");
        setUpGame(1, 1); // two steps: not through
        Hist memory c = honest();
        aid = post(ALICE, genesis, c);
        same(game.assertion(aid).nextInput, 1, "same inputs again");
        vm.warp(block.timestamp + 5);
        aid = post(ALICE, aid, after_(c.lastState(), 1, 0));
        same(game.assertion(aid).nextInput, 3, "second half");
    }

    function test_post_is_bound_to_the_inbox() external {
        Hist memory c = honest();
        bytes32 before = aidOf(genesis, c);
        vm.store(address(inbox), keccak256(abi.encode(uint256(1), uint256(2))), keccak256("reorg"));
        check(aidOf(genesis, c) != before, "other aid");
        stake(ALICE);
        fails(ALICE, postData(genesis, before, c), GameErrors.AidMismatch.selector);
    }

    function test_join_guards_in_order() external {
        bytes32 a = post(ALICE, genesis, honest());
        bytes32 b = post(BOB, genesis, liar(2, 0));
        fails(CAROL, abi.encodeCall(IGame.join, (bytes32(0))), GameErrors.NotStaked.selector);
        fails(ALICE, abi.encodeCall(IGame.join, (bytes32(0))), GameErrors.BadAssertion.selector);
        fails(ALICE, abi.encodeCall(IGame.join, (b)), GameErrors.WrongTip.selector);
        stake(CAROL);
        works(CAROL, abi.encodeCall(IGame.join, (b)));
        same(game.staker(CAROL).tip, b, "tip");
        fails(CAROL, abi.encodeCall(IGame.join, (a)), GameErrors.WrongTip.selector);
        fails(CAROL, abi.encodeCall(IGame.join, (genesis)), GameErrors.WrongTip.selector);
    }

    function test_join_confirmed_and_down_the_line() external {
        Hist memory c = honest();
        bytes32 a = post(ALICE, genesis, c);
        vm.warp(block.timestamp + 5);
        push();
        bytes32 b = post(ALICE, a, after_(c.lastState(), 2, 0));
        stake(BOB);
        works(BOB, abi.encodeCall(IGame.join, (genesis)));
        works(BOB, abi.encodeCall(IGame.join, (a)));
        works(BOB, abi.encodeCall(IGame.join, (b)));
        same(game.staker(BOB).tip, b, "tip");
    }
}
