// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Place where the pieces of a long trace are made available (PROTOCOL §6)
/// @notice Event and view are hints only: a node counts a chunk iff a transaction with `to` == TraceStore, status 1, value 0
/// and input the canonical post(bytes) is among the last 8,191 blocks.
interface ITraceStore {
    /// @notice A chunk was seen.
    /// @param hash keccak of the bytes
    /// @param length number of bytes
    event Chunk(bytes32 indexed hash, uint32 length);

    /// @notice The chunk is empty or longer than 100,000 bytes.
    error BadLength();

    /// @notice Shows a chunk to the chain.
    /// @param data 1..100,000 bytes
    function post(bytes calldata data) external;

    /// @notice What is known about a chunk; all zero if it was never posted.
    /// @param hash keccak of the bytes
    /// @return newest L1 block number of the newest post
    /// @return length number of bytes
    /// @return first sender of the first post; kept while `newest` is at most 8,191 blocks old
    function chunk(bytes32 hash) external view returns (uint64 newest, uint32 length, address first);
}
