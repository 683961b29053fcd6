// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClockLib} from "./ClockLib.sol";
import {GameBase} from "./GameBase.sol";
import {Assertion, GameErrors, GameRec, IGame, Staker} from "./IGame.sol";
import {NodeLib} from "./NodeLib.sol";
import {StateLib} from "./StateLib.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title Moves on the line of assertions, and the bonds at its tips (PROTOCOL §7.3: 1-3, 8-10, 12)
abstract contract GameLine is GameBase {
    /// @inheritdoc IGame
    function stake() external payable locked {
        if (msg.value != BOND) revert GameErrors.BadValue();
        Staker storage s = _stakers[msg.sender];
        if (s.bond != 0) revert GameErrors.Staked();
        s.bond = BOND;
        emit Staked(msg.sender);
    }

    /// @inheritdoc IGame
    function post(
        bytes32 parent,
        bytes32 expectedAid,
        bytes32 lastLeaf,
        bytes32 span,
        bytes32[] calldata path,
        bytes calldata state
    ) external locked {
        Staker storage s = _stakers[msg.sender];
        if (s.bond == 0) revert GameErrors.NotStaked();
        if (s.tip != 0 && s.tip != parent) revert GameErrors.WrongTip();
        Assertion storage up = _assertions[parent];
        uint8 status = up.status;
        if (status != PENDING && status != CONFIRMED) revert GameErrors.BadParent();
        GameRec storage g = _games[parent];
        if (g.winner != 0) revert GameErrors.Decided();
        if (up.children == 0 && block.timestamp < ClockLib.saturating(up.createdAt, MIN_GAP)) {
            revert GameErrors.TooSoon();
        }
        uint64 inputEnd = up.nextInput;
        uint64 count = INBOX.count();
        if (inputEnd > count) revert GameErrors.InboxShort();
        if (state.length != StateLib.SIZE || StateLib.leaf(state) != lastLeaf) {
            revert GameErrors.BadState();
        }
        if (path.length != K || TreeLib.fold(lastLeaf, path, K) != span) {
            revert GameErrors.BadPath();
        }
        bytes32 aid = TreeLib.aidOf(parent, cfgHash, inputEnd, INBOX.acc(inputEnd), lastLeaf, span);
        if (aid != expectedAid) revert GameErrors.AidMismatch();
        Assertion storage a = _assertions[aid];
        if (a.status != NONE) revert GameErrors.AssertionExists();

        uint64 nextInput = inputEnd;
        if (StateLib.halted(state, inputEnd)) nextInput = count > inputEnd ? count : inputEnd + 1;
        (a.parent, a.lastLeaf, a.span) = (parent, lastLeaf, span);
        (a.inputEnd, a.nextInput) = (inputEnd, nextInput);
        (a.createdAt, a.status) = (uint40(block.timestamp), PENDING);
        up.children += 1;
        g.roots += 1;
        NodeLib.add(_nodes, _contexts, TreeLib.ctxOf(parent, up.lastLeaf, 0, K), span);
        s.tip = aid;
        emit Posted(parent, aid, msg.sender, lastLeaf, span, inputEnd, nextInput);
    }

    /// @inheritdoc IGame
    function join(bytes32 aid) external locked {
        Staker storage s = _stakers[msg.sender];
        if (s.bond == 0) revert GameErrors.NotStaked();
        Assertion storage a = _assertions[aid];
        uint8 status = a.status;
        if (status != PENDING && status != CONFIRMED) revert GameErrors.BadAssertion();
        if (s.tip != 0 && s.tip != a.parent) revert GameErrors.WrongTip();
        s.tip = aid;
        emit Joined(msg.sender, aid);
    }

    /// @inheritdoc IGame
    function confirm(bytes32 aid) external locked {
        Assertion storage a = _assertions[aid];
        if (a.status != PENDING) revert GameErrors.BadAssertion();
        if (_assertions[a.parent].status != CONFIRMED) revert GameErrors.BadParent();
        GameRec storage g = _games[a.parent];
        if (g.winner != aid) revert GameErrors.NotWinner();
        if (g.roots >= 2 && block.timestamp < ClockLib.saturating(g.wonAt, GRACE)) {
            revert GameErrors.InGrace();
        }
        a.status = CONFIRMED;
        anchor = aid;
        emit Confirmed(aid);
    }

    /// @inheritdoc IGame
    function reject(bytes32 aid) external locked {
        Assertion storage a = _assertions[aid];
        if (a.status != PENDING) revert GameErrors.BadAssertion();
        bytes32 parent = a.parent;
        Assertion storage up = _assertions[parent];
        bytes32 potGid = parent;
        if (up.status == REJECTED) {
            potGid = up.potGid;
        } else {
            bytes32 winner = _games[parent].winner;
            if (up.status != CONFIRMED || winner == 0 || winner == aid) revert GameErrors.NotYet();
        }
        (a.status, a.potGid) = (REJECTED, potGid);
        emit Rejected(aid, potGid);
    }

    /// @inheritdoc IGame
    function slash(address account) external locked {
        Staker storage s = _stakers[account];
        uint96 bond = s.bond;
        if (bond == 0) revert GameErrors.NotStaked();
        bytes32 top = s.tip;
        while (_assertions[top].status == PENDING) top = _assertions[top].parent;
        if (_assertions[top].status != REJECTED) revert GameErrors.NotRejected();
        bytes32 potGid = _assertions[top].potGid;
        uint96 burnt = uint96(uint256(bond) * BURN_BPS / BPS);
        _credits[BURN] += burnt;
        GameRec storage g = _games[potGid];
        g.pot += bond - burnt;
        g.slashedAt = uint40(block.timestamp);
        delete _stakers[account];
        emit Slashed(account, top, potGid, bond - burnt);
    }

    /// @inheritdoc IGame
    function unstake() external locked {
        Staker storage s = _stakers[msg.sender];
        uint96 bond = s.bond;
        if (bond == 0) revert GameErrors.NotStaked();
        if (s.tip != 0 && _assertions[s.tip].status != CONFIRMED) revert GameErrors.TipPending();
        delete _stakers[msg.sender];
        _credits[msg.sender] += bond;
        emit Unstaked(msg.sender);
    }
}
