// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

interface IWallet {
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4);
}

/// Asks a contract wallet whether a signature is its own, without being deployed: the creation code and the arguments are
/// the data of an eth_call that has no `to`; the answer is one byte, 01 for yes and 00 for no.
///
/// ERC-1271 for a wallet that is on the chain. ERC-6492 for one that is not yet (or not ready): a signature that ends
/// with the magic words holds a factory, a call that makes the wallet, and the inner signature.
contract SignatureCheck {
    bytes32 private constant WRAPPED = 0x6492649264926492649264926492649264926492649264926492649264926492;
    bytes32 private constant YES = bytes32(IWallet.isValidSignature.selector);

    constructor(address wallet, bytes32 digest, bytes memory signature) {
        bool good = check(wallet, digest, signature);
        assembly ("memory-safe") {
            mstore(0, good)
            return(31, 1)
        }
    }

    function check(address wallet, bytes32 digest, bytes memory signature) private returns (bool) {
        if (!isWrapped(signature)) return says(wallet, digest, signature);
        assembly ("memory-safe") {
            mstore(signature, sub(mload(signature), 32))
        }
        (address factory, bytes memory making, bytes memory inner) = abi.decode(signature, (address, bytes, bytes));
        if (says(wallet, digest, inner)) return true;
        (bool made,) = factory.call(making);
        return made && says(wallet, digest, inner);
    }

    function isWrapped(bytes memory signature) private pure returns (bool) {
        uint256 length = signature.length;
        if (length < 32) return false;
        bytes32 last;
        assembly ("memory-safe") {
            last := mload(add(signature, length))
        }
        return last == WRAPPED;
    }

    /// Only a contract can say yes, and only with exactly the padded magic value: precompiles and contracts that
    /// return what they were sent do not.
    function says(address wallet, bytes32 digest, bytes memory signature) private view returns (bool) {
        if (wallet.code.length == 0) return false;
        bytes memory asked = abi.encodeCall(IWallet.isValidSignature, (digest, signature));
        bool done;
        uint256 size;
        bytes32 answer;
        assembly ("memory-safe") {
            mstore(0, 0)
            done := staticcall(gas(), wallet, add(asked, 32), mload(asked), 0, 32)
            size := returndatasize()
            answer := mload(0)
        }
        return done && size >= 32 && answer == YES;
    }
}
