// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An account with manners of its own when it is paid.
contract Payee {
    bool public refuses;
    bool public reentered;
    bytes public call_;
    bytes public answer;
    uint256 public burn;

    function set(bool refuses_, bytes calldata data, uint256 burn_) external {
        (refuses, call_, burn) = (refuses_, data, burn_);
    }

    function play(address game, bytes calldata data) external payable {
        (bool ok,) = game.call{value: msg.value}(data);
        require(ok);
    }

    receive() external payable {
        if (refuses) revert("no");
        for (uint256 i = 0; i < burn; ++i) {
            answer = abi.encode(i);
        }
        if (call_.length != 0) (reentered, answer) = msg.sender.call(call_);
    }
}

/// @notice Sends its ether to an account, wanted or not.
contract Forcer {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}
