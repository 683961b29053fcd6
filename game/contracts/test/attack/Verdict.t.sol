// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";

/// @notice Verifiers and trees that misbehave (attacks 18, 19, 31, 32, 48).
contract VerdictTest is GameFixture {
    using History for Hist;

    Hist internal c;
    Hist internal f;

    function setUp() public override {
        super.setUp();
        open(3);
    }

    function open(uint256 lieAt) internal {
        c = honest();
        f = liar(lieAt, 0);
        post(ALICE, genesis, c);
        post(BOB, genesis, f);
        duel(genesis, c, f, lieAt - 1);
    }

    function data(bytes memory proof) internal view returns (bytes memory) {
        return abi.encodeCall(
            IGame.prove, (c.node(genesis, 2, 0), c.states[2], c.preProof(2), proof, ALICE)
        );
    }

    /// @notice Whatever gas a caller brings: the verifier has all of stepGas or is not asked, and a lack of gas leaves
    /// nothing behind.
    function test_t_prove_low_gas_reverts_no_verdict() external {
        bytes memory call_ = data(abi.encodePacked(hex"09", uint256(cfg.stepGas) - 3_000));
        uint256 worked = 0;
        uint256 low = 0;
        for (uint256 gas_ = 20_000; gas_ < 1_400_000; gas_ += 7_919) {
            uint256 snapshot = vm.snapshotState();
            vm.prank(ALICE, ALICE);
            (bool ok, bytes memory answer) = address(game).call{gas: gas_}(call_);
            bool proven = word(c.node(genesis, 2, 0)) & 4 != 0;
            check(ok == proven, "proven iff it worked");
            if (ok) check(verifier.gasSeen() >= cfg.stepGas - 3_000, "all of stepGas");
            else if (answer.length != 0) refused(ok, answer, GameErrors.LowGas.selector, "no gas");
            vm.revertToState(snapshot);
            if (ok) ++worked;
            else if (answer.length != 0) ++low;
        }
        check(worked > 10 && low > 10, "both happen");
    }

    function test_t_returndata_bomb() external {
        fails(ALICE, data(hex"05"), GameErrors.NoVerdict.selector, "a megabyte");
        fails(ALICE, data(hex"03"), GameErrors.NoVerdict.selector, "31 bytes");
        fails(ALICE, data(hex"04"), GameErrors.NoVerdict.selector, "64 bytes");
        fails(ALICE, data(hex"06"), GameErrors.NoVerdict.selector, "burns its gas");
        fails(ALICE, data(hex"02"), GameErrors.NoVerdict.selector, "reverts");
        works(ALICE, data(FINE));
    }

    /// @notice A verifier whose extraGas burns all it gets: the proof is recorded all the same, and counts 0 extra.
    function test_extra_gas_that_burns_everything() external {
        bytes memory call_ = data(hex"0c");
        for (uint256 gas_ = 1_110_000; gas_ < 1_300_000; gas_ += 10_007) {
            uint256 snapshot = vm.snapshotState();
            vm.prank(ALICE, ALICE);
            (bool ok, bytes memory answer) = address(game).call{gas: gas_}(call_);
            if (!ok) refused(ok, answer, GameErrors.LowGas.selector, "no gas");
            check(ok || gas_ < 1_160_000, "recorded");
            vm.revertToState(snapshot);
        }
    }

    function test_verifier_without_code() external {
        vm.etch(address(verifier), "");
        fails(ALICE, data(FINE), GameErrors.NoVerdict.selector, "no code");
    }

    /// @notice A verdict for another leaf changes nothing, whatever it is.
    function testFuzz_other_verdict(bytes32 post) external {
        vm.assume(post != c.leaf(3));
        fails(ALICE, data(abi.encodePacked(hex"08", post)), GameErrors.WrongPost.selector);
    }

    function test_t_idle_proof_not_empty_reverts() external {
        setUpGame(4, 2);
        open(9);
        bytes memory long_ = new bytes(100_000);
        bytes memory call_ = abi.encodeCall(
            IGame.prove, (c.node(genesis, 8, 0), c.states[8], c.preProof(8), long_, ALICE)
        );
        fails(ALICE, call_, GameErrors.BadProof.selector);
        prove(ALICE, genesis, c, 8);
    }

    // trees

    function refreshData(Ref memory v, bytes memory t) internal pure returns (bytes memory) {
        return abi.encodeCall(IGame.refresh, (v, t));
    }

    /// @notice Any bytes: refused with BadTree, or a bound that is not above the one of the full tree (I9, I22).
    function testFuzz_t_refresh_tree_fuzz(uint256 seed, bytes calldata junk) external {
        vm.warp(block.timestamp + seed % 500);
        Ref memory v = c.node(genesis, 0, 4);
        bytes memory full = tree(genesis, c);
        bytes memory t = spoil(full, seed, junk);
        uint256 snapshot = vm.snapshotState();
        works(DAVE, refreshData(v, full));
        uint256 most = betaOf(v);
        vm.revertToState(snapshot);
        vm.prank(DAVE);
        (bool ok, bytes memory answer) = address(game).call(refreshData(v, t));
        if (ok) check(betaOf(v) <= most, "above the true bound");
        else refused(ok, answer, GameErrors.BadTree.selector, "tree");
        check(!ok || t.length <= full.length, "longer than the full tree");
    }

    function spoil(bytes memory full, uint256 seed, bytes calldata junk)
        internal
        pure
        returns (bytes memory t)
    {
        uint256 kind = seed % 6;
        if (kind == 0) return junk;
        if (kind == 1) return bytes.concat(full, junk);
        if (kind == 2) return bytes.concat(junk, full);
        t = bytes.concat(full);
        uint256 at_ = (seed >> 8) % t.length;
        if (kind == 3) t[at_] ^= bytes1(uint8(seed >> 40) | 1);
        if (kind == 4) {
            assembly ("memory-safe") {
                mstore(t, at_)
            }
        }
        if (kind == 5) t[0] = bytes1(uint8(seed >> 48) % 3);
    }

    function test_t_refresh_truncated() external {
        Ref memory v = c.node(genesis, 0, 4);
        bytes memory full = tree(genesis, c);
        for (uint256 n = 0; n < full.length; ++n) {
            bytes memory t = new bytes(n);
            for (uint256 i = 0; i < n; ++i) {
                t[i] = full[i];
            }
            fails(DAVE, refreshData(v, t), GameErrors.BadTree.selector, "truncated");
        }
        works(DAVE, refreshData(v, full));
    }

    /// @notice The length of `tree` may not reach behind the call's data either.
    function test_refresh_length_beyond_calldata() external {
        bytes memory call_ = refreshData(c.node(genesis, 0, 4), tree(genesis, c));
        assembly ("memory-safe") {
            mstore(add(add(call_, 0x20), 196), 100000) // 4 + 5 words of v + the offset
        }
        vm.prank(DAVE);
        (bool ok,) = address(game).call(call_);
        check(!ok, "refused");
    }
}
