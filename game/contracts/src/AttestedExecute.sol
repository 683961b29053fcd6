// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "./IStepVerifier.sol";
import {StateLib} from "./StateLib.sol";

/// @title Judge that believes k of n attestors who ran EXECUTE themselves (PROTOCOL §8)
/// @notice proof = post leaf | k signatures of 65 bytes (r | s | v), signers ascending. A statement is a fact, good in every
/// game of this verifier. With fewer than k active attestors there is no verdict: clocks of rival terminals stay stopped.
contract AttestedExecute is IStepVerifier {
    /// @notice Type hash of the EIP-712 domain.
    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    /// @notice Type hash of a statement.
    bytes32 private constant STEP_TYPE = keccak256(
        "Step(bytes32 execId,bytes32 preLeaf,uint64 target,bytes32 inputHash,bytes32 postLeaf)"
    );
    /// @notice Half of the order of secp256k1: larger s are refused.
    uint256 private constant HALF_N =
        0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    /// @notice Bytes of a signature, r | s | v.
    uint256 private constant SIGNATURE = 65;

    /// @inheritdoc IStepVerifier
    bytes32 public immutable execId;
    /// @notice Signatures that make a statement.
    uint256 public immutable k;
    /// @notice Attestors named at deployment.
    uint256 public immutable n;

    /// @notice Attestors that have not been struck off.
    mapping(address => bool) public active;
    /// @notice All attestors, ascending; never changes.
    address[] private _signers;

    /// @notice An attestor signed two post leaves of one step and is struck off for ever.
    event Struck(address indexed signer);

    /// @notice Constructor: signers not ascending, 0 among them, or k is not a majority of them.
    error BadSigners();
    /// @notice strike: the two signatures are not contradicting ones of one active signer.
    error BadEvidence();

    /// @param execId_ keccak of a published text naming rule set, program version and crypto library versions
    /// @param signers_ strictly ascending, none 0
    /// @param k_ 1 <= k <= n, 2k > n
    constructor(bytes32 execId_, address[] memory signers_, uint256 k_) {
        if (k_ == 0 || k_ > signers_.length || 2 * k_ <= signers_.length) revert BadSigners();
        address last = address(0);
        for (uint256 i = 0; i < signers_.length; ++i) {
            if (signers_[i] <= last) revert BadSigners();
            last = signers_[i];
            active[last] = true;
        }
        (execId, k, n, _signers) = (execId_, k_, signers_.length, signers_);
    }

    /// @inheritdoc IStepVerifier
    function step(uint64 target, bytes32 inputHash, bytes calldata pre, bytes calldata proof)
        external
        view
        returns (bytes32)
    {
        if (pre.length != StateLib.SIZE) revert NoVerdict();
        return verdict(StateLib.leaf(pre), target, inputHash, proof);
    }

    /// @notice The same for a state of which only the leaf is at hand; lets a sender check a quorum before it pays.
    function verdict(bytes32 preLeaf, uint64 target, bytes32 inputHash, bytes calldata proof)
        public
        view
        returns (bytes32 postLeaf)
    {
        if (proof.length != 32 + SIGNATURE * k) revert NoVerdict();
        postLeaf = bytes32(proof[:32]);
        bytes32 hash = digest(preLeaf, target, inputHash, postLeaf);
        address last = address(0);
        for (uint256 from = 32; from < proof.length; from += SIGNATURE) {
            address signer = _recover(hash, proof[from:from + SIGNATURE]);
            if (signer <= last || !active[signer]) revert NoVerdict();
            last = signer;
        }
    }

    /// @notice Strikes off an attestor that signed two post leaves of one step. Has no other effect.
    function strike(
        bytes32 preLeaf,
        uint64 target,
        bytes32 inputHash,
        bytes32 postA,
        bytes calldata sigA,
        bytes32 postB,
        bytes calldata sigB
    ) external {
        if (postA == postB) revert BadEvidence();
        address signer = _recover(digest(preLeaf, target, inputHash, postA), sigA);
        address other = _recover(digest(preLeaf, target, inputHash, postB), sigB);
        if (signer != other || !active[signer]) revert BadEvidence();
        active[signer] = false;
        emit Struck(signer);
    }

    /// @inheritdoc IStepVerifier
    function extraGas(bytes calldata) external pure returns (uint256) {
        return 0;
    }

    /// @notice All attestors named at deployment, ascending.
    function signers() external view returns (address[] memory) {
        return _signers;
    }

    /// @notice EIP-712 domain {name "WhittleStep", version "1", chainId, verifyingContract = this}.
    function domainSeparator() public view returns (bytes32) {
        return keccak256(
            abi.encode(
                DOMAIN_TYPE, keccak256("WhittleStep"), keccak256("1"), block.chainid, address(this)
            )
        );
    }

    /// @notice What an attestor signs.
    function digest(bytes32 preLeaf, uint64 target, bytes32 inputHash, bytes32 postLeaf)
        public
        view
        returns (bytes32)
    {
        bytes32 statement =
            keccak256(abi.encode(STEP_TYPE, execId, preLeaf, target, inputHash, postLeaf));
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), statement));
    }

    /// @notice Signer of a hash, or 0: wrong length, v, high s, no point. 0 is never active.
    function _recover(bytes32 hash, bytes calldata signature) private pure returns (address) {
        if (signature.length != SIGNATURE) return address(0);
        uint8 v = uint8(signature[64]);
        bytes32 s = bytes32(signature[32:64]);
        if ((v != 27 && v != 28) || uint256(s) > HALF_N) return address(0);
        return ecrecover(hash, v, bytes32(signature[:32]), s);
    }
}
