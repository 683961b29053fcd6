// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ref} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {Toy} from "./Toy.sol";

/// @notice A history too large for memory: few states, then the last one for ever, and at most one false leaf.
struct Tall {
    uint256 k;
    uint256 a;
    bytes[] states;
    /// @notice index of the false leaf, 0 = none; and the leaf
    uint256 lieAt;
    bytes32 lie;
    /// @notice pads[h] = span of 2^h leaves behind the last state
    bytes32[] pads;
}

library Tallest {
    function build(uint256 k, uint256 a, bytes[] memory states, uint256 lieAt)
        internal
        pure
        returns (Tall memory t)
    {
        (t.k, t.a, t.states, t.lieAt) = (k, a, states, lieAt);
        t.lie = keccak256(abi.encode("lie", lieAt));
        t.pads = new bytes32[](k + 1);
        t.pads[0] = Toy.leaf(states[states.length - 1]);
        for (uint256 h = 1; h <= k; ++h) {
            t.pads[h] = TreeLib.pair(t.pads[h - 1], t.pads[h - 1]);
        }
    }

    function state(Tall memory t, uint256 i) internal pure returns (bytes memory) {
        return t.states[i < t.states.length ? i : t.states.length - 1];
    }

    function span(Tall memory t, uint256 pos, uint256 h) internal pure returns (bytes32) {
        bool lies = t.lieAt > pos && t.lieAt <= pos + (1 << h);
        if (h == 0) return lies ? t.lie : Toy.leaf(state(t, pos + 1));
        if (!lies && pos + 1 >= t.states.length - 1) return t.pads[h];
        return TreeLib.pair(span(t, pos, h - 1), span(t, pos + (1 << (h - 1)), h - 1));
    }

    function root(Tall memory t) internal pure returns (bytes32) {
        return span(t, 0, t.k);
    }

    function lastLeaf(Tall memory t) internal pure returns (bytes32) {
        return span(t, (1 << t.k) - 1, 0);
    }

    function path(Tall memory t) internal pure returns (bytes32[] memory out) {
        out = new bytes32[](t.k);
        for (uint256 h = 0; h < t.k; ++h) {
            out[h] = span(t, (1 << t.k) - (2 << h), h);
        }
    }

    function base(Tall memory t, uint256 pos, uint256 h)
        internal
        pure
        returns (bytes32 cur, bytes32 before, uint256 lastH)
    {
        cur = Toy.leaf(t.states[0]);
        uint256 from = 0;
        for (uint256 height = t.k; height > h;) {
            height -= t.a;
            while (from + (1 << height) <= pos) {
                (before, lastH) = (cur, height);
                cur = TreeLib.baseStep(cur, span(t, from, height));
                from += 1 << height;
            }
        }
    }

    function node(Tall memory t, bytes32 gid, uint256 pos, uint256 h)
        internal
        pure
        returns (Ref memory)
    {
        (bytes32 cur,,) = base(t, pos, h);
        return Ref(gid, uint64(pos), uint8(h), cur, span(t, pos, h));
    }

    function childSpans(Tall memory t, uint256 pos, uint256 h)
        internal
        pure
        returns (bytes32[] memory out)
    {
        out = new bytes32[](1 << t.a);
        for (uint256 j = 0; j < out.length; ++j) {
            out[j] = span(t, pos + (j << (h - t.a)), h - t.a);
        }
    }

    function preProof(Tall memory t, uint256 pos) internal pure returns (bytes32[] memory out) {
        if (pos == 0) return new bytes32[](0);
        (, bytes32 before, uint256 height) = base(t, pos, 0);
        out = new bytes32[](height + 1);
        for (uint256 i = 0; i < height; ++i) {
            out[i] = span(t, pos - (2 << i), i);
        }
        out[height] = before;
    }
}
