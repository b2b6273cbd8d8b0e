"""Rows go by a name in the language of whoever reads it."""

import pytest
from django.utils import timezone, translation

from rewards.chain.models import ChainTransaction
from rewards.epochs.models import Epoch, Parameters, Seed
from rewards.ledger.models import Account, LedgerCheck
from rewards.payouts.models import Batch, Hold, Payout

WALLET = "0x" + "ab" * 20
NOW = timezone.now().replace(year=2026, month=11, day=28, hour=9, minute=5)


@pytest.mark.parametrize(
    ("row", "german"),
    [
        (Epoch(number=29), "Epoche 29"),
        (Batch(epoch_id=29), "Stapel der Epoche 29"),
        (Payout(epoch_id=29, wallet=WALLET), f"Auszahlung der Epoche 29 an {WALLET}"),
        (Hold(payout=Payout(epoch_id=29, wallet=WALLET)), f"Stopp: Auszahlung der Epoche 29 an {WALLET}"),
        (Parameters(from_epoch=29), "ab Epoche 29"),
        (ChainTransaction(epoch=29, kind="accept"), "Epoche 29: Wurzel annehmen"),
        (Account(kind="pool"), "Topf"),
        (Account(kind="owed", wallet=WALLET), f"für eine Wallet vorgemerkt {WALLET}"),
        (LedgerCheck(at=NOW, differences=["x"]), "2026-11-28 09:05: 1 Abweichung"),
        (LedgerCheck(at=NOW, differences=[]), "2026-11-28 09:05: 0 Abweichungen"),
    ],
)
def test_each_row(row, german):
    with translation.override("de"):
        assert str(row) == german
    with translation.override("en"):
        assert str(row) != german


def test_a_seed_names_its_member(alice):
    with translation.override("de"):
        assert str(Seed(member=alice, from_epoch=29)) == "@alice ab Epoche 29"
