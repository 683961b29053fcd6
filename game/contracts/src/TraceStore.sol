// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITraceStore} from "./ITraceStore.sol";

/// @title Place where the pieces of a long trace are made available (PROTOCOL §6)
/// @notice The bytes stay in the transaction that brought them; the record only says what to look for.
contract TraceStore is ITraceStore {
    /// @notice Longest chunk.
    uint256 public constant MAX_CHUNK = 100_000;
    /// @notice Blocks for which a chunk counts as available.
    uint256 public constant WINDOW = 8_191;

    /// @notice One word of a chunk's record, written by every post.
    struct Record {
        /// @notice L1 block number of the newest post
        uint64 newest;
        /// @notice number of bytes
        uint32 length;
        /// @notice sender of the first post while the record was not out of date
        address first;
    }

    /// @notice keccak of the bytes => record.
    mapping(bytes32 => Record) private _chunks;

    /// @inheritdoc ITraceStore
    function post(bytes calldata data) external {
        if (data.length == 0 || data.length > MAX_CHUNK) revert BadLength();
        bytes32 hash = keccak256(data);
        Record memory r = _chunks[hash];
        bool fresh = r.newest != 0 && block.number - r.newest <= WINDOW;
        address first = fresh ? r.first : msg.sender;
        _chunks[hash] = Record(uint64(block.number), uint32(data.length), first);
        emit Chunk(hash, uint32(data.length));
    }

    /// @inheritdoc ITraceStore
    function chunk(bytes32 hash)
        external
        view
        returns (uint64 newest, uint32 length, address first)
    {
        Record memory r = _chunks[hash];
        return (r.newest, r.length, r.first);
    }
}
