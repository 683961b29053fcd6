// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Config, GameErrors, IGame, Ref} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {Hist, History} from "./History.sol";
import {MockInbox} from "./Mocks.sol";
import {Test} from "./Test.sol";
import {Toy} from "./Toy.sol";
import {ToyVerifier} from "./ToyVerifier.sol";

/// @notice A game of the shipped code over a toy chain, with parties and histories.
abstract contract GameFixture is Test {
    using History for Hist;

    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);
    address internal constant CAROL = address(0xca401);
    address internal constant DAVE = address(0xdade);
    address internal constant TREASURY = address(0x7ea5);
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;
    uint256 internal constant INF = (1 << 40) - 1;
    uint256 internal constant START = 1_000_000;
    bytes internal constant FINE = hex"01";
    bytes internal constant STOP = hex"00";

    IGame internal game;
    MockInbox internal inbox;
    ToyVerifier internal verifier;
    Config internal cfg;
    bytes32 internal genesis;
    bytes32[] internal inputs;

    /// @notice K = 4, A = 2, T = 100, grace 10, minGap 5, bond 1 ether; one input in the Inbox.
    function setUp() public virtual {
        setUpGame(4, 2);
    }

    function setUpGame(uint8 k, uint8 a) internal {
        vm.warp(START);
        vm.fee(10 gwei);
        vm.txGasPrice(11 gwei);
        if (address(inbox) == address(0)) {
            inbox = MockInbox(deploy("out/Mocks.sol/MockInbox.json", ""));
            verifier = new ToyVerifier();
            push();
        }
        cfg = config(k, a);
        game = launch(cfg);
        genesis = game.anchor();
        vm.warp(START + cfg.minGap);
    }

    function config(uint8 k, uint8 a) internal view returns (Config memory c) {
        (c.K, c.A, c.T, c.grace, c.minGap, c.bond) = (k, a, 100, 10, 5, 1 ether);
        (c.burnBps, c.rewardBps, c.maxPrice, c.stepGas) = (5_000, 10_000, 20_000, 1_000_000);
        (c.verifier, c.treasury, c.inbox) = (address(verifier), TREASURY, address(inbox));
        (c.chainId, c.traceStore) = (uint64(block.chainid), address(0x57));
        (c.genesisLeaf, c.chainCfgHash) = (Toy.leaf(Toy.genesis()), keccak256("chain"));
    }

    /// @notice Deploys the code that is committed in generated/, the one that programs deploy.
    function launch(Config memory c) internal returns (IGame) {
        return IGame(deployShipped("Game", abi.encode(c)));
    }

    function push() internal {
        bytes32 hash = keccak256(abi.encode("input", inputs.length));
        inputs.push(hash);
        inbox.push(hash);
    }

    // histories of the game under genesis; target is genesis' nextInput

    function honest() internal view returns (Hist memory) {
        return liar(0, 0, 0);
    }

    /// @notice False from leaf `at` on.
    function liar(uint256 at_, uint256 tag) internal view returns (Hist memory) {
        return liar(at_, 0, tag);
    }

    /// @notice False from leaf `at` to before leaf `back`.
    function liar(uint256 at_, uint256 back, uint256 tag) internal view returns (Hist memory) {
        return History.build([uint256(cfg.K), cfg.A], Toy.genesis(), 1, inputs, [at_, back, tag]);
    }

    /// @notice The history that goes on after `first`, over inputs up to `target`.
    function after_(bytes memory first, uint64 target, uint256 lieAt)
        internal
        view
        returns (Hist memory)
    {
        return History.build([uint256(cfg.K), cfg.A], first, target, inputs, [lieAt, 0, 0]);
    }

    // moves that must work

    function stake(address who) internal {
        vm.deal(who, who.balance + cfg.bond);
        vm.prank(who, who);
        game.stake{value: cfg.bond}();
    }

    function aidOf(bytes32 parent, Hist memory c) internal view returns (bytes32) {
        uint64 end = game.assertion(parent).nextInput;
        return TreeLib.aidOf(parent, game.cfgHash(), end, inbox.acc(end), c.lastLeaf(), c.root());
    }

    function post(address who, bytes32 parent, Hist memory c) internal returns (bytes32 aid) {
        if (game.staker(who).bond == 0) stake(who);
        aid = aidOf(parent, c);
        bytes memory data = postData(parent, aid, c);
        vm.prank(who, who);
        mustCall(data);
    }

    function postData(bytes32 parent, bytes32 aid, Hist memory c)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(
            IGame.post, (parent, aid, c.lastLeaf(), c.root(), c.path(), c.lastState())
        );
    }

    function mustCall(bytes memory data) internal {
        (bool ok, bytes memory answer) = address(game).call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    function split(address who, bytes32 gid, Hist memory c, uint256 pos, uint256 h) internal {
        vm.prank(who, who);
        game.split(c.node(gid, pos, h), c.childSpans(pos, h), who);
    }

    function prove(address who, bytes32 gid, Hist memory c, uint256 pos) internal {
        bytes memory proof =
            Toy.halted(c.states[pos], game.assertion(gid).nextInput) ? bytes("") : FINE;
        vm.prank(who, who);
        game.prove(c.node(gid, pos, 0), c.states[pos], c.preProof(pos), proof, who);
    }

    /// @notice The honest strategy on one history: splits and proves every rivaled node of its tree; how many moves it made.
    function respond(address who, bytes32 gid, Hist memory c) internal returns (uint256 moves) {
        return respond(who, gid, c, 0, c.k);
    }

    function respond(address who, bytes32 gid, Hist memory c, uint256 pos, uint256 h)
        internal
        returns (uint256 moves)
    {
        Ref memory v = c.node(gid, pos, h);
        uint256 w = word(v);
        if (w & 2 == 0) {
            if (w & 4 != 0 || game.context(ctxOf(v)).count < 2) return 0;
            if (h == 0) prove(who, gid, c, pos);
            else split(who, gid, c, pos, h);
            moves = 1;
        }
        if (h == 0) return moves;
        for (uint256 j = 0; j < 1 << c.a; ++j) {
            moves += respond(who, gid, c, pos + (j << (h - c.a)), h - c.a);
        }
    }

    /// @notice Splits a history down to the terminal at pos, whoever is there.
    function splitDown(address who, bytes32 gid, Hist memory c, uint256 pos) internal {
        for (uint256 h = c.k; h > 0; h -= c.a) {
            split(who, gid, c, pos >> h << h, h);
        }
    }

    /// @notice Two rivals (posted already) down to the terminal at pos, c by ALICE first, then f by BOB at every level.
    function duel(bytes32 gid, Hist memory c, Hist memory f, uint256 pos) internal {
        for (uint256 h = c.k; h > 0; h -= c.a) {
            split(ALICE, gid, c, pos >> h << h, h);
            split(BOB, gid, f, pos >> h << h, h);
        }
    }

    function decide(bytes32 gid, bytes32 aid, Hist memory c) internal {
        works(DAVE, abi.encodeCall(IGame.decide, (aid, tree(gid, c))));
    }

    function cannotDecide(bytes32 gid, bytes32 aid, Hist memory c) internal {
        bytes memory data = abi.encodeCall(IGame.decide, (aid, tree(gid, c)));
        fails(DAVE, data, GameErrors.TooEarly.selector, "must not be decided");
    }

    /// @notice The tree over all split nodes of a history below (pos, h).
    function tree(bytes32 gid, Hist memory c, uint256 pos, uint256 h)
        internal
        view
        returns (bytes memory out)
    {
        if (word(c.node(gid, pos, h)) & 2 == 0) return STOP;
        out = abi.encodePacked(hex"01", c.childSpans(pos, h));
        for (uint256 j = 0; j < 1 << c.a; ++j) {
            out = bytes.concat(out, tree(gid, c, pos + (j << (h - c.a)), h - c.a));
        }
    }

    function tree(bytes32 gid, Hist memory c) internal view returns (bytes memory) {
        return tree(gid, c, 0, c.k);
    }

    // what the contract holds

    function idOf(Ref memory v) internal pure returns (bytes32) {
        return TreeLib.idOf(ctxOf(v), v.span);
    }

    function ctxOf(Ref memory v) internal pure returns (bytes32) {
        return TreeLib.ctxOf(v.gid, v.base, v.pos, v.h);
    }

    function word(Ref memory v) internal view returns (uint256) {
        return uint256(game.node(idOf(v)));
    }

    function betaOf(Ref memory v) internal view returns (uint256) {
        return (word(v) >> 56) & INF;
    }

    function status(bytes32 aid) internal view returns (uint8) {
        return game.assertion(aid).status;
    }

    // expected failures

    /// @notice A call by `who` with exactly this error.
    function fails(address who, bytes memory data, bytes4 selector, string memory what) internal {
        vm.prank(who, who);
        (bool ok, bytes memory answer) = address(game).call(data);
        refused(ok, answer, selector, what);
    }

    function fails(address who, bytes memory data, bytes4 selector) internal {
        fails(who, data, selector, "guard");
    }

    /// @notice A call that works.
    function works(address who, bytes memory data) internal {
        vm.prank(who, who);
        mustCall(data);
    }
}
