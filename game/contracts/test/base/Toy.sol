// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StateLib} from "../../src/StateLib.sol";

/// @notice A toy step on real SegStates with the schedule of EXECUTE: an input is BEGIN, two TX, END, so four steps.
library Toy {
    uint256 internal constant ITEMS = 2;

    /// @notice A state of which the game reads phase and inbox_pos, and the toy also items_left and state_root.
    function make(uint8 phase_, uint64 pos, uint32 left, bytes32 root)
        internal
        pure
        returns (bytes memory s)
    {
        s = new bytes(1024);
        bytes4 magic = "WSG1";
        assembly ("memory-safe") {
            let p := add(s, 0x20)
            mstore(p, magic)
            mstore8(add(p, 4), 2)
            mstore8(add(p, 5), phase_)
            mstore(add(p, 0x38), shl(192, pos))
            mstore(add(p, 0x60), root)
            mstore(add(p, 0x100), shl(224, left))
        }
    }

    function genesis() internal pure returns (bytes memory) {
        return make(0, 0, 0, keccak256("genesis"));
    }

    function phase(bytes memory s) internal pure returns (uint8) {
        return uint8(s[5]);
    }

    function inboxPos(bytes memory s) internal pure returns (uint64 value) {
        assembly ("memory-safe") {
            value := shr(192, mload(add(s, 0x58)))
        }
    }

    function itemsLeft(bytes memory s) internal pure returns (uint32 value) {
        assembly ("memory-safe") {
            value := shr(224, mload(add(s, 0x120)))
        }
    }

    function rootOf(bytes memory s) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(s, 0x80))
        }
    }

    function leaf(bytes memory s) internal pure returns (bytes32) {
        return keccak256(bytes.concat(hex"00", s));
    }

    function halted(bytes memory s, uint64 target) internal pure returns (bool) {
        return phase(s) == 2 || (phase(s) == 0 && inboxPos(s) >= target);
    }

    /// @notice The one successor of a state that is not halted.
    function next(bytes memory s, bytes32 inputHash) internal pure returns (bytes memory) {
        bytes32 r = keccak256(abi.encode(rootOf(s), inputHash));
        if (phase(s) == 0) return make(1, inboxPos(s), uint32(ITEMS), r);
        if (itemsLeft(s) != 0) return make(1, inboxPos(s), itemsLeft(s) - 1, r);
        return make(0, inboxPos(s) + 1, 0, r);
    }

    /// @notice A false state of the same kind.
    function lie(bytes memory s, uint256 tag) internal pure returns (bytes memory) {
        bytes32 r = keccak256(abi.encode("lie", tag, rootOf(s)));
        return make(phase(s), inboxPos(s), itemsLeft(s), r);
    }
}
