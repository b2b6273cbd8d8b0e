"""The same deeds from genesis on give the same roots, and each epoch's files follow from those of the one before."""

import pytest
from django.core.management import call_command

from rewards import engine
from rewards.epochs import files
from rewards.epochs.models import Epoch
from tests import make
from tests.rewards import village

DAYS = 4


def history() -> list[tuple[str, str]]:
    everyone = village.people(6)
    make.follow(everyone[1], everyone[0])
    for day in (0, 1, 3):
        village.lively_day(everyone[day:], day)
    village.close_all(range(DAYS))
    return list(Epoch.objects.filter(number__lt=DAYS).order_by("number").values_list("inputs_root", "result_root"))


@pytest.mark.django_db(transaction=True)
def test_replay_from_genesis_gives_the_same_roots(settings, tmp_path):
    first = history()
    call_command("flush", interactive=False, verbosity=0)
    settings.EPOCHS_DIR = tmp_path / "again"
    assert history() == first
    assert len(set(first)) == DAYS


def test_each_epoch_follows_from_the_one_before(db):
    history()
    released, carry = 0, 0
    payouts = None
    for number in range(DAYS):
        place = files.directory(number)
        inputs = engine.read_inputs(place)
        assert engine.verify(place).ok
        assert (inputs.epoch.carry, inputs.epoch.released_this_year) == (carry, released)
        if payouts is not None:
            rows = {row.wallet: (row.cumulative, row.owed) for row in payouts}
            balances = zip(inputs.balances.wallet.tolist(), inputs.balances.cumulative.tolist(),
                           inputs.balances.owed.tolist(), strict=True)  # fmt: skip
            assert {wallet.decode(): (cumulative, owed) for wallet, cumulative, owed in balances} == rows
        result = engine.read_result(place)
        released, carry = released + result["release"], result["carry"]
        payouts = engine.read_payouts(place)
