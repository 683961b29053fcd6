// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @notice Assertions; a failed one reverts with both values, which fails the test.
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    /// @notice Tells forge that this is a test contract.
    bool public constant IS_TEST = true;

    error Failed(string what);
    error NotEqual(string what, bytes32 have, bytes32 want);
    error NotEqualNumber(string what, uint256 have, uint256 want);

    function check(bool condition, string memory what) internal pure {
        if (!condition) revert Failed(what);
    }

    function same(bytes32 have, bytes32 want, string memory what) internal pure {
        if (have != want) revert NotEqual(what, have, want);
    }

    function same(uint256 have, uint256 want, string memory what) internal pure {
        if (have != want) revert NotEqualNumber(what, have, want);
    }

    function same(bytes memory have, bytes memory want, string memory what) internal pure {
        if (keccak256(have) != keccak256(want)) {
            revert NotEqual(what, keccak256(have), keccak256(want));
        }
    }

    /// @notice Did a low-level call fail with exactly this error and nothing else?
    function refused(bool ok, bytes memory data, bytes4 selector, string memory what)
        internal
        pure
    {
        if (ok) revert Failed(string.concat(what, ": was accepted"));
        if (data.length != 4 || bytes4(data) != selector) {
            revert NotEqual(what, data.length < 4 ? bytes32(0) : bytes32(bytes4(data)), selector);
        }
    }

    /// @notice Deploys a contract from its artifact: naming it with `new` would compile it again into every test.
    function deploy(string memory artifact, bytes memory arguments) internal returns (address at_) {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        bytes memory data;
        (at_, data) = create(code);
        if (at_ == address(0)) {
            assembly ("memory-safe") {
                revert(add(data, 0x20), mload(data))
            }
        }
    }

    /// @notice Deploys the code committed in generated/, which is the code that programs deploy.
    function deployShipped(string memory name, bytes memory arguments) internal returns (address) {
        (address at_, bytes memory data) = create(bytes.concat(shipped(name), arguments));
        if (at_ == address(0)) {
            assembly ("memory-safe") {
                revert(add(data, 0x20), mload(data))
            }
        }
        return at_;
    }

    /// @notice Creation code of a contract in generated/.
    function shipped(string memory name) internal view returns (bytes memory) {
        string memory json = vm.readFile(string.concat("generated/", name, ".json"));
        return vm.parseJsonBytes(json, ".bytecode");
    }

    /// @notice Deploys creation code; on failure the address is 0 and data is what the constructor reverted with.
    function create(bytes memory code) internal returns (address at_, bytes memory data) {
        assembly ("memory-safe") {
            at_ := create(0, add(code, 0x20), mload(code))
        }
        if (at_ != address(0)) return (at_, data);
        assembly ("memory-safe") {
            data := mload(0x40)
            mstore(data, returndatasize())
            returndatacopy(add(data, 0x20), 0, returndatasize())
            mstore(0x40, add(data, add(0x40, returndatasize())))
        }
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }

    /// @notice value mapped into [low, high].
    function within(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }
}
