// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";
import {Toy} from "../base/Toy.sol";
import {Vm} from "../base/Vm.sol";

/// @notice prove (PROTOCOL §7.3: 5).
contract ProveTest is GameFixture {
    using History for Hist;

    Hist internal c;
    Hist internal f;
    bytes32 internal aid;

    /// @notice c and f differ at the leaf pos+1; both are split down to it.
    function toTheLeaf(uint256 pos) internal {
        c = honest();
        f = liar(pos + 1, 0);
        aid = post(ALICE, genesis, c);
        post(BOB, genesis, f);
        split(ALICE, genesis, c, 0, 4);
        split(BOB, genesis, f, 0, 4);
        split(ALICE, genesis, c, pos & ~uint256(3), 2);
        split(BOB, genesis, f, pos & ~uint256(3), 2);
    }

    struct Call {
        Ref v;
        bytes pre;
        bytes32[] mp;
        bytes proof;
    }

    function call_(Hist memory h, uint256 pos) internal view returns (Call memory) {
        bool idle = Toy.halted(h.states[pos], 1);
        return
            Call(h.node(genesis, pos, 0), h.states[pos], h.preProof(pos), idle ? bytes("") : FINE);
    }

    function data(Call memory p) internal pure returns (bytes memory) {
        return abi.encodeCall(IGame.prove, (p.v, p.pre, p.mp, p.proof, ALICE));
    }

    function test_prove_guards_in_order() external {
        toTheLeaf(2);
        Call memory good = call_(c, 2);
        Call memory p = Call(c.node(genesis, 2, 0), new bytes(1023), new bytes32[](9), "");
        p.v.span = ~p.v.span;
        fails(BOB, data(p), GameErrors.NoNode.selector);
        p.v = c.node(genesis, 0, 2);
        fails(BOB, data(p), GameErrors.NotTerminal.selector, "h = 2");
        p.v = c.node(genesis, 1, 0); // leaf 2 is the same in both
        fails(BOB, data(p), GameErrors.NotRivaled.selector);
        p.v = good.v;
        fails(BOB, data(p), GameErrors.BadState.selector, "1,023 bytes");
        p.pre = new bytes(1025);
        fails(BOB, data(p), GameErrors.BadState.selector, "1,025 bytes");
        p.pre = c.states[3];
        fails(BOB, data(p), GameErrors.BadPre.selector, "mp too long");
        p.mp = good.mp;
        fails(BOB, data(p), GameErrors.BadPre.selector, "state after");
        p.pre = good.pre;
        p.proof = hex"02";
        (bool ok, bytes memory answer) = address(game).call{gas: 1_000_000}(data(p));
        refused(ok, answer, GameErrors.LowGas.selector, "gas");
        fails(BOB, data(p), GameErrors.NoVerdict.selector, "verifier reverts");
        p = call_(f, 2);
        fails(BOB, data(p), GameErrors.WrongPost.selector, "the false leaf");
        works(BOB, data(good));
        check(word(good.v) & 4 != 0, "proven");
        same(betaOf(good.v), INF, "beta");
    }

    function test_prove_decided() external {
        toTheLeaf(2);
        vm.warp(block.timestamp + 200);
        // the honest leaf is not proven, both stand still; decide over the rival-free children does not work:
        // so take another game: the honest side proves, waits, decides
        prove(ALICE, genesis, c, 2);
        vm.warp(block.timestamp + 200);
        bytes memory t = tree(genesis, c);
        works(CAROL, abi.encodeCall(IGame.decide, (aid, t)));
        Call memory p = call_(f, 2);
        p.pre = "";
        fails(BOB, data(p), GameErrors.Decided.selector);
    }

    function test_prove_at_every_position() external {
        for (uint256 pos = 0; pos < 16; ++pos) {
            uint256 snapshot = vm.snapshotState();
            toTheLeaf(pos);
            Call memory p = call_(c, pos);
            Call memory bad = call_(c, pos);
            bad.mp = new bytes32[](p.mp.length + 1);
            fails(BOB, data(bad), GameErrors.BadPre.selector, "one more");
            if (pos != 0) {
                bad.mp = p.mp;
                uint256 last = p.mp.length - 1;
                bad.mp[last] = ~bad.mp[last];
                fails(BOB, data(bad), GameErrors.BadPre.selector, "base before");
                bad.mp[last] = ~bad.mp[last];
                if (pos <= 4) {
                    bad.pre = c.states[pos - 1];
                    fails(BOB, data(bad), GameErrors.BadPre.selector, "earlier state");
                }
            }
            works(BOB, data(p));
            fails(BOB, data(call_(f, pos)), GameErrors.WrongPost.selector, "false");
            vm.revertToState(snapshot);
        }
    }

    function test_prove_at_every_position_binary() external {
        setUpGame(4, 1);
        for (uint256 pos = 0; pos < 16; ++pos) {
            uint256 snapshot = vm.snapshotState();
            c = honest();
            f = liar(pos + 1, 0);
            post(ALICE, genesis, c);
            post(BOB, genesis, f);
            for (uint256 h = 4; h > 0; --h) {
                uint256 place = (pos >> h) << h;
                split(ALICE, genesis, c, place, h);
                split(BOB, genesis, f, place, h);
            }
            works(BOB, data(call_(c, pos)));
            fails(BOB, data(call_(f, pos)), GameErrors.WrongPost.selector, "false");
            vm.revertToState(snapshot);
        }
    }

    /// @notice A halted state is its own successor, without the verifier.
    function test_prove_idle() external {
        toTheLeaf(9); // one input = four steps, so leaf 9 is the end
        Call memory p = call_(c, 9);
        same(p.proof.length, 0, "idle");
        p.proof = hex"01";
        fails(BOB, data(p), GameErrors.BadProof.selector, "proof on an idle step");
        Call memory q = call_(f, 9);
        q.proof = hex"01";
        fails(BOB, data(q), GameErrors.BadProof.selector, "BadProof before WrongPost");
        q.proof = "";
        fails(BOB, data(q), GameErrors.WrongPost.selector, "a lie after the halt");
        p.proof = "";
        works(BOB, data(p));
        same(verifier.calls(), 0, "verifier not asked");
    }

    function test_prove_again_is_a_noop() external {
        toTheLeaf(2);
        prove(ALICE, genesis, c, 2);
        uint256 before = word(c.node(genesis, 2, 0));
        vm.recordLogs();
        Call memory p = call_(c, 2);
        p.pre = "";
        works(BOB, data(p));
        same(vm.getRecordedLogs().length, 0, "no event");
        same(word(c.node(genesis, 2, 0)), before, "unchanged");
    }

    function test_prove_event_and_meter() external {
        toTheLeaf(2);
        Call memory p = call_(c, 2);
        vm.recordLogs();
        uint256 start = gasleft();
        works(BOB, data(p));
        uint256 used = start - gasleft();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs.length, 1, "one event");
        same(logs[0].topics[0], IGame.Proven.selector, "Proven");
        same(logs[0].topics[1], idOf(p.v), "id");
        same(logs[0].data, abi.encode(ALICE), "to");
        uint256 gas_ = meteredGas(p.v);
        uint256 fixed_ = 21_000 + 16 * (4 + 32 * (44 + p.mp.length + 1));
        check(gas_ > fixed_ && gas_ < fixed_ + used, "gas");
        same(word(p.v) >> 96, uint160(ALICE), "mover is `to`, not the caller");
    }

    function meteredGas(Ref memory v) internal view returns (uint256) {
        return ((word(v) >> 8) & 0xffffff) << 8;
    }

    /// @notice extraGas is added; a failing or over-long answer counts 0; the sum stops at 2^32 - 1.
    function test_prove_extra_gas() external {
        toTheLeaf(2);
        verifier.setExtra(1_000_000);
        uint256 with_ = proveWith(hex"01");
        uint256 failing = proveWith(hex"0a");
        uint256 long_ = proveWith(hex"0b");
        check(failing < 300_000 && long_ < 300_000, "counts 0");
        check(with_ > failing + 990_000 && with_ < failing + 1_010_000, "added");
        verifier.setExtra(type(uint256).max);
        same(proveWith(hex"01"), 0xffffff00, "saturates");
        verifier.setExtra(type(uint256).max - 100);
        same(proveWith(hex"01"), 0xffffff00, "saturates without wrapping");
    }

    function proveWith(bytes memory proof) private returns (uint256 gas_) {
        uint256 snapshot = vm.snapshotState();
        Call memory p = call_(c, 2);
        p.proof = proof;
        works(BOB, data(p));
        gas_ = meteredGas(p.v);
        vm.revertToState(snapshot);
    }

    /// @notice BEGIN asks with the input's hash, any other step with 0; the target is the parent's nextInput.
    function test_prove_asks_with_the_input_hash() external {
        toTheLeaf(0); // BEGIN of input 0: Toy.next mixes the hash in, so a wrong one would give WrongPost
        works(BOB, data(call_(c, 0)));
        same(verifier.calls(), 1, "asked");
    }
}
