// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InputLib} from "../../src/InputLib.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {LibCalls} from "../base/LibCalls.sol";
import {Test} from "../base/Test.sol";

/// @notice One example of every hash of PROTOCOL §1, and the leaves and halts of SegStates, from the model.
contract HashesTest is Test {
    function wordOf(string memory json, string memory key) private pure returns (bytes32) {
        return vm.parseJsonBytes32(json, key);
    }

    function test_hashes() external view {
        string memory j = vm.readFile("cache/vectors/hashes.json");
        same(
            TreeLib.pair(wordOf(j, ".node.l"), wordOf(j, ".node.r")),
            wordOf(j, ".node.hash"),
            "node"
        );
        same(
            TreeLib.baseStep(wordOf(j, ".base.base"), wordOf(j, ".base.span")),
            wordOf(j, ".base.hash"),
            "base"
        );
        same(
            InputLib.accNext(wordOf(j, ".acc.acc"), wordOf(j, ".acc.inputHash")),
            wordOf(j, ".acc.hash"),
            "acc"
        );
        same(
            TreeLib.aidOf(
                wordOf(j, ".aid.parent"),
                wordOf(j, ".aid.config"),
                uint64(vm.parseJsonUint(j, ".aid.inputEnd")),
                wordOf(j, ".aid.acc"),
                wordOf(j, ".aid.lastLeaf"),
                wordOf(j, ".aid.span")
            ),
            wordOf(j, ".aid.hash"),
            "aid"
        );
        bytes32 ctx = TreeLib.ctxOf(
            wordOf(j, ".ref.node.gid"),
            wordOf(j, ".ref.node.base"),
            vm.parseJsonUint(j, ".ref.node.pos"),
            vm.parseJsonUint(j, ".ref.node.h")
        );
        same(ctx, wordOf(j, ".ref.ctx"), "ctx");
        same(TreeLib.idOf(ctx, wordOf(j, ".ref.node.span")), wordOf(j, ".ref.id"), "id");
        same(InputLib.EMPTY_LIST, wordOf(j, ".constants.EMPTY_LIST"), "EMPTY_LIST");
        same(
            keccak256(vm.parseJsonBytes(j, ".gameConfig.bytes")),
            wordOf(j, ".gameConfig.hash"),
            "config"
        );
    }

    function test_states() external {
        LibCalls lib = new LibCalls();
        string memory j = vm.readFile("cache/vectors/segstate.json");
        bytes[] memory raw = vm.parseJsonBytesArray(j, ".bytes");
        bytes32[] memory leaves = vm.parseJsonBytes32Array(j, ".leaf");
        check(raw.length > 10, "states");
        for (uint256 i = 0; i < raw.length; ++i) {
            same(lib.leaf(raw[i]), leaves[i], "leaf");
        }
        uint256[] memory state = vm.parseJsonUintArray(j, ".state");
        uint256[] memory target = vm.parseJsonUintArray(j, ".target");
        uint256[] memory halted = vm.parseJsonUintArray(j, ".halted");
        for (uint256 i = 0; i < state.length; ++i) {
            bool have = lib.halted(raw[state[i]], uint64(target[i]));
            same(have ? 1 : 0, halted[i], "halted");
        }
    }
}
