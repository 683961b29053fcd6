// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../../src/IStepVerifier.sol";
import {InputLib} from "../../src/InputLib.sol";
import {StateLib} from "../../src/StateLib.sol";

/// @notice An Inbox whose input hashes are given; the views that Game reads.
contract MockInbox {
    uint64 public count;
    mapping(uint64 => bytes32) public inputs;
    mapping(uint64 => bytes32) public acc;

    function push(bytes32 inputHash) external {
        inputs[count] = inputHash;
        acc[count + 1] = InputLib.accNext(acc[count], inputHash);
        ++count;
    }
}

/// @notice A verifier that knows the answers it was given and is silent about all else.
contract MockVerifier is IStepVerifier {
    mapping(bytes32 => bytes32) public answers;
    bytes32 public execId;
    uint256 public extra;
    uint256 public calls;

    function set(uint64 target, bytes32 inputHash, bytes32 preLeaf, bytes32 postLeaf) external {
        answers[keccak256(abi.encode(target, inputHash, preLeaf))] = postLeaf;
    }

    function setExtra(uint256 value) external {
        extra = value;
    }

    function step(uint64 target, bytes32 inputHash, bytes calldata pre, bytes calldata)
        external
        returns (bytes32 postLeaf)
    {
        ++calls;
        postLeaf = answers[keccak256(abi.encode(target, inputHash, StateLib.leaf(pre)))];
        if (postLeaf == 0) revert NoVerdict();
    }

    function extraGas(bytes calldata) external view returns (uint256) {
        return extra;
    }
}
