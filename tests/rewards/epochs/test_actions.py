"""Closing, computing and booking epochs."""

from datetime import timedelta

import pytest

from rewards import engine
from rewards.epochs import actions, calendar, files, parameters
from rewards.epochs.errors import EpochNotOver, FilesDamaged, OutOfOrder, UnknownEpoch
from rewards.epochs.models import Epoch, EpochState, Parameters, Seed
from rewards.ledger import checking, reads
from rewards.ledger.accounts import EMISSION, NODES, POOL, TRAINING, TREASURY
from rewards.ledger.models import Transfer
from rewards.payouts.models import Batch, Payout
from social.trends.models import TrustedMember
from tests import make
from tests.rewards import village


@pytest.fixture
def five(db):
    everyone = village.people(5)
    village.lively_day(everyone, 0)
    return everyone


def test_a_day_that_is_over_goes_from_open_to_review(five):
    epoch = village.close(0)
    epoch.refresh_from_db()
    assert epoch.state == EpochState.IN_REVIEW
    assert epoch.release == epoch.pool > 0
    assert (epoch.active, epoch.members_paid) == (5, 5)
    assert Batch.objects.get().count == 5
    assert engine.verify(files.directory(0)).ok
    result = engine.read_result(files.directory(0))
    assert (result["inputs_root"], result["result_root"]) == (epoch.inputs_root, epoch.result_root)


def test_what_is_booked_is_what_the_files_say(five):
    epoch = village.close(0)
    epoch.refresh_from_db()
    rows = {row.wallet: row for row in engine.read_payouts(files.directory(0))}
    for payout in Payout.objects.all():
        assert payout.amount + payout.owed == reads.balances_of(payout.wallet).owed == payout.earned
        assert rows[payout.wallet][1:] == (payout.influence, payout.amount, payout.owed, payout.cumulative)
        assert payout.member.payout_wallet.address == payout.wallet
    assert reads.balance(EMISSION) == -epoch.release
    assert reads.balance(POOL) == epoch.carry_out
    parts = {name: reads.balance(place) for name, place in
             (("training", TRAINING), ("nodes", NODES), ("treasury", TREASURY))}  # fmt: skip
    assert parts == {name: epoch.splits[name] for name in parts}
    assert not checking.differences()


def test_running_it_again_changes_nothing(five):
    village.close(0)
    before = (Transfer.objects.count(), Payout.objects.count(), Batch.objects.count())
    epoch = Epoch.objects.get(pk=0)
    for step in (actions.close, actions.score, actions.attest, actions.advance):
        again = step(epoch)
        assert (again.inputs_root, again.result_root) == (epoch.inputs_root, epoch.result_root)
    assert (Transfer.objects.count(), Payout.objects.count(), Batch.objects.count()) == before


def test_an_open_day_is_not_closed(five):
    actions.open_epochs_until(village.on(0))
    for early in (village.on(0), calendar.bounds(0)[1] + timedelta(seconds=60)):
        with pytest.raises(EpochNotOver):
            actions.close(Epoch.objects.get(pk=0), now=early)
    assert not files.directory(0).exists()


def test_epochs_are_closed_in_order(five):
    actions.open_epochs_until(village.after(1))
    with pytest.raises(OutOfOrder) as refused:
        actions.close(Epoch.objects.get(pk=1), now=village.after(1))
    assert refused.value.data == {"epoch": 0}


def test_an_unknown_epoch_is_named(db):
    with pytest.raises(UnknownEpoch):
        actions.close(Epoch(number=7))


def test_the_job_closes_what_is_over_and_opens_today(five):
    assert actions.advance_due(village.on(2)) == [0, 1]
    states = dict(Epoch.objects.values_list("number", "state"))
    assert states == {0: "in review", 1: "in review", 2: "open"}
    assert actions.advance_due(village.on(2)) == []


def test_nothing_happens_before_genesis(db, settings):
    settings.GENESIS_DATE = "2030-01-01"
    assert actions.advance_due(village.on(0) - timedelta(days=1000)) == []
    assert not Epoch.objects.exists()


def test_without_a_setting_the_first_day_of_the_site_is_genesis(db, settings):
    settings.GENESIS_DATE = ""
    assert calendar.genesis() is None
    parameters.ensure_first()
    noted = Parameters.objects.get()
    assert calendar.genesis() == noted.created_at.date()
    assert calendar.number_at(noted.created_at) == 0
    assert calendar.number_at(noted.created_at + timedelta(days=3)) == 3


def test_a_quiet_day_releases_nothing_and_carries(five):
    village.close(0)
    quiet = village.close(1)
    quiet.refresh_from_db()
    assert (quiet.active, quiet.release, quiet.carry_in) == (0, 0, Epoch.objects.get(pk=0).carry_out)
    # Five people are not twenty: the cap leaves most of the day, and it goes on to the next.
    assert quiet.carry_out > 0
    assert quiet.pool == quiet.carry_in


def test_a_day_in_which_nobody_is_there_at_all(db):
    epoch = village.close(0)
    epoch.refresh_from_db()
    assert (epoch.pool, epoch.members_paid, epoch.state) == (0, 0, "in review")
    assert Batch.objects.get().total == 0


def test_parameters_change_from_their_epoch_on(five):
    village.lively_day(five, 1)
    changed = parameters.FIRST.to_json() | {"member_cap_bp": 100}
    Parameters.objects.create(from_epoch=1, values=changed)
    village.close_all([0, 1])
    assert engine.read_inputs(files.directory(0)).params.member_cap_bp == 500
    assert engine.read_inputs(files.directory(1)).params.member_cap_bp == 100


def test_parameters_beyond_their_bounds_stop_the_closing(five):
    Parameters.objects.create(from_epoch=0, values=parameters.FIRST.to_json() | {"hops": 99})
    with pytest.raises(engine.InputError, match="hops"):
        village.close(0)
    assert Epoch.objects.get(pk=0).state == "open"


def test_the_founders_are_the_seeds_until_some_are_named(five):
    village.close(0)
    assert len(engine.read_inputs(files.directory(0)).seeds) == 5
    Seed.objects.create(member=five[3], from_epoch=1)
    Seed.objects.create(member=five[1], from_epoch=0, until_epoch=1)
    village.close(1)
    inputs = engine.read_inputs(files.directory(1))
    assert [inputs.wallets[place].decode() for place in inputs.seeds] == [five[3].payout_wallet.address]


def test_people_without_a_wallet_are_left_out(five):
    stranger = make.member("nowallet")
    stranger.payout_wallet = None
    stranger.save()
    stranger.wallets.all().delete()
    village.deed(stranger, five[0], "repost", 0, 5)
    village.close(0)
    assert len(engine.read_inputs(files.directory(0)).wallets) == 5


def test_changed_inputs_are_noticed(five):
    village.close(0)
    path = files.directory(0) / "seeds.csv"
    path.write_text(path.read_text().replace("0x", "0x", 1) + "0x" + "ff" * 20 + "\n")
    with pytest.raises(FilesDamaged):
        files.settle(Epoch.objects.get(pk=0))


def test_changed_payouts_stop_the_next_day(five):
    village.close(0)
    path = files.directory(0) / "payouts.csv"
    lines = path.read_text().splitlines()
    wallet, influence, amount, owed, cumulative = lines[1].split(",")
    lines[1] = ",".join([wallet, influence, str(int(amount) + 1), owed, str(int(cumulative) + 1)])
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(FilesDamaged, match=r"payouts\.csv of epoch 0"):
        village.close(1)
    assert Epoch.objects.get(pk=1).state == "open"


def test_who_had_influence_is_trusted_with_the_trends(five):
    bystander = make.member()
    village.close(0)
    influential = set(Payout.objects.filter(epoch=0, influence__gt=0).values_list("member", flat=True))
    assert influential and set(TrustedMember.objects.values_list("member", flat=True)) == influential
    assert bystander.pk not in influential
    village.close(1)  # a quiet day: nobody did anything that counts
    again = set(Payout.objects.filter(epoch=1, influence__gt=0).values_list("member", flat=True))
    assert set(TrustedMember.objects.values_list("member", flat=True)) == again
