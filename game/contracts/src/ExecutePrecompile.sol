// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "./IStepVerifier.sol";
import {ITraceStore} from "./ITraceStore.sol";
import {StateLib} from "./StateLib.sol";

/// @title Judge that asks the EXECUTE precompile at 0x0101 (PROTOCOL §6, §8)
/// @notice proof = u64 X | u8 kind | rest. kind 0: rest = trace. kind 1: rest = u32 trace_len | u16 n | n hashes of chunks.
/// The precompile charges X times its price to tx.origin's prepaid balance, whatever the result.
contract ExecutePrecompile is IStepVerifier {
    /// @notice The precompile.
    address public constant EXECUTE = 0x0000000000000000000000000000000000000101;

    /// @notice First word of the precompile's input: run with the trace, run by chunks.
    uint32 private constant RUN = 0x57480001;
    uint32 private constant RUN_CHUNKS = 0x57480002;
    /// @notice Bytes of X and kind.
    uint256 private constant HEAD = 9;
    /// @notice Bytes of X, kind, trace_len and n.
    uint256 private constant CHUNKS_HEAD = 15;
    /// @notice Longest trace that goes into the call itself.
    uint256 private constant MAX_CHUNK = 100_000;

    /// @notice Where chunks are shown; used for extraGas alone.
    ITraceStore public immutable traceStore;

    /// @notice The chain has no EXECUTE precompile.
    error NoPrecompile();

    /// @param store the game's TraceStore
    constructor(ITraceStore store) {
        (bool ok, bytes memory price) = EXECUTE.staticcall("");
        if (!ok || price.length != 32) revert NoPrecompile();
        traceStore = store;
    }

    /// @inheritdoc IStepVerifier
    function step(uint64 target, bytes32 inputHash, bytes calldata pre, bytes calldata proof)
        external
        returns (bytes32)
    {
        if (pre.length != StateLib.SIZE || proof.length < HEAD) revert NoVerdict();
        uint64 x = uint64(bytes8(proof[:8]));
        uint8 kind = uint8(proof[8]);
        if (kind == 1) {
            if (proof.length < CHUNKS_HEAD) revert NoVerdict();
            if (proof.length != CHUNKS_HEAD + 32 * _chunkCount(proof)) revert NoVerdict();
        } else if (kind != 0) {
            revert NoVerdict();
        }
        bytes memory call_ =
            abi.encodePacked(kind == 0 ? RUN : RUN_CHUNKS, x, target, inputHash, pre, proof[HEAD:]);
        return _run(call_, StateLib.leaf(pre), x);
    }

    /// @inheritdoc IStepVerifier
    function extraGas(bytes calldata proof) external view returns (uint256 gas_) {
        if (proof[8] == 0) {
            uint256 length = proof.length - HEAD;
            gas_ = 26 * (length < MAX_CHUNK ? length : MAX_CHUNK);
        } else {
            uint256 n = _chunkCount(proof);
            for (uint256 i = 0; i < n; ++i) {
                uint256 from = CHUNKS_HEAD + 32 * i;
                (, uint32 length, address first) = traceStore.chunk(bytes32(proof[from:from + 32]));
                // only the uploader is paid for the upload
                if (first == tx.origin) gas_ += 42 * uint256(length) + 21_000;
            }
        }
        if (tx.gasprice != 0) gas_ += uint64(bytes8(proof[:8])) * _price() / tx.gasprice;
    }

    /// @inheritdoc IStepVerifier
    function execId() external pure returns (bytes32) {
        return 0;
    }

    /// @notice Wei for one unit of X in this block.
    function _price() private view returns (uint256) {
        (bool ok, bytes memory price) = EXECUTE.staticcall("");
        if (!ok || price.length != 32) revert NoPrecompile();
        return abi.decode(price, (uint256));
    }

    /// @notice n of a proof of kind 1.
    function _chunkCount(bytes calldata proof) private pure returns (uint256) {
        return uint16(bytes2(proof[13:15]));
    }

    /// @notice Calls the precompile; anything but a statement about exactly this state and this X is NoVerdict.
    function _run(bytes memory call_, bytes32 preLeaf, uint64 x) private returns (bytes32) {
        bytes32[4] memory out; // status, pre leaf, post leaf, X
        address execute = EXECUTE;
        bool ok;
        assembly ("memory-safe") {
            ok := call(gas(), execute, 0, add(call_, 0x20), mload(call_), out, 0x80)
            ok := and(ok, eq(returndatasize(), 0x80))
        }
        if (!ok || out[0] != bytes32(uint256(1)) || out[1] != preLeaf || uint256(out[3]) != x) {
            revert NoVerdict();
        }
        return out[2];
    }
}
