// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../../src/IStepVerifier.sol";
import {ITraceStore} from "../../src/ITraceStore.sol";
import {FakeExecute} from "../base/FakeExecute.sol";
import {Test} from "../base/Test.sol";
import {Toy} from "../base/Toy.sol";

/// @notice ExecutePrecompile (PROTOCOL §6, §8).
contract ExecutePrecompileTest is Test {
    FakeExecute internal constant EXECUTE = FakeExecute(payable(address(0x0101)));
    IStepVerifier internal verifier;
    ITraceStore internal store;
    bytes internal pre;

    error NoPrecompile();

    function setUp() external {
        vm.etch(address(EXECUTE), address(new FakeExecute()).code);
        EXECUTE.setPrice(7);
        store = ITraceStore(deployShipped("TraceStore", ""));
        verifier = IStepVerifier(deployShipped("ExecutePrecompile", abi.encode(store)));
        pre = Toy.genesis();
        vm.roll(100);
        answer(1, Toy.leaf(pre), keccak256("post"), 5_000_000);
    }

    function answer(uint256 status, bytes32 preLeaf, bytes32 postLeaf, uint256 x) internal {
        EXECUTE.set(abi.encode(status, preLeaf, postLeaf, x), false);
    }

    function inline_(bytes memory trace) internal pure returns (bytes memory) {
        return abi.encodePacked(uint64(5_000_000), uint8(0), trace);
    }

    function silent(bytes memory pre_, bytes memory proof, string memory what) internal {
        (bool ok, bytes memory data) = address(verifier)
            .call(abi.encodeCall(IStepVerifier.step, (9, keccak256("in"), pre_, proof)));
        refused(ok, data, IStepVerifier.NoVerdict.selector, what);
    }

    function test_constructor_needs_the_precompile() external {
        bytes memory code = bytes.concat(shipped("ExecutePrecompile"), abi.encode(store));
        vm.etch(address(EXECUTE), "");
        (address at_, bytes memory data) = create(code);
        refused(at_ != address(0), data, NoPrecompile.selector, "no code: an empty answer");
        vm.etch(address(EXECUTE), hex"fe");
        (at_, data) = create(code);
        refused(at_ != address(0), data, NoPrecompile.selector, "call fails");
    }

    function test_step_run() external {
        bytes32 post = verifier.step(9, keccak256("in"), pre, inline_("trace"));
        same(post, keccak256("post"), "post leaf");
        bytes memory want = abi.encodePacked(
            uint32(0x57480001), uint64(5_000_000), uint64(9), keccak256("in"), pre, "trace"
        );
        same(EXECUTE.seen(), want, "input of the precompile");
    }

    /// @notice The shortest proofs have the right form; whether the trace is any good is for the precompile to say.
    function test_step_shortest_proofs() external {
        same(verifier.step(9, 0, pre, inline_("")), keccak256("post"), "empty trace");
        bytes memory none = abi.encodePacked(uint64(5_000_000), uint8(1), uint32(0), uint16(0));
        same(verifier.step(9, 0, pre, none), keccak256("post"), "no chunks");
    }

    function test_step_run_by_chunks() external {
        bytes memory proof = abi.encodePacked(
            uint64(5_000_000), uint8(1), uint32(150_000), uint16(2), keccak256("a"), keccak256("b")
        );
        same(verifier.step(9, keccak256("in"), pre, proof), keccak256("post"), "post leaf");
        bytes memory want = abi.encodePacked(
            uint32(0x57480002),
            uint64(5_000_000),
            uint64(9),
            keccak256("in"),
            pre,
            uint32(150_000),
            uint16(2),
            keccak256("a"),
            keccak256("b")
        );
        same(EXECUTE.seen(), want, "input of the precompile");
        silent(pre, bytes.concat(proof, hex"00"), "a byte too many");
        silent(pre, cut(proof, 1), "a byte too few");
        silent(pre, cut(proof, 32), "a hash too few");
        silent(pre, cut(proof, 66), "half a head");
    }

    function cut(bytes memory t, uint256 n) internal pure returns (bytes memory out) {
        out = new bytes(t.length - n);
        for (uint256 i = 0; i < out.length; ++i) {
            out[i] = t[i];
        }
    }

    function test_step_only_a_full_statement_counts() external {
        bytes memory good = inline_("trace");
        silent(pre, "", "empty proof");
        silent(pre, new bytes(8), "no kind");
        silent(pre, abi.encodePacked(uint64(5_000_000), uint8(2), "trace"), "kind 2");
        silent(new bytes(1023), good, "short state");
        silent(bytes.concat(pre, hex"00"), good, "a byte behind the state");
        answer(0, 0, 0, 0);
        silent(pre, good, "status 0");
        answer(2, Toy.leaf(pre), keccak256("post"), 5_000_000);
        silent(pre, good, "status 2");
        answer(1, ~Toy.leaf(pre), keccak256("post"), 5_000_000);
        silent(pre, good, "other pre leaf");
        answer(1, Toy.leaf(pre), keccak256("post"), 5_000_001);
        silent(pre, good, "other X");
        EXECUTE.set(abi.encode(1, Toy.leaf(pre), keccak256("post")), false);
        silent(pre, good, "96 bytes");
        EXECUTE.set(abi.encode(1, Toy.leaf(pre), keccak256("post"), 5_000_000, 0), false);
        silent(pre, good, "160 bytes");
        EXECUTE.set("", true);
        silent(pre, good, "call fails");
    }

    function test_extraGas_inline() external {
        vm.txGasPrice(0);
        same(verifier.extraGas(inline_(new bytes(1000))), 26_000, "26 a byte");
        same(verifier.extraGas(inline_(new bytes(100_000))), 2_600_000, "most");
        same(verifier.extraGas(inline_(new bytes(100_001))), 2_600_000, "capped");
        vm.txGasPrice(1000);
        same(verifier.extraGas(inline_("")), 35_000, "X * price / gas price");
    }

    /// @notice Chunks count for the one that uploaded them first, and only for it.
    function test_extraGas_chunks() external {
        vm.txGasPrice(0);
        vm.prank(address(1), address(1));
        store.post("one");
        vm.prank(address(2), address(2));
        store.post("twotwo");
        bytes memory proof = abi.encodePacked(
            uint64(0),
            uint8(1),
            uint32(9),
            uint16(3),
            keccak256("one"),
            keccak256("twotwo"),
            keccak256("none")
        );
        vm.startPrank(address(1), address(1));
        same(verifier.extraGas(proof), 42 * 3 + 21_000, "first");
        vm.stopPrank();
        vm.startPrank(address(3), address(2));
        same(verifier.extraGas(proof), 42 * 6 + 21_000, "origin counts, not the caller");
        vm.stopPrank();
        vm.startPrank(address(3), address(3));
        same(verifier.extraGas(proof), 0, "none");
        vm.stopPrank();
    }

    function test_extraGas_without_price() external {
        vm.txGasPrice(1000);
        EXECUTE.set("", true);
        (bool ok, bytes memory data) =
            address(verifier).call(abi.encodeCall(IStepVerifier.extraGas, (inline_(""))));
        refused(ok, data, NoPrecompile.selector, "price query fails");
    }

    function test_execId() external view {
        same(verifier.execId(), 0, "execId");
    }
}
