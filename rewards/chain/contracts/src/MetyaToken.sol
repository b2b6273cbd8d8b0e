// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title MET, the token of one Metya community
/// @notice The whole supply of one thousand million MET (18 decimals) exists from the first block. Nobody can mint,
/// burn another's tokens, pause transfers or change this contract.
contract MetyaToken is ERC20 {
    uint256 public constant TOTAL = 1_000_000_000 ether;

    /// @param treasury receives the whole supply and funds the distributor from it.
    constructor(address treasury) ERC20("Metya", "MET") {
        _mint(treasury, TOTAL);
    }
}
