// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";
import {Vm} from "../base/Vm.sol";

/// @notice confirm, reject, slash, unstake, withdraw (PROTOCOL §7.3: 8-10, 12, 13).
contract LineTest is GameFixture {
    using History for Hist;

    Hist internal c;
    Hist internal f;
    bytes32 internal aid;
    bytes32 internal rival;

    function confirmData(bytes32 a) internal pure returns (bytes memory) {
        return abi.encodeCall(IGame.confirm, (a));
    }

    function rejectData(bytes32 a) internal pure returns (bytes memory) {
        return abi.encodeCall(IGame.reject, (a));
    }

    function slashData(address who) internal pure returns (bytes memory) {
        return abi.encodeCall(IGame.slash, (who));
    }

    /// @notice Rivals at once; the honest one is decided after T.
    function decided() internal {
        c = honest();
        f = liar(7, 0);
        aid = post(ALICE, genesis, c);
        rival = post(BOB, genesis, f);
        split(ALICE, genesis, c, 0, 4);
        vm.warp(block.timestamp + 100);
        works(CAROL, abi.encodeCall(IGame.decide, (aid, tree(genesis, c))));
    }

    function test_confirm_guards_in_order() external {
        c = honest();
        fails(BOB, confirmData(genesis), GameErrors.BadAssertion.selector, "confirmed already");
        fails(BOB, confirmData(keccak256("x")), GameErrors.BadAssertion.selector, "unknown");
        aid = post(ALICE, genesis, c);
        vm.warp(block.timestamp + 5);
        push();
        bytes32 child = post(ALICE, aid, after_(c.lastState(), 2, 0));
        fails(BOB, confirmData(child), GameErrors.BadParent.selector, "parent pending");
        fails(BOB, confirmData(aid), GameErrors.NotWinner.selector, "undecided");
        vm.warp(block.timestamp + 100);
        works(BOB, abi.encodeCall(IGame.decide, (child, STOP)));
        fails(BOB, confirmData(child), GameErrors.BadParent.selector, "parent still pending");
        works(BOB, abi.encodeCall(IGame.decide, (aid, STOP)));
        works(BOB, confirmData(aid)); // one root: no grace
        same(game.anchor(), aid, "anchor");
        works(BOB, confirmData(child));
        same(game.anchor(), child, "anchor");
        same(status(child), 2, "confirmed");
    }

    function test_confirm_grace() external {
        decided();
        fails(BOB, confirmData(rival), GameErrors.NotWinner.selector, "loser");
        fails(BOB, confirmData(aid), GameErrors.InGrace.selector, "at once");
        vm.warp(block.timestamp + cfg.grace - 1);
        fails(BOB, confirmData(aid), GameErrors.InGrace.selector, "one second early");
        vm.warp(block.timestamp + 1);
        vm.recordLogs();
        works(BOB, confirmData(aid));
        same(vm.getRecordedLogs()[0].topics[0], IGame.Confirmed.selector, "event");
    }

    function test_reject_guards_in_order() external {
        c = honest();
        f = liar(7, 0);
        fails(BOB, rejectData(genesis), GameErrors.BadAssertion.selector, "confirmed");
        fails(BOB, rejectData(keccak256("x")), GameErrors.BadAssertion.selector, "unknown");
        aid = post(ALICE, genesis, c);
        fails(BOB, rejectData(aid), GameErrors.NotYet.selector, "no winner");
        vm.warp(block.timestamp + 100);
        works(BOB, abi.encodeCall(IGame.decide, (aid, STOP)));
        fails(BOB, rejectData(aid), GameErrors.NotYet.selector, "the winner");
    }

    function test_reject_and_descendants() external {
        c = honest();
        f = liar(7, 0);
        aid = post(ALICE, genesis, c);
        rival = post(BOB, genesis, f);
        split(ALICE, genesis, c, 0, 4);
        vm.warp(block.timestamp + 5);
        push();
        bytes32 child = post(BOB, rival, after_(f.lastState(), 2, 0));
        bytes32 other = post(DAVE, rival, after_(f.lastState(), 2, 3));
        vm.warp(block.timestamp + 100);
        // the child of a pending parent can be decided, not rejected
        split(BOB, rival, after_(f.lastState(), 2, 0), 0, 4);
        vm.warp(block.timestamp + 100);
        bytes memory t = tree(rival, after_(f.lastState(), 2, 0));
        works(BOB, abi.encodeCall(IGame.decide, (child, t)));
        fails(BOB, rejectData(other), GameErrors.NotYet.selector, "parent pending");
        fails(BOB, rejectData(rival), GameErrors.NotYet.selector, "undecided");
        works(CAROL, abi.encodeCall(IGame.decide, (aid, tree(genesis, c))));
        works(CAROL, rejectData(rival));
        same(game.assertion(rival).potGid, genesis, "pot of the game it lost");
        works(CAROL, rejectData(child)); // the winner of its own game, below a rejected parent
        same(game.assertion(child).potGid, genesis, "same pot");
        works(CAROL, rejectData(other));
        same(game.assertion(other).potGid, genesis, "same pot");
        fails(BOB, rejectData(rival), GameErrors.BadAssertion.selector, "twice");
    }

    function test_slash_guards_in_order() external {
        fails(CAROL, slashData(ALICE), GameErrors.NotStaked.selector);
        stake(ALICE);
        fails(CAROL, slashData(ALICE), GameErrors.NotRejected.selector, "no tip");
        decided();
        fails(CAROL, slashData(ALICE), GameErrors.NotRejected.selector, "winner");
        fails(CAROL, slashData(BOB), GameErrors.NotRejected.selector, "not yet rejected");
        works(CAROL, rejectData(rival));
        vm.recordLogs();
        vm.warp(block.timestamp + 3);
        works(CAROL, slashData(BOB));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs[0].topics[0], IGame.Slashed.selector, "event");
        same(logs[0].topics[2], rival, "aid");
        same(logs[0].topics[3], genesis, "potGid");
        same(abi.decode(logs[0].data, (uint256)), 0.5 ether, "rest");
        same(game.credits(BURN), 0.5 ether, "burnt");
        same(game.game(genesis).pot, 0.5 ether, "pot");
        same(game.game(genesis).slashedAt, block.timestamp, "slashedAt");
        same(game.staker(BOB).bond, 0, "no bond");
        same(game.staker(BOB).tip, 0, "no tip");
        fails(CAROL, slashData(BOB), GameErrors.NotStaked.selector, "twice");
    }

    /// @notice A tip that is pending below a rejected assertion is found by the walk.
    function test_slash_walks_down() external {
        c = honest();
        f = liar(7, 0);
        aid = post(ALICE, genesis, c);
        bytes32 at_ = post(BOB, genesis, f);
        rival = at_;
        Hist memory h = f;
        for (uint64 i = 2; i < 6; ++i) {
            push();
            vm.warp(block.timestamp + 5);
            h = after_(h.lastState(), i, 0);
            at_ = post(BOB, at_, h);
        }
        split(ALICE, genesis, c, 0, 4);
        vm.warp(block.timestamp + 100);
        works(CAROL, abi.encodeCall(IGame.decide, (aid, tree(genesis, c))));
        works(CAROL, rejectData(rival));
        works(CAROL, slashData(BOB));
        same(game.game(genesis).pot, 0.5 ether, "pot");
    }

    function test_unstake_guards_in_order() external {
        bytes memory data = abi.encodeCall(IGame.unstake, ());
        fails(ALICE, data, GameErrors.NotStaked.selector);
        stake(CAROL);
        works(CAROL, data);
        same(game.credits(CAROL), 1 ether, "no tip");
        fails(CAROL, data, GameErrors.NotStaked.selector, "twice");
        decided();
        fails(ALICE, data, GameErrors.TipPending.selector, "pending winner");
        fails(BOB, data, GameErrors.TipPending.selector, "loser");
        works(CAROL, rejectData(rival));
        fails(BOB, data, GameErrors.TipPending.selector, "rejected");
        vm.warp(block.timestamp + 10);
        works(CAROL, confirmData(aid));
        works(ALICE, data);
        same(game.credits(ALICE), 1 ether, "credit");
        same(game.staker(ALICE).tip, 0, "tip cleared");
    }

    function test_withdraw() external {
        bytes memory data = abi.encodeCall(IGame.withdraw, (CAROL));
        fails(ALICE, data, GameErrors.NoCredit.selector);
        stake(CAROL);
        works(CAROL, abi.encodeCall(IGame.unstake, ()));
        vm.recordLogs();
        works(ALICE, data); // anyone may
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs[0].topics[0], IGame.Withdrawn.selector, "event");
        same(abi.decode(logs[0].data, (uint256)), 1 ether, "amount");
        same(CAROL.balance, 1 ether, "paid");
        same(address(game).balance, 0, "balance");
        fails(ALICE, data, GameErrors.NoCredit.selector, "twice");
    }

    /// @notice A staker is free to stake again after everything.
    function test_stake_again() external {
        stake(CAROL);
        works(CAROL, abi.encodeCall(IGame.unstake, ()));
        stake(CAROL);
        works(CAROL, abi.encodeCall(IGame.unstake, ()));
        same(game.credits(CAROL), 2 ether, "both bonds");
    }
}
