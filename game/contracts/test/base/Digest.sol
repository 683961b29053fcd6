// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assertion, Context, GameRec, IGame, Staker} from "../../src/IGame.sol";
import {NodeLib} from "../../src/NodeLib.sol";

/// @notice Keys of all records, each list ascending; a test learns them from events.
struct Keys {
    bytes32[] aids;
    bytes32[] gids;
    address[] stakers;
    bytes32[] contexts;
    bytes32[] nodes;
    address[] credits;
}

/// @notice Digest over all records of a game (tests/vectors/README.md), read through its views.
contract Digest {
    /// @notice core leaves out what depends on metered gas.
    function digest(IGame game, Keys calldata k, uint64 inputs, bytes32 acc, bool core)
        external
        view
        returns (bytes32)
    {
        bytes memory out = bytes.concat(
            assertions(game, k.aids),
            games(game, k.gids, core),
            stakers(game, k.stakers),
            contexts(game, k.contexts)
        );
        return keccak256(
            bytes.concat(
                out,
                nodes(game, k.nodes, core),
                credits(game, k.credits, core),
                abi.encodePacked(game.anchor(), inputs, acc)
            )
        );
    }

    function assertions(IGame game, bytes32[] calldata keys) private view returns (bytes memory) {
        bytes[] memory rows = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            Assertion memory a = game.assertion(keys[i]);
            rows[i] = abi.encodePacked(keys[i], a.parent, a.lastLeaf, a.span);
            rows[i] = abi.encodePacked(
                rows[i], a.inputEnd, a.nextInput, a.createdAt, a.status, a.children, a.potGid
            );
        }
        return table(rows);
    }

    function games(IGame game, bytes32[] calldata keys, bool core)
        private
        view
        returns (bytes memory)
    {
        bytes[] memory rows = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            GameRec memory g = game.game(keys[i]);
            uint96 pot = core ? 0 : g.pot;
            rows[i] = abi.encodePacked(keys[i], g.winner, g.wonAt, g.slashedAt, pot, g.roots);
        }
        return table(rows);
    }

    function stakers(IGame game, address[] calldata keys) private view returns (bytes memory) {
        bytes[] memory rows = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            Staker memory s = game.staker(keys[i]);
            if (s.bond != 0) rows[i] = abi.encodePacked(keys[i], s.bond, s.tip);
        }
        return table(rows);
    }

    function contexts(IGame game, bytes32[] calldata keys) private view returns (bytes memory) {
        bytes[] memory rows = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            Context memory c = game.context(keys[i]);
            rows[i] = abi.encodePacked(keys[i], c.firstAt, c.rivalAt, c.count);
        }
        return table(rows);
    }

    function nodes(IGame game, bytes32[] calldata keys, bool core)
        private
        view
        returns (bytes memory)
    {
        uint256 mask = core ? (NodeLib.INF << 56) | (0xff & ~NodeLib.CLAIMED) : type(uint256).max;
        bytes[] memory rows = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            rows[i] = abi.encodePacked(keys[i], uint256(game.node(keys[i])) & mask);
        }
        return table(rows);
    }

    function credits(IGame game, address[] calldata keys, bool core)
        private
        view
        returns (bytes memory)
    {
        bytes[] memory rows = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length && !core; ++i) {
            uint128 credit = game.credits(keys[i]);
            if (credit != 0) rows[i] = abi.encodePacked(keys[i], credit);
        }
        return table(rows);
    }

    /// @notice u32 number of rows that are not empty, then the rows.
    function table(bytes[] memory rows) private pure returns (bytes memory out) {
        uint32 n = 0;
        uint256 length = 4;
        for (uint256 i = 0; i < rows.length; ++i) {
            if (rows[i].length != 0) ++n;
            length += rows[i].length;
        }
        out = new bytes(length);
        assembly ("memory-safe") {
            mstore(add(out, 0x20), shl(224, n))
        }
        uint256 p = 36;
        for (uint256 i = 0; i < rows.length; ++i) {
            bytes memory row = rows[i];
            assembly ("memory-safe") {
                mcopy(add(out, p), add(row, 0x20), mload(row))
            }
            p += row.length;
        }
    }
}
