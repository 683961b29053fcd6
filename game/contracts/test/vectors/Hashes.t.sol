// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InputLib} from "../../src/InputLib.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {LibCalls} from "../base/LibCalls.sol";
import {Test} from "../base/Test.sol";

/// @notice One example of every hash of PROTOCOL §1, and the leaves and halts of SegStates, from the model.
contract HashesTest is Test {
    function at(string memory json, string memory key) private pure returns (bytes32) {
        return vm.parseJsonBytes32(json, key);
    }

    function test_hashes() external view {
        string memory j = vm.readFile("cache/vectors/hashes.json");
        same(TreeLib.pair(at(j, ".node.l"), at(j, ".node.r")), at(j, ".node.hash"), "node");
        same(
            TreeLib.baseStep(at(j, ".base.base"), at(j, ".base.span")), at(j, ".base.hash"), "base"
        );
        same(
            InputLib.accNext(at(j, ".acc.acc"), at(j, ".acc.inputHash")), at(j, ".acc.hash"), "acc"
        );
        same(
            TreeLib.aidOf(
                at(j, ".aid.parent"),
                at(j, ".aid.config"),
                uint64(vm.parseJsonUint(j, ".aid.inputEnd")),
                at(j, ".aid.acc"),
                at(j, ".aid.lastLeaf"),
                at(j, ".aid.span")
            ),
            at(j, ".aid.hash"),
            "aid"
        );
        bytes32 ctx = TreeLib.ctxOf(
            at(j, ".ref.node.gid"),
            at(j, ".ref.node.base"),
            vm.parseJsonUint(j, ".ref.node.pos"),
            vm.parseJsonUint(j, ".ref.node.h")
        );
        same(ctx, at(j, ".ref.ctx"), "ctx");
        same(TreeLib.idOf(ctx, at(j, ".ref.node.span")), at(j, ".ref.id"), "id");
        same(InputLib.EMPTY_LIST, at(j, ".constants.EMPTY_LIST"), "EMPTY_LIST");
        same(
            keccak256(vm.parseJsonBytes(j, ".gameConfig.bytes")),
            at(j, ".gameConfig.hash"),
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
