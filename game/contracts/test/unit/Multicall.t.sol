// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";

/// @notice multicall and the lock (PROTOCOL §7.3).
contract MulticallTest is GameFixture {
    using History for Hist;

    function test_multicall_plays_several_moves() external {
        Hist memory c = honest();
        bytes32 a = post(BOB, genesis, c);
        push();
        vm.warp(block.timestamp + 5);
        Hist memory d = after_(c.lastState(), 2, 0);
        stake(ALICE);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IGame.join, (a));
        calls[1] = postData(a, aidOf(a, d), d);
        works(ALICE, abi.encodeCall(IGame.multicall, (calls)));
        same(game.staker(ALICE).tip, aidOf(a, d), "joined and posted as the caller");
    }

    function test_multicall_first_failure_reverts_all() external {
        stake(ALICE);
        bytes32 a = post(BOB, genesis, honest());
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(IGame.join, (a));
        calls[1] = abi.encodeCall(IGame.unstake, ());
        calls[2] = abi.encodeCall(IGame.withdraw, (ALICE));
        fails(ALICE, abi.encodeCall(IGame.multicall, (calls)), GameErrors.TipPending.selector);
        same(game.staker(ALICE).tip, 0, "nothing stays");
    }

    function test_multicall_is_not_payable() external {
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(IGame.stake, ());
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        (bool ok, bytes memory data) =
            address(game).call{value: 1 ether}(abi.encodeCall(IGame.multicall, (calls)));
        check(!ok && data.length == 0, "value refused");
        fails(ALICE, abi.encodeCall(IGame.multicall, (calls)), GameErrors.BadValue.selector);
    }

    function test_multicall_nested_and_empty() external {
        bytes[] memory none = new bytes[](0);
        works(ALICE, abi.encodeCall(IGame.multicall, (none)));
        stake(ALICE);
        bytes[] memory inner = new bytes[](1);
        inner[0] = abi.encodeCall(IGame.unstake, ());
        bytes[] memory outer = new bytes[](1);
        outer[0] = abi.encodeCall(IGame.multicall, (inner));
        works(ALICE, abi.encodeCall(IGame.multicall, (outer)));
        same(game.credits(ALICE), 1 ether, "unstaked");
    }

    /// @notice Every move refuses to run inside another one.
    function test_locked_moves() external {
        Hist memory c = honest();
        Hist memory f = liar(3, 0);
        bytes32 a = post(ALICE, genesis, c);
        post(BOB, genesis, f);
        split(ALICE, genesis, c, 0, 4);
        split(BOB, genesis, f, 0, 4);
        split(ALICE, genesis, c, 0, 2);
        split(BOB, genesis, f, 0, 2);
        bytes[] memory calls = new bytes[](13);
        calls[0] = postData(genesis, a, c);
        calls[1] = abi.encodeCall(IGame.join, (a));
        calls[2] = abi.encodeCall(IGame.split, (c.node(genesis, 0, 4), c.childSpans(0, 4), ALICE));
        calls[3] = abi.encodeCall(
            IGame.prove, (c.node(genesis, 2, 0), c.states[2], c.preProof(2), FINE, ALICE)
        );
        calls[4] = abi.encodeCall(IGame.refresh, (c.node(genesis, 0, 4), STOP));
        calls[5] = abi.encodeCall(IGame.decide, (a, STOP));
        calls[6] = abi.encodeCall(IGame.confirm, (a));
        calls[7] = abi.encodeCall(IGame.reject, (a));
        calls[8] = abi.encodeCall(IGame.slash, (ALICE));
        calls[9] = abi.encodeCall(IGame.claim, (genesis, ALICE, STOP));
        calls[10] = abi.encodeCall(IGame.unstake, ());
        calls[11] = abi.encodeCall(IGame.withdraw, (ALICE));
        calls[12] = abi.encodeCall(IGame.sweep, (genesis));
        for (uint256 i = 0; i < calls.length; ++i) {
            reenter(c, calls[i]);
        }
        bytes[] memory through = new bytes[](1);
        through[0] = calls[1];
        reenter(c, abi.encodeCall(IGame.multicall, (through)));
        reenter(c, abi.encodeCall(IGame.stake, ()));
    }

    /// @notice Proves leaf 3 with a verifier that calls `inner` on the game meanwhile; it must answer Locked.
    function reenter(Hist memory c, bytes memory inner) internal {
        uint256 snapshot = vm.snapshotState();
        bytes memory proof = bytes.concat(hex"07", bytes20(address(game)), inner);
        works(
            ALICE,
            abi.encodeCall(
                IGame.prove, (c.node(genesis, 2, 0), c.states[2], c.preProof(2), proof, ALICE)
            )
        );
        same(verifier.answer(), abi.encodePacked(GameErrors.Locked.selector), "refused with Locked");
        vm.revertToState(snapshot);
    }
}
