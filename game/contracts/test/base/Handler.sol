// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assertion, Context, GameRec, IGame, Ref} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {GameFixture} from "./GameFixture.sol";
import {Hist, History} from "./History.sol";
import {Toy} from "./Toy.sol";

/// @notice Plays random moves of honest and lying parties on the shipped Game, and remembers what it made: the state that
/// the invariants of PROTOCOL §11 are about. Calls may fail; what they must never do is checked by the invariants.
contract Handler is GameFixture {
    using History for Hist;

    /// @notice A claim that somebody may post: 0..3 under genesis (0 is true), then two under each of them.
    struct Claim {
        uint256 parent; // number of a claim, or NO_PARENT
        uint256 lieAt;
        uint256 back;
        bytes32 aid; // 0 until posted
    }

    uint256 internal constant NO_PARENT = type(uint256).max;
    uint256 public constant CLAIMS = 12;
    Claim[] public claims;
    address[] public actors;
    Ref[] internal nodes;
    mapping(bytes32 => bool) public known;
    /// @notice A terminal whose span is the true successor of the state that its base commits to.
    mapping(bytes32 => bool) public trueStep;
    mapping(bytes32 => bytes32[]) internal spansOf;

    // ghosts
    uint256 public bondsIn; // ether that came in by stake
    uint256 public paidOut;
    uint256 public slashedIn; // shares of bonds that went into pots
    uint256 public rewarded;
    uint256 public sweptOut;
    mapping(bytes32 => uint256) public calls; // by name of the move, successes

    /// @notice Not an action.
    function setUp() public override {}

    constructor() {
        setUpGame(4, 2);
        push();
        actors = [ALICE, BOB, CAROL, DAVE];
        claims.push(Claim(NO_PARENT, 0, 0, 0));
        claims.push(Claim(NO_PARENT, 3, 0, 0));
        claims.push(Claim(NO_PARENT, 3, 7, 0));
        claims.push(Claim(NO_PARENT, 11, 0, 0));
        for (uint256 i = 0; i < 4; ++i) {
            claims.push(Claim(i, 0, 0, 0));
            claims.push(Claim(i, 2 + 4 * i, 0, 0));
        }
    }

    function theGame() external view returns (IGame) {
        return game;
    }

    function nodeCount() external view returns (uint256) {
        return nodes.length;
    }

    function nodeAt(uint256 i) external view returns (Ref memory) {
        return nodes[i];
    }

    function childSpansOf(bytes32 id) external view returns (bytes32[] memory) {
        return spansOf[id];
    }

    function gidOf(uint256 i) public view returns (bytes32) {
        return claims[i].parent == NO_PARENT ? genesis : claims[claims[i].parent].aid;
    }

    /// @notice The history of a claim; its parent must be posted.
    function hist(uint256 i) public view returns (Hist memory) {
        Claim memory k = claims[i];
        uint64 target = game.assertion(gidOf(i)).nextInput;
        bytes memory first =
            k.parent == NO_PARENT ? Toy.genesis() : History.lastState(hist(k.parent));
        return History.build([uint256(4), 2], first, target, inputs, [k.lieAt, k.back, i]);
    }

    function actor(uint256 seed) internal view returns (address) {
        return actors[seed % actors.length];
    }

    function attempt(address who, uint256 value, bytes memory data, bytes32 name)
        internal
        returns (bool ok)
    {
        vm.deal(who, value);
        vm.prank(who, who);
        (ok,) = address(game).call{value: value}(data);
        if (ok) ++calls[name];
    }

    /// @notice Notes a node of claim i that exists from now on.
    function remember(uint256 i, Ref memory v) internal {
        bytes32 id = idOf(v);
        if (known[id]) return;
        known[id] = true;
        nodes.push(v);
        Claim memory k = claims[i];
        trueStep[id] = v.h == 0 && v.pos + 1 != k.lieAt && (k.back == 0 || v.pos + 1 != k.back);
    }

    // actions

    function wait_(uint256 seed) external {
        vm.warp(block.timestamp + (seed % 3 == 0 ? 20 + (seed >> 8) % 60 : seed % 8));
    }

    function input() external {
        if (inputs.length < 6) push();
    }

    function doStake(uint256 seed) external {
        if (attempt(actor(seed), cfg.bond, abi.encodeCall(IGame.stake, ()), "stake")) {
            bondsIn += cfg.bond;
        }
    }

    function doPost(uint256 seed, uint256 which) external {
        uint256 i = which % CLAIMS;
        for (uint256 k = 0; k < CLAIMS && (claims[i].aid != 0 || gidOf(i) == 0); ++k) {
            i = (i + 1) % CLAIMS; // the next one that can be posted
        }
        bytes32 gid = gidOf(i);
        if (gid == 0 || game.assertion(gid).nextInput > inputs.length) return;
        Hist memory c = hist(i);
        bytes32 aid = aidOf(gid, c);
        address who = actor(seed);
        if (game.staker(who).bond == 0) {
            if (attempt(who, cfg.bond, abi.encodeCall(IGame.stake, ()), "stake")) {
                bondsIn += cfg.bond;
            }
        }
        if (!attempt(who, 0, postData(gid, aid, c), "post")) return;
        claims[i].aid = aid;
        remember(i, c.node(gid, 0, 4));
    }

    function doJoin(uint256 seed, uint256 which) external {
        attempt(actor(seed), 0, abi.encodeCall(IGame.join, (claims[which % CLAIMS].aid)), "join");
    }

    function doSplit(uint256 seed, uint256 which, uint256 place) external {
        uint256 i = which % CLAIMS;
        if (claims[i].aid == 0) return;
        Hist memory c = hist(i);
        uint256 h = (place & 0xff) % 3 == 0 ? 4 : 2;
        uint256 pos = (place >> 8) % 16 >> h << h;
        Ref memory v = c.node(gidOf(i), pos, h);
        bytes32[] memory spans = c.childSpans(pos, h);
        address who = actor(seed);
        if (!attempt(who, 0, abi.encodeCall(IGame.split, (v, spans, who)), "split")) return;
        spansOf[idOf(v)] = spans;
        for (uint256 j = 0; j < 4; ++j) {
            remember(i, c.node(v.gid, pos + (j << (h - 2)), h - 2));
        }
    }

    /// @notice A move that a party of claim i needs: a rivaled node of its tree is split, or proven if it can be.
    function doAnswer(uint256 seed, uint256 which) external {
        uint256 i = which % CLAIMS;
        if (which >> 128 & 1 == 0) i %= 4;
        if (claims[i].aid == 0) return;
        Hist memory c = hist(i);
        bytes32 gid = gidOf(i);
        for (uint256 n = 0; n < 21; ++n) {
            uint256 k = (n + (seed >> 16) % 21) % 21; // 0 root, 1..4 below it, 5..20 terminals
            uint256 h = k == 0 ? 4 : k < 5 ? 2 : 0;
            uint256 pos = k == 0 ? 0 : k < 5 ? 4 * (k - 1) : k - 5;
            Ref memory v = c.node(gid, pos, h);
            uint256 w = word(v);
            if (w == 0 || w & 6 != 0 || game.context(ctxOf(v)).count < 2) continue;
            if (h == 0 && pos + 1 == claims[i].lieAt) continue;
            if (h == 0) this.doProve(seed, i, pos);
            else this.doSplit(seed, i, (h == 4 ? 0 : 1) | (pos << 8));
            return;
        }
    }

    function doAnswerToo(uint256 seed, uint256 which) external {
        this.doAnswer(seed, which);
    }

    function doAnswerMore(uint256 seed, uint256 which) external {
        this.doAnswer(seed, which ^ (1 << 128));
    }

    /// @notice All that the line of assertions allows now.
    function doLine() external {
        for (uint256 i = 0; i < CLAIMS; ++i) {
            if (claims[i].aid == 0) continue;
            this.doConfirm(i);
            this.doReject(i);
        }
    }

    function waitForT() external {
        vm.warp(block.timestamp + cfg.T);
    }

    /// @notice Decides whatever can be decided.
    function doFinish(uint256 seed) external {
        for (uint256 i = 0; i < CLAIMS; ++i) {
            this.doDecide((i + seed % CLAIMS) % CLAIMS, 1);
        }
    }

    /// @notice Slashes whoever can be slashed.
    function doSlashAll() external {
        for (uint256 i = 0; i < 4; ++i) {
            this.doSlash(i);
        }
    }

    function doProve(uint256 seed, uint256 which, uint256 place) external {
        uint256 i = which % CLAIMS;
        if (claims[i].aid == 0) return;
        Hist memory c = hist(i);
        uint256 pos = place % 16;
        Ref memory v = c.node(gidOf(i), pos, 0);
        bool idle = Toy.halted(c.states[pos], game.assertion(v.gid).nextInput);
        bytes memory proof = idle ? bytes("") : FINE;
        address who = actor(seed);
        attempt(
            who,
            0,
            abi.encodeCall(IGame.prove, (v, c.states[pos], c.preProof(pos), proof, who)),
            "prove"
        );
    }

    function doRefresh(uint256 which, uint256 prune) external {
        if (nodes.length == 0) return;
        Ref memory v = nodes[which % nodes.length];
        bytes memory t = treeOf(v, prune);
        attempt(DAVE, 0, abi.encodeCall(IGame.refresh, (v, t)), "refresh");
    }

    /// @notice The known tree below v; prune chooses stops.
    function treeOf(Ref memory v, uint256 prune) public view returns (bytes memory out) {
        bytes32[] memory spans = spansOf[idOf(v)];
        if (spans.length == 0 || (prune != 0 && uint256(keccak256(abi.encode(prune, v))) % 4 == 0))
        {
            return STOP;
        }
        out = abi.encodePacked(hex"01", spans);
        for (uint256 j = 0; j < 4; ++j) {
            out = bytes.concat(out, treeOf(child(v, spans, j), prune));
        }
    }

    function child(Ref memory v, bytes32[] memory spans, uint256 j)
        public
        pure
        returns (Ref memory u)
    {
        u = Ref(v.gid, uint64(v.pos + (j << (v.h - 2))), v.h - 2, v.base, spans[j]);
        for (uint256 k = 0; k < j; ++k) {
            u.base = TreeLib.baseStep(u.base, spans[k]);
        }
    }

    function rootOf(uint256 i) public view returns (Ref memory) {
        bytes32 gid = gidOf(i);
        Assertion memory a = game.assertion(claims[i].aid);
        return Ref(gid, 0, 4, game.assertion(gid).lastLeaf, a.span);
    }

    function doDecide(uint256 which, uint256 prune) external {
        uint256 i = which % CLAIMS;
        if (claims[i].aid == 0) return;
        bytes memory t = treeOf(rootOf(i), prune % 3 == 0 ? prune : 0);
        attempt(DAVE, 0, abi.encodeCall(IGame.decide, (claims[i].aid, t)), "decide");
    }

    function doConfirm(uint256 which) external {
        attempt(DAVE, 0, abi.encodeCall(IGame.confirm, (claims[which % CLAIMS].aid)), "confirm");
    }

    function doReject(uint256 which) external {
        attempt(DAVE, 0, abi.encodeCall(IGame.reject, (claims[which % CLAIMS].aid)), "reject");
    }

    function doSlash(uint256 seed) external {
        address who = actor(seed);
        uint256 before = game.credits(BURN);
        uint256 bond = game.staker(who).bond;
        if (attempt(DAVE, 0, abi.encodeCall(IGame.slash, (who)), "slash")) {
            slashedIn += bond - (game.credits(BURN) - before);
        }
    }

    function doClaim(uint256 seed, uint256 which, uint256 prune) external {
        uint256 i = which % CLAIMS;
        if (claims[i].aid == 0) return;
        bytes memory t = treeOf(rootOf(i), prune % 2);
        address who = actor(seed);
        uint256 before = game.credits(who);
        if (attempt(DAVE, 0, abi.encodeCall(IGame.claim, (gidOf(i), who, t)), "claim")) {
            rewarded += game.credits(who) - before;
        }
    }

    function doUnstake(uint256 seed) external {
        if (seed % 4 != 0 && game.staker(actor(seed)).tip == 0) return; // or nobody ever posts
        attempt(actor(seed), 0, abi.encodeCall(IGame.unstake, ()), "unstake");
    }

    function doWithdraw(uint256 seed) external {
        address who = seed % 5 == 0 ? TREASURY : actor(seed);
        uint256 amount = game.credits(who);
        if (attempt(DAVE, 0, abi.encodeCall(IGame.withdraw, (who)), "withdraw")) paidOut += amount;
    }

    function doSweep(uint256 which) external {
        uint256 before = game.credits(TREASURY);
        bytes32 gid = gidOf(which % CLAIMS);
        if (attempt(DAVE, 0, abi.encodeCall(IGame.sweep, (gid)), "sweep")) {
            sweptOut += game.credits(TREASURY) - before;
        }
    }

    /// @notice Any bytes to the game, with any selector of it.
    function junk(uint256 seed, bytes calldata data) external {
        bytes4[4] memory s = [
            IGame.split.selector,
            IGame.prove.selector,
            IGame.claim.selector,
            IGame.multicall.selector
        ];
        attempt(actor(seed), 0, abi.encodePacked(s[seed % 4], data), "junk");
    }
}
