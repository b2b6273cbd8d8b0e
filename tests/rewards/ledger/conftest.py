"""A ledger with some grains issued to two wallets."""

import pytest

from rewards.ledger.accounts import EMISSION, POOL, Ref, owed
from rewards.ledger.actions import transfer

ANN = "0x" + "a1" * 20
BEN = "0x" + "b2" * 20


def issue(wallet: str, amount: int, key: str) -> Ref:
    """Grains out of emission into what a wallet is owed."""
    transfer(source=EMISSION, target=POOL, amount=amount, key=f"{key}:in")
    transfer(source=POOL, target=owed(wallet), amount=amount, key=f"{key}:out")
    return owed(wallet)


@pytest.fixture
def ann(db) -> Ref:
    return issue(ANN, 1_000, "ann")


@pytest.fixture
def ben(db) -> Ref:
    return issue(BEN, 1_000, "ben")
