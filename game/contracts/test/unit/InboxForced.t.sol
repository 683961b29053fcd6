// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInbox} from "../../src/IInbox.sol";
import {InboxFixture} from "../base/InboxFixture.sol";
import {Vm} from "../base/Vm.sol";

/// @notice The forced queue (PROTOCOL §3). forcedMax 3, forceDelay 30.
contract InboxForcedTest is InboxFixture {
    function send(bytes memory item) internal {
        works(ANYONE, abi.encodeCall(IInbox.sendForced, (item)));
    }

    function postForced(address who) internal {
        works(who, abi.encodeCall(IInbox.postForced, ()));
    }

    function test_sendForced_guards_and_event() external {
        fails(ANYONE, abi.encodeCall(IInbox.sendForced, ("")), IInbox.BadItem.selector, "empty");
        bytes memory long_ = new bytes(65);
        fails(ANYONE, abi.encodeCall(IInbox.sendForced, (long_)), IInbox.BadItem.selector, "long");
        send(new bytes(64));
        vm.recordLogs();
        send(hex"c0ffee");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        same(log.topics[0], IInbox.Forced.selector, "Forced");
        same(log.topics[1], bytes32(uint256(1)), "j");
        same(log.data, abi.encode(bytes(hex"c0ffee")), "bytes");
        (bytes32 hash, uint64 at_) = inbox.queued(1);
        same(hash, itemHash(2, hex"c0ffee"), "hash");
        same(at_, block.timestamp, "queuedAt");
        same(inbox.queueLength(), 2, "length");
    }

    /// @notice Forced items stand before posted ones, in queue order.
    function test_post_takes_forced_items_first() external {
        bytes[] memory forced = items(3);
        for (uint256 i = 0; i < 3; ++i) {
            send(forced[i]);
        }
        bytes[] memory posted = items(2);
        bytes[] memory two = new bytes[](2);
        (two[0], two[1]) = (forced[0], forced[1]);
        bytes memory want = blockInput(4, now_(), head(two, posted));
        vm.recordLogs();
        works(SEQUENCER, postData(now_(), 2, posted));
        Vm.Log memory log = vm.getRecordedLogs()[0];
        same(log.data, abi.encode(keccak256(want), 0, 2, want, posted), "first two");
        same(inbox.taken(), 2, "taken");
        same(inbox.steps(1), 6, "steps count forced items");
        vm.warp(block.timestamp + 1);
        fails(SEQUENCER, postData(now_(), 2, posted), IInbox.TooMany.selector, "one is left");
        bytes[] memory last = new bytes[](1);
        last[0] = forced[2];
        want = blockInput(3, now_(), head(last, posted));
        vm.recordLogs();
        works(SEQUENCER, postData(now_(), 1, posted));
        log = vm.getRecordedLogs()[0];
        same(log.data, abi.encode(keccak256(want), 2, 1, want, posted), "forcedFrom 2");
    }

    function test_due_threshold_exact() external {
        send(hex"01");
        uint64 at_ = now_();
        bytes memory data = abi.encodeCall(IInbox.postForced, ());
        vm.warp(at_ + 29);
        works(SEQUENCER, postData(now_(), 0, items(0)));
        vm.warp(at_ + 29); // still not due, and time is used up
        fails(ANYONE, data, IInbox.NothingDue.selector, "29 s");
        vm.warp(at_ + 30);
        fails(SEQUENCER, postData(now_(), 0, items(1)), IInbox.ForcedDue.selector, "due");
        works(ANYONE, data);
        same(inbox.taken(), 1, "taken");
    }

    /// @notice With forcedMax taken, later due entries do not block; with fewer, the next one must not be due.
    function test_forcedDue_looks_at_the_next_untaken() external {
        for (uint256 i = 0; i < 5; ++i) {
            send(abi.encode(i));
        }
        vm.warp(block.timestamp + 30);
        fails(SEQUENCER, postData(now_(), 2, items(0)), IInbox.ForcedDue.selector, "third is due");
        works(SEQUENCER, postData(now_(), 3, items(0)));
        vm.warp(block.timestamp + 1);
        fails(SEQUENCER, postData(now_(), 1, items(0)), IInbox.ForcedDue.selector, "fifth is due");
        works(SEQUENCER, postData(now_(), 2, items(0)));
        same(inbox.taken(), 5, "all");
    }

    function test_postForced_takes_the_due_ones() external {
        send(hex"01");
        vm.warp(block.timestamp + 10);
        send(hex"02");
        vm.warp(block.timestamp + 20);
        bytes[] memory none = new bytes[](0);
        bytes[] memory one = new bytes[](1);
        one[0] = hex"01";
        bytes memory want = blockInput(1, now_(), head(one, none));
        vm.recordLogs();
        postForced(ANYONE);
        Vm.Log memory log = vm.getRecordedLogs()[0];
        same(log.data, abi.encode(keccak256(want), 0, 1, want, none), "the first alone");
        same(inbox.lastTimestamp(), block.timestamp, "lastTimestamp");
    }

    function test_postForced_takes_at_most_forcedMax() external {
        for (uint256 i = 0; i < 5; ++i) {
            send(abi.encode(i));
        }
        vm.warp(block.timestamp + 31);
        postForced(ANYONE);
        same(inbox.taken(), 3, "forcedMax");
        fails(ANYONE, abi.encodeCall(IInbox.postForced, ()), IInbox.BadTime.selector, "same second");
        vm.warp(block.timestamp + 1);
        postForced(ANYONE);
        same(inbox.taken(), 5, "the rest");
        vm.warp(block.timestamp + 1);
        fails(ANYONE, abi.encodeCall(IInbox.postForced, ()), IInbox.NothingDue.selector, "none");
    }

    function test_postForced_nothing_due_before_bad_time() external {
        works(SEQUENCER, postData(now_(), 0, items(0)));
        send(hex"01");
        fails(ANYONE, abi.encodeCall(IInbox.postForced, ()), IInbox.NothingDue.selector, "order");
    }

    /// @notice Any mix of sends and posts: entries enter once, in order, at the latest forceDelay plus one call late, and
    /// no due entry can be passed over.
    function testFuzz_queue(uint256 seed) external {
        uint64 sent = 0;
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + 1 + seed % 9);
            if (seed >> 8 & 1 == 0) {
                send(abi.encode(sent++));
                continue;
            }
            uint32 forced = uint32((seed >> 16) % 5);
            uint64 before = inbox.taken();
            uint64 waiting = sent - before;
            bool due = false;
            if (forced < 3 && forced < waiting) {
                (, uint64 at_) = inbox.queued(before + forced);
                due = at_ + 30 <= block.timestamp;
            }
            (bool ok,) = call(SEQUENCER, postData(now_(), forced, items(1)));
            same(ok ? 1 : 0, forced <= 3 && forced <= waiting && !due ? 1 : 0, "accepted");
            same(inbox.taken(), ok ? before + forced : before, "taken");
        }
    }
}
