// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../../src/IStepVerifier.sol";
import {IAttested} from "../base/IAttested.sol";
import {Test} from "../base/Test.sol";
import {Toy} from "../base/Toy.sol";
import {Vm} from "../base/Vm.sol";

/// @notice AttestedExecute (PROTOCOL §8): 2 of 3.
contract AttestedTest is Test {
    uint256 internal constant N_ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    IAttested internal verifier;
    uint256[] internal keys; // ascending by address
    bytes internal pre;
    bytes32 internal constant EXEC = keccak256("exec");
    bytes32 internal constant POST = keccak256("post");
    bytes32 internal constant IN = keccak256("in");

    function setUp() external {
        for (uint256 k = 1; k <= 3; ++k) {
            keys.push(k);
            for (uint256 i = keys.length - 1; i > 0; --i) {
                if (vm.addr(keys[i]) > vm.addr(keys[i - 1])) break;
                (keys[i], keys[i - 1]) = (keys[i - 1], keys[i]);
            }
        }
        verifier = IAttested(create_(signers(3), 2));
        pre = Toy.genesis();
    }

    function signers(uint256 count) internal view returns (address[] memory out) {
        out = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            out[i] = vm.addr(keys[i]);
        }
    }

    function create_(address[] memory who, uint256 k) internal returns (address) {
        return deployShipped("AttestedExecute", abi.encode(EXEC, who, k));
    }

    function sign(uint256 key, bytes32 hash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return abi.encodePacked(r, s, v);
    }

    function digest(bytes32 post) internal view returns (bytes32) {
        return verifier.digest(Toy.leaf(pre), 9, IN, post);
    }

    function proof(bytes32 post, uint256 i, uint256 j) internal view returns (bytes memory) {
        return bytes.concat(post, sign(keys[i], digest(post)), sign(keys[j], digest(post)));
    }

    function silent(bytes memory p, string memory what) internal {
        (bool ok, bytes memory data) =
            address(verifier).call(abi.encodeCall(IStepVerifier.step, (9, IN, pre, p)));
        refused(ok, data, IStepVerifier.NoVerdict.selector, what);
    }

    function refusedSigners(address[] memory who, uint256 k, string memory what) internal {
        (address at_, bytes memory data) =
            create(bytes.concat(shipped("AttestedExecute"), abi.encode(EXEC, who, k)));
        refused(at_ != address(0), data, IAttested.BadSigners.selector, what);
    }

    function test_constructor() external {
        address[] memory who = signers(3);
        refusedSigners(who, 0, "k = 0");
        refusedSigners(who, 1, "2k <= n");
        refusedSigners(who, 4, "k > n");
        refusedSigners(signers(2), 1, "2k = n");
        create_(who, 3);
        (who[0], who[1]) = (who[1], who[0]);
        refusedSigners(who, 2, "descending");
        who[0] = who[1];
        refusedSigners(who, 2, "twice");
        who[0] = address(0);
        refusedSigners(who, 2, "zero");
        refusedSigners(new address[](0), 0, "none");
        create_(signers(1), 1);
        same(verifier.k(), 2, "k");
        same(verifier.n(), 3, "n");
        same(verifier.execId(), EXEC, "execId");
        same(
            keccak256(abi.encode(verifier.signers())), keccak256(abi.encode(signers(3))), "signers"
        );
    }

    function test_step_every_quorum() external {
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = 0; j < 3; ++j) {
                if (i < j) same(verifier.step(9, IN, pre, proof(POST, i, j)), POST, "statement");
                else silent(proof(POST, i, j), "not ascending");
            }
        }
    }

    function test_step_bad_signatures() external {
        bytes memory good = proof(POST, 0, 1);
        silent(bytes.concat(good, sign(keys[2], digest(POST))), "one more than k");
        silent(bytes.concat(POST, sign(keys[0], digest(POST))), "one less");
        silent("", "empty");
        silent(bytes.concat(POST, sign(keys[0], digest(POST)), sign(77, digest(POST))), "stranger");
        silent(bytes.concat(~POST, cut(good)), "other post leaf");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], digest(POST));
        bytes32 high = bytes32(N_ORDER - uint256(s));
        bytes memory other = sign(keys[1], digest(POST));
        silent(bytes.concat(POST, abi.encodePacked(r, high, uint8(55 - v)), other), "high s");
        silent(bytes.concat(POST, abi.encodePacked(r, s, uint8(v - 27)), other), "v 0 or 1");
        silent(bytes.concat(POST, new bytes(65), other), "zero signature");
        pre = bytes.concat(pre, hex"00");
        silent(good, "a byte behind the state");
        pre = new bytes(1023);
        silent(good, "short state");
    }

    function cut(bytes memory t) internal pure returns (bytes memory out) {
        out = new bytes(t.length - 32);
        for (uint256 i = 0; i < out.length; ++i) {
            out[i] = t[i + 32];
        }
    }

    /// @notice A statement says nothing about another step, chain, verifier or program.
    function test_step_binds_every_field() external {
        bytes memory good = proof(POST, 0, 1);
        (bool ok,) = address(verifier).call(abi.encodeCall(IStepVerifier.step, (8, IN, pre, good)));
        check(!ok, "target");
        (ok,) = address(verifier).call(abi.encodeCall(IStepVerifier.step, (9, ~IN, pre, good)));
        check(!ok, "inputHash");
        bytes memory other = Toy.lie(pre, 1);
        (ok,) = address(verifier).call(abi.encodeCall(IStepVerifier.step, (9, IN, other, good)));
        check(!ok, "pre");
        address twin = create_(signers(3), 2);
        (ok,) = twin.call(abi.encodeCall(IStepVerifier.step, (9, IN, pre, good)));
        check(!ok, "verifier");
        vm.chainId(5);
        (ok,) = address(verifier).call(abi.encodeCall(IStepVerifier.step, (9, IN, pre, good)));
        check(!ok, "chain");
    }

    function strikeData(uint256 keyA, uint256 keyB, bytes32 b)
        internal
        view
        returns (bytes memory)
    {
        bytes32 leaf = Toy.leaf(pre);
        return abi.encodeCall(
            IAttested.strike,
            (leaf, 9, IN, POST, sign(keyA, digest(POST)), b, sign(keyB, digest(b)))
        );
    }

    function test_strike() external {
        bytes32 b = keccak256("other post");
        bad(strikeData(keys[0], keys[0], POST), "the same leaf");
        bad(strikeData(keys[0], keys[1], b), "two signers");
        bad(strikeData(77, 77, b), "a stranger");
        vm.recordLogs();
        (bool ok,) = address(verifier).call(strikeData(keys[0], keys[0], b));
        check(ok, "struck");
        Vm.Log memory log = vm.getRecordedLogs()[0];
        same(log.topics[0], IAttested.Struck.selector, "Struck");
        same(uint256(log.topics[1]), uint160(vm.addr(keys[0])), "signer");
        check(!verifier.active(vm.addr(keys[0])), "not active");
        bad(strikeData(keys[0], keys[0], b), "twice");
        silent(proof(POST, 0, 1), "struck signer");
        same(verifier.step(9, IN, pre, proof(POST, 1, 2)), POST, "the others still can");
        (ok,) = address(verifier).call(strikeData(keys[1], keys[1], b));
        check(ok, "struck too");
        silent(proof(POST, 1, 2), "fewer than k are left");
    }

    function bad(bytes memory data, string memory what) internal {
        (bool ok, bytes memory answer) = address(verifier).call(data);
        refused(ok, answer, IAttested.BadEvidence.selector, what);
    }

    /// @notice Two invalid signatures both recover to 0, which is nobody.
    function test_strike_with_garbage() external {
        bytes32 leaf = Toy.leaf(pre);
        bad(
            abi.encodeCall(
                IAttested.strike, (leaf, 9, IN, POST, new bytes(65), ~POST, new bytes(65))
            ),
            "zero"
        );
        bad(abi.encodeCall(IAttested.strike, (leaf, 9, IN, POST, "", ~POST, "")), "empty");
    }
}
