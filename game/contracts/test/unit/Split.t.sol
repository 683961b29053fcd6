// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";
import {Vm} from "../base/Vm.sol";

/// @notice split (PROTOCOL §7.3: 4).
contract SplitTest is GameFixture {
    using History for Hist;

    Hist internal c;
    Hist internal f;
    bytes32 internal aid;

    function splitData(Ref memory v, bytes32[] memory spans) internal pure returns (bytes memory) {
        return abi.encodeCall(IGame.split, (v, spans, ALICE));
    }

    function test_split_guards_in_order() external {
        c = honest();
        f = liar(7, 0);
        Ref memory v = c.node(genesis, 0, 4);
        bytes32[] memory none = new bytes32[](3);
        fails(BOB, splitData(v, none), GameErrors.NoNode.selector);
        aid = post(ALICE, genesis, c);
        fails(BOB, splitData(v, none), GameErrors.NotRivaled.selector, "no rival");
        post(BOB, genesis, f);
        bytes32[] memory spans = c.childSpans(0, 4);
        fails(BOB, splitData(v, none), GameErrors.BadArity.selector, "3 spans");
        fails(BOB, splitData(v, new bytes32[](5)), GameErrors.BadArity.selector, "5 spans");
        fails(BOB, splitData(v, new bytes32[](0)), GameErrors.BadArity.selector, "no spans");
        (spans[0], spans[1]) = (spans[1], spans[0]);
        fails(BOB, splitData(v, spans), GameErrors.BadSpans.selector, "swapped");
        (spans[0], spans[1]) = (spans[1], spans[0]);
        works(BOB, splitData(v, spans));
    }

    function test_split_terminal() external {
        c = honest();
        f = liar(7, 0);
        toTheLeaf(6);
        Ref memory v = c.node(genesis, 6, 0);
        fails(BOB, splitData(v, new bytes32[](0)), GameErrors.Terminal.selector);
        // terminal comes before rivaled
        v = c.node(genesis, 5, 0);
        fails(BOB, splitData(v, new bytes32[](0)), GameErrors.Terminal.selector);
    }

    function test_split_decided() external {
        c = honest();
        f = liar(7, 0);
        aid = post(ALICE, genesis, c);
        vm.warp(block.timestamp + 100);
        post(BOB, genesis, f); // after T, before decide: lambda stays 100
        works(CAROL, abi.encodeCall(IGame.decide, (aid, STOP)));
        bytes32[] memory none = new bytes32[](3);
        fails(BOB, splitData(c.node(genesis, 0, 4), none), GameErrors.Decided.selector);
    }

    /// @notice Both sides down to the segment with leaf pos+1.
    function toTheLeaf(uint256 pos) internal {
        aid = post(ALICE, genesis, c);
        post(BOB, genesis, f);
        split(ALICE, genesis, c, 0, 4);
        split(BOB, genesis, f, 0, 4);
        split(ALICE, genesis, c, pos & ~uint256(3), 2);
        split(BOB, genesis, f, pos & ~uint256(3), 2);
    }

    function test_split_adds_children() external {
        c = honest();
        f = liar(7, 0);
        post(ALICE, genesis, c);
        post(BOB, genesis, f);
        vm.warp(block.timestamp + 3);
        vm.recordLogs();
        split(ALICE, genesis, c, 0, 4);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs.length, 1, "one event");
        same(logs[0].topics[0], IGame.Split.selector, "Split");
        same(logs[0].topics[1], idOf(c.node(genesis, 0, 4)), "id");
        same(logs[0].data, abi.encode(ALICE, c.childSpans(0, 4)), "to, spans");
        check(word(c.node(genesis, 0, 4)) & 2 != 0, "split");
        for (uint256 j = 0; j < 4; ++j) {
            Ref memory v = c.node(genesis, 4 * j, 2);
            same(word(v), 1 | 8, "child exists, first");
            same(game.context(ctxOf(v)).firstAt, block.timestamp, "firstAt");
        }
        vm.warp(block.timestamp + 3);
        split(BOB, genesis, f, 0, 4);
        Ref memory same_ = c.node(genesis, 0, 2); // merged: leaves 1..4 are equal
        same(game.context(ctxOf(same_)).count, 1, "merged");
        Ref memory rival = c.node(genesis, 4, 2);
        same(game.context(ctxOf(rival)).count, 2, "rivals");
        same(game.context(ctxOf(rival)).rivalAt, block.timestamp, "rivalAt");
        same(word(f.node(genesis, 4, 2)), 1, "not first");
        Ref memory right = f.node(genesis, 8, 2); // other base, so no rival
        same(game.context(ctxOf(right)).count, 1, "right of the difference");
    }

    function test_split_again_is_a_noop() external {
        c = honest();
        f = liar(7, 0);
        post(ALICE, genesis, c);
        post(BOB, genesis, f);
        split(ALICE, genesis, c, 0, 4);
        uint256 before = word(c.node(genesis, 0, 4));
        vm.recordLogs();
        split(BOB, genesis, c, 0, 4);
        // whatever the spans: the call does nothing
        works(BOB, splitData(c.node(genesis, 0, 4), new bytes32[](1)));
        same(vm.getRecordedLogs().length, 0, "no event");
        same(word(c.node(genesis, 0, 4)), before, "mover stays");
        same(before >> 96, uint160(ALICE), "mover");
    }

    /// @notice price = min(gasprice, basefee + 2 gwei, maxPrice) in 0.01 gwei; gas is what the call used.
    function test_split_meter() external {
        c = honest();
        f = liar(7, 0);
        post(ALICE, genesis, c);
        post(BOB, genesis, f);
        vm.txGasPrice(11.239 gwei);
        uint256 start = gasleft();
        split(ALICE, genesis, c, 0, 4);
        uint256 used = start - gasleft();
        uint256 w = word(c.node(genesis, 0, 4));
        same((w >> 32) & 0xffffff, 1123, "own gas price, rounded down");
        uint256 gas_ = ((w >> 8) & 0xffffff) << 8;
        uint256 fixed_ = 21_000 + 16 * (4 + 32 * 12);
        check(gas_ > fixed_ + 170_000 && gas_ < fixed_ + used, "gas used");
        vm.txGasPrice(100 gwei);
        split(BOB, genesis, f, 0, 4);
        w = word(f.node(genesis, 0, 4));
        same((w >> 32) & 0xffffff, 1200, "basefee + 2 gwei");
        vm.fee(1000 gwei);
        vm.txGasPrice(2000 gwei);
        split(ALICE, genesis, c, 4, 2);
        w = word(c.node(genesis, 4, 2));
        same((w >> 32) & 0xffffff, 20_000, "maxPrice");
    }
}
