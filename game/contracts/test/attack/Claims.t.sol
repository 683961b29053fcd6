// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Config, GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";
import {Toy} from "../base/Toy.sol";

/// @notice False claims of all shapes, copies, reorgs (attacks 8, 13-17, 23, 39, 44).
contract ClaimsTest is GameFixture {
    using History for Hist;

    function test_t_duplicate_post_reverts() external {
        Hist memory c = honest();
        bytes32 aid = post(ALICE, genesis, c);
        stake(BOB);
        fails(BOB, postData(genesis, aid, c), GameErrors.AssertionExists.selector);
        same(game.staker(BOB).tip, 0, "no bond bound to the copy");
        same(game.game(genesis).roots, 1, "one root");
    }

    function test_t_ids_bind_gid_cfg_chain() external {
        Hist memory c = honest();
        Config memory k = cfg;
        bytes32 aid = aidOf(genesis, c);
        bytes32 cfgHash = game.cfgHash();
        k.grace = 11; // one word of the configuration
        game = launch(k);
        vm.warp(block.timestamp + cfg.minGap);
        check(game.anchor() != genesis, "other genesis aid");
        bytes32 twin = aidOf(game.anchor(), c);
        check(twin != aid, "other aid");
        // signed for one game, sent to the other
        stake(ALICE);
        fails(ALICE, postData(genesis, aid, c), GameErrors.BadParent.selector, "other game");
        bytes memory data = postData(game.anchor(), aid, c);
        fails(ALICE, data, GameErrors.AidMismatch.selector, "other aid");
        vm.chainId(7);
        (k.grace, k.chainId) = (10, 7);
        check(launch(k).cfgHash() != cfgHash, "chain id");
        // the same history under two parents has two ids
        check(idOf(c.node(genesis, 0, 4)) != idOf(c.node(twin, 0, 4)), "gid in the id");
    }

    /// @notice Goes on after the halt, stops before it, or says INVALID: each is beaten by one step.
    function test_t_padding_long_short_split() external {
        Hist memory c = honest(); // halts after step 4
        uint256 snapshot = vm.snapshotState();
        play(c, liar(5, 0));
        vm.revertToState(snapshot);
        play(c, liar(16, 0));
        vm.revertToState(snapshot);
        Hist memory short_ = honest(); // the state after step 2 for ever
        for (uint256 i = 3; i <= 16; ++i) {
            short_.states[i] = short_.states[2];
        }
        short_.grow();
        play(c, short_);
        vm.revertToState(snapshot);
        Hist memory dead = honest();
        bytes memory invalid = Toy.make(2, 0, 0, Toy.rootOf(dead.states[1]));
        for (uint256 i = 2; i <= 16; ++i) {
            dead.states[i] = invalid;
        }
        dead.grow();
        play(c, dead);
    }

    /// @notice Both sides play on until nothing is left to do; the honest one wins.
    function play(Hist memory c, Hist memory f) internal {
        bytes32 rival = post(BOB, genesis, f);
        bytes32 aid = post(ALICE, genesis, c);
        uint256 pos = 0;
        while (c.leaf(pos + 1) == f.leaf(pos + 1)) ++pos;
        for (uint256 h = 4; h > 0; h -= 2) {
            respond(ALICE, genesis, c);
            split(BOB, genesis, f, pos >> h << h, h);
        }
        respond(ALICE, genesis, c);
        bytes memory proof = Toy.halted(f.states[pos], 1) ? bytes("") : FINE;
        fails(
            BOB,
            abi.encodeCall(
                IGame.prove, (f.node(genesis, pos, 0), f.states[pos], f.preProof(pos), proof, BOB)
            ),
            GameErrors.WrongPost.selector,
            "the false leaf"
        );
        vm.warp(block.timestamp + cfg.T);
        cannotDecide(genesis, rival, f);
        decide(genesis, aid, c);
    }

    /// @notice The right last leaf with a wrong interior is a rival and loses.
    function test_t_same_lastleaf_wrong_history() external {
        Hist memory c = honest();
        Hist memory f = liar(3, 9, 0);
        same(c.lastLeaf(), f.lastLeaf(), "same end");
        check(aidOf(genesis, c) != aidOf(genesis, f), "different claims");
        play(c, f);
    }

    /// @notice A lie that returns to the truth opens one dispute, not one per leaf behind it.
    function test_one_dispute_although_the_rest_agrees() external {
        Hist memory c = honest();
        Hist memory f = liar(3, 9, 0);
        post(BOB, genesis, f);
        post(ALICE, genesis, c);
        split(BOB, genesis, f, 0, 4);
        split(ALICE, genesis, c, 0, 4);
        split(BOB, genesis, f, 0, 2);
        fails( // true leaves on a false base: nobody disputes them, so they cannot even be split
            BOB,
            abi.encodeCall(IGame.split, (f.node(genesis, 8, 2), f.childSpans(8, 2), BOB)),
            GameErrors.NotRivaled.selector
        );
        same(respond(ALICE, genesis, c), 2, "a split and a proof");
        same(respond(ALICE, genesis, c), 0, "nothing else");
    }

    function test_t_split_arity_height_guard() external {
        Hist memory c = honest();
        post(ALICE, genesis, c);
        post(BOB, genesis, liar(3, 0));
        // all 16 leaves at once, or two halves: both hash to the span, neither has arity 4
        bytes32[] memory all = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            all[i] = c.span(i, 0);
        }
        bytes32[] memory half = new bytes32[](2);
        (half[0], half[1]) = (c.span(0, 3), c.span(8, 3));
        Ref memory v = c.node(genesis, 0, 4);
        fails(ALICE, abi.encodeCall(IGame.split, (v, all, ALICE)), GameErrors.BadArity.selector);
        fails(ALICE, abi.encodeCall(IGame.split, (v, half, ALICE)), GameErrors.BadArity.selector);
        // the same span at another height is another node
        v.h = 2;
        bytes memory data = abi.encodeCall(IGame.split, (v, c.childSpans(0, 4), ALICE));
        fails(ALICE, data, GameErrors.NoNode.selector);
    }

    function test_t_move_kind_guard() external {
        Hist memory c = honest();
        Hist memory f = liar(3, 0);
        post(ALICE, genesis, c);
        post(BOB, genesis, f);
        Ref memory v = c.node(genesis, 0, 4);
        bytes32[] memory none = new bytes32[](0);
        bytes memory data = abi.encodeCall(IGame.prove, (v, c.states[0], none, FINE, ALICE));
        fails(ALICE, data, GameErrors.NotTerminal.selector);
        duel(genesis, c, f, 2);
        v = c.node(genesis, 2, 0);
        data = abi.encodeCall(IGame.split, (v, c.childSpans(0, 4), ALICE));
        fails(ALICE, data, GameErrors.Terminal.selector);
    }

    /// @notice Posts in the other order (a reorg) give the same ids; a signed move hits what it was meant for.
    function test_t_reorg_content_addressed() external {
        Hist memory c = honest();
        Hist memory f = liar(3, 0);
        uint256 snapshot = vm.snapshotState();
        bytes32 a1 = post(ALICE, genesis, c);
        bytes32 b1 = post(BOB, genesis, f);
        vm.revertToState(snapshot);
        bytes32 b2 = post(BOB, genesis, f);
        bytes32 a2 = post(ALICE, genesis, c);
        same(a1, a2, "aid");
        same(b1, b2, "aid");
        split(ALICE, genesis, c, 0, 4);
        check(word(c.node(genesis, 0, 4)) & 2 != 0, "the honest node");
        check(word(f.node(genesis, 0, 4)) & 2 == 0, "not the other");
    }

    function test_t_reorg_inputs_post_reverts() external {
        Hist memory c = honest();
        bytes32 aid = aidOf(genesis, c);
        stake(ALICE);
        // another input in the place of the one that was executed
        vm.store(address(inbox), keccak256(abi.encode(uint256(1), uint256(2))), keccak256("else"));
        fails(ALICE, postData(genesis, aid, c), GameErrors.AidMismatch.selector);
    }

    /// @notice Kinds of hashes have different first bytes or lengths.
    function test_t_domain_separation() external view {
        Hist memory c = honest();
        bytes32 a = c.leaf(1);
        bytes32 b = c.leaf(2);
        bytes32[5] memory h = [
            keccak256(abi.encodePacked(a, b)), // id
            keccak256(abi.encodePacked(bytes1(0x00), a, b)),
            keccak256(abi.encodePacked(bytes1(0x01), a, b)), // node
            keccak256(abi.encodePacked(bytes1(0x02), a, b)), // base
            keccak256(abi.encodePacked(bytes1(0x12), a, b)) // acc
        ];
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                check(h[i] != h[j], "domains");
            }
        }
        same(c.span(0, 1), h[2], "node");
        check(c.leaf(0) != keccak256(c.states[0]), "a leaf has its byte");
    }
}
