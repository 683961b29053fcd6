// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../../src/IStepVerifier.sol";
import {IAttested} from "../base/IAttested.sol";
import {Test} from "../base/Test.sol";

/// @notice EIP-712 digests and quorums of the model, at the model's addresses and chain ids.
contract AttestVectorsTest is Test {
    function test_digests_and_quorums() external {
        string memory meta = vm.readFile("cache/vectors/attest.json");
        address[] memory signers = vm.parseJsonAddressArray(meta, ".signers");
        uint256 k = vm.parseJsonUint(meta, ".k");
        uint256 n = vm.parseJsonUint(meta, ".statements");
        same(n, 4, "statements");
        for (uint256 i = 0; i < n; ++i) {
            statement(
                vm.readFile(string.concat("cache/vectors/attest-", vm.toString(i), ".json")),
                signers,
                k
            );
        }
    }

    /// @notice Deploys the verifier at a given address, by running its creation code there.
    function place(address at_, bytes memory creation) private {
        vm.etch(at_, creation);
        (bool ok, bytes memory runtime) = at_.call("");
        check(ok, "constructor");
        vm.etch(at_, runtime);
    }

    function statement(string memory j, address[] memory signers, uint256 k) private {
        vm.chainId(vm.parseJsonUint(j, ".chainId"));
        IAttested a = IAttested(vm.parseJsonAddress(j, ".verifier"));
        bytes32 execId = vm.parseJsonBytes32(j, ".execId");
        place(address(a), bytes.concat(shipped("AttestedExecute"), abi.encode(execId, signers, k)));
        same(a.domainSeparator(), vm.parseJsonBytes32(j, ".domainSeparator"), "domain");
        bytes32 preLeaf = vm.parseJsonBytes32(j, ".preLeaf");
        uint64 target = uint64(vm.parseJsonUint(j, ".target"));
        bytes32 inputHash = vm.parseJsonBytes32(j, ".inputHash");
        bytes32 postLeaf = vm.parseJsonBytes32(j, ".postLeaf");
        bytes32 digest = vm.parseJsonBytes32(j, ".digest");
        same(a.digest(preLeaf, target, inputHash, postLeaf), digest, "digest");
        quorums(j, a);
    }

    function quorums(string memory j, IAttested a) private view {
        bytes32 preLeaf = vm.parseJsonBytes32(j, ".preLeaf");
        uint64 target = uint64(vm.parseJsonUint(j, ".target"));
        bytes32 inputHash = vm.parseJsonBytes32(j, ".inputHash");
        bytes[] memory proof = vm.parseJsonBytesArray(j, ".proof");
        uint256[] memory ok = vm.parseJsonUintArray(j, ".ok");
        string[] memory name = vm.parseJsonStringArray(j, ".name");
        same(proof.length, 11, "quorums");
        for (uint256 i = 0; i < proof.length; ++i) {
            (bool good, bytes memory answer) = address(a)
                .staticcall(
                    abi.encodeCall(IAttested.verdict, (preLeaf, target, inputHash, proof[i]))
                );
            if (ok[i] == 0) refused(good, answer, IStepVerifier.NoVerdict.selector, name[i]);
            else check(good && bytes32(answer) == vm.parseJsonBytes32(j, ".postLeaf"), name[i]);
        }
    }
}
