"""A member with a wallet in hand, signed in by it."""

from dataclasses import dataclass

import pytest
from django.test import Client
from eth_account.signers.local import LocalAccount

from metya.wallets.models import Member
from tests import make
from tests.metya.wallets import wallet


@dataclass
class Holder:
    """A member, the key of the first wallet, and a browser that the wallet signed in."""

    member: Member
    signer: LocalAccount
    client: Client

    def confirm(self, subject: str, signer: LocalAccount | None = None, **more):
        """The answer to a confirmation by a linked wallet."""
        asked = wallet.ask(self.client, signer or self.signer, "confirm", subject=subject, **more)
        return asked if asked.status_code != 200 else wallet.answer(self.client, asked.json(), signer or self.signer)

    def link(self, new: LocalAccount):
        """Both signatures; the answer to the second."""
        assert self.confirm(f"link:{new.address}").status_code == 200
        return wallet.sign_in(self.client, new, purpose="link")

    def unlink(self, address: str, signer: LocalAccount | None = None):
        asked = wallet.ask(self.client, signer or self.signer, "unlink", subject=address)
        return asked if asked.status_code != 200 else wallet.answer(self.client, asked.json(), signer or self.signer)

    def signed_in(self) -> bool:
        return self.client.get("/settings/wallets/").status_code == 200


@pytest.fixture
def holder(db):
    """A function that makes a holder."""

    def build(handle: str = "", **fields) -> Holder:
        signer = wallet.new()
        found = Holder(make.member(handle, signer=signer, **fields), signer, Client())
        assert wallet.sign_in(found.client, signer).status_code == 200
        return found

    return build
