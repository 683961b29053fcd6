// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Source of the inputs of one chain (PROTOCOL §3)
/// @notice Keeps hashes of bytes that it saw or built, and logs the bytes: followers read logs, never calldata.
interface IInbox {
    /// @notice A `rollup` input was appended.
    /// @param n number of the input, from 0
    /// @param inputHash keccak of `input`
    /// @param forcedFrom queue number of the first forced item in it
    /// @param forced how many queue entries it takes; they stand before `items`
    /// @param input the 256 bytes of BlockInput
    /// @param items the posted items, kind 1
    event Input(
        uint64 indexed n,
        bytes32 inputHash,
        uint64 forcedFrom,
        uint32 forced,
        bytes input,
        bytes[] items
    );

    /// @notice An `ethereum` input was appended; inputHash is over the EthInput that follows from the other fields.
    /// @param n number of the input, from 0
    /// @param inputHash keccak of the 132 bytes of EthInput
    /// @param header RLP of the claimed block header
    /// @param withdrawals RLP of the withdrawals, empty before Shanghai
    /// @param ommers RLP of the ommers
    /// @param items the transactions
    event EthereumInput(
        uint64 indexed n,
        bytes32 inputHash,
        bytes header,
        bytes withdrawals,
        bytes ommers,
        bytes[] items
    );

    /// @notice A transaction was queued for forced inclusion.
    /// @param j queue number, from 0
    /// @param item the item's bytes, kind 2
    event Forced(uint64 indexed j, bytes item);

    /// @notice Only the sequencer may call.
    error NotSequencer();
    /// @notice The function belongs to another rule set.
    error WrongRuleset();
    /// @notice The timestamp is not after the last input's, or lies in the future.
    error BadTime();
    /// @notice Too many items, or more forced ones than allowed or queued.
    error TooMany();
    /// @notice An item is empty or longer than itemMax.
    error BadItem();
    /// @notice Header, withdrawals or ommers are longer than 2,048 bytes.
    error BadLength();
    /// @notice A forced item is due and not taken.
    error ForcedDue();
    /// @notice No forced item is due.
    error NothingDue();
    /// @notice The constructor's parameters contradict each other.
    error BadParams();

    /// @notice Number of inputs.
    function count() external view returns (uint64);

    /// @notice Hash of input n; 0 if there is none.
    function inputs(uint64 n) external view returns (bytes32);

    /// @notice Chain over the first n inputs: acc(0) = 0, acc(n+1) = keccak(0x12 || acc(n) || inputs(n)); 0 above count.
    function acc(uint64 n) external view returns (bytes32);

    /// @notice Number of steps of the first n inputs, 2 + items each; 0 above count.
    function steps(uint64 n) external view returns (uint64);

    /// @notice Appends an input of the `rollup` rule set. Caller: the sequencer, or anyone if it is 0.
    /// @param timestamp L2 time, after the last input's and not in the future
    /// @param forced number of queue entries to take, at most forcedMax
    /// @param items transactions, 1..itemMax bytes each
    function post(uint64 timestamp, uint32 forced, bytes[] calldata items) external;

    /// @notice Queues a transaction that must be taken after forceDelay. `rollup` only.
    /// @param item 1..itemMax bytes
    function sendForced(bytes calldata item) external;

    /// @notice Appends an input of due forced items alone, when the sequencer does not. `rollup` only.
    function postForced() external;

    /// @notice Appends a block of the `ethereum` rule set. Caller: the sequencer.
    /// @param header RLP of the claimed header, at most 2,048 bytes
    /// @param withdrawals RLP list, at most 2,048 bytes; empty before Shanghai
    /// @param ommers RLP list, at most 2,048 bytes
    /// @param items transactions, 1..itemMax bytes each
    function postEthereum(
        bytes calldata header,
        bytes calldata withdrawals,
        bytes calldata ommers,
        bytes[] calldata items
    ) external;
}
