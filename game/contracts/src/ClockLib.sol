// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors} from "./IGame.sol";
import {NodeLib} from "./NodeLib.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title Clocks: lambda, and the bound of beta that a shown tree gives (PROTOCOL §7.2)
/// @notice C twin: game/core/clock. A walk keeps its own stack in memory: depth K/A at most, as only split nodes have
/// children and a node of height 0 is never split.
library ClockLib {
    using NodeLib for uint256;

    /// @notice Where a walk is, below one split node.
    struct Frame {
        /// @notice leaves before the next child
        uint256 pos;
        /// @notice base of the next child
        bytes32 base;
        /// @notice place of the next child's span in calldata
        uint256 spanAt;
        /// @notice children left, the current one included
        uint256 left;
        /// @notice least bound of the children so far
        uint256 least;
        /// @notice lambda of the split node
        uint256 own;
        /// @notice its stored beta
        uint256 stored;
        /// @notice place of the frame above in memory
        uint256 up;
    }

    /// @notice A walk: what it reads, and for `claim` what it pays.
    struct Walk {
        /// @notice game of all nodes
        bytes32 gid;
        /// @notice log2 of the number of children
        uint256 a;
        /// @notice claim: true; refresh, decide: false
        bool paying;
        /// @notice claim: whose nodes are paid
        address mover;
        /// @notice claim: 10^7 wei * 256 * rewardBps, the pay of one unit of gas at price 1, times 10^4
        uint256 rate;
        /// @notice claim: wei left in the pot
        uint256 pot;
    }

    /// @notice Sums of times stop at infinity.
    function saturating(uint256 a, uint256 b) internal pure returns (uint256) {
        uint256 sum = a + b;
        return sum < NodeLib.INF ? sum : NodeLib.INF;
    }

    /// @notice lambda: time until the first rival, or until now; 0 for a node that was not first.
    function lambda(uint256 word, uint256 context) internal view returns (uint256) {
        if (word & NodeLib.FIRST == 0) return 0;
        uint256 end = context.rivalAt();
        return (end == 0 ? block.timestamp : end) - context.firstAt();
    }

    /// @notice Walks a tree from the node (pos, h, base, span) and returns a lower bound of its beta. Any stop is sound.
    /// Every defect of the tree is BadTree. With w.paying it also flags and pays the mover's nodes in preorder;
    /// the result is then 0.
    function walk(
        mapping(bytes32 => uint256) storage nodes,
        mapping(bytes32 => uint256) storage contexts,
        Walk memory w,
        uint256 h,
        bytes32 base,
        bytes32 span,
        uint256 pos,
        bytes calldata tree
    ) internal returns (uint256 value) {
        // unchecked: times are below 2^41, positions below 2^33, offsets are compared with the length first
        unchecked {
            uint256 gid = uint256(w.gid);
            uint256 a = w.a;
            uint256 cursor;
            uint256 end;
            Frame memory f; // of the lowest split node above (pos, h); f.up leads to the one above it
            assembly ("memory-safe") {
                cursor := tree.offset
                end := add(cursor, tree.length)
            }
            while (true) {
                bytes32 ctx = TreeLib.ctxOf(bytes32(gid), base, pos, h);
                bytes32 id = TreeLib.idOf(ctx, span);
                uint256 word = nodes[id];
                if (word == 0 || cursor >= end) revert GameErrors.BadTree();
                if (w.paying) pay(nodes, w, id, word);
                else value = lambdaOf(contexts, ctx, word);
                uint256 kind = uint256(wordAt(cursor)) >> 248;
                ++cursor;
                if (kind == 1) {
                    uint256 width = 32 << a;
                    if (word & NodeLib.SPLIT == 0 || end - cursor < width) {
                        revert GameErrors.BadTree();
                    }
                    if (TreeLib.merkle(cursor, a) != span) revert GameErrors.BadTree();
                    f = push(f, pos, base, cursor, 1 << a, value, word.beta());
                    span = wordAt(cursor);
                    cursor += width;
                    h -= a;
                    continue;
                }
                if (kind != 0) revert GameErrors.BadTree();
                if (word.beta() > value) value = word.beta();

                // climb while the node just judged is its parent's last child
                while (f.left != 0) {
                    if (value < f.least) f.least = value;
                    if (--f.left != 0) break;
                    value = saturating(f.own, f.least);
                    if (f.stored > value) value = f.stored;
                    h += a;
                    f = above(f);
                }
                if (f.left == 0) break;
                pos = f.pos += 1 << h;
                base = f.base = TreeLib.baseStep(f.base, wordAt(f.spanAt));
                f.spanAt += 32;
                span = wordAt(f.spanAt);
            }
            if (cursor != end) revert GameErrors.BadTree();
            if (w.paying) value = 0;
        }
    }

    /// @notice A frame below `up`. The lowest one of a walk has left == 0.
    function push(
        Frame memory up,
        uint256 pos,
        bytes32 base,
        uint256 spanAt,
        uint256 left,
        uint256 own,
        uint256 stored
    ) private pure returns (Frame memory f) {
        uint256 place;
        assembly ("memory-safe") {
            place := up
        }
        f = Frame(pos, base, spanAt, left, NodeLib.INF, own, stored, place);
    }

    /// @notice The frame that a frame was pushed on.
    function above(Frame memory f) private pure returns (Frame memory up) {
        uint256 place = f.up;
        assembly ("memory-safe") {
            up := place
        }
    }

    /// @notice lambda of a node that was just read; the context is read only where it counts.
    function lambdaOf(mapping(bytes32 => uint256) storage contexts, bytes32 ctx, uint256 word)
        private
        view
        returns (uint256)
    {
        if (word & (NodeLib.FIRST | NodeLib.PROVEN) != NodeLib.FIRST) return 0;
        return lambda(word, contexts[ctx]);
    }

    /// @notice Pays one node if it is the mover's, not yet claimed, and fits into what is left.
    function pay(mapping(bytes32 => uint256) storage nodes, Walk memory w, bytes32 id, uint256 word)
        private
    {
        if (word.mover() != w.mover || word & NodeLib.CLAIMED != 0) return;
        uint256 amount = word.gasUnits() * word.price() * w.rate / 10_000;
        if (amount > w.pot) return;
        w.pot -= amount;
        nodes[id] = word | NodeLib.CLAIMED;
    }

    /// @notice A word of calldata.
    function wordAt(uint256 place) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := calldataload(place)
        }
    }
}
