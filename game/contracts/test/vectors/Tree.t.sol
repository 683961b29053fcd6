// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TreeLib} from "../../src/TreeLib.sol";
import {LibCalls} from "../base/LibCalls.sol";
import {Test} from "../base/Test.sol";

/// @notice Nodes, children, pre-leaf proofs and right-most paths of the model's histories.
contract TreeTest is Test {
    LibCalls internal lib;

    function setUp() external {
        lib = new LibCalls();
    }

    function test_trees() external view {
        uint256 n = vm.parseJsonUint(vm.readFile("cache/vectors/meta.json"), ".trees");
        same(n, 18, "trees");
        for (uint256 i = 0; i < n; ++i) {
            string memory j =
                vm.readFile(string.concat("cache/vectors/tree-", vm.toString(i), ".json"));
            ids(j);
            children(j);
            proofs(j);
            bytes32 last = vm.parseJsonBytes32(j, ".lastLeaf");
            bytes32[] memory path = vm.parseJsonBytes32Array(j, ".path");
            same(path.length, vm.parseJsonUint(j, ".K"), "path length");
            same(lib.fold(last, path), vm.parseJsonBytes32(j, ".root"), "right-most path");
        }
    }

    function ids(string memory j) private pure {
        bytes32 gid = vm.parseJsonBytes32(j, ".gid");
        uint256[] memory pos = vm.parseJsonUintArray(j, ".pos");
        uint256[] memory h = vm.parseJsonUintArray(j, ".h");
        bytes32[] memory base = vm.parseJsonBytes32Array(j, ".base");
        bytes32[] memory span = vm.parseJsonBytes32Array(j, ".span");
        bytes32[] memory ctx = vm.parseJsonBytes32Array(j, ".ctx");
        bytes32[] memory id = vm.parseJsonBytes32Array(j, ".id");
        same(pos.length, vm.parseJsonUint(j, ".nodes"), "nodes");
        for (uint256 i = 0; i < pos.length; ++i) {
            same(TreeLib.ctxOf(gid, base[i], pos[i], h[i]), ctx[i], "ctx");
            same(TreeLib.idOf(ctx[i], span[i]), id[i], "id");
        }
    }

    function children(string memory j) private view {
        uint256 n = vm.parseJsonUint(j, ".inner");
        uint256 a = vm.parseJsonUint(j, ".A");
        if (n == 0) return;
        bytes32[] memory base = vm.parseJsonBytes32Array(j, ".innerBase");
        bytes32[] memory span = vm.parseJsonBytes32Array(j, ".innerSpan");
        bytes[] memory spans = vm.parseJsonBytesArray(j, ".childSpans");
        bytes[] memory bases = vm.parseJsonBytesArray(j, ".childBases");
        for (uint256 i = 0; i < n; ++i) {
            bytes32[] memory s = split(spans[i]);
            bytes32[] memory b = split(bases[i]);
            same(s.length, 1 << a, "children");
            same(lib.merkle(s, a), span[i], "merkle");
            bytes32 cur = base[i];
            for (uint256 k = 0; k < s.length; ++k) {
                same(cur, b[k], "child base");
                cur = TreeLib.baseStep(cur, s[k]);
            }
        }
    }

    function proofs(string memory j) private view {
        uint256 a = vm.parseJsonUint(j, ".A");
        uint256[] memory pos = vm.parseJsonUintArray(j, ".terminalPos");
        bytes32[] memory base = vm.parseJsonBytes32Array(j, ".terminalBase");
        bytes32[] memory leaf = vm.parseJsonBytes32Array(j, ".preLeaf");
        bytes[] memory raw = vm.parseJsonBytesArray(j, ".mp");
        for (uint256 i = 0; i < pos.length; ++i) {
            bytes32[] memory mp = split(raw[i]);
            check(lib.preLeafOk(uint64(pos[i]), base[i], leaf[i], mp, a), "pre leaf");
            check(!lib.preLeafOk(uint64(pos[i]), base[i], ~leaf[i], mp, a), "other leaf");
            check(!lib.preLeafOk(uint64(pos[i]), ~base[i], leaf[i], mp, a), "other base");
            for (uint256 k = 0; k < mp.length; ++k) {
                mp[k] = ~mp[k];
                check(!lib.preLeafOk(uint64(pos[i]), base[i], leaf[i], mp, a), "other proof");
                mp[k] = ~mp[k];
            }
            bytes32[] memory more = new bytes32[](mp.length + 1);
            for (uint256 k = 0; k < mp.length; ++k) {
                more[k + 1] = mp[k];
            }
            check(!lib.preLeafOk(uint64(pos[i]), base[i], leaf[i], more, a), "longer");
        }
    }

    /// @notice Words of a byte string.
    function split(bytes memory raw) private pure returns (bytes32[] memory out) {
        out = new bytes32[](raw.length / 32);
        for (uint256 i = 0; i < out.length; ++i) {
            bytes32 value;
            assembly ("memory-safe") {
                value := mload(add(add(raw, 0x20), mul(i, 0x20)))
            }
            out[i] = value;
        }
    }
}
