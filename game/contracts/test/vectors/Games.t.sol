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

/// @notice The same games on the code of generated/: every fourth of them, all with WH_FULL=1.
contract GamesShippedTest is GamesBase {
    function test_games_shipped() external {
        plain = true;
        if (vm.envOr("WH_FULL", uint256(0)) == 1) playSet(0, 1);
        else playSet(1, 4);
    }
}
