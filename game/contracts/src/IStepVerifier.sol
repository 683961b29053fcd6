// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Judge of one step (PROTOCOL §8)
/// @notice Verdicts are positive only: `step` returns the one post leaf of a step, or it says nothing. A revert, a wrong
/// length of the answer or a lack of gas is no verdict, never "false".
interface IStepVerifier {
    /// @notice No statement about this step can be made from this proof.
    error NoVerdict();

    /// @notice The post leaf of one step. Stateless and idempotent for the caller.
    /// @param target number of inputs that the history covers: the step halts when inbox_pos reaches it
    /// @param inputHash hash of the input that a BEGIN reads, 0 for every other step
    /// @param pre the 1,024 bytes of the state before the step
    /// @param proof form given by the implementation
    /// @return postLeaf leaf of the state after the step
    function step(uint64 target, bytes32 inputHash, bytes calldata pre, bytes calldata proof)
        external
        returns (bytes32 postLeaf);

    /// @notice Gas that a proof costs its sender beyond the gas of the call itself; used for the reward alone.
    /// @param proof the proof that `step` accepted
    function extraGas(bytes calldata proof) external view returns (uint256);

    /// @notice Names what runs the step; equals Config.execId of every game that uses this verifier.
    function execId() external view returns (bytes32);
}
