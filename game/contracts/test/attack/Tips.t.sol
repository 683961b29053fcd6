// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";

/// @notice Bonds at the tips of lines (attacks 33-35, 43, 45).
contract TipsTest is GameFixture {
    using History for Hist;

    function test_t_descendants_rejected_slash() external {
        Hist memory c = honest();
        Hist memory h = liar(3, 0);
        address joiner = address(0x99);
        bytes32 aid = post(ALICE, genesis, c);
        bytes32[] memory line = new bytes32[](5);
        line[0] = post(BOB, genesis, h);
        stake(joiner);
        works(joiner, abi.encodeCall(IGame.join, (genesis)));
        works(joiner, abi.encodeCall(IGame.join, (line[0])));
        for (uint64 i = 1; i < 5; ++i) {
            push();
            vm.warp(block.timestamp + 5);
            h = after_(h.lastState(), i + 1, 0);
            line[i] = post(CAROL, line[i - 1], h);
        }
        respond(ALICE, genesis, c);
        vm.warp(block.timestamp + cfg.T);
        decide(genesis, aid, c);
        // nobody plays below a false assertion; its descendants fall one by one
        for (uint256 i = 1; i < 5; ++i) {
            bytes memory data = abi.encodeCall(IGame.reject, (line[i]));
            fails(DAVE, data, GameErrors.NotYet.selector);
            works(DAVE, abi.encodeCall(IGame.reject, (line[i - 1])));
        }
        works(DAVE, abi.encodeCall(IGame.reject, (line[4])));
        works(DAVE, abi.encodeCall(IGame.slash, (BOB)));
        works(DAVE, abi.encodeCall(IGame.slash, (CAROL)));
        works(DAVE, abi.encodeCall(IGame.slash, (joiner)));
        same(game.game(genesis).pot, 1.5 ether, "all into one pot");
        same(game.credits(BURN), 1.5 ether, "and burnt");
    }

    /// @notice One bond stands for one line: the tip goes down only.
    function test_t_tip_moves_bond_once() external {
        Hist memory c = honest();
        Hist memory f = liar(3, 0);
        bytes32 aid = post(ALICE, genesis, c);
        bytes memory fork = postData(genesis, aidOf(genesis, f), f);
        fails(ALICE, fork, GameErrors.WrongTip.selector, "rival of the own claim");
        stake(BOB);
        works(BOB, abi.encodeCall(IGame.join, (aid)));
        fails(BOB, fork, GameErrors.WrongTip.selector, "piggy-back, then fork");
        fails(BOB, abi.encodeCall(IGame.unstake, ()), GameErrors.TipPending.selector, "pending");
    }

    function test_t_unstake_only_confirmed() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        bytes memory data = abi.encodeCall(IGame.unstake, ());
        vm.warp(block.timestamp + cfg.T);
        fails(ALICE, data, GameErrors.TipPending.selector, "pending");
        decide(genesis, aid, c);
        fails(ALICE, data, GameErrors.TipPending.selector, "decided");
        works(DAVE, abi.encodeCall(IGame.confirm, (aid)));
        works(ALICE, data);
    }

    /// @notice A child on an assertion with the right last leaf and a wrong interior falls with it.
    function test_t_child_on_right_lastleaf_wrong_interior() external {
        Hist memory c = honest();
        bytes32 rival = post(BOB, genesis, liar(3, 9, 0));
        bytes32 aid = post(ALICE, genesis, c);
        push();
        vm.warp(block.timestamp + 5);
        Hist memory d = after_(c.lastState(), 2, 0);
        bytes32 childA = post(ALICE, aid, d);
        bytes32 childB = post(BOB, rival, d);
        check(childA != childB, "the same history under two parents is two claims");
        respond(ALICE, genesis, c);
        vm.warp(block.timestamp + cfg.T);
        decide(genesis, aid, c);
        decide(aid, childA, d);
        works(DAVE, abi.encodeCall(IGame.reject, (rival)));
        works(DAVE, abi.encodeCall(IGame.reject, (childB)));
        vm.warp(block.timestamp + cfg.grace);
        works(DAVE, abi.encodeCall(IGame.confirm, (aid)));
        works(DAVE, abi.encodeCall(IGame.confirm, (childA)));
        works(DAVE, abi.encodeCall(IGame.slash, (BOB)));
        works(ALICE, abi.encodeCall(IGame.unstake, ()));
    }

    /// @notice Somebody copies the honest claim and then posts a false child: the honest staker joins and answers.
    function test_t_copied_post_then_false_child() external {
        Hist memory c = honest();
        bytes32 aid = post(BOB, genesis, c); // the copy is mined first
        push();
        vm.warp(block.timestamp + 5);
        Hist memory d = after_(c.lastState(), 2, 0);
        bytes32 bad = post(BOB, aid, after_(c.lastState(), 2, 2));
        stake(ALICE);
        fails(ALICE, postData(genesis, aid, c), GameErrors.AssertionExists.selector);
        bytes32 good = aidOf(aid, d);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IGame.join, (aid));
        calls[1] = postData(aid, good, d);
        works(ALICE, abi.encodeCall(IGame.multicall, (calls)));
        respond(ALICE, aid, d);
        vm.warp(block.timestamp + cfg.T);
        decide(aid, good, d);
        decide(genesis, aid, c);
        works(DAVE, abi.encodeCall(IGame.confirm, (aid)));
        works(DAVE, abi.encodeCall(IGame.reject, (bad)));
        works(DAVE, abi.encodeCall(IGame.slash, (BOB)));
    }
}
