// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Stands in for the precompile: records its input, answers what it was told.
contract FakeExecute {
    bytes public seen;
    bytes public answer;
    bool public failing;
    uint256 public price;
    bool public quiet;

    /// @notice Keep no record: what is measured then is the caller.
    function setQuiet() external {
        quiet = true;
    }

    function set(bytes calldata answer_, bool failing_) external {
        (answer, failing) = (answer_, failing_);
    }

    function setPrice(uint256 value) external {
        price = value;
    }

    fallback() external payable {
        if (failing) assembly ("memory-safe") { invalid() }
        if (msg.data.length == 0) {
            uint256 p = price;
            assembly ("memory-safe") {
                mstore(0, p)
                return(0, 32)
            }
        }
        require(msg.value == 0);
        if (!quiet) seen = msg.data;
        bytes memory out = answer;
        assembly ("memory-safe") {
            return(add(out, 0x20), mload(out))
        }
    }
}
