"""Wallet addresses and chain ids as they come from outside."""

import re

from django.conf import settings
from eth_utils.address import to_checksum_address

from metya.wallets.errors import refuse

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def parse_address(value: object) -> str:
    """``value`` as a lower-case address. Raises bad-address, or bad-checksum for mixed case that EIP-55 does not give."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        refuse("bad-address")
    digits = value[2:]
    if digits not in (digits.lower(), digits.upper()) and value != to_checksum_address(value):
        refuse("bad-checksum")
    return value.lower()


def parse_chain(value: object) -> int:
    """``value`` as a chain id of the allow-list. Raises bad-chain or chain-not-allowed."""
    if not isinstance(value, int) or isinstance(value, bool):
        refuse("bad-chain")
    if value not in settings.WALLET_CHAINS:
        # Cut: what comes in may have thousands of digits.
        refuse("chain-not-allowed", chain=str(value)[:20] if abs(value) < 2**64 else "?", allowed=allowed_chains())
    return value


def allowed_chains() -> str:
    """The allow-list for people."""
    return ", ".join(str(chain) for chain in settings.WALLET_CHAINS)
