"""Whose signature is it? The one function between a signed text and a proven wallet."""

from dataclasses import dataclass

from metya.wallets import contract_wallets, signatures
from metya.wallets.models import Wallet
from metya.wallets.signatures import Signature


@dataclass(frozen=True)
class Proven:
    """A wallet whose holder signed just now; ``address`` in lower case, ``chain_id`` for contract wallets only."""

    address: str
    kind: str
    chain_id: int | None

    @property
    def uid(self) -> str:
        """What allauth knows the wallet by."""
        return Wallet(address=self.address, kind=self.kind, chain_id=self.chain_id).uid


def check(*, text: str, address: str, chain_id: int, signature: Signature) -> Proven:
    """The proof that the holder of ``address`` signed exactly ``text``; every failure is a SignInRefused.

    An account's own signature counts on any chain of the list; a contract wallet is asked on ``chain_id`` alone.
    """
    digest = signatures.digest(text)
    recovered = signatures.recover(digest, signature)
    if recovered == address:
        return Proven(address, Wallet.Kind.EOA, None)
    if contract_wallets.says_yes(address=address, chain_id=chain_id, digest=digest, signature=signature.raw):
        return Proven(address, Wallet.Kind.CONTRACT, chain_id)
    return signature.refuse(recovered)
