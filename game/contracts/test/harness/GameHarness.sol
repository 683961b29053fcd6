// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Game} from "../../src/Game.sol";
import {Config} from "../../src/IGame.sol";
import {IGameHarness} from "../base/IGameHarness.sol";

/// @notice Game with metered gas as an input. Tests deploy it from its artifact and never import it, or they would be
/// compiled as slowly as it is.
contract GameHarness is Game, IGameHarness {
    uint256 private _gas;

    constructor(Config memory c) Game(c) {}

    function setGas(uint256 value) external {
        _gas = value;
    }

    function _metered(uint256 used) internal view override returns (uint256) {
        return _gas == 0 ? used : _gas;
    }
}
