// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InputLib} from "../../src/InputLib.sol";
import {StateLib} from "../../src/StateLib.sol";
import {TreeLib} from "../../src/TreeLib.sol";

/// @notice The library functions that take calldata, as calls.
contract LibCalls {
    function leaf(bytes calldata state) external pure returns (bytes32) {
        return StateLib.leaf(state);
    }

    function halted(bytes calldata state, uint64 target) external pure returns (bool) {
        return StateLib.halted(state, target);
    }

    function merkle(bytes32[] calldata spans, uint256 levels) external pure returns (bytes32) {
        uint256 place;
        assembly ("memory-safe") {
            place := spans.offset
        }
        return TreeLib.merkle(place, levels);
    }

    function fold(bytes32 start, bytes32[] calldata path) external pure returns (bytes32) {
        return TreeLib.fold(start, path, path.length);
    }

    function preLeafOk(uint64 pos, bytes32 base, bytes32 l, bytes32[] calldata mp, uint256 a)
        external
        pure
        returns (bool)
    {
        return TreeLib.preLeafOk(pos, base, l, mp, a);
    }

    function itemHash(uint8 kind, bytes calldata item) external pure returns (bytes32) {
        return InputLib.itemHash(kind, item);
    }
}
