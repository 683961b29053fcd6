// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";
import {Vm} from "../base/Vm.sol";

/// @notice claim and sweep (PROTOCOL §7.3: 11, 14).
contract PotTest is GameFixture {
    using History for Hist;

    Hist internal c;
    Hist internal f;
    bytes32 internal aid;
    bytes32 internal rival;

    function claimData(address who, bytes memory t) internal view returns (bytes memory) {
        return abi.encodeCall(IGame.claim, (genesis, who, t));
    }

    /// @notice Alice splits twice, Carol proves; the rival is rejected, its bond in the pot.
    function played() internal {
        c = honest();
        f = liar(7, 0);
        aid = post(ALICE, genesis, c);
        rival = post(BOB, genesis, f);
        split(ALICE, genesis, c, 0, 4);
        split(BOB, genesis, f, 0, 4);
        split(ALICE, genesis, c, 4, 2);
        split(BOB, genesis, f, 4, 2);
        prove(CAROL, genesis, c, 6);
        vm.warp(block.timestamp + 100);
        works(DAVE, abi.encodeCall(IGame.decide, (aid, tree(genesis, c))));
        works(DAVE, abi.encodeCall(IGame.reject, (rival)));
    }

    function slash() internal {
        works(DAVE, abi.encodeCall(IGame.slash, (BOB)));
    }

    function payOf(Ref memory v) internal view returns (uint256) {
        uint256 w = word(v);
        return 256 * ((w >> 8) & 0xffffff) * ((w >> 32) & 0xffffff) * 1e7;
    }

    function test_claim_guards_in_order() external {
        c = honest();
        fails(ALICE, claimData(ALICE, hex"02"), GameErrors.Undecided.selector);
        played();
        uint256 end = game.game(genesis).wonAt + cfg.T;
        vm.warp(end + 1);
        fails(ALICE, claimData(ALICE, hex"02"), GameErrors.ClaimClosed.selector, "late");
        vm.warp(end);
        fails(ALICE, claimData(ALICE, hex"02"), GameErrors.BadTree.selector, "tree");
        slash();
        bytes memory t = tree(genesis, f);
        fails(ALICE, claimData(BOB, t), GameErrors.BadTree.selector, "the loser's tree");
        vm.warp(end + cfg.T);
        works(ALICE, claimData(ALICE, tree(genesis, c))); // slashedAt moved the end
    }

    function test_claim_pays_the_mover() external {
        played();
        slash();
        uint256 want = payOf(c.node(genesis, 0, 4)) + payOf(c.node(genesis, 4, 2));
        check(want > 0.004 ether && want < 0.01 ether, "two splits at 11 gwei");
        vm.recordLogs();
        works(DAVE, claimData(ALICE, tree(genesis, c)));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs.length, 1, "one event");
        same(logs[0].topics[0], IGame.Rewarded.selector, "event");
        same(abi.decode(logs[0].data, (uint256)), want, "amount");
        same(game.credits(ALICE), want, "credit");
        same(game.game(genesis).pot, 0.5 ether - want, "pot");
        check(word(c.node(genesis, 0, 4)) & 16 != 0, "claimed");
        check(word(c.node(genesis, 6, 0)) & 16 == 0, "not Carol's");
        works(DAVE, claimData(ALICE, tree(genesis, c)));
        same(game.credits(ALICE), want, "once");
        works(DAVE, claimData(CAROL, tree(genesis, c)));
        same(game.credits(CAROL), payOf(c.node(genesis, 6, 0)), "the proof");
    }

    /// @notice Only what the tree visits is paid.
    function test_claim_visits() external {
        played();
        slash();
        bytes memory upper = abi.encodePacked(hex"01", c.childSpans(0, 4), hex"00000000");
        works(DAVE, claimData(CAROL, upper));
        same(game.credits(CAROL), 0, "terminal not visited");
        works(DAVE, claimData(ALICE, STOP));
        same(game.credits(ALICE), payOf(c.node(genesis, 0, 4)), "root alone");
    }

    /// @notice A node that does not fit into the pot stays unclaimed, later ones may still fit.
    function test_claim_that_does_not_fit() external {
        played();
        Ref memory top = c.node(genesis, 0, 4);
        Ref memory low = c.node(genesis, 4, 2);
        bytes32 slot = keccak256(abi.encode(idOf(top), uint256(4)));
        vm.store(address(game), slot, bytes32(word(top) | (0xffffff << 8) | (0xffffff << 32)));
        slash();
        uint256 want = payOf(low);
        works(DAVE, claimData(ALICE, tree(genesis, c)));
        same(game.credits(ALICE), want, "the small one");
        check(word(top) & 16 == 0, "the large one stays");
        check(word(low) & 16 != 0, "flag");
    }

    function test_claim_exactly_the_pot() external {
        played();
        Ref memory top = c.node(genesis, 0, 4);
        // 0.5 ether = 256 * gas * price * 1e7: gas = 195,312.5 at price 1 does not divide; take 0.4096 of it
        bytes32 slot = keccak256(abi.encode(idOf(top), uint256(4)));
        uint256 w = word(top) & ~((uint256(0xffffff) << 8) | (uint256(0xffffff) << 32));
        vm.store(address(game), slot, bytes32(w | (uint256(15_625) << 8) | (uint256(12_500) << 32)));
        same(payOf(top), 0.5 ether, "exactly");
        slash();
        works(DAVE, claimData(ALICE, STOP));
        same(game.credits(ALICE), 0.5 ether, "all of it");
        same(game.game(genesis).pot, 0, "empty");
    }

    function test_claim_reward_share() external {
        cfg.rewardBps = 2_500;
        game = launch(cfg);
        genesis = game.anchor();
        vm.warp(block.timestamp + cfg.minGap);
        played();
        slash();
        works(DAVE, claimData(CAROL, tree(genesis, c)));
        same(game.credits(CAROL), payOf(c.node(genesis, 6, 0)) / 4, "a quarter");
    }

    /// @notice mover 0: nodes without a move are flagged, nothing is paid (as in the model).
    function test_claim_for_nobody() external {
        played();
        slash();
        works(DAVE, claimData(address(0), tree(genesis, c)));
        same(game.credits(address(0)), 0, "no credit");
        check(word(c.node(genesis, 0, 2)) & 16 != 0, "flagged");
        same(game.game(genesis).pot, 0.5 ether, "pot");
    }

    function test_sweep_guards_in_order() external {
        bytes memory data = abi.encodeCall(IGame.sweep, (genesis));
        fails(DAVE, data, GameErrors.Undecided.selector);
        played();
        slash();
        uint256 end = game.game(genesis).slashedAt + cfg.T;
        vm.warp(end);
        fails(DAVE, data, GameErrors.ClaimOpen.selector, "last second of claims");
        vm.warp(end + 1);
        vm.recordLogs();
        works(DAVE, data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs[0].topics[0], IGame.Swept.selector, "event");
        same(logs[0].topics[1], genesis, "gid");
        same(abi.decode(logs[0].data, (uint256)), 0.5 ether, "amount");
        same(game.credits(TREASURY), 0.5 ether, "treasury");
        works(DAVE, data);
        same(game.credits(TREASURY), 0.5 ether, "again: nothing more");
    }

    /// @notice A bond that is slashed after a sweep opens the window again, and a second sweep takes the rest.
    function test_sweep_after_a_late_slash() external {
        played();
        vm.warp(block.timestamp + 1000);
        works(DAVE, abi.encodeCall(IGame.sweep, (genesis)));
        slash();
        works(DAVE, claimData(ALICE, STOP));
        check(game.credits(ALICE) != 0, "claim is open again");
        vm.warp(block.timestamp + cfg.T + 1);
        works(DAVE, abi.encodeCall(IGame.sweep, (genesis)));
        same(game.credits(TREASURY) + game.credits(ALICE), 0.5 ether, "the rest");
    }
}
