// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GamesBase} from "./GamesBase.sol";

/// @notice The 240 scripted games, in two contracts, as forge runs contracts in parallel.
contract GamesTest is GamesBase {
    function test_games_0_of_4() external {
        playSet(0, 4);
    }

    function test_games_1_of_4() external {
        playSet(1, 4);
    }
}

contract GamesMoreTest is GamesBase {
    function test_games_2_of_4() external {
        playSet(2, 4);
    }

    function test_games_3_of_4() external {
        playSet(3, 4);
    }
}
