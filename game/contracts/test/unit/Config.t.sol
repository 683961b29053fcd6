// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assertion, Config, GameErrors, IGame} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Toy} from "../base/Toy.sol";

/// @notice Constructor and views of Game (PROTOCOL §1, §7.1).
contract ConfigTest is GameFixture {
    function refusedConfig(Config memory c, string memory what) internal {
        (address at_, bytes memory data) = create(bytes.concat(shipped("Game"), abi.encode(c)));
        refused(at_ != address(0), data, GameErrors.BadConfig.selector, what);
    }

    function test_config_bounds() external {
        Config memory c = cfg;
        (c.K, c.A) = (5, 5);
        refusedConfig(c, "A = 5");
        (c.K, c.A) = (4, 0);
        refusedConfig(c, "A = 0");
        (c.K, c.A) = (0, 2);
        refusedConfig(c, "K = 0");
        (c.K, c.A) = (33, 3);
        refusedConfig(c, "K = 33");
        (c.K, c.A) = (5, 2);
        refusedConfig(c, "K not a multiple of A");
        c = cfg;
        c.T = 0;
        refusedConfig(c, "T");
        c = cfg;
        c.bond = 0;
        refusedConfig(c, "bond");
        c = cfg;
        c.burnBps = 10_001;
        refusedConfig(c, "burnBps");
        c = cfg;
        c.rewardBps = 10_001;
        refusedConfig(c, "rewardBps");
        c = cfg;
        c.stepGas = 0;
        refusedConfig(c, "stepGas");
        c = cfg;
        c.chainId = uint64(block.chainid) + 1;
        refusedConfig(c, "chainId");
    }

    function test_config_addresses_and_spare() external {
        Config memory c = cfg;
        c.verifier = ALICE;
        refusedConfig(c, "verifier without code");
        c = cfg;
        c.inbox = ALICE;
        refusedConfig(c, "inbox without code");
        c = cfg;
        c.imageRoot = bytes32(uint256(1));
        refusedConfig(c, "word 18");
        c = cfg;
        c.entry = bytes32(uint256(1));
        refusedConfig(c, "word 19");
        c = cfg;
        c.stepContract = bytes32(uint256(1));
        refusedConfig(c, "word 20");
        c = cfg;
        c.spare = bytes32(uint256(1));
        refusedConfig(c, "word 21");
        c = cfg;
        c.execId = keccak256("other");
        refusedConfig(c, "execId");
        verifier.setExecId(keccak256("other"));
        check(launch(c).cfgHash() != game.cfgHash(), "same id: accepted");
    }

    function test_config_extremes_are_accepted() external {
        Config memory c = cfg;
        (c.K, c.A, c.T, c.bond) = (32, 4, type(uint40).max, type(uint96).max);
        (c.burnBps, c.rewardBps, c.minGap, c.grace) = (10_000, 10_000, type(uint40).max, 0);
        launch(c);
        (c.K, c.A, c.T, c.bond, c.burnBps, c.rewardBps, c.stepGas) = (1, 1, 1, 1, 0, 0, 1);
        launch(c);
    }

    function test_config_view_and_hash() external view {
        bytes memory raw = abi.encode(game.config());
        same(raw.length, 704, "22 words");
        same(raw, abi.encode(cfg), "every field");
        same(game.cfgHash(), keccak256(raw), "hash");
    }

    function test_genesis() external view {
        bytes32 aid = TreeLib.aidOf(0, game.cfgHash(), 0, 0, Toy.leaf(Toy.genesis()), 0);
        same(game.anchor(), aid, "anchor");
        Assertion memory a = game.assertion(aid);
        same(a.parent, 0, "parent");
        same(a.lastLeaf, Toy.leaf(Toy.genesis()), "lastLeaf");
        same(a.span, 0, "span");
        same(a.inputEnd, 0, "inputEnd");
        same(a.nextInput, 1, "nextInput");
        same(a.createdAt, START, "createdAt");
        same(a.status, 2, "confirmed");
    }

    function test_runtime_code_fits() external view {
        check(address(game).code.length < 24_576, "EIP-170");
        check(shipped("Game").length < 49_152, "EIP-3860");
    }
}
