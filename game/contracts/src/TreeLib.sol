// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hashes and node arithmetic of the game (PROTOCOL §1, §7.2)
/// @notice C twin: game/core/tree. Every hash has its own first byte or its own length, so no two kinds can be confused.
/// The assembly builds each preimage behind the free memory pointer and leaves it there as garbage.
library TreeLib {
    /// @notice Inner node of a history: keccak(0x01 || l || r).
    function pair(bytes32 l, bytes32 r) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 1)
            mstore(add(m, 0x01), l)
            mstore(add(m, 0x21), r)
            hash := keccak256(m, 65)
        }
    }

    /// @notice One left sibling more: keccak(0x02 || base || span).
    function baseStep(bytes32 base, bytes32 span) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 2)
            mstore(add(m, 0x01), base)
            mstore(add(m, 0x21), span)
            hash := keccak256(m, 65)
        }
    }

    /// @notice Everything of a node but its span: keccak(gid || base || u256(pos << 8 | h)).
    function ctxOf(bytes32 gid, bytes32 base, uint256 pos, uint256 h)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, gid)
            mstore(add(m, 0x20), base)
            mstore(add(m, 0x40), or(shl(8, pos), h))
            hash := keccak256(m, 0x60)
        }
    }

    /// @notice id = keccak(ctx || span).
    function idOf(bytes32 ctx, bytes32 span) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, ctx)
            mstore(0x20, span)
            hash := keccak256(0x00, 0x40)
        }
    }

    /// @notice aid = keccak(0x10 || parent || cfgHash || u64 inputEnd || acc || lastLeaf || span), 169 bytes.
    function aidOf(
        bytes32 parent,
        bytes32 cfgHash,
        uint64 inputEnd,
        bytes32 acc,
        bytes32 lastLeaf,
        bytes32 span
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(bytes1(0x10), parent, cfgHash, inputEnd, acc, lastLeaf, span)
        );
    }

    /// @notice Root of the perfect tree over 2^levels spans that stand in calldata at `place`.
    /// merkle(s0..s3) = pair(pair(s0, s1), pair(s2, s3)).
    function merkle(uint256 place, uint256 levels) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            // rows are folded in place; the 65-byte preimage lies behind them
            let row := mload(0x40)
            let width := shl(add(levels, 5), 1)
            let m := add(row, width)
            calldatacopy(row, place, width)
            mstore8(m, 1)
            for {} gt(width, 0x20) { width := shr(1, width) } {
                let end := add(row, width)
                let out := row
                for { let p := row } lt(p, end) { p := add(p, 0x40) } {
                    mstore(add(m, 0x01), mload(p))
                    mstore(add(m, 0x21), mload(add(p, 0x20)))
                    mstore(out, keccak256(m, 65))
                    out := add(out, 0x20)
                }
            }
            root := mload(row)
        }
    }

    /// @notice Root over a leaf and its left siblings from the bottom: is `leaf` the right-most leaf below the result?
    /// @param siblings left siblings, lowest first
    /// @param count how many of them to use
    function fold(bytes32 leaf, bytes32[] calldata siblings, uint256 count)
        internal
        pure
        returns (bytes32 cur)
    {
        cur = leaf;
        for (uint256 k = 0; k < count; ++k) {
            cur = pair(siblings[k], cur);
        }
    }

    /// @notice Is `leaf` the last leaf that `base` commits to, for a terminal at `pos`? (PROTOCOL §7.3, prove)
    /// @param mp the A*t left siblings inside the last left span, then the base before that span; empty at pos 0
    function preLeafOk(uint64 pos, bytes32 base, bytes32 leaf, bytes32[] calldata mp, uint256 a)
        internal
        pure
        returns (bool)
    {
        if (pos == 0) return mp.length == 0 && leaf == base;
        uint256 height = 0; // A times the number of trailing zero digits of pos in base 2^A
        uint256 mask = (1 << a) - 1;
        for (uint256 rest = pos; rest & mask == 0; rest >>= a) {
            height += a;
        }
        if (mp.length != height + 1) return false;
        return baseStep(mp[height], fold(leaf, mp, height)) == base;
    }
}
