// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "./IInbox.sol";
import {InputLib} from "./InputLib.sol";

/// @notice Constructor parameters of the Inbox; abi.encode gives nine words.
struct InboxParams {
    /// @notice timestamp of the genesis header
    uint64 genesisTime;
    /// @notice 1 `ethereum`, 2 `rollup`
    uint8 ruleset;
    /// @notice who may post; 0 = anyone (`rollup` only, for tests)
    address sequencer;
    /// @notice receiver of the fees of every `rollup` block
    address coinbase;
    /// @notice gas limit of every `rollup` block, 5,000..2^30
    uint64 gasLimit;
    /// @notice longest item in bytes
    uint32 itemMax;
    /// @notice most forced items that one input takes
    uint32 forcedMax;
    /// @notice gas that a forced item may use
    uint64 forcedGasCap;
    /// @notice seconds after which a forced item is due
    uint64 forceDelay;
}

/// @title Source of the inputs of one chain (PROTOCOL §3)
/// @notice Append-only. An input is derived when its data is posted, so that every later hash of it is final.
contract Inbox is IInbox {
    /// @notice Rule set of blocks that Ethereum made.
    uint8 public constant ETHEREUM = 1;
    /// @notice Rule set of the rollup's own blocks.
    uint8 public constant ROLLUP = 2;
    /// @notice Most items of one input.
    uint256 public constant MAX_ITEMS = 65_535;
    /// @notice Longest header, withdrawals and ommers.
    uint256 public constant MAX_PART = 2_048;

    /// @notice Parameter: timestamp of the genesis header.
    uint64 public immutable genesisTime;
    /// @notice Parameter: ETHEREUM or ROLLUP.
    uint8 public immutable ruleset;
    /// @notice Parameter: who may post; 0 = anyone.
    address public immutable sequencer;
    /// @notice Parameter: receiver of the fees of a `rollup` block.
    address public immutable coinbase;
    /// @notice Parameter: gas limit of a `rollup` block.
    uint64 public immutable gasLimit;
    /// @notice Parameter: longest item in bytes.
    uint32 public immutable itemMax;
    /// @notice Parameter: most forced items of one input.
    uint32 public immutable forcedMax;
    /// @notice Parameter: gas that a forced item may use; judged by the step, kept here for readers.
    uint64 public immutable forcedGasCap;
    /// @notice Parameter: seconds after which a forced item is due.
    uint64 public immutable forceDelay;

    /// @notice One entry of the forced queue, written by sendForced.
    struct Entry {
        /// @notice item hash, kind 2
        bytes32 hash;
        /// @notice block time of sendForced
        uint64 queuedAt;
    }

    /// @inheritdoc IInbox
    uint64 public count;
    /// @notice L2 time of the last input; genesisTime before the first.
    uint64 public lastTimestamp;
    /// @notice Queue entries that inputs have taken.
    uint64 public taken;
    /// @inheritdoc IInbox
    mapping(uint64 => bytes32) public inputs;
    /// @inheritdoc IInbox
    mapping(uint64 => bytes32) public acc;
    /// @inheritdoc IInbox
    mapping(uint64 => uint64) public steps;
    /// @notice Forced items in order of arrival.
    Entry[] private _queue;

    /// @param p BadParams: unknown rule set; `ethereum` without sequencer; `rollup` with a gas limit out of bounds or forced
    /// items that do not fit into it; itemMax 0
    constructor(InboxParams memory p) {
        if (p.itemMax == 0 || p.forcedMax > MAX_ITEMS) revert BadParams();
        if (p.ruleset == ROLLUP) {
            if (p.gasLimit < 5_000 || p.gasLimit > 1 << 30) revert BadParams();
            if (uint256(p.forcedMax) * p.forcedGasCap > p.gasLimit) revert BadParams();
        } else if (p.ruleset != ETHEREUM || p.sequencer == address(0)) {
            revert BadParams();
        }
        (genesisTime, ruleset, sequencer) = (p.genesisTime, p.ruleset, p.sequencer);
        (coinbase, gasLimit, itemMax) = (p.coinbase, p.gasLimit, p.itemMax);
        (forcedMax, forcedGasCap, forceDelay) = (p.forcedMax, p.forcedGasCap, p.forceDelay);
        lastTimestamp = p.genesisTime;
    }

    /// @inheritdoc IInbox
    function post(uint64 timestamp, uint32 forced, bytes[] calldata items) external {
        if (ruleset != ROLLUP) revert WrongRuleset();
        if (sequencer != address(0) && msg.sender != sequencer) revert NotSequencer();
        _checkItems(items, forced);
        if (timestamp <= lastTimestamp || timestamp > block.timestamp) revert BadTime();
        uint256 waiting = _queue.length - taken;
        if (forced > forcedMax || forced > waiting) revert TooMany();
        if (forced < forcedMax && forced < waiting && _due(taken + forced)) revert ForcedDue();
        _append(timestamp, forced, items);
    }

    /// @inheritdoc IInbox
    function sendForced(bytes calldata item) external {
        if (ruleset != ROLLUP) revert WrongRuleset();
        if (item.length == 0 || item.length > itemMax) revert BadItem();
        bytes32 hash = InputLib.itemHash(InputLib.FORCED, item);
        _queue.push(Entry(hash, uint64(block.timestamp)));
        emit Forced(uint64(_queue.length - 1), item);
    }

    /// @inheritdoc IInbox
    function postForced() external {
        if (ruleset != ROLLUP) revert WrongRuleset();
        uint256 due = 0;
        uint256 first = taken;
        while (first + due < _queue.length && due < forcedMax && _due(first + due)) ++due;
        // one more look, as forcedMax may be 0
        if (due == 0 && !(first < _queue.length && _due(first))) revert NothingDue();
        if (block.timestamp <= lastTimestamp) revert BadTime();
        bytes[] calldata none;
        assembly ("memory-safe") {
            none.offset := 0
            none.length := 0
        }
        _append(uint64(block.timestamp), uint32(due), none);
    }

    /// @inheritdoc IInbox
    function postEthereum(
        bytes calldata header,
        bytes calldata withdrawals,
        bytes calldata ommers,
        bytes[] calldata items
    ) external {
        if (ruleset != ETHEREUM) revert WrongRuleset();
        if (msg.sender != sequencer) revert NotSequencer();
        _checkItems(items, 0);
        if (header.length > MAX_PART || withdrawals.length > MAX_PART || ommers.length > MAX_PART) {
            revert BadLength();
        }
        bytes32 itemsHead = InputLib.chain(items, 0);
        bytes32 hash = keccak256(
            InputLib.ethInput(
                keccak256(header),
                itemsHead,
                uint32(items.length),
                withdrawals.length == 0 ? bytes32(0) : keccak256(withdrawals),
                keccak256(ommers)
            )
        );
        uint64 n = _record(hash, items.length);
        emit EthereumInput(n, hash, header, withdrawals, ommers, items);
    }

    /// @notice Number of forced items ever queued; entries from `taken` on are waiting.
    function queueLength() external view returns (uint64) {
        return uint64(_queue.length);
    }

    /// @notice A queue entry.
    /// @param j queue number
    /// @return hash item hash, kind 2
    /// @return queuedAt block time of its arrival
    function queued(uint64 j) external view returns (bytes32 hash, uint64 queuedAt) {
        Entry storage e = _queue[j];
        return (e.hash, e.queuedAt);
    }

    /// @notice Number and lengths of the items.
    function _checkItems(bytes[] calldata items, uint256 forced) private view {
        if (items.length + forced > MAX_ITEMS) revert TooMany();
        for (uint256 i = 0; i < items.length; ++i) {
            if (items[i].length == 0 || items[i].length > itemMax) revert BadItem();
        }
    }

    /// @notice Has this queue entry waited long enough?
    function _due(uint256 j) private view returns (bool) {
        return uint256(_queue[j].queuedAt) + forceDelay <= block.timestamp;
    }

    /// @notice Builds and appends a `rollup` input: the next `forced` queue entries, then the items.
    function _append(uint64 timestamp, uint32 forced, bytes[] calldata items) private {
        uint64 from = taken;
        bytes32 head = InputLib.chain(items, 0);
        for (uint256 j = forced; j > 0; --j) {
            head = InputLib.rest(_queue[from + j - 1].hash, head);
        }
        taken = from + forced;
        lastTimestamp = timestamp;
        uint32 total = forced + uint32(items.length);
        bytes memory input = InputLib.blockInput(total, timestamp, gasLimit, head, coinbase);
        bytes32 hash = keccak256(input);
        uint64 n = _record(hash, total);
        emit Input(n, hash, from, forced, input, items);
    }

    /// @notice Appends an input to the three chains.
    function _record(bytes32 hash, uint256 items) private returns (uint64 n) {
        n = count;
        count = n + 1;
        inputs[n] = hash;
        acc[n + 1] = InputLib.accNext(acc[n], hash);
        steps[n + 1] = steps[n] + 2 + uint64(items);
    }
}
