"""personal_sign signatures of externally owned accounts (EIP-191): decoding and recovery on libsecp256k1."""

import re
from dataclasses import dataclass
from typing import NoReturn

from coincurve import PublicKey
from eth_utils.crypto import keccak

from metya.wallets.errors import refuse

MAX_BYTES = 7000  # contract wallets with passkeys give about two kilobytes
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


@dataclass(frozen=True)
class Signature:
    """What a wallet gave, as bytes; ``plain`` when it can be an account's own: r, s, v."""

    raw: bytes

    @property
    def plain(self) -> bool:
        return len(self.raw) == 65 and self.raw[64] in (0, 1, 27, 28)

    def refuse(self, recovered: str | None) -> NoReturn:
        """Raise the refusal that says best why this is not the account's signature."""
        if len(self.raw) == 64:
            refuse("signature-compact")
        if len(self.raw) != 65 or recovered is None:
            refuse("signature-malformed")
        refuse("signature-wrong")


def decode(value: object) -> Signature:
    """``value`` (0x and hexadecimal digits) as bytes. Raises bad-field or signature-malformed."""
    if not isinstance(value, str):
        refuse("bad-field", field="signature")
    if len(value) > 2 + 2 * MAX_BYTES or not _HEX.fullmatch(value):
        refuse("signature-malformed")
    return Signature(bytes.fromhex(value[2:]))


def digest(text: str) -> bytes:
    """The 32 bytes that personal_sign signs for ``text``."""
    raw = text.encode()
    return keccak(b"\x19Ethereum Signed Message:\n%d" % len(raw) + raw)


def recover(digest: bytes, signature: Signature) -> str | None:
    """The lower-case address whose key signed; None when there is none.

    High and low s are taken alike: the nonce is what stops a replay, not the form of the signature.
    """
    if not signature.plain:
        return None
    recovery = bytes([signature.raw[64] % 27])
    try:
        key = PublicKey.from_signature_and_message(signature.raw[:64] + recovery, digest, hasher=None)
    except ValueError:
        return None
    return "0x" + keccak(key.format(compressed=False)[1:])[-20:].hex()
