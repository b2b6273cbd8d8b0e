// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// A contract wallet of one owner, whose signature is its own.
contract OwnedWallet {
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        bytes32 r = bytes32(signature[:32]);
        bytes32 s = bytes32(signature[32:64]);
        return ecrecover(digest, uint8(signature[64]), r, s) == owner ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// Makes wallets where one can know beforehand.
contract Factory {
    function make(address owner, bytes32 salt) external returns (address) {
        return address(new OwnedWallet{salt: salt}(owner));
    }

    function where(address owner, bytes32 salt) external view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(OwnedWallet).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, code)))));
    }
}

/// Wallets that answer what they should not.
contract Odd {
    uint256 public immutable manner;

    constructor(uint256 manner_) {
        manner = manner_;
    }

    fallback() external {
        if (manner == 1) revert("no");
        if (manner == 2) while (true) {}
        if (manner == 3) assembly { invalid() }
        if (manner == 4) assembly { calldatacopy(0, 0, calldatasize()) return(0, calldatasize()) } // echo
        if (manner == 5) assembly { mstore(0, 0x1626ba7e) return(0, 32) } // not padded as bytes4 is
        if (manner == 6) assembly { mstore(0, shl(224, 0x1626ba7e)) return(0, 4) } // too short
        if (manner == 7) assembly { mstore(0, 1) return(0, 32) } // true
        if (manner == 8) assembly { return(0, 1000000) } // long
        if (manner == 9) assembly { mstore(0, shl(224, 0x1626ba7e)) return(0, 32) } // yes to everything
        if (manner == 10) assembly { mstore(0, 0x0100000000000000000000000000000000000000000000000000000000000000) revert(0, 1) }
    }
}
