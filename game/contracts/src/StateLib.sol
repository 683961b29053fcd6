// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The little that the game reads of a SegState (PROTOCOL §2): its leaf and two fixed offsets
/// @notice C twin: game/core/state.
library StateLib {
    /// @notice Bytes of a SegState.
    uint256 internal constant SIZE = 1024;
    /// @notice Phase of a state between two blocks.
    uint256 internal constant SEALED = 0;
    /// @notice Phase of a chain that ended.
    uint256 internal constant INVALID = 2;

    /// @notice Offsets of the two fields.
    uint256 private constant PHASE_AT = 0x005;
    uint256 private constant INBOX_POS_AT = 0x038;

    /// @notice leaf(S) = keccak(0x00 || S).
    /// @param state 1,024 bytes; the caller has checked the length
    function leaf(bytes calldata state) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 0)
            calldatacopy(add(m, 1), state.offset, SIZE)
            hash := keccak256(m, 1025)
        }
    }

    /// @notice Phase byte: 0 SEALED, 1 OPEN, 2 INVALID.
    function phase(bytes calldata state) internal pure returns (uint256) {
        return uint8(state[PHASE_AT]);
    }

    /// @notice SEALED: number of the next input; OPEN: of the open one.
    function inboxPos(bytes calldata state) internal pure returns (uint64) {
        return uint64(bytes8(state[INBOX_POS_AT:INBOX_POS_AT + 8]));
    }

    /// @notice A halted state is its own successor.
    /// @param target number of inputs that the history covers
    function halted(bytes calldata state, uint64 target) internal pure returns (bool) {
        uint256 p = phase(state);
        return p == INVALID || (p == SEALED && inboxPos(state) >= target);
    }
}
