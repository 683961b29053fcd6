// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../src/IInbox.sol";
import {IStepVerifier} from "../../src/IStepVerifier.sol";
import {ITraceStore} from "../../src/ITraceStore.sol";
import {FakeExecute} from "../base/FakeExecute.sol";
import {IAttested} from "../base/IAttested.sol";
import {InboxFixture} from "../base/InboxFixture.sol";
import {Toy} from "../base/Toy.sol";

/// @notice Chunks, attestors, the Inbox's clock (attacks 26, 37, 51, 52).
contract UploadsTest is InboxFixture {
    FakeExecute internal constant EXECUTE = FakeExecute(payable(address(0x0101)));

    function verifier(ITraceStore store) internal returns (IStepVerifier) {
        vm.etch(address(EXECUTE), address(new FakeExecute()).code);
        return IStepVerifier(deployShipped("ExecutePrecompile", abi.encode(store)));
    }

    /// @notice A trace of 1.2 MB fits into no transaction; its hashes do.
    function test_t_witness_over_tx_cap() external {
        IStepVerifier v = verifier(ITraceStore(address(1)));
        bytes memory pre = Toy.genesis();
        EXECUTE.set(abi.encode(1, Toy.leaf(pre), keccak256("post"), 36_061_968), false);
        bytes memory proof =
            abi.encodePacked(uint64(36_061_968), uint8(1), uint32(1_202_172), uint16(13));
        for (uint256 i = 0; i < 13; ++i) {
            proof = bytes.concat(proof, keccak256(abi.encode(i)));
        }
        same(v.step(1, 0, pre, proof), keccak256("post"), "by chunks");
        check(proof.length < 500, "small");
    }

    /// @notice The refund of an upload goes to the one who paid it, not to the one who proves.
    function test_t_upload_refund_goes_to_uploader() external {
        ITraceStore store = ITraceStore(deployShipped("TraceStore", ""));
        IStepVerifier v = verifier(store);
        vm.txGasPrice(0);
        bytes memory data = new bytes(1000);
        vm.prank(address(1), address(1));
        store.post(data);
        vm.prank(address(2), address(2));
        store.post(data); // a copy does not take the refund over
        bytes memory proof =
            abi.encodePacked(uint64(0), uint8(1), uint32(1000), uint16(1), keccak256(data));
        vm.prank(address(9), address(1));
        same(v.extraGas(proof), 42 * 1000 + 21_000, "uploader");
        vm.prank(address(9), address(2));
        same(v.extraGas(proof), 0, "front-runner");
    }

    function test_t_attester_equivocation_evidence() external {
        address[] memory who = new address[](1);
        who[0] = vm.addr(5);
        IAttested a = IAttested(deployShipped("AttestedExecute", abi.encode(bytes32(0), who, 1)));
        bytes32 pre = keccak256("pre");
        bytes32 x = keccak256("x");
        bytes32 y = keccak256("y");
        bytes memory sigX = sign(a.digest(pre, 3, 0, x));
        bytes memory sigY = sign(a.digest(pre, 3, 0, y));
        same(a.verdict(pre, 3, 0, bytes.concat(x, sigX)), x, "one statement");
        a.strike(pre, 3, 0, x, sigX, y, sigY);
        check(!a.active(who[0]), "struck off for ever");
        bytes memory call_ = abi.encodeCall(IAttested.verdict, (pre, 3, 0, bytes.concat(x, sigX)));
        (bool ok, bytes memory answer) = address(a).call(call_);
        refused(ok, answer, IStepVerifier.NoVerdict.selector, "no longer heard");
    }

    function sign(bytes32 hash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(5, hash);
        return abi.encodePacked(r, s, v);
    }

    /// @notice Without a sequencer the first caller of a second uses its time up; forced items enter all the same.
    function test_t_inbox_time_race_forced_items_still_enter() external {
        params.sequencer = address(0);
        inbox = launch();
        works(ANYONE, abi.encodeCall(IInbox.sendForced, (hex"01")));
        uint64 from = now_();
        for (uint64 t = from; inbox.taken() == 0; ++t) {
            vm.warp(t);
            // the attacker is always first, and takes nothing as long as he can
            (bool ok,) = call(address(0xbad), postData(t, 0, items(1)));
            if (!ok) works(address(0xbad), postData(t, 1, items(1)));
            check(t <= from + 30, "in time");
        }
        same(inbox.lastTimestamp(), from + 30, "at the due second");
    }
}
