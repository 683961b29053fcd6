// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a game is played by; abi.encode gives 22 words in this order, cfgHash is their keccak (PROTOCOL §1).
struct Config {
    /// @notice log2 of the number of steps of an assertion, 1..32, a multiple of A
    uint8 K;
    /// @notice log2 of the number of children of a split, 1..4
    uint8 A;
    /// @notice unrivaled seconds that decide a game
    uint40 T;
    /// @notice seconds between decision and confirmation of a rivaled assertion
    uint40 grace;
    /// @notice seconds between an assertion and its first child
    uint40 minGap;
    /// @notice wei that a staker locks
    uint96 bond;
    /// @notice share of a slashed bond that is burnt, in 1/10,000
    uint16 burnBps;
    /// @notice share of the metered cost of a useful move that is paid back, in 1/10,000
    uint16 rewardBps;
    /// @notice highest gas price that is paid back, in 0.01 gwei
    uint24 maxPrice;
    /// @notice gas handed to the verifier
    uint32 stepGas;
    /// @notice judge of single steps
    address verifier;
    /// @notice receiver of what is left of a pot
    address treasury;
    /// @notice chain id of this L1
    uint64 chainId;
    /// @notice where the inputs are
    address inbox;
    /// @notice where chunks of long traces are shown
    address traceStore;
    /// @notice leaf of the genesis state
    bytes32 genesisLeaf;
    /// @notice hash of the chain configuration, as in every state
    bytes32 chainCfgHash;
    /// @notice execId of the verifier
    bytes32 execId;
    /// @notice zero until the RISC-V level exists
    bytes32 imageRoot;
    /// @notice zero until the RISC-V level exists
    bytes32 entry;
    /// @notice zero until the RISC-V level exists
    bytes32 stepContract;
    /// @notice zero
    bytes32 spare;
}

/// @notice A node of a history tree, as named in calls (PROTOCOL §7.1): it claims that the leaves pos+1..pos+2^h after the
/// prefix that `base` commits to have the Merkle root `span`.
struct Ref {
    /// @notice game: aid of the parent assertion
    bytes32 gid;
    /// @notice number of leaves before it
    uint64 pos;
    /// @notice log2 of its number of leaves
    uint8 h;
    /// @notice hash chain over the left siblings
    bytes32 base;
    /// @notice Merkle root of its leaves
    bytes32 span;
}

/// @notice One claim about the chain, made by `post`.
struct Assertion {
    /// @notice aid of the assertion it continues; 0 for genesis
    bytes32 parent;
    /// @notice leaf of the state after its last step
    bytes32 lastLeaf;
    /// @notice Merkle root of its 2^K leaves
    bytes32 span;
    /// @notice number of inputs it was computed from
    uint64 inputEnd;
    /// @notice inputEnd of its children
    uint64 nextInput;
    /// @notice block time of its post
    uint40 createdAt;
    /// @notice 0 none, 1 pending, 2 confirmed, 3 rejected
    uint8 status;
    /// @notice number of children
    uint32 children;
    /// @notice game whose pot takes the bonds below it; set by `reject`
    bytes32 potGid;
}

/// @notice The game among the children of one assertion.
struct GameRec {
    /// @notice aid that won; 0 while undecided, then final
    bytes32 winner;
    /// @notice block time of `decide`
    uint40 wonAt;
    /// @notice block time of the last `slash` into this pot
    uint40 slashedAt;
    /// @notice wei left for rewards
    uint96 pot;
    /// @notice number of assertions in this game
    uint32 roots;
}

/// @notice One bond.
struct Staker {
    /// @notice wei held; 0 = not staked
    uint96 bond;
    /// @notice last assertion of the line it stands for; 0 before its first
    bytes32 tip;
}

/// @notice All nodes that differ in their span alone.
struct Context {
    /// @notice block time of the first node
    uint40 firstAt;
    /// @notice block time of the second node; 0 while there is one
    uint40 rivalAt;
    /// @notice number of nodes
    uint32 count;
}

/// @title The dispute game: moves, records, events, errors (PROTOCOL §7)
/// @notice Anyone may call where no caller is named. Guards are checked in the order of the errors in each comment.
interface IGame {
    /// @notice A bond was locked.
    event Staked(address indexed staker);
    /// @notice A new assertion; its root node (gid, 0, K, lastLeaf of gid, span) exists from now on.
    event Posted(
        bytes32 indexed gid,
        bytes32 indexed aid,
        address indexed staker,
        bytes32 lastLeaf,
        bytes32 span,
        uint64 inputEnd,
        uint64 nextInput
    );
    /// @notice A staker moved its tip to an assertion.
    event Joined(address indexed staker, bytes32 indexed aid);
    /// @notice A node was split; its children follow from the node and the spans.
    event Split(bytes32 indexed id, address to, bytes32[] spans);
    /// @notice A terminal node was proven.
    event Proven(bytes32 indexed id, address to);
    /// @notice `refresh` found this bound; stored if it was larger than the one before.
    event TimerUpdated(bytes32 indexed id, uint40 beta);
    /// @notice A game has its winner.
    event Decided(bytes32 indexed gid, bytes32 indexed aid);
    /// @notice An assertion became the anchor.
    event Confirmed(bytes32 indexed aid);
    /// @notice An assertion was rejected; bonds below it go to the pot of potGid.
    event Rejected(bytes32 indexed aid, bytes32 indexed potGid);
    /// @notice A bond was taken: `rest` wei into the pot of potGid, the other part burnt.
    event Slashed(
        address indexed staker, bytes32 indexed aid, bytes32 indexed potGid, uint256 rest
    );
    /// @notice A mover's work in a decided game was paid.
    event Rewarded(bytes32 indexed gid, address indexed mover, uint256 amount);
    /// @notice A bond was given back to the staker's credit.
    event Unstaked(address indexed staker);
    /// @notice A credit was paid out.
    event Withdrawn(address indexed account, uint256 amount);
    /// @notice The rest of a pot went to the treasury's credit.
    event Swept(bytes32 indexed gid, uint256 amount);

    /// @notice Locks the bond of the caller.
    /// Errors: BadValue, Staked.
    function stake() external payable;

    /// @notice Posts an assertion under `parent`, bound to the inputs it was computed from.
    /// Errors: NotStaked, WrongTip, BadParent, Decided, TooSoon, InboxShort, BadState, BadPath, AidMismatch,
    /// AssertionExists.
    /// @param parent aid of a pending or confirmed assertion
    /// @param expectedAid what the caller computed: a reorg must not turn the post into another claim
    /// @param lastLeaf leaf of `state`
    /// @param span Merkle root of the 2^K leaves
    /// @param path K left siblings of the right-most leaf, from the bottom
    /// @param state 1,024 bytes after the last step
    function post(
        bytes32 parent,
        bytes32 expectedAid,
        bytes32 lastLeaf,
        bytes32 span,
        bytes32[] calldata path,
        bytes calldata state
    ) external;

    /// @notice Moves the caller's tip to an assertion that somebody else posted.
    /// Errors: NotStaked, BadAssertion, WrongTip.
    function join(bytes32 aid) external;

    /// @notice Divides a rivaled node into 2^A children; a node that is split already: nothing happens.
    /// Errors: NoNode, Terminal, NotRivaled, Decided, BadArity, BadSpans.
    /// @param v the node
    /// @param spans spans of its children from the left
    /// @param to who is paid for it
    function split(Ref calldata v, bytes32[] calldata spans, address to) external;

    /// @notice Makes a terminal node true; a node that is proven already: nothing happens.
    /// Errors: NoNode, NotTerminal, NotRivaled, Decided, BadState, BadPre, BadProof, LowGas, NoVerdict, WrongPost.
    /// @param v the node, h = 0
    /// @param pre 1,024 bytes of the state before its leaf
    /// @param mp proof that `pre` is the last leaf that v.base commits to: left siblings from the bottom, then the base
    /// before the last span; empty at pos 0
    /// @param proof for the verifier; empty if `pre` is halted
    /// @param to who is paid for it
    function prove(
        Ref calldata v,
        bytes calldata pre,
        bytes32[] calldata mp,
        bytes calldata proof,
        address to
    ) external;

    /// @notice Stores a larger lower bound of beta of one node.
    /// Errors: NoNode, BadTree.
    /// @param v the node
    /// @param tree preorder bytes: 00 stop | 01, 2^A spans, 2^A subtrees
    function refresh(Ref calldata v, bytes calldata tree) external;

    /// @notice Ends a game: a bound of beta(root) of at least T wins.
    /// Errors: BadAssertion, Decided, BadTree, TooEarly.
    function decide(bytes32 aid, bytes calldata tree) external;

    /// @notice Makes the winner of a confirmed parent's game the anchor.
    /// Errors: BadAssertion, BadParent, NotWinner, InGrace.
    function confirm(bytes32 aid) external;

    /// @notice Rejects an assertion whose parent is rejected, or is confirmed and has another winner.
    /// Errors: BadAssertion, NotYet.
    function reject(bytes32 aid) external;

    /// @notice Takes the bond of a staker whose tip is rejected, or pending below a rejected assertion.
    /// Errors: NotStaked, NotRejected.
    function slash(address staker) external;

    /// @notice Pays one mover from a decided game's pot, for the winner's nodes that the tree visits.
    /// Errors: Undecided, ClaimClosed, BadTree.
    function claim(bytes32 gid, address mover, bytes calldata tree) external;

    /// @notice Gives the bond back to the caller's credit.
    /// Errors: NotStaked, TipPending.
    function unstake() external;

    /// @notice Pays a credit out.
    /// Errors: NoCredit, PayFailed.
    function withdraw(address account) external;

    /// @notice Gives what is left of a pot to the treasury's credit, after the claim window.
    /// Errors: Undecided, ClaimOpen.
    function sweep(bytes32 gid) external;

    /// @notice Several moves in one transaction; the first failure reverts all with its data.
    /// @param calls encoded calls of this contract
    function multicall(bytes[] calldata calls) external;

    /// @notice keccak(abi.encode(Config)) of this game.
    function cfgHash() external view returns (bytes32);

    /// @notice The configuration of this game.
    function config() external view returns (Config memory);

    /// @notice aid of the last confirmed assertion.
    function anchor() external view returns (bytes32);

    /// @notice An assertion; all zero if it does not exist.
    function assertion(bytes32 aid) external view returns (Assertion memory);

    /// @notice The game below an assertion; all zero before its first child.
    function game(bytes32 gid) external view returns (GameRec memory);

    /// @notice A staker; all zero if it has no bond.
    function staker(address account) external view returns (Staker memory);

    /// @notice A context; all zero if no node is in it.
    /// @param ctx keccak(gid || base || u256(pos << 8 | h))
    function context(bytes32 ctx) external view returns (Context memory);

    /// @notice The record of a node: u160 mover | u40 beta | u24 price | u24 gas >> 8 | u8 flags (1 exists, 2 split,
    /// 4 proven, 8 first, 16 claimed); 0 if it does not exist.
    /// @param id keccak(ctx || span)
    function node(bytes32 id) external view returns (bytes32);

    /// @notice Wei that `withdraw` would pay.
    function credits(address account) external view returns (uint128);
}

/// @title Errors of the game, apart from its events as two names are both
interface GameErrors {
    /// @notice A call came in while another one runs.
    error Locked();
    /// @notice Constructor: the configuration is refused.
    error BadConfig();
    /// @notice stake: value is not the bond.
    error BadValue();
    /// @notice stake: the caller has a bond already.
    error Staked();
    /// @notice The caller (slash: the named account) has no bond.
    error NotStaked();
    /// @notice The tip is neither 0 nor the parent.
    error WrongTip();
    /// @notice The parent is not pending or confirmed (confirm: not confirmed).
    error BadParent();
    /// @notice The game has a winner.
    error Decided();
    /// @notice minGap has not passed.
    error TooSoon();
    /// @notice The Inbox has fewer inputs than the assertion covers.
    error InboxShort();
    /// @notice Not 1,024 bytes, or not the preimage of the leaf.
    error BadState();
    /// @notice lastLeaf is not the right-most leaf of span.
    error BadPath();
    /// @notice The aid is not the expected one.
    error AidMismatch();
    /// @notice The assertion exists.
    error AssertionExists();
    /// @notice The assertion does not exist or has the wrong status.
    error BadAssertion();
    /// @notice The node does not exist.
    error NoNode();
    /// @notice A node of height 0 cannot be split.
    error Terminal();
    /// @notice Only a node of height 0 can be proven.
    error NotTerminal();
    /// @notice The node is alone in its context.
    error NotRivaled();
    /// @notice Not 2^A spans.
    error BadArity();
    /// @notice The spans do not combine to the node's span.
    error BadSpans();
    /// @notice The state is not the one before the node.
    error BadPre();
    /// @notice A proof for a step that changes nothing.
    error BadProof();
    /// @notice Too little gas to hand stepGas to the verifier.
    error LowGas();
    /// @notice The verifier said nothing.
    error NoVerdict();
    /// @notice The step ends in another leaf.
    error WrongPost();
    /// @notice The tree has a wrong form or shows a node that is not split that way.
    error BadTree();
    /// @notice The bound is below T.
    error TooEarly();
    /// @notice Another assertion won, or none did yet.
    error NotWinner();
    /// @notice The time between decision and confirmation has not passed.
    error InGrace();
    /// @notice Nothing rejects the assertion yet.
    error NotYet();
    /// @notice The tip is not rejected.
    error NotRejected();
    /// @notice The game has no winner.
    error Undecided();
    /// @notice The time for claims is over.
    error ClaimClosed();
    /// @notice The time for claims is not over.
    error ClaimOpen();
    /// @notice The tip is neither 0 nor confirmed.
    error TipPending();
    /// @notice The account has no credit.
    error NoCredit();
    /// @notice The receiver refused the payment.
    error PayFailed();
}
