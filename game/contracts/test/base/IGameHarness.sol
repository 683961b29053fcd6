// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What GameHarness has besides the game.
interface IGameHarness {
    /// @notice Gas that the next moves are metered with; 0 = what they use.
    function setGas(uint256 value) external;
}
