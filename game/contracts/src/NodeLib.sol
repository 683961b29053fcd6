// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TreeLib} from "./TreeLib.sol";

/// @title Records of nodes and contexts, one word each (PROTOCOL §7.1, §7.2)
/// @notice C twin: game/core/node.
/// node: u160 mover | u40 beta | u24 price | u24 gas >> 8 | u8 flags, from the high end.
/// context: u32 count | u40 rivalAt | u40 firstAt in the low 112 bits, firstAt lowest.
library NodeLib {
    /// @notice The node was added.
    uint256 internal constant EXISTS = 1;
    /// @notice The node was split.
    uint256 internal constant SPLIT = 2;
    /// @notice The terminal node was proven.
    uint256 internal constant PROVEN = 4;
    /// @notice The node was the first of its context.
    uint256 internal constant FIRST = 8;
    /// @notice The mover was paid.
    uint256 internal constant CLAIMED = 16;
    /// @notice Infinite time; all sums stop here.
    uint256 internal constant INF = (1 << 40) - 1;

    /// @notice Lowest bits of the fields of a node, then of a context.
    uint256 private constant BETA_AT = 56;
    uint256 private constant PRICE_AT = 32;
    uint256 private constant GAS_AT = 8;
    uint256 private constant MOVER_AT = 96;
    uint256 private constant RIVAL_AT = 40;
    uint256 private constant COUNT_AT = 80;

    /// @notice Stored lower bound of beta.
    function beta(uint256 word) internal pure returns (uint256) {
        return (word >> BETA_AT) & INF;
    }

    /// @notice The word with another beta.
    function withBeta(uint256 word, uint256 value) internal pure returns (uint256) {
        return (word & ~(INF << BETA_AT)) | (value << BETA_AT);
    }

    /// @notice Who is paid for the move that was made here.
    function mover(uint256 word) internal pure returns (address) {
        return address(uint160(word >> MOVER_AT));
    }

    /// @notice Gas of that move in units of 256.
    function gasUnits(uint256 word) internal pure returns (uint256) {
        return (word >> GAS_AT) & 0xffffff;
    }

    /// @notice Price of that gas in 0.01 gwei.
    function price(uint256 word) internal pure returns (uint256) {
        return (word >> PRICE_AT) & 0xffffff;
    }

    /// @notice The word of a node that had no move yet, with its mover, price (0.01 gwei) and gas (units of 256).
    function withMove(uint256 word, address to, uint256 price_, uint256 gasUnits_)
        internal
        pure
        returns (uint256)
    {
        return word | (uint256(uint160(to)) << MOVER_AT) | (price_ << PRICE_AT)
            | (gasUnits_ << GAS_AT);
    }

    /// @notice Block time of the first node of a context.
    function firstAt(uint256 context) internal pure returns (uint256) {
        return context & INF;
    }

    /// @notice Block time of the second node; 0 while there is one.
    function rivalAt(uint256 context) internal pure returns (uint256) {
        return (context >> RIVAL_AT) & INF;
    }

    /// @notice Number of nodes.
    function count(uint256 context) internal pure returns (uint256) {
        return context >> COUNT_AT;
    }

    /// @notice A node with a rival has something to answer.
    function rivaled(uint256 context) internal pure returns (bool) {
        return count(context) >= 2;
    }

    /// @notice Adds a node, as the first of its context or as a rival; a node that exists changes nothing.
    function add(
        mapping(bytes32 => uint256) storage nodes,
        mapping(bytes32 => uint256) storage contexts,
        bytes32 ctx,
        bytes32 span
    ) internal {
        bytes32 id = TreeLib.idOf(ctx, span);
        if (nodes[id] != 0) return;
        uint256 context = contexts[ctx];
        if (context == 0) {
            nodes[id] = EXISTS | FIRST;
            contexts[ctx] = (1 << COUNT_AT) | block.timestamp;
            return;
        }
        nodes[id] = EXISTS;
        if (rivalAt(context) == 0) context |= block.timestamp << RIVAL_AT;
        contexts[ctx] = context + (1 << COUNT_AT);
    }
}
