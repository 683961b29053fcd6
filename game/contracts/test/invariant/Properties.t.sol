// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";

/// @notice Properties that compare two runs: I16, I17, I24, I27, I28.
contract PropertiesTest is GameFixture {
    using History for Hist;

    /// @notice Clocks and flags of every node of the given histories, without mover, price and gas.
    function core(Hist memory c, Hist memory f) internal view returns (bytes32 hash) {
        for (uint256 side = 0; side < 2; ++side) {
            Hist memory h = side == 0 ? c : f;
            for (uint256 height = 0; height <= 4; height += 2) {
                for (uint256 pos = 0; pos < 16; pos += 1 << height) {
                    Ref memory v = h.node(genesis, pos, height);
                    uint256 w = word(v) & ((INF << 56) | 0xff);
                    hash = keccak256(abi.encode(hash, w, game.context(ctxOf(v))));
                }
            }
        }
        return keccak256(abi.encode(hash, game.game(genesis)));
    }

    function open(uint256 lieAt) internal returns (Hist memory c, Hist memory f) {
        c = honest();
        f = liar(lieAt, 0);
        post(ALICE, genesis, c);
        vm.warp(block.timestamp + 9);
        post(BOB, genesis, f);
    }

    /// @notice I24: the same moves by other accounts, with another origin and gas price, give the same clocks and ids.
    function testFuzz_I24_caller_and_price_do_not_matter(uint256 seed, address who) external {
        vm.assume(who != address(0));
        uint256 lieAt = 1 + seed % 16;
        uint256 start = block.timestamp;
        uint256 snapshot = vm.snapshotState();
        bytes32 first = script(lieAt, ALICE);
        vm.revertToState(snapshot);
        vm.warp(start);
        vm.txGasPrice(seed % 5000 gwei);
        vm.fee(seed % 77 gwei);
        vm.roll(block.number + seed % 1000);
        same(script(lieAt, who), first, "I24");
    }

    function script(uint256 lieAt, address who) internal returns (bytes32) {
        (Hist memory c, Hist memory f) = open(lieAt);
        for (uint256 h = 4; h > 0; h -= 2) {
            vm.warp(block.timestamp + 3);
            split(who, genesis, c, (lieAt - 1) >> h << h, h);
            vm.warp(block.timestamp + 3);
            split(who, genesis, f, (lieAt - 1) >> h << h, h);
        }
        prove(who, genesis, c, lieAt - 1);
        return core(c, f);
    }

    /// @notice I16: a move twice is the move once; I17: two moves of one block in either order give the same clocks.
    function testFuzz_I16_I17_order_and_repetition(uint256 seed) external {
        uint256 lieAt = 1 + seed % 16;
        (Hist memory c, Hist memory f) = open(lieAt);
        split(ALICE, genesis, c, 0, 4);
        split(BOB, genesis, f, 0, 4);
        vm.warp(block.timestamp + 5);
        uint256 pos = (lieAt - 1) & ~uint256(3);
        uint256 snapshot = vm.snapshotState();
        split(ALICE, genesis, c, pos, 2);
        split(BOB, genesis, f, pos, 2);
        bytes32 one = timers(c, f);
        split(CAROL, genesis, c, pos, 2);
        split(CAROL, genesis, f, pos, 2);
        same(timers(c, f), one, "I16");
        vm.revertToState(snapshot);
        split(BOB, genesis, f, pos, 2);
        split(ALICE, genesis, c, pos, 2);
        same(timers(c, f), one, "I17");
    }

    /// @notice Bounds that refresh finds 50 seconds later at both roots: which of two rivals of one second came first changes
    /// its flag, and no time.
    function timers(Hist memory c, Hist memory f) internal returns (bytes32 hash) {
        uint256 snapshot = vm.snapshotState();
        vm.warp(block.timestamp + 50);
        Ref memory v = c.node(genesis, 0, 4);
        Ref memory u = f.node(genesis, 0, 4);
        works(DAVE, abi.encodeCall(IGame.refresh, (v, tree(genesis, c))));
        works(DAVE, abi.encodeCall(IGame.refresh, (u, tree(genesis, f))));
        hash = keccak256(abi.encode(betaOf(v), betaOf(u)));
        vm.revertToState(snapshot);
    }

    /// @notice I27: what a move costs does not depend on how many nodes there are.
    function test_I27_cost_does_not_depend_on_the_number_of_nodes() external {
        Hist memory c = honest();
        Hist memory f = liar(7, 0);
        bytes memory data =
            abi.encodeCall(IGame.split, (c.node(genesis, 0, 4), c.childSpans(0, 4), ALICE));
        post(ALICE, genesis, c);
        post(BOB, genesis, f);
        uint256 snapshot = vm.snapshotState();
        uint256 few = costOf(data);
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < 60; ++i) {
            Hist memory g = liar(1 + i % 16, 0, 1 + i);
            post(address(uint160(0x1000 + i)), genesis, g);
            split(BOB, genesis, g, 0, 4);
        }
        uint256 snapshot2 = vm.snapshotState();
        uint256 many = costOf(data);
        vm.revertToState(snapshot2);
        check(many <= few, "I27");
    }

    function costOf(bytes memory data) internal returns (uint256) {
        uint256 start = gasleft();
        works(ALICE, data);
        return start - gasleft();
    }

    /// @notice I28: one aid names one input sequence.
    function testFuzz_I28_aid_names_its_inputs(bytes32 other) external {
        Hist memory c = honest();
        bytes32 before = aidOf(genesis, c);
        vm.assume(other != inputs[0]);
        bytes32 slot = keccak256(abi.encode(uint256(0), uint256(1)));
        same(vm.load(address(inbox), slot), inputs[0], "slot of inputs(0)");
        bytes32 acc = keccak256(bytes.concat(hex"12", bytes32(0), other));
        vm.store(address(inbox), keccak256(abi.encode(uint256(1), uint256(2))), acc);
        check(aidOf(genesis, c) != before, "I28");
    }
}
