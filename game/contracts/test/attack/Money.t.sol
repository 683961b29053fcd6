// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameErrors, IGame} from "../../src/IGame.sol";
import {GameFixture} from "../base/GameFixture.sol";
import {Hist, History} from "../base/History.sol";
import {Forcer, Payee} from "../base/Payees.sol";

/// @notice Bonds, pots, rewards, payments (attacks 6, 7, 9-12, 20-22, 27, 41, 47, 50).
contract MoneyTest is GameFixture {
    using History for Hist;

    Hist internal c;
    Hist internal f;
    bytes32 internal aid;
    bytes32 internal rival;

    function open() internal {
        c = honest();
        f = liar(7, 0);
        aid = post(ALICE, genesis, c);
        rival = post(BOB, genesis, f);
    }

    /// @notice A dispute to the leaf; the honest moves are ALICE's.
    function played() internal {
        open();
        duel(genesis, c, f, 6);
        prove(ALICE, genesis, c, 6);
        vm.warp(block.timestamp + cfg.T);
        decide(genesis, aid, c);
        works(DAVE, abi.encodeCall(IGame.reject, (rival)));
    }

    function slash() internal {
        works(DAVE, abi.encodeCall(IGame.slash, (BOB)));
    }

    function claim(address who, Hist memory h) internal {
        works(DAVE, abi.encodeCall(IGame.claim, (genesis, who, tree(genesis, h))));
    }

    function gasOf(Hist memory h, uint256 pos, uint256 height) internal view returns (uint256) {
        return (word(h.node(genesis, pos, height)) >> 8) & 0xffffff;
    }

    function priceOf(Hist memory h, uint256 pos, uint256 height) internal view returns (uint256) {
        return (word(h.node(genesis, pos, height)) >> 32) & 0xffffff;
    }

    function test_t_frontrun_same_move_noop() external {
        open();
        split(BOB, genesis, c, 0, 4); // Bob sends Alice's very move first
        uint256 before = word(c.node(genesis, 0, 4));
        split(ALICE, genesis, c, 0, 4);
        same(word(c.node(genesis, 0, 4)), before, "no-op");
        vm.warp(block.timestamp + cfg.T);
        decide(genesis, aid, c);
        bytes memory data = abi.encodeCall(IGame.decide, (aid, tree(genesis, c)));
        fails(ALICE, data, GameErrors.Decided.selector, "decide once");
    }

    /// @notice A front-runner who names himself gets no more than the gas that he paid.
    function test_t_reward_frontrun_bounded() external {
        open();
        uint256 start = gasleft();
        split(CAROL, genesis, c, 0, 4);
        uint256 paid = (start - gasleft() + 21_000 + 16 * (4 + 32 * 12)) * 11 gwei;
        vm.warp(block.timestamp + cfg.T);
        decide(genesis, aid, c);
        works(DAVE, abi.encodeCall(IGame.reject, (rival)));
        slash();
        claim(CAROL, c);
        check(game.credits(CAROL) > 0 && game.credits(CAROL) <= paid, "at most what it cost");
    }

    /// @notice Attacking oneself to win the bond back loses at least the burnt share.
    function test_t_selfdeal_net_loss() external {
        played();
        slash();
        claim(ALICE, c);
        claim(BOB, c);
        vm.warp(block.timestamp + cfg.T + 1);
        works(DAVE, abi.encodeCall(IGame.sweep, (genesis)));
        same(game.credits(BURN), 0.5 ether, "burnt");
        uint256 back = game.credits(ALICE) + game.credits(BOB);
        check(back <= cfg.bond - 0.5 ether, "loss of at least the burnt share");
    }

    function test_t_price_capped_basefee_plus_tip() external {
        open();
        vm.txGasPrice(5_000 gwei);
        split(BOB, genesis, c, 0, 4);
        same(priceOf(c, 0, 4), 1_200, "10 + 2 gwei");
        vm.fee(900 gwei);
        split(BOB, genesis, f, 0, 4);
        same(priceOf(f, 0, 4), 20_000, "maxPrice: 200 gwei");
        vm.txGasPrice(0);
        split(BOB, genesis, c, 4, 2);
        same(priceOf(c, 4, 2), 0, "free gas");
    }

    function test_t_claim_needs_winner_path() external {
        played();
        slash();
        uint256 before = game.game(genesis).pot;
        bytes memory t = tree(genesis, f);
        bytes memory data = abi.encodeCall(IGame.claim, (genesis, BOB, t));
        fails(BOB, data, GameErrors.BadTree.selector, "the loser's tree");
        claim(BOB, c);
        same(game.game(genesis).pot, before, "Bob has no node on the winner's tree");
    }

    function test_t_claim_once() external {
        played();
        slash();
        claim(ALICE, c);
        uint256 paid = game.credits(ALICE);
        check(paid > 0, "paid");
        claim(ALICE, c);
        works(DAVE, abi.encodeCall(IGame.claim, (genesis, ALICE, STOP)));
        same(game.credits(ALICE), paid, "once");
    }

    function test_t_claim_before_slash_pays_later() external {
        played();
        claim(ALICE, c); // the pot is empty: nothing fits, nothing is flagged
        same(game.credits(ALICE), 0, "nothing yet");
        slash();
        claim(ALICE, c);
        check(game.credits(ALICE) > 0, "paid later");
    }

    /// @notice A payee contract with one bond in its credit.
    function payee() internal returns (Payee p) {
        p = new Payee();
        vm.deal(address(this), 1 ether);
        p.play{value: 1 ether}(address(game), abi.encodeCall(IGame.stake, ()));
        p.play(address(game), abi.encodeCall(IGame.unstake, ()));
    }

    function test_t_reentrancy_withdraw() external {
        Payee p = payee();
        stake(ALICE); // somebody else's ether is there to take
        p.set(false, abi.encodeCall(IGame.withdraw, (address(p))), 0);
        works(DAVE, abi.encodeCall(IGame.withdraw, (address(p))));
        check(!p.reentered(), "refused");
        same(p.answer(), abi.encodePacked(GameErrors.Locked.selector), "Locked");
        same(address(p).balance, 1 ether, "paid once");
        same(address(game).balance, 1 ether, "the rest is safe");
    }

    function test_t_reverting_payee_isolated() external {
        Payee p = payee();
        p.set(true, "", 0);
        stake(ALICE);
        works(ALICE, abi.encodeCall(IGame.unstake, ()));
        bytes memory data = abi.encodeCall(IGame.withdraw, (address(p)));
        fails(DAVE, data, GameErrors.PayFailed.selector);
        same(game.credits(address(p)), 1 ether, "the credit stays");
        works(DAVE, abi.encodeCall(IGame.withdraw, (ALICE)));
        same(ALICE.balance, 1 ether, "others are paid");
    }

    /// @notice No constant stipend: a payee may need any amount of gas, at any price of it.
    function test_t_gas_schedule_x3() external {
        Payee p = payee();
        p.set(false, "", 200);
        works(DAVE, abi.encodeCall(IGame.withdraw, (address(p))));
        same(address(p).balance, 1 ether, "paid");
    }

    /// @notice Nothing of a payee's answer is copied.
    function test_payee_returns_a_megabyte() external {
        address bomb = address(0xb03b);
        vm.etch(bomb, hex"620f42405ff3"); // return(0, 1000000)
        vm.deal(bomb, 1 ether);
        vm.prank(bomb, bomb);
        game.stake{value: 1 ether}();
        works(bomb, abi.encodeCall(IGame.unstake, ()));
        works(DAVE, abi.encodeCall(IGame.withdraw, (bomb)));
        same(bomb.balance, 1 ether, "paid");
    }

    function test_t_forced_ether_ignored() external {
        stake(ALICE);
        vm.deal(address(this), 5 ether);
        new Forcer{value: 5 ether}(payable(address(game)));
        same(address(game).balance, 6 ether, "it came in");
        works(ALICE, abi.encodeCall(IGame.unstake, ()));
        works(DAVE, abi.encodeCall(IGame.withdraw, (ALICE)));
        same(ALICE.balance, 1 ether, "and changes nothing");
        same(address(game).balance, 5 ether, "nobody's");
    }

    /// @notice Plain ether and unknown calls are refused.
    function test_no_other_way_in() external {
        vm.deal(address(this), 1 ether);
        (bool ok,) = address(game).call{value: 1 ether}("");
        check(!ok, "plain ether");
        (ok,) = address(game).call(hex"12345678");
        check(!ok, "unknown function");
        (ok,) = address(game).call{value: 1}(abi.encodeCall(IGame.unstake, ()));
        check(!ok, "value to a move without");
    }

    /// @notice Bytes behind the arguments do not raise the metered gas.
    function test_t_padded_split_meters_same() external {
        open();
        uint256 snapshot = vm.snapshotState();
        split(ALICE, genesis, c, 0, 4);
        uint256 plain = gasOf(c, 0, 4);
        vm.revertToState(snapshot);
        bytes memory data =
            abi.encodeCall(IGame.split, (c.node(genesis, 0, 4), c.childSpans(0, 4), ALICE));
        data = bytes.concat(data, new bytes(100_000));
        works(ALICE, data);
        same(gasOf(c, 0, 4), plain, "padding");
        vm.revertToState(snapshot);
        bytes[] memory calls = new bytes[](1);
        calls[0] = data;
        works(ALICE, abi.encodeCall(IGame.multicall, (calls)));
        check(gasOf(c, 0, 4) <= plain + 1, "within a multicall");
    }

    /// @notice The gas limit of a split is a constant: 260,000 covers the worst case of arity 4.
    function test_t_gas_limit_worst_case() external {
        open();
        bytes memory data =
            abi.encodeCall(IGame.split, (c.node(genesis, 0, 4), c.childSpans(0, 4), ALICE));
        uint256 spent = 21_000 + 16 * data.length;
        vm.prank(ALICE, ALICE);
        (bool ok,) = address(game).call{gas: 260_000 - spent}(data);
        check(ok, "260,000 is enough");
    }
}
