"""Whether pay for training, the rounds that allotted it and the ledger say the same. Asked by the nightly check of the ledger."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F, Sum
from django.utils import timezone

from rewards.ledger.accounts import TRAINING
from rewards.ledger.models import Transfer
from rewards.ledger.reads import balance
from rewards.training import allotting
from rewards.training.account import promised
from rewards.training.models import PayKind, PayState, TrainingPay
from social.training.models import MemberValue, Round, StyleShare

# Rows are made within a minute.
LATE = timedelta(hours=1)


def differences() -> Iterator[str]:
    """Each in words."""
    late = timezone.now() - LATE
    for one, kind in allotting.unallotted():
        if one.finished_at and one.finished_at < late:
            yield f"training: round {one.number} allots grains for {kind}, and no rows of pay were made for an hour"
    yield from _allotted()
    yield from _booked()
    holds, promise = balance(TRAINING), promised()
    if promise > holds:
        yield f"training: {promise} grains are promised to members, and the account holds {holds}"


def _allotted() -> Iterator[str]:
    """Rows of pay are what their round allots, and all of them together no more than its pool, of either kind; and both pools
    no more than the budget."""
    allotted = {
        PayKind.EXAMPLES: (MemberValue.objects.filter(grains__gt=0).values_list("round"), "pool"),
        PayKind.STYLES: (StyleShare.objects.values_list("round"), "styles_pool"),
    }
    for kind, (rows, pool) in allotted.items():
        given = _sums(rows.order_by().annotate(total=Sum("grains")))
        paid = _sums(TrainingPay.objects.of_kind(kind).order_by().values_list("round").annotate(total=Sum("grains")))
        for pk, number, most in Round.objects.filter(pk__in=paid).order_by("number").values_list("pk", "number", pool):
            if given.get(pk, 0) != paid[pk]:
                yield f"training: round {number} allots {given.get(pk, 0)} grains for {kind}, its rows of pay are {paid[pk]}"
            if paid[pk] > most:
                yield f"training: round {number} has a pool of {most} grains for {kind}, its rows of pay are {paid[pk]}"
    beyond = Round.objects.finished().filter(styles_pool__gt=0, budget__lt=F("pool") + F("styles_pool"))
    for one in beyond.order_by("number"):
        yield f"training: the pools of round {one.number} are {one.pool + one.styles_pool} grains, its budget {one.budget}"


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
