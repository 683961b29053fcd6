// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assertion, Context, GameRec, IGame, Ref, Staker} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {Handler} from "../base/Handler.sol";
import {Test} from "../base/Test.sol";

/// @notice The invariants of PROTOCOL §11 after every random move; the numbers are those of PROPERTIES.md.
contract InvariantsTest is Test {
    Handler internal handler;
    IGame internal game;
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;
    address internal constant TREASURY = address(0x7ea5);
    uint256 internal constant INF = (1 << 40) - 1;

    // what was seen before, for the invariants about change
    mapping(bytes32 => uint8) internal statusOf;
    mapping(bytes32 => bytes32) internal winnerOf;
    mapping(bytes32 => uint256) internal betaBefore;
    mapping(bytes32 => uint256) internal lambdaBefore;

    function setUp() external {
        handler = new Handler();
        game = handler.theGame();
    }

    function targetContracts() external view returns (address[] memory out) {
        out = new address[](1);
        out[0] = address(handler);
    }

    /// @notice Who calls the handler is nobody in the game: forge gives ether to its senders, and else takes the game's own
    /// address for one of them.
    function targetSenders() external pure returns (address[] memory out) {
        out = new address[](1);
        out[0] = address(0x5e4de5);
    }

    function aidAt(uint256 i) internal view returns (bytes32 aid) {
        (,,, aid) = handler.claims(i);
    }

    function idOf(Ref memory v) internal pure returns (bytes32) {
        return TreeLib.idOf(TreeLib.ctxOf(v.gid, v.base, v.pos, v.h), v.span);
    }

    function ctxOf(Ref memory v) internal pure returns (bytes32) {
        return TreeLib.ctxOf(v.gid, v.base, v.pos, v.h);
    }

    function word(Ref memory v) internal view returns (uint256) {
        return uint256(game.node(idOf(v)));
    }

    /// @notice One campaign for all of them: a failed check names its number.
    function invariant_I01_to_I30() external {
        check_I01_I05_line();
        check_I06_I07_I08_money();
        check_I09_I12_clocks();
        check_I11_lambdas_of_a_context();
        check_I13_I14_I26_nodes();
        check_I18_I22_bounds();
        check_I30_tips();
    }

    // I1 - I5, I29 as far as the contract can see it

    function check_I01_I05_line() internal {
        for (uint256 i = 0; i < handler.CLAIMS(); ++i) {
            bytes32 aid = aidAt(i);
            if (aid == 0) continue;
            Assertion memory a = game.assertion(aid);
            Assertion memory up = game.assertion(a.parent);
            bytes32 winner = game.game(a.parent).winner;
            uint8 was = statusOf[aid];
            check(a.status == was || was <= 1 && a.status > was, "I4 status");
            statusOf[aid] = a.status;
            bytes32 before = winnerOf[a.parent];
            check(before == 0 || before == winner, "I2 winner");
            winnerOf[a.parent] = winner;
            if (a.status == 2) check(up.status == 2 && winner == aid, "I1, I3 confirmed");
            if (a.status == 3) {
                bool other = up.status == 2 && winner != 0 && winner != aid;
                check(up.status == 3 || other, "I5 rejected");
                same(a.potGid, up.status == 3 ? up.potGid : a.parent, "I5 potGid");
            } else {
                same(a.potGid, 0, "I5 potGid before");
            }
        }
    }

    // I6 - I8

    function check_I06_I07_I08_money() internal view {
        uint256 bonds = 0;
        uint256 credits = uint256(game.credits(BURN)) + game.credits(TREASURY);
        for (uint256 i = 0; i < 4; ++i) {
            bonds += game.staker(handler.actors(i)).bond;
            credits += game.credits(handler.actors(i));
        }
        uint256 pots = game.game(game.anchor()).pot;
        bytes32 anchor = game.anchor();
        for (uint256 i = 0; i < handler.CLAIMS(); ++i) {
            bytes32 aid = aidAt(i);
            if (aid != 0 && aid != anchor) pots += game.game(aid).pot;
        }
        bytes32 genesis = handler.gidOf(0);
        if (genesis != anchor) pots += game.game(genesis).pot;
        same(address(game).balance, bonds + pots + credits, "I6 balance");
        same(address(game).balance + handler.paidOut(), handler.bondsIn(), "I7 every bond once");
        uint256 out = handler.rewarded() + handler.sweptOut();
        same(out + pots, handler.slashedIn(), "I8 payouts of pots");
    }

    // I9, I10, I11, I12

    function check_I09_I12_clocks() internal {
        uint256 n = handler.nodeCount();
        for (uint256 i = 0; i < n; ++i) {
            Ref memory v = handler.nodeAt(i);
            bytes32 id = idOf(v);
            uint256 w = word(v);
            uint256 stored = (w >> 56) & INF;
            check(stored >= betaBefore[id], "I9 stored beta fell");
            betaBefore[id] = stored;
            check(stored <= beta(v), "I9 stored beta above the true one");
            uint256 l = lambda(v);
            check(l >= lambdaBefore[id], "I10 lambda fell");
            Context memory c = game.context(ctxOf(v));
            if (c.rivalAt != 0 && lambdaBefore[id] != 0 && w & 8 != 0) {
                same(l, c.rivalAt - c.firstAt, "I10 stands still");
            }
            lambdaBefore[id] = l;
            check((c.count >= 2) == (c.rivalAt != 0), "I12 count and rivalAt");
            check(c.rivalAt == 0 || c.rivalAt >= c.firstAt, "I12 order");
            check(c.firstAt != 0 && c.firstAt <= block.timestamp, "I12 firstAt");
        }
    }

    /// @notice Sum over the nodes of one context; only the first has a clock at all.
    function check_I11_lambdas_of_a_context() internal view {
        uint256 n = handler.nodeCount();
        for (uint256 i = 0; i < n; ++i) {
            Ref memory v = handler.nodeAt(i);
            uint256 sum = 0;
            uint256 firsts = 0;
            uint256 members = 0;
            for (uint256 j = 0; j < n; ++j) {
                Ref memory u = handler.nodeAt(j);
                if (ctxOf(u) != ctxOf(v)) continue;
                sum += lambda(u);
                ++members;
                if (word(u) & 8 != 0) ++firsts;
            }
            Context memory c = game.context(ctxOf(v));
            check(sum <= block.timestamp - c.firstAt, "I11");
            same(firsts, 1, "one first");
            same(members, c.count, "I12 count is the number of nodes");
            if (n > 24) i += n / 12; // a sample of a large set
        }
    }

    // I13, I14, I26

    function check_I13_I14_I26_nodes() internal view {
        uint256 n = handler.nodeCount();
        for (uint256 i = 0; i < n; ++i) {
            Ref memory v = handler.nodeAt(i);
            uint256 w = word(v);
            check(w & 1 != 0, "exists");
            bytes32[] memory spans = handler.childSpansOf(idOf(v));
            check((w & 2 != 0) == (spans.length != 0), "I13 split flag");
            for (uint256 j = 0; j < spans.length; ++j) {
                check(word(handler.child(v, spans, j)) & 1 != 0, "I13 children exist");
            }
            if (spans.length != 0) {
                bytes32 left = TreeLib.pair(spans[0], spans[1]);
                same(TreeLib.pair(left, TreeLib.pair(spans[2], spans[3])), v.span, "I13 spans");
            }
            check(v.h % 2 == 0 && v.pos % (1 << v.h) == 0, "I26 place");
            check(v.pos + (1 << v.h) <= 16, "I26 range");
            if (w & 4 != 0) {
                same(v.h, 0, "I14 terminal");
                same((w >> 56) & INF, INF, "I14 beta");
                check(handler.trueStep(idOf(v)), "I14 the step is true");
            }
        }
    }

    // I18 and I22: what decide and refresh would accept

    function check_I18_I22_bounds() internal {
        for (uint256 i = 0; i < 4; ++i) {
            if (aidAt(i) == 0) continue;
            Ref memory v = handler.rootOf(i);
            uint256 snapshot = vm.snapshotState();
            uint256 full = probe(v, 0);
            uint256 pruned = probe(v, 1 + uint256(keccak256(abi.encode(block.timestamp, i))));
            check(pruned <= full, "I22 a pruned tree gives no more");
            same(full, beta(v), "I18 eval is the model's beta");
            bytes memory data = abi.encodeCall(IGame.decide, (aidAt(i), handler.treeOf(v, 0)));
            bool open = game.assertion(aidAt(i)).status == 1 && game.game(v.gid).winner == 0;
            (bool ok,) = address(game).call(data);
            check(ok == (open && full >= 100), "I18 decide iff beta >= T");
            vm.revertToState(snapshot);
        }
    }

    /// @notice What refresh finds for this tree, from a clean slate: the stored bound is set aside for the question.
    function probe(Ref memory v, uint256 prune) internal returns (uint256 found) {
        uint256 snapshot = vm.snapshotState();
        (bool ok,) =
            address(game).call(abi.encodeCall(IGame.refresh, (v, handler.treeOf(v, prune))));
        check(ok, "refresh");
        found = (word(v) >> 56) & INF;
        vm.revertToState(snapshot);
    }

    // I30

    /// @notice Every pending assertion that is not below a rejected one has a bond at or below it.
    function check_I30_tips() internal view {
        for (uint256 i = 0; i < handler.CLAIMS(); ++i) {
            bytes32 aid = aidAt(i);
            if (aid == 0 || doomed(aid)) continue;
            if (game.assertion(aid).status != 1) continue;
            bool found = false;
            for (uint256 k = 0; k < 4 && !found; ++k) {
                for (
                    bytes32 t = game.staker(handler.actors(k)).tip;
                    t != 0 && !found;
                    t = game.assertion(t).parent
                ) {
                    found = t == aid;
                }
            }
            check(found, "I30 no bond below a pending assertion");
        }
    }

    function doomed(bytes32 aid) internal view returns (bool) {
        for (; aid != 0; aid = game.assertion(aid).parent) {
            if (game.assertion(aid).status == 3) return true;
        }
        return false;
    }

    // the model of the clocks: straight from PROTOCOL §7.2, with all that the handler knows

    function lambda(Ref memory v) internal view returns (uint256) {
        if (word(v) & 8 == 0) return 0;
        Context memory c = game.context(ctxOf(v));
        return (c.rivalAt == 0 ? block.timestamp : c.rivalAt) - c.firstAt;
    }

    function beta(Ref memory v) internal view returns (uint256) {
        uint256 w = word(v);
        if (w & 4 != 0) return INF;
        uint256 l = lambda(v);
        if (w & 2 == 0) return l;
        bytes32[] memory spans = handler.childSpansOf(idOf(v));
        uint256 least = INF;
        for (uint256 j = 0; j < spans.length; ++j) {
            least = min(least, beta(handler.child(v, spans, j)));
        }
        return min(INF, l + least);
    }

    /// @notice What a run did, shown with -vv.
    event Did(string move, uint256 times);

    function afterInvariant() external {
        string[13] memory names = [
            "stake",
            "post",
            "join",
            "split",
            "prove",
            "refresh",
            "decide",
            "confirm",
            "reject",
            "slash",
            "claim",
            "unstake",
            "withdraw"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            emit Did(names[i], handler.calls(bytes32(bytes(names[i]))));
        }
    }
}
