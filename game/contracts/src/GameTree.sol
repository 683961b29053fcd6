// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ClockLib} from "./ClockLib.sol";
import {GameLine} from "./GameLine.sol";
import {Assertion, GameErrors, GameRec, IGame, Ref} from "./IGame.sol";
import {IStepVerifier} from "./IStepVerifier.sol";
import {NodeLib} from "./NodeLib.sol";
import {StateLib} from "./StateLib.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title Moves on nodes, and the decision (PROTOCOL §7.3: 4-7)
abstract contract GameTree is GameLine {
    using NodeLib for uint256;

    /// @notice What is left after the verifier's gas, for the reward's query, the record and the event.
    uint256 internal constant AFTER_STEP_GAS = 60_000;
    /// @notice What is kept of it for the record and the event.
    uint256 internal constant RECORD_GAS = 20_000;

    /// @inheritdoc IGame
    function split(Ref calldata v, bytes32[] calldata spans, address to) external locked {
        uint256 start = gasleft();
        bytes32 ctx = TreeLib.ctxOf(v.gid, v.base, v.pos, v.h);
        bytes32 id = TreeLib.idOf(ctx, v.span);
        uint256 word = _nodes[id];
        if (word == 0) revert GameErrors.NoNode();
        if (word & NodeLib.SPLIT != 0) return;
        if (v.h == 0) revert GameErrors.Terminal();
        _playable(v.gid, ctx);
        if (spans.length != 1 << A) revert GameErrors.BadArity();
        uint256 spansAt;
        assembly ("memory-safe") {
            spansAt := spans.offset
        }
        if (TreeLib.merkle(spansAt, A) != v.span) revert GameErrors.BadSpans();

        _addChildren(v, spans);
        emit Split(id, to, spans);
        uint256 length = 4 + 32 * (8 + spans.length);
        _nodes[id] = _moved(word | NodeLib.SPLIT, to, start, 16 * length);
    }

    /// @inheritdoc IGame
    function prove(
        Ref calldata v,
        bytes calldata pre,
        bytes32[] calldata mp,
        bytes calldata proof,
        address to
    ) external locked {
        uint256 start = gasleft();
        bytes32 ctx = TreeLib.ctxOf(v.gid, v.base, v.pos, v.h);
        bytes32 id = TreeLib.idOf(ctx, v.span);
        uint256 word = _nodes[id];
        if (word == 0) revert GameErrors.NoNode();
        if (word & NodeLib.PROVEN != 0) return;
        if (v.h != 0) revert GameErrors.NotTerminal();
        _playable(v.gid, ctx);
        if (pre.length != StateLib.SIZE) revert GameErrors.BadState();
        bytes32 leaf = StateLib.leaf(pre);
        if (!TreeLib.preLeafOk(v.pos, v.base, leaf, mp, A)) revert GameErrors.BadPre();
        uint256 extra = 16 * (4 + 32 * (44 + mp.length + (proof.length + 31) / 32));
        uint64 target = _assertions[v.gid].nextInput;
        if (StateLib.halted(pre, target)) {
            if (proof.length != 0) revert GameErrors.BadProof();
            if (leaf != v.span) revert GameErrors.WrongPost();
        } else {
            if (_step(target, pre, proof) != v.span) revert GameErrors.WrongPost();
            extra = _saturatingAdd(extra, _extraGas(proof));
        }

        emit Proven(id, to);
        word = (word | NodeLib.PROVEN).withBeta(NodeLib.INF);
        _nodes[id] = _moved(word, to, start, extra);
    }

    /// @inheritdoc IGame
    function refresh(Ref calldata v, bytes calldata tree) external locked {
        bytes32 id = TreeLib.idOf(TreeLib.ctxOf(v.gid, v.base, v.pos, v.h), v.span);
        uint256 word = _nodes[id];
        if (word == 0) revert GameErrors.NoNode();
        ClockLib.Walk memory w;
        (w.gid, w.a) = (v.gid, A);
        uint256 beta = ClockLib.walk(_nodes, _contexts, w, v.h, v.base, v.span, v.pos, tree);
        if (beta > word.beta()) _nodes[id] = word.withBeta(beta);
        emit TimerUpdated(id, uint40(beta));
    }

    /// @inheritdoc IGame
    function decide(bytes32 aid, bytes calldata tree) external locked {
        Assertion storage a = _assertions[aid];
        if (a.status != PENDING) revert GameErrors.BadAssertion();
        bytes32 gid = a.parent;
        GameRec storage g = _games[gid];
        if (g.winner != 0) revert GameErrors.Decided();
        ClockLib.Walk memory w;
        (w.gid, w.a) = (gid, A);
        bytes32 base = _assertions[gid].lastLeaf;
        if (ClockLib.walk(_nodes, _contexts, w, K, base, a.span, 0, tree) < T) {
            revert GameErrors.TooEarly();
        }
        (g.winner, g.wonAt) = (aid, uint40(block.timestamp));
        emit Decided(gid, aid);
    }

    /// @notice Gas that the reward counts for a move. A function of its own so that tests can put in a given amount.
    function _metered(uint256 used) internal view virtual returns (uint256) {
        return used;
    }

    /// @notice Guards that split and prove share: something to answer, and a game that is still played.
    function _playable(bytes32 gid, bytes32 ctx) private view {
        if (!_contexts[ctx].rivaled()) revert GameErrors.NotRivaled();
        if (_games[gid].winner != 0) revert GameErrors.Decided();
    }

    /// @notice Adds the children of a node; each base commits to the spans left of it.
    function _addChildren(Ref calldata v, bytes32[] calldata spans) private {
        uint256 h = v.h - A;
        uint256 pos = v.pos;
        bytes32 base = v.base;
        for (uint256 j = 0;;) {
            bytes32 span = spans[j];
            NodeLib.add(_nodes, _contexts, TreeLib.ctxOf(v.gid, base, pos, h), span);
            if (++j == spans.length) break;
            base = TreeLib.baseStep(base, span);
            pos += 1 << h;
        }
    }

    /// @notice Post leaf of a step that is not halted. The verifier gets exactly stepGas, or LowGas: a step that fails for
    /// want of gas must not look like a step without a verdict. At most one word of its answer is copied.
    function _step(uint64 target, bytes calldata pre, bytes calldata proof)
        private
        returns (bytes32 post_)
    {
        bytes32 inputHash = 0;
        if (StateLib.phase(pre) == StateLib.SEALED) {
            inputHash = INBOX.inputs(StateLib.inboxPos(pre));
        }
        bytes memory call_ = abi.encodeCall(IStepVerifier.step, (target, inputHash, pre, proof));
        uint256 gas_ = STEP_GAS;
        if (gasleft() < gas_ * 64 / 63 + AFTER_STEP_GAS) revert GameErrors.LowGas();
        address verifier = address(VERIFIER);
        bool ok;
        assembly ("memory-safe") {
            ok := call(gas_, verifier, 0, add(call_, 0x20), mload(call_), 0x00, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            post_ := mload(0x00)
        }
        if (!ok) revert GameErrors.NoVerdict();
    }

    /// @notice What the verifier says a proof cost beyond the call; a failure counts 0. Enough gas is kept back to record the
    /// proof whatever the verifier does with the rest.
    function _extraGas(bytes calldata proof) private view returns (uint256 extra) {
        bytes memory call_ = abi.encodeCall(IStepVerifier.extraGas, (proof));
        address verifier = address(VERIFIER);
        uint256 gas_ = gasleft();
        gas_ = gas_ > RECORD_GAS ? gas_ - RECORD_GAS : 0;
        assembly ("memory-safe") {
            let ok := staticcall(gas_, verifier, add(call_, 0x20), mload(call_), 0x00, 0x20)
            if and(ok, eq(returndatasize(), 0x20)) { extra := mload(0x00) }
        }
    }

    /// @notice The word of a node with its move: who, at which capped price, with how much gas.
    /// @param start gasleft() at the start of the call
    /// @param extra canonical calldata gas and the verifier's extra gas
    function _moved(uint256 word, address to, uint256 start, uint256 extra)
        private
        view
        returns (uint256)
    {
        uint256 price = block.basefee + 2 gwei;
        if (tx.gasprice < price) price = tx.gasprice;
        price /= PRICE_UNIT;
        if (price > MAX_PRICE) price = MAX_PRICE;
        uint256 used = _metered(_saturatingAdd(start - gasleft() + 21_000, extra));
        if (used > type(uint32).max) used = type(uint32).max;
        return word.withMove(to, price, used >> 8);
    }

    /// @notice a + b, or the largest number.
    function _saturatingAdd(uint256 a, uint256 b) private pure returns (uint256) {
        unchecked {
            return a + b < a ? type(uint256).max : a + b;
        }
    }
}
