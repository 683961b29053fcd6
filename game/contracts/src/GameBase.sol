// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assertion, Config, Context, GameErrors, GameRec, IGame, Staker} from "./IGame.sol";
import {IInbox} from "./IInbox.sol";
import {IStepVerifier} from "./IStepVerifier.sol";
import {NodeLib} from "./NodeLib.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title Configuration, records and views of the game (PROTOCOL §7.1)
/// @notice No field of the configuration can change and there is no owner: what differs in one word is another game, as
/// cfgHash is part of every aid.
abstract contract GameBase is IGame {
    using NodeLib for uint256;

    /// @notice Status of an assertion that was not posted.
    uint8 internal constant NONE = 0;
    /// @notice Status: waiting for its game.
    uint8 internal constant PENDING = 1;
    /// @notice Status: the anchor, now or before.
    uint8 internal constant CONFIRMED = 2;
    /// @notice Status: lost, or below one that lost.
    uint8 internal constant REJECTED = 3;
    /// @notice Receiver of the burnt share of a bond.
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;
    /// @notice Parts of a whole in burnBps and rewardBps.
    uint256 internal constant BPS = 10_000;
    /// @notice Wei in 0.01 gwei, the unit of prices.
    uint256 internal constant PRICE_UNIT = 1e7;

    /// @notice Config: log2 of the steps of an assertion
    uint8 internal immutable K;
    /// @notice Config: log2 of the arity
    uint8 internal immutable A;
    /// @notice Config: seconds that decide
    uint40 internal immutable T;
    /// @notice Config: seconds from decision to confirmation of a rivaled assertion
    uint40 internal immutable GRACE;
    /// @notice Config: seconds from an assertion to its first child
    uint40 internal immutable MIN_GAP;
    /// @notice Config: wei that a staker locks
    uint96 internal immutable BOND;
    /// @notice Config: burnt share of a slashed bond
    uint16 internal immutable BURN_BPS;
    /// @notice Config: share of a move's cost that is paid back
    uint16 internal immutable REWARD_BPS;
    /// @notice Config: highest price that is paid back, in 0.01 gwei
    uint24 internal immutable MAX_PRICE;
    /// @notice Config: gas of the verifier
    uint32 internal immutable STEP_GAS;
    /// @notice Config: judge of single steps
    IStepVerifier internal immutable VERIFIER;
    /// @notice Config: receiver of what is left of a pot
    address internal immutable TREASURY;
    /// @notice Config: where the inputs are
    IInbox internal immutable INBOX;
    /// @notice Config: where chunks are shown; for readers of config()
    address internal immutable TRACE_STORE;
    /// @notice Config: leaf of the genesis state
    bytes32 internal immutable GENESIS_LEAF;
    /// @notice Config: hash of the chain configuration; for readers of config()
    bytes32 internal immutable CHAIN_CFG_HASH;
    /// @notice Config: execId of the verifier
    bytes32 internal immutable EXEC_ID;
    /// @notice Config: chain id of this L1
    uint64 internal immutable CHAIN_ID;
    /// @inheritdoc IGame
    bytes32 public immutable cfgHash;

    /// @notice aid => assertion; written by post, its status by confirm and reject.
    mapping(bytes32 => Assertion) internal _assertions;
    /// @notice aid of the common parent => game.
    mapping(bytes32 => GameRec) internal _games;
    /// @notice account => bond and tip.
    mapping(address => Staker) internal _stakers;
    /// @notice ctx => word of NodeLib.
    mapping(bytes32 => uint256) internal _contexts;
    /// @notice id => word of NodeLib.
    mapping(bytes32 => uint256) internal _nodes;
    /// @notice account => wei that withdraw pays.
    mapping(address => uint128) internal _credits;
    /// @inheritdoc IGame
    bytes32 public anchor;
    /// @notice 1 while a move runs.
    uint256 private transient _lock;

    /// @notice Refuses re-entry: by the verifier, by a payee.
    modifier locked() {
        if (_lock != 0) revert GameErrors.Locked();
        _lock = 1;
        _;
        _lock = 0;
    }

    /// @param c the configuration; checked as far as this chain can (BadConfig), the rest by the deployment tool
    constructor(Config memory c) {
        bool good = 1 <= c.A && c.A <= 4 && 1 <= c.K && c.K <= 32 && c.T > 0 && c.bond > 0
            && c.burnBps <= BPS && c.rewardBps <= BPS && c.stepGas > 0;
        if (!good || c.K % c.A != 0 || c.chainId != block.chainid) revert GameErrors.BadConfig();
        if (c.verifier.code.length == 0 || c.inbox.code.length == 0) revert GameErrors.BadConfig();
        if (c.imageRoot | c.entry | c.stepContract | c.spare != 0) revert GameErrors.BadConfig();
        if (IStepVerifier(c.verifier).execId() != c.execId) revert GameErrors.BadConfig();
        (K, A, T, GRACE, MIN_GAP, BOND) = (c.K, c.A, c.T, c.grace, c.minGap, c.bond);
        (BURN_BPS, REWARD_BPS, MAX_PRICE, STEP_GAS) =
        (c.burnBps, c.rewardBps, c.maxPrice, c.stepGas);
        (VERIFIER, TREASURY, INBOX) = (IStepVerifier(c.verifier), c.treasury, IInbox(c.inbox));
        (TRACE_STORE, GENESIS_LEAF, CHAIN_CFG_HASH) = (c.traceStore, c.genesisLeaf, c.chainCfgHash);
        (EXEC_ID, CHAIN_ID) = (c.execId, c.chainId);
        bytes32 hash = keccak256(abi.encode(c));
        cfgHash = hash;
        bytes32 aid = TreeLib.aidOf(0, hash, 0, 0, c.genesisLeaf, 0);
        Assertion storage genesis = _assertions[aid];
        genesis.lastLeaf = c.genesisLeaf;
        genesis.nextInput = 1;
        genesis.createdAt = uint40(block.timestamp);
        genesis.status = CONFIRMED;
        anchor = aid;
    }

    /// @inheritdoc IGame
    function config() external view returns (Config memory c) {
        (c.K, c.A, c.T, c.grace, c.minGap, c.bond) = (K, A, T, GRACE, MIN_GAP, BOND);
        (c.burnBps, c.rewardBps, c.maxPrice, c.stepGas) =
        (BURN_BPS, REWARD_BPS, MAX_PRICE, STEP_GAS);
        (c.verifier, c.treasury, c.inbox) = (address(VERIFIER), TREASURY, address(INBOX));
        (c.traceStore, c.genesisLeaf, c.chainCfgHash) = (TRACE_STORE, GENESIS_LEAF, CHAIN_CFG_HASH);
        (c.execId, c.chainId) = (EXEC_ID, CHAIN_ID);
    }

    /// @inheritdoc IGame
    function assertion(bytes32 aid) external view returns (Assertion memory) {
        return _assertions[aid];
    }

    /// @inheritdoc IGame
    function game(bytes32 gid) external view returns (GameRec memory) {
        return _games[gid];
    }

    /// @inheritdoc IGame
    function staker(address account) external view returns (Staker memory) {
        return _stakers[account];
    }

    /// @inheritdoc IGame
    function context(bytes32 ctx) external view returns (Context memory c) {
        uint256 word = _contexts[ctx];
        return Context(uint40(word.firstAt()), uint40(word.rivalAt()), uint32(word.count()));
    }

    /// @inheritdoc IGame
    function node(bytes32 id) external view returns (bytes32) {
        return bytes32(_nodes[id]);
    }

    /// @inheritdoc IGame
    function credits(address account) external view returns (uint128) {
        return _credits[account];
    }
}
