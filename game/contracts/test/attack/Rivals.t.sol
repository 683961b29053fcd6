// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";

/// @notice Many rivals, slow rivals, late rivals (attacks 1-5, 28-30, 40 of the dispute notes).
contract RivalsTest is GameFixture {
    using History for Hist;

    function many() internal view returns (uint256) {
        return vm.envOr("WH_FULL", uint256(0)) == 1 ? 1000 : 100;
    }

    /// @notice As many different false claims as wanted, over all leaves.
    function tagged(uint256 tag) internal view returns (Hist memory) {
        return liar(1 + tag % 16, 0, tag / 16);
    }

    function account(uint256 i) internal pure returns (address) {
        return address(uint160(0x10000 + i));
    }

    function test_t_attack_1000_roots_one_split() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        uint256 n = many();
        for (uint256 i = 0; i < n; ++i) {
            post(account(i), genesis, tagged(i));
        }
        same(game.game(genesis).roots, n + 1, "roots");
        uint256 from = block.timestamp;
        same(respond(ALICE, genesis, c), 1, "one split answers all of them");
        vm.warp(from + cfg.T - 1);
        cannotDecide(genesis, aid, c);
        vm.warp(from + cfg.T);
        decide(genesis, aid, c);
    }

    /// @notice All rivals play to their leaf; the honest moves are shared, and the decision comes as with one rival.
    function test_t_attack_1000_roots_full() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        uint256 n = many() / 4;
        uint256 moves = 0;
        for (uint256 i = 0; i < n; ++i) {
            post(account(i), genesis, tagged(i));
        }
        for (uint256 i = 0; i < n; ++i) {
            moves += respond(ALICE, genesis, c);
            splitDown(account(i), genesis, tagged(i), i % 16);
        }
        moves += respond(ALICE, genesis, c);
        same(moves, 1 + 4 + 16, "a split of the root, four below, sixteen proofs");
        vm.warp(block.timestamp + cfg.T);
        for (uint256 i = 0; i < n; i += 7) {
            Hist memory f = tagged(i);
            cannotDecide(genesis, aidOf(genesis, f), f);
        }
        decide(genesis, aid, c);
    }

    /// @notice The rival moves as late as it can at every level; its time never adds up to T.
    function test_t_slow_play_every_depth() external {
        Hist memory c = honest();
        Hist memory f = liar(7, 0);
        bytes32 rival = post(BOB, genesis, f);
        vm.warp(block.timestamp + cfg.T / 2);
        bytes32 aid = post(ALICE, genesis, c); // 50 s late
        for (uint256 h = 4; h > 0; h -= 2) {
            respond(ALICE, genesis, c);
            vm.warp(block.timestamp + 24);
            cannotDecide(genesis, rival, f);
            split(BOB, genesis, f, 6 >> h << h, h);
        }
        cannotDecide(genesis, rival, f);
        respond(ALICE, genesis, c);
        uint256 mark = block.timestamp;
        vm.warp(mark + cfg.T);
        cannotDecide(genesis, rival, f); // its terminal stands still, however long
        vm.warp(mark + 100 * cfg.T);
        cannotDecide(genesis, rival, f);
        decide(genesis, aid, c);
    }

    /// @notice Once lambda has reached T, a rival cannot lower it.
    function test_t_last_block_rival() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        vm.warp(block.timestamp + cfg.T);
        post(BOB, genesis, liar(3, 0)); // same block as decide
        decide(genesis, aid, c);
    }

    function test_t_late_rival_loses_bond() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        vm.warp(block.timestamp + cfg.T + 50);
        bytes32 late = post(BOB, genesis, liar(3, 0));
        decide(genesis, aid, c);
        works(DAVE, abi.encodeCall(IGame.reject, (late)));
        works(DAVE, abi.encodeCall(IGame.slash, (BOB)));
        same(game.staker(BOB).bond, 0, "bond");
        fails(DAVE, abi.encodeCall(IGame.confirm, (aid)), GameErrors.InGrace.selector, "grace");
    }

    /// @notice A child shared by several parents carries its time into each, never more: the least child counts.
    function test_t_merged_child_min_rule() external {
        Hist memory c = honest();
        Hist memory f = liar(7, 0);
        Hist memory g = liar(15, 0); // agrees with c up to leaf 14
        post(ALICE, genesis, c);
        bytes32 rival = post(BOB, genesis, f);
        bytes32 third = post(CAROL, genesis, g);
        split(ALICE, genesis, c, 0, 4);
        vm.warp(block.timestamp + 90);
        split(BOB, genesis, f, 0, 4);
        split(CAROL, genesis, g, 0, 4);
        vm.warp(block.timestamp + 20);
        // the shared first child has 110 s; the liars' own children have not
        Ref memory shared = c.node(genesis, 0, 2);
        works(DAVE, abi.encodeCall(IGame.refresh, (shared, STOP)));
        same(betaOf(shared), 110, "shared");
        cannotDecide(genesis, rival, f);
        cannotDecide(genesis, third, g);
        bytes memory upper = abi.encodePacked(hex"01", g.childSpans(0, 4), hex"00000000");
        works(DAVE, abi.encodeCall(IGame.refresh, (g.node(genesis, 0, 4), upper)));
        check(betaOf(g.node(genesis, 0, 4)) < cfg.T, "the stored time of one child is not enough");
    }

    function test_t_threshold_exact() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        post(BOB, genesis, liar(3, 0));
        vm.warp(block.timestamp + 5);
        respond(ALICE, genesis, c);
        vm.warp(block.timestamp + cfg.T - 1);
        cannotDecide(genesis, aid, c);
        vm.warp(block.timestamp + 1);
        decide(genesis, aid, c);
    }

    /// @notice Two blocks of one second: the order counts, and no time passes for anybody.
    function test_t_timestamp_equal_blocks() external {
        Hist memory c = honest();
        Hist memory f = liar(3, 0);
        post(ALICE, genesis, c);
        vm.roll(block.number + 1);
        post(BOB, genesis, f);
        vm.warp(block.timestamp + 1000);
        works(DAVE, abi.encodeCall(IGame.refresh, (c.node(genesis, 0, 4), STOP)));
        works(DAVE, abi.encodeCall(IGame.refresh, (f.node(genesis, 0, 4), STOP)));
        same(betaOf(c.node(genesis, 0, 4)), 0, "first");
        same(betaOf(f.node(genesis, 0, 4)), 0, "rival");
    }

    /// @notice T counts seconds, not blocks.
    function test_t_slot_6s_same_T() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        vm.roll(block.number + 1_000_000);
        cannotDecide(genesis, aid, c);
        vm.warp(block.timestamp + cfg.T);
        decide(genesis, aid, c);
    }
}
