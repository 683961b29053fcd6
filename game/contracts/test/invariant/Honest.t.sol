// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Context, GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";
import {Toy} from "../base/Toy.sol";

/// @notice One honest party against several liars with a censorship budget (I19, I20, I21, I23). Time runs in seconds; the
/// honest party answers everything within delta, but for C seconds in which nothing of hers is mined.
contract HonestTest is GameFixture {
    using History for Hist;

    struct Play {
        uint256 seed;
        uint256 delta; // seconds until a move is mined
        uint256 budget; // censored seconds left
        uint256 quiet; // honest moves wait until then
        uint256 rivals;
        uint256 honestMoves;
        uint256 liarSplits;
        bytes32 aid;
        uint256 firstRival; // when the first rival came
        uint256 bound; // N*
    }

    Hist internal c;
    Hist[] internal lies;

    function random(Play memory p, uint256 n) internal pure returns (uint256) {
        p.seed = uint256(keccak256(abi.encode(p.seed)));
        return p.seed % n;
    }

    /// forge-config: default.fuzz.runs = 16
    /// forge-config: full.fuzz.runs = 500
    function testFuzz_honest_wins_arity_4(uint256 seed) external {
        play(seed, 2);
    }

    /// forge-config: default.fuzz.runs = 16
    /// forge-config: full.fuzz.runs = 500
    function testFuzz_honest_wins_arity_2(uint256 seed) external {
        setUpGame(4, 1);
        play(seed, 1);
    }

    function play(uint256 seed, uint256 a) internal {
        Play memory p;
        p.seed = seed;
        p.delta = random(p, 3);
        p.budget = random(p, 3) * 20; // C
        // D = (delta + slot)(K/A + 4); T > C + D
        uint256 d = (p.delta + 1) * (4 / a + 4);
        cfg.T = uint40(p.budget + d + 1);
        game = launch(cfg);
        genesis = game.anchor();
        vm.warp(block.timestamp + cfg.minGap);
        c = honest();
        p.rivals = 1 + random(p, 4);
        for (uint256 i = 0; i < p.rivals; ++i) {
            uint256 at_ = 1 + random(p, 16);
            lies.push(liar(at_, random(p, 3) == 0 ? at_ + 1 + random(p, 8) : 0, i % 2));
        }
        p.firstRival = block.timestamp + 1;
        p.bound = uint256(cfg.T) + p.budget + d;
        run(p);
    }

    function run(Play memory p) internal {
        address[4] memory liars = [BOB, CAROL, address(0xe), address(0xf)];
        uint256 due = p.quiet;
        while (true) {
            vm.warp(block.timestamp + 1);
            if (p.budget > 0 && random(p, 6) == 0) {
                uint256 spend = 1 + random(p, p.budget);
                (p.budget, p.quiet) = (p.budget - spend, max(p.quiet, block.timestamp) + spend);
            }
            for (uint256 i = 0; i < p.rivals; ++i) {
                liarMoves(p, i, liars[i]);
            }
            if (block.timestamp < p.quiet) continue;
            if (wanted()) {
                if (due == 0) due = block.timestamp + p.delta;
                if (block.timestamp >= max(due, p.quiet)) {
                    if (p.aid == 0) p.aid = post(ALICE, genesis, c);
                    p.honestMoves += respond(ALICE, genesis, c);
                    due = 0;
                }
            } else {
                due = 0;
            }
            if (block.timestamp % 5 == 0) falseRootsAreBelowT(p);
            if (p.aid != 0 && block.timestamp >= game.assertion(p.aid).createdAt + cfg.T) {
                falseRootsAreBelowT(p);
                bytes memory data = abi.encodeCall(IGame.decide, (p.aid, tree(genesis, c)));
                (bool ok,) = address(game).call(data);
                if (ok) break;
            }
            check(block.timestamp <= p.firstRival + p.bound, "I19 decided too late");
        }
        check(block.timestamp <= p.firstRival + p.bound, "I19 decided by N*");
        afterwards(p);
    }

    /// @notice Has the honest party something to do: her root, or a rivaled node of her tree?
    function wanted() internal view returns (bool) {
        if (word(c.node(genesis, 0, 4)) == 0) return true;
        return open(0, 4);
    }

    function open(uint256 pos, uint256 h) internal view returns (bool) {
        Ref memory v = c.node(genesis, pos, h);
        uint256 w = word(v);
        if (w & 2 == 0) return w & 4 == 0 && game.context(ctxOf(v)).count >= 2;
        for (uint256 j = 0; j < 1 << c.a; ++j) {
            if (open(pos + (j << (h - c.a)), h - c.a)) return true;
        }
        return false;
    }

    /// @notice A liar posts, splits a random rivaled node of its tree, or proves a true step on a false base; or waits.
    function liarMoves(Play memory p, uint256 i, address who) internal {
        if (random(p, 3) != 0) return;
        Hist memory f = lies[i];
        if (word(f.node(genesis, 0, 4)) == 0) {
            post(who, genesis, f);
            return;
        }
        uint256 start = random(p, 16);
        for (uint256 h = c.k; h > 0; h -= c.a) {
            uint256 pos = start >> h << h;
            Ref memory v = f.node(genesis, pos, h);
            if (word(v) == 0) return;
            if (word(v) & 2 != 0) continue;
            if (game.context(ctxOf(v)).count < 2) return;
            split(who, genesis, f, pos, h);
            ++p.liarSplits;
            return;
        }
        bytes memory proof = Toy.halted(f.states[start], 1) ? bytes("") : FINE;
        bytes memory data = abi.encodeCall(
            IGame.prove, (f.node(genesis, start, 0), f.states[start], f.preProof(start), proof, who)
        );
        (bool ok,) = address(game).call(data); // true steps are accepted, lies are not
        ok;
    }

    /// @notice I20: no false root could be decided now, even with all that is known.
    function falseRootsAreBelowT(Play memory p) internal {
        for (uint256 i = 0; i < p.rivals; ++i) {
            Hist memory f = lies[i];
            if (word(f.node(genesis, 0, 4)) == 0 || f.root() == c.root()) continue;
            bytes memory t = tree(genesis, f);
            (bool ok, bytes memory answer) =
                address(game).call(abi.encodeCall(IGame.decide, (aidOf(genesis, f), t)));
            refused(ok, answer, GameErrors.TooEarly.selector, "I20 a false root was decided");
        }
    }

    /// @notice I21 and I23: honest work is bounded by the liars', and the honest bond comes back.
    function afterwards(Play memory p) internal {
        uint256 depth = c.k / c.a;
        check(p.honestMoves <= p.liarSplits + 1 + p.rivals, "I21 splits and proofs");
        check(p.honestMoves <= p.rivals * (depth + 1) + 1, "I21 at most a path a rival");
        vm.warp(block.timestamp + cfg.grace);
        works(DAVE, abi.encodeCall(IGame.confirm, (p.aid)));
        if (game.staker(ALICE).tip == p.aid) works(ALICE, abi.encodeCall(IGame.unstake, ()));
        for (uint256 i = 0; i < p.rivals; ++i) {
            bytes32 f = aidOf(genesis, lies[i]);
            if (status(f) == 1) works(DAVE, abi.encodeCall(IGame.reject, (f)));
        }
        check(game.game(genesis).winner == p.aid, "winner");
    }
}
