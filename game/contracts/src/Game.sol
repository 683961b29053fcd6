// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClockLib} from "./ClockLib.sol";
import {GameTree} from "./GameTree.sol";
import {GameBase} from "./GameBase.sol";
import {Config, GameErrors, GameRec, IGame} from "./IGame.sol";

/// @title The dispute game (PROTOCOL §7): rewards and payments (§7.3: 11, 13, 14), and several moves at once
/// @notice Whoever re-executed the chain can make a false assertion lose here with one bond and gas money. Verdicts are
/// positive only: no failing call says anything about a claim.
contract Game is GameTree {
    /// @param c the configuration, abi.encode(Config): 22 words
    constructor(Config memory c) GameBase(c) {}

    /// @inheritdoc IGame
    function claim(bytes32 gid, address mover, bytes calldata tree) external locked {
        GameRec storage g = _games[gid];
        bytes32 winner = g.winner;
        if (winner == 0) revert GameErrors.Undecided();
        if (block.timestamp > _claimEnd(g)) revert GameErrors.ClaimClosed();
        uint96 pot = g.pot;
        ClockLib.Walk memory w;
        (w.gid, w.a, w.paying, w.mover) = (gid, A, true, mover);
        (w.rate, w.pot) = (256 * PRICE_UNIT * REWARD_BPS, pot);
        bytes32 base = _assertions[gid].lastLeaf;
        ClockLib.walk(_nodes, _contexts, w, K, base, _assertions[winner].span, 0, tree);
        uint96 amount = pot - uint96(w.pot);
        g.pot = uint96(w.pot);
        _credits[mover] += amount;
        emit Rewarded(gid, mover, amount);
    }

    /// @inheritdoc IGame
    function withdraw(address account) external locked {
        uint256 amount = _credits[account];
        if (amount == 0) revert GameErrors.NoCredit();
        _credits[account] = 0;
        bool ok;
        assembly ("memory-safe") {
            ok := call(gas(), account, amount, 0, 0, 0, 0)
        }
        if (!ok) revert GameErrors.PayFailed();
        emit Withdrawn(account, amount);
    }

    /// @inheritdoc IGame
    function sweep(bytes32 gid) external locked {
        GameRec storage g = _games[gid];
        if (g.winner == 0) revert GameErrors.Undecided();
        if (block.timestamp <= _claimEnd(g)) revert GameErrors.ClaimOpen();
        uint96 amount = g.pot;
        g.pot = 0;
        _credits[TREASURY] += amount;
        emit Swept(gid, amount);
    }

    /// @inheritdoc IGame
    function multicall(bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok, bytes memory data) = address(this).delegatecall(calls[i]);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(data, 0x20), mload(data))
                }
            }
        }
    }

    /// @notice Last second of the claim window.
    function _claimEnd(GameRec storage g) private view returns (uint256) {
        uint256 from = g.wonAt > g.slashedAt ? g.wonAt : g.slashedAt;
        return ClockLib.saturating(from, T);
    }
}
