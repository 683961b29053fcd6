// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITraceStore} from "../../src/ITraceStore.sol";
import {Test} from "../base/Test.sol";
import {Vm} from "../base/Vm.sol";

/// @notice TraceStore (PROTOCOL §6).
contract TraceStoreTest is Test {
    ITraceStore internal store;
    address internal constant A = address(0xa);
    address internal constant B = address(0xb);

    function setUp() external {
        store = ITraceStore(deployShipped("TraceStore", ""));
        vm.roll(20_000);
    }

    function post(address who, bytes memory data) internal {
        vm.prank(who, who);
        store.post(data);
    }

    function expect(bytes memory data, uint256 newest, uint256 length, address first)
        internal
        view
    {
        (uint64 n, uint32 l, address f) = store.chunk(keccak256(data));
        same(n, newest, "newest");
        same(l, length, "length");
        same(uint160(f), uint160(first), "first");
    }

    function test_post_length() external {
        (bool ok, bytes memory answer) = address(store).call(abi.encodeCall(ITraceStore.post, ("")));
        refused(ok, answer, ITraceStore.BadLength.selector, "empty");
        (ok, answer) = address(store).call(abi.encodeCall(ITraceStore.post, (new bytes(100_001))));
        refused(ok, answer, ITraceStore.BadLength.selector, "100,001");
        post(A, hex"00");
        post(A, new bytes(100_000));
        expect(new bytes(100_000), 20_000, 100_000, A);
    }

    function test_post_event() external {
        vm.recordLogs();
        post(A, "chunk");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        same(log.topics[0], ITraceStore.Chunk.selector, "Chunk");
        same(log.topics[1], keccak256("chunk"), "hash");
        same(log.data, abi.encode(5), "length");
    }

    /// @notice The first sender stays as long as the newest post is at most 8,191 blocks old.
    function test_first_is_kept_while_available() external {
        expect("chunk", 0, 0, address(0));
        post(A, "chunk");
        expect("chunk", 20_000, 5, A);
        vm.roll(20_000 + 8_191);
        post(B, "chunk");
        expect("chunk", 28_191, 5, A);
        vm.roll(28_191 + 8_192);
        post(B, "chunk");
        expect("chunk", 36_383, 5, B);
        post(A, "chunk");
        expect("chunk", 36_383, 5, B);
    }
}
