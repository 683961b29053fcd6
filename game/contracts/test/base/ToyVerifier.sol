// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../../src/IStepVerifier.sol";
import {Toy} from "./Toy.sol";

/// @notice Judges toy steps. The first byte of a proof chooses how it behaves.
contract ToyVerifier is IStepVerifier {
    bytes1 public constant FINE = 0x01;
    bytes1 public constant REVERTS = 0x02;
    bytes1 public constant SHORT = 0x03; // 31 bytes
    bytes1 public constant LONG = 0x04; // 64 bytes
    bytes1 public constant BOMB = 0x05; // as many bytes as the gas allows
    bytes1 public constant BURNS = 0x06; // all gas
    bytes1 public constant CALLS = 0x07; // calls back: proof[1:21] address, proof[21:] data, then fine
    bytes1 public constant LIES = 0x08; // says proof[1:33]
    bytes1 public constant HUNGRY = 0x09; // fine if it has at least proof[1:33] gas
    bytes1 public constant EXTRA_FAILS = 0x0a; // fine, but extraGas reverts
    bytes1 public constant EXTRA_LONG = 0x0b; // fine, but extraGas answers 64 bytes

    bytes1 public constant EXTRA_BURNS = 0x0c; // fine, but extraGas burns all gas

    bytes32 public execId;
    uint256 public extra;
    uint256 public calls;
    uint256 public gasSeen;
    bytes public answer;

    function setExecId(bytes32 id) external {
        execId = id;
    }

    function setExtra(uint256 value) external {
        extra = value;
    }

    function step(uint64, bytes32 inputHash, bytes calldata pre, bytes calldata proof)
        external
        returns (bytes32)
    {
        uint256 have = gasleft();
        bytes1 mode = proof[0];
        if (mode == REVERTS) revert NoVerdict();
        if (mode == BURNS) assembly ("memory-safe") { invalid() }
        if (mode == BOMB) assembly ("memory-safe") { return(0, 1000000) }
        if (mode == LIES) return bytes32(proof[1:33]);
        if (mode == HUNGRY && have < uint256(bytes32(proof[1:33]))) revert NoVerdict();
        gasSeen = have;
        ++calls;
        if (mode == CALLS) {
            (bool ok, bytes memory data) = address(bytes20(proof[1:21])).call(proof[21:]);
            ok;
            answer = data;
        }
        bytes32 post = Toy.leaf(Toy.next(pre, inputHash));
        if (mode == SHORT) {
            assembly ("memory-safe") {
                mstore(0, post)
                return(0, 31)
            }
        }
        if (mode == LONG) {
            assembly ("memory-safe") {
                mstore(0, post)
                return(0, 64)
            }
        }
        return post;
    }

    function extraGas(bytes calldata proof) external view returns (uint256) {
        if (proof[0] == EXTRA_FAILS) revert NoVerdict();
        if (proof[0] == EXTRA_BURNS) assembly ("memory-safe") { invalid() }
        uint256 value = extra;
        if (proof[0] == EXTRA_LONG) {
            assembly ("memory-safe") {
                mstore(0, value)
                return(0, 64)
            }
        }
        return value;
    }
}
