// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGame} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {Keys} from "./Digest.sol";
import {Vm} from "./Vm.sol";

/// @notice Learns the keys of all records from events alone (I15), in ascending order.
library KeyList {
    uint256 private constant CAPACITY = 2048;
    address private constant BURN = 0x000000000000000000000000000000000000dEaD;

    function fresh(bytes32 genesis) internal pure returns (Keys memory k) {
        k.aids = list();
        k.gids = list();
        k.contexts = list();
        k.nodes = list();
        k.stakers = accounts();
        k.credits = accounts();
        add(k.aids, genesis);
    }

    /// @notice Adds what one log names. K, A, and the leaf before the game's first step come from the caller.
    function learn(Keys memory k, Vm.Log memory log, Node memory v) internal pure {
        bytes32 kind = log.topics[0];
        if (kind == IGame.Staked.selector) {
            add(k.stakers, account(log.topics[1]));
        } else if (kind == IGame.Posted.selector) {
            add(k.gids, log.topics[1]);
            add(k.aids, log.topics[2]);
            (, bytes32 span,,) = abi.decode(log.data, (bytes32, bytes32, uint64, uint64));
            node(k, log.topics[1], v.base, 0, v.h, span);
        } else if (kind == IGame.Split.selector) {
            (, bytes32[] memory spans) = abi.decode(log.data, (address, bytes32[]));
            uint256 h = v.h - v.a;
            bytes32 base = v.base;
            for (uint256 j = 0; j < spans.length; ++j) {
                node(k, v.gid, base, v.pos + (j << h), h, spans[j]);
                base = TreeLib.baseStep(base, spans[j]);
            }
        } else if (kind == IGame.Slashed.selector) {
            add(k.credits, BURN);
        } else if (kind == IGame.Unstaked.selector) {
            add(k.credits, account(log.topics[1]));
        } else if (kind == IGame.Rewarded.selector) {
            add(k.credits, account(log.topics[2]));
        }
    }

    /// @notice The node that a Split is about, or for Posted: h = K and base = leaf before the game.
    struct Node {
        bytes32 gid;
        uint256 pos;
        uint256 h;
        bytes32 base;
        uint256 a;
    }

    function node(Keys memory k, bytes32 gid, bytes32 base, uint256 pos, uint256 h, bytes32 span)
        private
        pure
    {
        bytes32 ctx = TreeLib.ctxOf(gid, base, pos, h);
        add(k.contexts, ctx);
        add(k.nodes, TreeLib.idOf(ctx, span));
    }

    function account(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }

    function list() private pure returns (bytes32[] memory out) {
        out = new bytes32[](CAPACITY);
        assembly ("memory-safe") {
            mstore(out, 0)
        }
    }

    function accounts() private pure returns (address[] memory out) {
        out = new address[](64);
        assembly ("memory-safe") {
            mstore(out, 0)
        }
    }

    function add(address[] memory keys, address key) internal pure {
        bytes32[] memory raw;
        assembly ("memory-safe") {
            raw := keys
        }
        require(keys.length < 64, "KeyList: full");
        insert(raw, bytes32(uint256(uint160(key))));
    }

    function add(bytes32[] memory keys, bytes32 key) internal pure {
        require(keys.length < CAPACITY, "KeyList: full");
        insert(keys, key);
    }

    function insert(bytes32[] memory keys, bytes32 key) private pure {
        uint256 low = 0;
        uint256 high = keys.length;
        while (low < high) {
            uint256 mid = (low + high) / 2;
            if (keys[mid] < key) low = mid + 1;
            else high = mid;
        }
        if (low < keys.length && keys[low] == key) return;
        uint256 n = keys.length;
        assembly ("memory-safe") {
            mstore(keys, add(n, 1))
            let p := add(add(keys, 0x20), mul(low, 0x20))
            mcopy(add(p, 0x20), p, mul(sub(n, low), 0x20))
            mstore(p, key)
        }
    }
}
