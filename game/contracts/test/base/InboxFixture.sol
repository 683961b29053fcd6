// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../src/IInbox.sol";
import {InputLib} from "../../src/InputLib.sol";
import {Test} from "./Test.sol";

/// @notice The Inbox with its views of the queue, as tests see it.
interface IInboxFull is IInbox {
    function lastTimestamp() external view returns (uint64);
    function taken() external view returns (uint64);
    function queueLength() external view returns (uint64);
    function queued(uint64 j) external view returns (bytes32 hash, uint64 queuedAt);
    function coinbase() external view returns (address);
}

/// @notice The constructor parameters, as in src/Inbox.sol.
struct Params {
    uint64 genesisTime;
    uint8 ruleset;
    address sequencer;
    address coinbase;
    uint64 gasLimit;
    uint32 itemMax;
    uint32 forcedMax;
    uint64 forcedGasCap;
    uint64 forceDelay;
}

abstract contract InboxFixture is Test {
    address internal constant SEQUENCER = address(0x5e9);
    address internal constant ANYONE = address(0xa11);
    uint64 internal constant GENESIS = 1_000_000;

    Params internal params;
    IInboxFull internal inbox;

    function setUp() public virtual {
        vm.warp(GENESIS + 100);
        vm.roll(500);
        params = Params(GENESIS, 2, SEQUENCER, address(0xfee), 30_000_000, 64, 3, 1_000_000, 30);
        inbox = launch();
    }

    function launch() internal returns (IInboxFull) {
        return IInboxFull(deployShipped("Inbox", abi.encode(params)));
    }

    function now_() internal view returns (uint64) {
        return uint64(block.timestamp);
    }

    /// @notice n items of different lengths and bytes.
    function items(uint256 n) internal pure returns (bytes[] memory out) {
        out = new bytes[](n);
        for (uint256 i = 0; i < n; ++i) {
            out[i] = bytes.concat(new bytes(i % 7), abi.encodePacked("item", uint32(i)));
        }
    }

    function call(address who, bytes memory data) internal returns (bool, bytes memory) {
        vm.prank(who, who);
        return address(inbox).call(data);
    }

    function fails(address who, bytes memory data, bytes4 selector, string memory what) internal {
        (bool ok, bytes memory answer) = call(who, data);
        refused(ok, answer, selector, what);
    }

    function works(address who, bytes memory data) internal {
        (bool ok, bytes memory answer) = call(who, data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    function postData(uint64 time, uint32 forced, bytes[] memory list)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IInbox.post, (time, forced, list));
    }

    function itemHash(uint8 kind, bytes memory item) internal pure returns (bytes32) {
        return keccak256(bytes.concat(bytes1(kind), item));
    }

    /// @notice C_0 over forced items, then posted ones.
    function head(bytes[] memory forced, bytes[] memory posted) internal pure returns (bytes32 c) {
        for (uint256 i = posted.length; i > 0; --i) {
            c = keccak256(abi.encode(itemHash(1, posted[i - 1]), c));
        }
        for (uint256 i = forced.length; i > 0; --i) {
            c = keccak256(abi.encode(itemHash(2, forced[i - 1]), c));
        }
    }

    /// @notice BlockInput in this block, field by field.
    function blockInput(uint256 count, uint64 time, bytes32 itemsHead)
        internal
        view
        returns (bytes memory out)
    {
        bytes32 l1 = blockhash(block.number - 1);
        out = abi.encodePacked(uint32(0), uint32(count), uint64(block.number), time);
        out = bytes.concat(out, abi.encodePacked(params.gasLimit, l1, block.prevrandao, l1));
        out = bytes.concat(
            out, abi.encodePacked(itemsHead, InputLib.EMPTY_LIST, bytes32(0), params.coinbase)
        );
        out = bytes.concat(out, new bytes(12));
        same(out.length, 256, "BlockInput");
    }
}
