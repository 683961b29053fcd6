// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../../src/IStepVerifier.sol";

/// @notice AttestedExecute as tests see it; naming the contract would compile it into them.
interface IAttested is IStepVerifier {
    event Struck(address indexed signer);

    error BadSigners();
    error BadEvidence();

    function k() external view returns (uint256);
    function n() external view returns (uint256);
    function active(address signer) external view returns (bool);
    function signers() external view returns (address[] memory);
    function domainSeparator() external view returns (bytes32);
    function digest(bytes32 preLeaf, uint64 target, bytes32 inputHash, bytes32 postLeaf)
        external
        view
        returns (bytes32);
    function verdict(bytes32 preLeaf, uint64 target, bytes32 inputHash, bytes calldata proof)
        external
        view
        returns (bytes32);
    function strike(
        bytes32 preLeaf,
        uint64 target,
        bytes32 inputHash,
        bytes32 postA,
        bytes calldata sigA,
        bytes32 postB,
        bytes calldata sigB
    ) external;
}
