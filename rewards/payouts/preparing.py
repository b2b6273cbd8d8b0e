"""From a scored epoch to payout rows and a batch that reviewers can look at."""

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from rewards import engine
from rewards.epochs import scoring, states
from rewards.epochs.models import Epoch, EpochState
from rewards.epochs.wallets import owners
from rewards.ledger import bulk
from rewards.payouts import checks, moderated
from rewards.payouts.models import Batch, Payout, PayoutState
from social.detection.jobs import look_at_rings

_NUMBERS = ("influence", "earned", "amount", "owed", "cumulative")
_FIELDS = ("epoch", "wallet", "member", *_NUMBERS, "before", "state", "state_at")


def add_rows(epoch: Epoch, score: engine.Score) -> int:
    """One row per wallet to which the epoch did something; in the transaction that books it. How many."""
    payouts, earned = score.payouts, scoring.earned(score)
    happened = np.flatnonzero((payouts.influence > 0) | (payouts.amount > 0) | (earned > 0))
    wallets = [raw.decode() for raw in payouts.wallet[happened].tolist()]
    if epoch.closed_at is None:
        raise ValueError("an open epoch has no payouts")
    members = owners(epoch.closed_at, wallets)
    before = dict(Payout.objects.paid().filter(epoch=epoch.number - 1).values_list("wallet", "amount"))
    columns = (payouts.influence, earned, payouts.amount, payouts.owed, payouts.cumulative)
    numbers = zip(*(column[happened].tolist() for column in columns), strict=True)
    now = bulk.moment(timezone.now())
    rows = (
        (epoch.number, wallet, members.get(wallet), *values, before.get(wallet, 0), _state(values[2]), now)
        for wallet, values in zip(wallets, numbers, strict=True)
    )
    bulk.insert(Payout, _FIELDS, rows)
    return len(wallets)


def _state(amount: int) -> str:
    return str(PayoutState.IN_REVIEW if amount else PayoutState.OWED)


def prepare(epoch: Epoch) -> Batch:
    """The next version of the batch of an attested epoch, with its checks; the epoch is then in review. What moderators decided
    since its facts were taken holds the payouts that it touches; rings go before the moderators' detectors.

    Raises Overtaken when another worker prepared it, FilesDamaged.
    """
    found = checks.run(epoch)
    with transaction.atomic():
        states.move(epoch, EpochState.IN_REVIEW)
        version = Batch.objects.filter(epoch=epoch).aggregate(last=Max("version"))["last"] or 0
        batch = Batch.objects.create(
            epoch=epoch,
            version=version + 1,
            count=epoch.figures.get("count", 0),
            total=epoch.figures.get("total", 0),
            checks=[check.to_json() for check in found],
        )
        moderated.catch_up(epoch)
        look_at_rings.enqueue(epoch.number)
        return batch
