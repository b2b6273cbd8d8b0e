"""Whether pay for training, the rounds that allotted it and the ledger say the same. Asked by the nightly check of the ledger."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from rewards.ledger.accounts import TRAINING
from rewards.ledger.models import Transfer
from rewards.ledger.reads import balance
from rewards.training import allotting
from rewards.training.account import promised
from rewards.training.models import PayState, TrainingPay
from social.training.models import MemberValue, Round

# Rows are made within a minute.
LATE = timedelta(hours=1)


def differences() -> Iterator[str]:
    """Each in words."""
    late = timezone.now() - LATE
    for one in allotting.unallotted():
        if one.finished_at and one.finished_at < late:
            yield f"training: round {one.number} allots grains, and no rows of pay were made for an hour"
    yield from _allotted()
    yield from _booked()
    holds, promise = balance(TRAINING), promised()
    if promise > holds:
        yield f"training: {promise} grains are promised to members, and the account holds {holds}"


def _allotted() -> Iterator[str]:
    """Rows of pay are what their round allots, and all of them together no more than its pool."""
    given = _sums(MemberValue.objects.filter(grains__gt=0).values_list("round").annotate(total=Sum("grains")))
    paid = _sums(TrainingPay.objects.values_list("round").annotate(total=Sum("grains")))
    for pk, number, pool in Round.objects.filter(pk__in=paid).order_by("number").values_list("pk", "number", "pool"):
        if given.get(pk, 0) != paid[pk]:
            yield f"training: round {number} allots {given.get(pk, 0)} grains, its rows of pay are {paid[pk]}"
        if paid[pk] > pool:
            yield f"training: round {number} has a pool of {pool} grains, its rows of pay are {paid[pk]}"


def _booked() -> Iterator[str]:
    """What was booked with each epoch is what was paid with it, wallet by wallet."""
    rows = TrainingPay.objects.settled().filter(state=PayState.PAID)
    paid: dict[str, int] = defaultdict(int)
    for epoch, wallet, grains in rows.values_list("epoch", "wallet", "grains"):
        paid[f"epoch:{epoch}:training:{wallet}"] += grains
    moved = Transfer.objects.filter(source__kind=TRAINING.kind, key__startswith="epoch:")
    booked = dict(moved.values_list("key", "amount"))
    for key in sorted(paid.keys() | booked.keys()):
        if paid.get(key, 0) != booked.get(key, 0):
            yield f"{key}: {booked.get(key, 0)} grains were booked, {paid.get(key, 0)} are paid by rounds"


def _sums(rows: object) -> dict[int, int]:
    return {pk: int(total) for pk, total in rows}  # type: ignore[attr-defined]
