// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../src/IInbox.sol";
import {InboxFixture, IInboxFull, Params} from "../base/InboxFixture.sol";
import {Vm} from "../base/Vm.sol";

/// @notice Constructor, post, postEthereum (PROTOCOL §3).
contract InboxTest is InboxFixture {
    function refusedParams(Params memory p, string memory what) internal {
        (address at_, bytes memory data) = create(bytes.concat(shipped("Inbox"), abi.encode(p)));
        refused(at_ != address(0), data, IInbox.BadParams.selector, what);
    }

    function test_constructor() external {
        Params memory p = params;
        p.ruleset = 0;
        refusedParams(p, "rule set 0");
        p.ruleset = 3;
        refusedParams(p, "rule set 3");
        p = params;
        (p.ruleset, p.sequencer) = (1, address(0));
        refusedParams(p, "ethereum without sequencer");
        p = params;
        p.gasLimit = 4_999;
        refusedParams(p, "gas limit low");
        p.gasLimit = (1 << 30) + 1;
        refusedParams(p, "gas limit high");
        p = params;
        p.itemMax = 0;
        refusedParams(p, "itemMax 0");
        p = params;
        (p.forcedMax, p.forcedGasCap) = (65_536, 0);
        refusedParams(p, "forcedMax");
        p.forcedMax = 31;
        p.forcedGasCap = 1_000_000;
        refusedParams(p, "forced items do not fit");
        p.forcedMax = 30;
        params = p;
        check(address(launch()) != address(0), "exactly");
        (params.gasLimit, params.forcedMax, params.forcedGasCap) = (5_000, 65_535, 0);
        check(address(launch()) != address(0), "lower bounds");
        params.gasLimit = 1 << 30;
        check(address(launch()) != address(0), "upper bounds");
    }

    function test_post_guards_in_order() external {
        bytes[] memory none = new bytes[](0);
        bytes[] memory many = new bytes[](65_533);
        params.ruleset = 1;
        inbox = launch();
        fails(ANYONE, postData(0, 9, many), IInbox.WrongRuleset.selector, "rule set");
        params.ruleset = 2;
        inbox = launch();
        fails(ANYONE, postData(0, 3, many), IInbox.NotSequencer.selector, "caller");
        fails(SEQUENCER, postData(0, 3, many), IInbox.TooMany.selector, "65,536 items");
        fails(SEQUENCER, postData(0, type(uint32).max, none), IInbox.TooMany.selector, "forced");
        fails(SEQUENCER, postData(0, 2, many), IInbox.BadItem.selector, "empty item");
        bytes[] memory one = new bytes[](1);
        one[0] = new bytes(65);
        fails(SEQUENCER, postData(0, 4, one), IInbox.BadItem.selector, "65 bytes");
        one[0] = new bytes(64);
        fails(SEQUENCER, postData(GENESIS, 4, one), IInbox.BadTime.selector, "genesis time");
        fails(SEQUENCER, postData(now_() + 1, 4, one), IInbox.BadTime.selector, "future");
        fails(SEQUENCER, postData(now_(), 4, one), IInbox.TooMany.selector, "forcedMax");
        fails(SEQUENCER, postData(now_(), 1, one), IInbox.TooMany.selector, "empty queue");
        works(ANYONE, abi.encodeCall(IInbox.sendForced, (hex"01")));
        vm.warp(block.timestamp + 30);
        fails(SEQUENCER, postData(now_(), 0, one), IInbox.ForcedDue.selector, "due");
        works(SEQUENCER, postData(now_(), 1, one));
        fails(SEQUENCER, postData(now_(), 0, one), IInbox.BadTime.selector, "same second again");
    }

    function test_post_first_second_after_genesis() external {
        works(SEQUENCER, postData(GENESIS + 1, 0, items(1)));
        same(inbox.lastTimestamp(), GENESIS + 1, "lastTimestamp");
        works(SEQUENCER, postData(GENESIS + 2, 0, items(0)));
        same(inbox.count(), 2, "count");
    }

    function test_post_input_and_chains() external {
        vm.setBlockhash(499, keccak256("l1"));
        vm.prevrandao(keccak256("randao"));
        bytes[] memory none = new bytes[](0);
        bytes32 acc = 0;
        uint64 steps = 0;
        same(inbox.acc(0), 0, "acc[0]");
        for (uint64 i = 0; i < 4; ++i) {
            bytes[] memory list = items(i);
            bytes memory want = blockInput(i, now_() - 50 + i, head(none, list));
            vm.recordLogs();
            works(SEQUENCER, postData(now_() - 50 + i, 0, list));
            Vm.Log[] memory logs = vm.getRecordedLogs();
            same(logs.length, 1, "one event");
            same(logs[0].topics[0], IInbox.Input.selector, "Input");
            same(logs[0].topics[1], bytes32(uint256(i)), "n");
            same(logs[0].data, abi.encode(keccak256(want), 0, 0, want, list), "data");
            acc = keccak256(bytes.concat(hex"12", acc, keccak256(want)));
            steps += 2 + i;
            same(inbox.inputs(i), keccak256(want), "inputs");
            same(inbox.acc(i + 1), acc, "acc");
            same(inbox.steps(i + 1), steps, "steps");
            same(inbox.count(), i + 1, "count");
        }
        same(inbox.inputs(4), 0, "above");
        same(inbox.acc(5), 0, "above");
    }

    function test_post_anyone_when_no_sequencer() external {
        params.sequencer = address(0);
        inbox = launch();
        works(ANYONE, postData(now_(), 0, items(2)));
        works(SEQUENCER, abi.encodeCall(IInbox.sendForced, (hex"01")));
        fails(ANYONE, postData(now_(), 0, items(2)), IInbox.BadTime.selector, "time is used up");
    }

    function ethereumData(uint256 h, uint256 w, uint256 o, bytes[] memory list)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IInbox.postEthereum, (new bytes(h), new bytes(w), new bytes(o), list));
    }

    function test_postEthereum_guards_in_order() external {
        bytes[] memory empty = new bytes[](1);
        fails(ANYONE, ethereumData(2049, 0, 0, empty), IInbox.WrongRuleset.selector, "rollup inbox");
        params.ruleset = 1;
        inbox = launch();
        bytes[] memory many = new bytes[](65_536);
        fails(ANYONE, ethereumData(2049, 0, 0, many), IInbox.NotSequencer.selector, "caller");
        fails(SEQUENCER, ethereumData(2049, 0, 0, many), IInbox.TooMany.selector, "65,536");
        fails(SEQUENCER, ethereumData(2049, 0, 0, empty), IInbox.BadItem.selector, "empty item");
        bytes[] memory one = items(1);
        fails(SEQUENCER, ethereumData(2049, 0, 0, one), IInbox.BadLength.selector, "header");
        fails(SEQUENCER, ethereumData(1, 2049, 0, one), IInbox.BadLength.selector, "withdrawals");
        fails(SEQUENCER, ethereumData(1, 0, 2049, one), IInbox.BadLength.selector, "ommers");
        works(SEQUENCER, ethereumData(2048, 2048, 2048, one));
    }

    function test_postEthereum_input() external {
        params.ruleset = 1;
        inbox = launch();
        bytes[] memory none = new bytes[](0);
        for (uint64 i = 0; i < 3; ++i) {
            bytes[] memory list = items(2 * i);
            bytes memory wds = i == 0 ? bytes("") : new bytes(i);
            bytes memory want = abi.encodePacked(
                keccak256("header"),
                head(none, list),
                uint32(list.length),
                i == 0 ? bytes32(0) : keccak256(wds),
                keccak256(hex"c0")
            );
            same(want.length, 132, "EthInput");
            vm.recordLogs();
            works(SEQUENCER, abi.encodeCall(IInbox.postEthereum, ("header", wds, hex"c0", list)));
            Vm.Log memory log = vm.getRecordedLogs()[0];
            same(log.topics[1], bytes32(uint256(i)), "n");
            same(
                log.data, abi.encode(keccak256(want), bytes("header"), wds, hex"c0", list), "event"
            );
            same(inbox.inputs(i), keccak256(want), "inputHash");
        }
        same(inbox.steps(3), 2 + 4 + 6, "steps");
        fails(SEQUENCER, postData(now_(), 0, none), IInbox.WrongRuleset.selector, "post");
        fails(ANYONE, abi.encodeCall(IInbox.sendForced, ("")), IInbox.WrongRuleset.selector, "");
        fails(ANYONE, abi.encodeCall(IInbox.postForced, ()), IInbox.WrongRuleset.selector, "");
    }
}
