// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ref} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {Toy} from "./Toy.sol";

/// @notice What a party claims about 2^K steps.
struct Hist {
    /// @notice log2 of the number of steps, and of the arity
    uint256 k;
    uint256 a;
    /// @notice states 0..2^k
    bytes[] states;
    /// @notice all spans: tree[h][i] = span of leaves i*2^h+1 .. (i+1)*2^h
    bytes32[][] tree;
}

/// @notice Spans, bases, proofs of a history; small trees only, all in memory.
library History {
    /// @notice The history from `first` over the inputs, false from leaf `lieAt` on (0: true all along); a liar comes back
    /// to the truth at leaf `backAt` (0: never).
    function build(
        uint256[2] memory shape,
        bytes memory first,
        uint64 target,
        bytes32[] memory inputs,
        uint256[3] memory lie
    ) internal pure returns (Hist memory c) {
        (c.k, c.a) = (shape[0], shape[1]);
        uint256 size = 1 << c.k;
        c.states = new bytes[](size + 1);
        c.states[0] = first;
        bytes memory truth = first;
        for (uint256 i = 1; i <= size; ++i) {
            truth = next(truth, target, inputs);
            bytes memory s = next(c.states[i - 1], target, inputs);
            if (i == lie[0]) s = Toy.lie(s, lie[2]);
            if (i == lie[1]) s = truth;
            c.states[i] = s;
        }
        grow(c);
    }

    /// @notice Successor, also of a halted state.
    function next(bytes memory s, uint64 target, bytes32[] memory inputs)
        internal
        pure
        returns (bytes memory)
    {
        if (Toy.halted(s, target)) return s;
        return Toy.next(s, Toy.phase(s) == 0 ? inputs[Toy.inboxPos(s)] : bytes32(0));
    }

    /// @notice Computes the tree from the states.
    function grow(Hist memory c) internal pure {
        uint256 size = 1 << c.k;
        c.tree = new bytes32[][](c.k + 1);
        c.tree[0] = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            c.tree[0][i] = Toy.leaf(c.states[i + 1]);
        }
        for (uint256 h = 1; h <= c.k; ++h) {
            c.tree[h] = new bytes32[](size >> h);
            for (uint256 i = 0; i < size >> h; ++i) {
                c.tree[h][i] = TreeLib.pair(c.tree[h - 1][2 * i], c.tree[h - 1][2 * i + 1]);
            }
        }
    }

    function span(Hist memory c, uint256 pos, uint256 h) internal pure returns (bytes32) {
        return c.tree[h][pos >> h];
    }

    function root(Hist memory c) internal pure returns (bytes32) {
        return c.tree[c.k][0];
    }

    function leaf(Hist memory c, uint256 i) internal pure returns (bytes32) {
        return Toy.leaf(c.states[i]);
    }

    function lastState(Hist memory c) internal pure returns (bytes memory) {
        return c.states[c.states.length - 1];
    }

    function lastLeaf(Hist memory c) internal pure returns (bytes32) {
        return Toy.leaf(lastState(c));
    }

    /// @notice Left siblings of the right-most leaf, from the bottom.
    function path(Hist memory c) internal pure returns (bytes32[] memory out) {
        out = new bytes32[](c.k);
        for (uint256 h = 0; h < c.k; ++h) {
            out[h] = c.tree[h][(1 << (c.k - h)) - 2];
        }
    }

    /// @notice Base of (pos, h), and the base before its last left span with that span's place.
    function walk(Hist memory c, uint256 pos, uint256 h)
        private
        pure
        returns (bytes32 base, bytes32 before, uint256 lastAt, uint256 lastH)
    {
        base = Toy.leaf(c.states[0]);
        uint256 from = 0;
        for (uint256 height = c.k; height > h;) {
            height -= c.a;
            while (from + (1 << height) <= pos) {
                (before, lastAt, lastH) = (base, from, height);
                base = TreeLib.baseStep(base, span(c, from, height));
                from += 1 << height;
            }
        }
    }

    function node(Hist memory c, bytes32 gid, uint256 pos, uint256 h)
        internal
        pure
        returns (Ref memory)
    {
        (bytes32 base,,,) = walk(c, pos, h);
        return Ref(gid, uint64(pos), uint8(h), base, span(c, pos, h));
    }

    function childSpans(Hist memory c, uint256 pos, uint256 h)
        internal
        pure
        returns (bytes32[] memory out)
    {
        out = new bytes32[](1 << c.a);
        for (uint256 j = 0; j < out.length; ++j) {
            out[j] = span(c, pos + (j << (h - c.a)), h - c.a);
        }
    }

    /// @notice mp of prove at pos.
    function preProof(Hist memory c, uint256 pos) internal pure returns (bytes32[] memory out) {
        if (pos == 0) return new bytes32[](0);
        (, bytes32 before,, uint256 height) = walk(c, pos, 0);
        out = new bytes32[](height + 1);
        for (uint256 i = 0; i < height; ++i) {
            out[i] = span(c, pos - (2 << i), i);
        }
        out[height] = before;
    }
}
