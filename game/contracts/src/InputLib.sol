// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Bytes and hashes of inputs (PROTOCOL §1, §3)
/// @notice C twin: game/core/inbox.
library InputLib {
    /// @notice Kind of an item that the sequencer posted.
    uint8 internal constant POSTED = 1;
    /// @notice Kind of an item from the forced queue.
    uint8 internal constant FORCED = 2;
    /// @notice keccak of an empty RLP list: no deposits yet.
    bytes32 internal constant EMPTY_LIST =
        0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347;

    /// @notice h of an item: keccak(u8 kind || bytes).
    function itemHash(uint8 kind, bytes calldata item) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, kind)
            calldatacopy(add(m, 1), item.offset, item.length)
            hash := keccak256(m, add(item.length, 1))
        }
    }

    /// @notice C_i = keccak(h_i || C_(i+1)).
    function rest(bytes32 h, bytes32 next) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, h)
            mstore(0x20, next)
            hash := keccak256(0x00, 0x40)
        }
    }

    /// @notice Chain over posted items before `tail`; C_n = 0.
    function chain(bytes[] calldata items, bytes32 tail) internal pure returns (bytes32 head) {
        head = tail;
        for (uint256 i = items.length; i > 0; --i) {
            head = rest(itemHash(POSTED, items[i - 1]), head);
        }
    }

    /// @notice acc[i+1] = keccak(0x12 || acc[i] || inputHash).
    function accNext(bytes32 acc, bytes32 inputHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x12), acc, inputHash));
    }

    /// @notice The 256 bytes of BlockInput; what L1 says is read here.
    function blockInput(
        uint32 itemsCount,
        uint64 timestamp,
        uint64 gasLimit,
        bytes32 itemsHead,
        address coinbase
    ) internal view returns (bytes memory) {
        bytes32 l1Hash = blockhash(block.number - 1);
        return abi.encodePacked(
            bytes4(0),
            itemsCount,
            uint64(block.number),
            timestamp,
            gasLimit,
            l1Hash,
            bytes32(block.prevrandao),
            l1Hash,
            itemsHead,
            EMPTY_LIST,
            bytes32(0),
            coinbase,
            bytes12(0)
        );
    }

    /// @notice The 132 bytes of EthInput.
    function ethInput(
        bytes32 blockHash,
        bytes32 itemsHead,
        uint32 itemsCount,
        bytes32 wdsHash,
        bytes32 ommersHash
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(blockHash, itemsHead, itemsCount, wdsHash, ommersHash);
    }
}
