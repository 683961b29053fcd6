// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../src/IInbox.sol";
import {InputLib} from "../../src/InputLib.sol";
import {LibCalls} from "../base/LibCalls.sol";
import {Test} from "../base/Test.sol";
import {Vm} from "../base/Vm.sol";

/// @notice Items, inputs, acc and steps of the model, computed by the libraries and by the shipped Inbox.
contract ItemsTest is Test {
    struct List {
        uint256[] kind;
        bytes[] data;
        bytes32[] hash;
        bytes32[] rest;
    }

    struct Inputs {
        uint256[] ethereum;
        bytes[] data;
        bytes32[] hash;
        bytes[] header;
        bytes[] withdrawals;
    }

    function list(uint256 i) private view returns (List memory l) {
        string memory j =
            vm.readFile(string.concat("cache/vectors/items-list-", vm.toString(i), ".json"));
        l.rest = vm.parseJsonBytes32Array(j, ".rest");
        if (i == 0) return l;
        l.kind = vm.parseJsonUintArray(j, ".kind");
        l.data = vm.parseJsonBytesArray(j, ".bytes");
        l.hash = vm.parseJsonBytes32Array(j, ".hash");
    }

    function test_items_and_rest_chains() external {
        LibCalls lib = new LibCalls();
        for (uint256 i = 0; i < 5; ++i) {
            List memory l = list(i);
            bytes32 head = 0;
            same(l.rest[l.data.length], 0, "C_n");
            for (uint256 k = l.data.length; k > 0; --k) {
                same(lib.itemHash(uint8(l.kind[k - 1]), l.data[k - 1]), l.hash[k - 1], "item");
                head = InputLib.rest(l.hash[k - 1], head);
                same(head, l.rest[k - 1], "C_i");
            }
        }
    }

    function test_acc_and_steps() external view {
        string memory j = vm.readFile("cache/vectors/items.json");
        bytes[] memory data = vm.parseJsonBytesArray(j, ".bytes");
        bytes32[] memory hash = vm.parseJsonBytes32Array(j, ".inputHash");
        bytes32[] memory accs = vm.parseJsonBytes32Array(j, ".acc");
        bytes32 acc = 0;
        same(data.length, 12, "inputs");
        for (uint256 i = 0; i < data.length; ++i) {
            same(keccak256(data[i]), hash[i], "inputHash");
            acc = InputLib.accNext(acc, hash[i]);
            same(acc, accs[i], "acc");
        }
    }

    /// @notice Every input of the model whose items can come in that order, made by the shipped Inbox.
    function test_inputs_by_the_inbox() external {
        string memory j = vm.readFile("cache/vectors/items.json");
        bytes[] memory data = vm.parseJsonBytesArray(j, ".bytes");
        bytes32[] memory hash = vm.parseJsonBytes32Array(j, ".inputHash");
        bytes[] memory header = vm.parseJsonBytesArray(j, ".header");
        bytes[] memory withdrawals = vm.parseJsonBytesArray(j, ".withdrawals");
        uint256 made = 0;
        for (uint256 n = 0; n < data.length; ++n) {
            List memory l = list(n % 5);
            if (data[n].length == 132) {
                if (n % 5 == 3) continue; // holds a forced item, which this rule set has not
                ethereum(l, hash[n], header[n], withdrawals[n]);
            } else {
                if (n % 5 == 4) continue; // forced items between posted ones
                rollup(l, data[n], hash[n]);
            }
            ++made;
        }
        same(made, 9, "inputs made");
    }

    function inbox(uint8 ruleset, address coinbase) private returns (IInbox) {
        uint256[9] memory p = [
            uint256(1),
            ruleset,
            uint160(address(this)),
            uint160(coinbase),
            30_000_000,
            114_688,
            10,
            1_000_000,
            30
        ];
        return IInbox(deployShipped("Inbox", abi.encode(p)));
    }

    function ethereum(List memory l, bytes32 hash, bytes memory header, bytes memory wds) private {
        IInbox box = inbox(1, address(0));
        vm.recordLogs();
        box.postEthereum(header, wds, hex"c0", l.data);
        same(box.inputs(0), hash, "EthInput");
        same(box.acc(1), InputLib.accNext(0, hash), "acc");
        same(box.steps(1), 2 + l.data.length, "steps");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        same(log.topics[0], IInbox.EthereumInput.selector, "event");
        same(log.data, abi.encode(hash, header, wds, hex"c0", l.data), "event data");
    }

    function rollup(List memory l, bytes memory want, bytes32 hash) private {
        IInbox box = inbox(2, address(bytes20(part(want, 224))));
        uint256 forced = 0;
        while (forced < l.kind.length && l.kind[forced] == 2) {
            box.sendForced(l.data[forced]);
            ++forced;
        }
        bytes[] memory posted = new bytes[](l.data.length - forced);
        for (uint256 i = 0; i < posted.length; ++i) {
            posted[i] = l.data[forced + i];
        }
        uint256 number = uint64(bytes8(part(want, 8)));
        vm.roll(number);
        vm.setBlockhash(number - 1, part(want, 32));
        vm.prevrandao(part(want, 64));
        uint64 time = uint64(bytes8(part(want, 16)));
        vm.warp(time);
        vm.recordLogs();
        box.post(time, uint32(forced), posted);
        same(box.inputs(0), hash, "BlockInput");
        same(box.steps(1), 2 + l.data.length, "steps");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        same(log.topics[0], IInbox.Input.selector, "event");
        same(log.data, abi.encode(hash, 0, forced, want, posted), "event data");
    }

    /// @notice 32 bytes from an offset; zero behind the end.
    function part(bytes memory raw, uint256 offset) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(add(raw, 0x20), offset))
        }
    }
}
