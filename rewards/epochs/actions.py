"""Bringing epochs from open to review. Each step may die anywhere and be run again by anyone: same roots, booked once."""

import logging
import shutil
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from rewards import engine
from rewards.epochs import calendar, earnings, files, freezing, parameters, scoring, states
from rewards.epochs.errors import EpochNotOver, FilesDamaged, OutOfOrder, Overtaken, UnknownEpoch
from rewards.epochs.models import Epoch, EpochState
from rewards.ledger.accounts import POOL, owed
from rewards.ledger.actions import Movement, transfer_many
from rewards.ledger.reads import balance
from rewards.payouts import preparing
from rewards.payouts.models import Hold, Payout
from social.trends import actions as trends

logger = logging.getLogger(__name__)
_TRIES = 3


def open_epochs_until(now: datetime) -> int | None:
    """Makes the rows of all epochs up to the one that contains ``now``; its number, or None before genesis."""
    parameters.ensure_first()
    current = calendar.number_at(now)
    if current is None:
        return None
    last = Epoch.objects.order_by("-number").values_list("number", flat=True).first()
    new = []
    for number in range(0 if last is None else last + 1, current + 1):
        start, end = calendar.bounds(number)
        new.append(Epoch(number=number, starts_at=start, ends_at=end))
    Epoch.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    return current


def close(epoch: Epoch, *, now: datetime | None = None) -> Epoch:
    """Freezes the seven input files of an open epoch whose day is over; closed ones are left as they are.

    Raises EpochNotOver, OutOfOrder, and what `freezing.freeze` raises.
    """
    epoch = _fresh(epoch)
    if epoch.state != EpochState.OPEN:
        return epoch
    now = now or timezone.now()
    if now < epoch.ends_at + calendar.GRACE:
        message = _("Epoch %(number)d can be closed from %(moment)s UTC on.")
        moment = epoch.ends_at + calendar.GRACE
        raise EpochNotOver(message % {"number": epoch.number, "moment": f"{moment:%Y-%m-%d %H:%M}"})
    earlier = Epoch.objects.filter(number__lt=epoch.number, state__in=[EpochState.OPEN, EpochState.CLOSED])
    if (first := earlier.order_by("number").first()) is not None:
        message = _("Epoch %(number)d has to be closed and computed first.") % {"number": first.number}
        raise OutOfOrder(message, data={"epoch": first.number})
    for tries_left in reversed(range(_TRIES)):
        try:
            _freeze_and_note(epoch)
            break
        except (Overtaken, FileNotFoundError):
            # Another worker closed it (and cleared our folder away), or a hold or what somebody earned was decided while
            # the files were written.
            epoch = _fresh(epoch)
            if epoch.state != EpochState.OPEN:
                break
            if not tries_left:
                raise
    files.settle(epoch)
    return epoch


def _freeze_and_note(epoch: Epoch) -> None:
    frozen = freezing.freeze(epoch)
    try:
        _note_closed(epoch, frozen)
    except Overtaken:
        shutil.rmtree(frozen.place, ignore_errors=True)
        raise


def _note_closed(epoch: Epoch, frozen: freezing.Frozen) -> None:
    """The epoch is closed with exactly these files; in the same transaction holds and owed amounts follow them."""
    with transaction.atomic():
        states.move(
            epoch,
            EpochState.CLOSED,
            closed_at=frozen.at,
            inputs_root=frozen.inputs_root,
            carry_in=frozen.epoch.carry,
            files=files.describe(frozen.place, files.INPUTS),
        )
        folded = Hold.objects.unfolded().filter(pk__in=frozen.folded).update(folded_epoch=epoch.number)
        returned = Hold.objects.to_return().filter(pk__in=frozen.returned).update(returned_epoch=epoch.number)
        if (folded, returned) != (len(frozen.folded), len(frozen.returned)):
            raise Overtaken(_("A hold was decided while the epoch was being closed."), data={"epoch": epoch.number})
        transfer_many(
            Movement(owed(move.old), owed(move.new), move.amount, f"epoch:{epoch.number}:wallet:{move.old}")
            for move in frozen.moves
        )
        earnings.note(epoch.number, frozen.answers)
        audit.record(None, "epoch.closed", epoch, inputs_root=frozen.inputs_root, wallets_changed=len(frozen.moves))


def score(epoch: Epoch) -> Epoch:
    """Computes a closed epoch and books the result at one moment: transfers, payout rows, figures.

    Later states are left as they are. Raises UnknownEpoch for an open one, FilesDamaged, InputError.
    """
    epoch = _fresh(epoch)
    if epoch.state == EpochState.OPEN:
        raise OutOfOrder(_("The epoch has to be closed first."), data={"epoch": epoch.number})
    place = files.settle(epoch)
    if epoch.state != EpochState.CLOSED:
        return epoch
    result = engine.score(engine.read_inputs(place))
    root = engine.write_result(place, result)
    engine.write_explanations(place, result)
    files.sync(place)
    described = epoch.files | files.describe(place, files.RESULTS)
    try:
        with transaction.atomic():
            _book(epoch, result, root, described)
    except Overtaken:
        epoch = _fresh(epoch)
    return epoch


def _book(epoch: Epoch, result: engine.Score, root: str, described: dict[str, object]) -> None:
    pool = result.pool
    names = ("influence", "training", "nodes", "treasury")
    states.move(
        epoch,
        EpochState.SCORED,
        scored_at=timezone.now(),
        result_root=root,
        release=pool.release,
        pool=pool.total,
        carry_out=result.carry,
        splits={name: getattr(pool.splits, name) for name in names},
        active=result.active,
        members_paid=result.paid,
        reach_bp=result.reach,
        files=described,
        figures=scoring.figures(result),
    )
    transfer_many(scoring.movements(result))
    preparing.add_rows(epoch, result)
    trends.set_trusted(Payout.objects.influential(epoch.number))
    left = balance(POOL)
    if left != result.carry:
        # Nothing was booked: the transaction ends here. A person has to find out what else touched the pool.
        raise FilesDamaged(
            f"After epoch {epoch.number} the pool would hold {left} grains instead of the carry of {result.carry}.",
            data={"epoch": epoch.number},
        )
    audit.record(None, "epoch.scored", epoch, result_root=root, pool=pool.total, paid=result.paid)


def attest(epoch: Epoch) -> Epoch:
    """No other node recomputes yet: the state passes, and every page says "computed by this server only"."""
    epoch = _fresh(epoch)
    if epoch.state == EpochState.SCORED:
        try:
            with transaction.atomic():
                states.move(epoch, EpochState.ATTESTED)
                audit.record(None, "epoch.attested", epoch, by="this server only", result_root=epoch.result_root)
        except Overtaken:
            epoch = _fresh(epoch)
    return epoch


def advance(epoch: Epoch, *, now: datetime | None = None) -> Epoch:
    """Takes every step that is left between open and review; one that is in review or later stays as it is."""
    epoch = attest(score(close(epoch, now=now)))
    if epoch.state == EpochState.ATTESTED:
        try:
            preparing.prepare(epoch)
        except Overtaken:
            epoch = _fresh(epoch)
    return epoch


def advance_due(now: datetime | None = None) -> list[int]:
    """Opens today's epoch and brings every epoch whose day is over before the reviewers, oldest first; their numbers."""
    now = now or timezone.now()
    open_epochs_until(now)
    moved = []
    for epoch in Epoch.objects.unfinished():
        if epoch.state == EpochState.OPEN and now < epoch.ends_at + calendar.GRACE:
            break
        advance(epoch, now=now)
        moved.append(epoch.number)
        logger.info("epoch %d is closed, computed and in review", epoch.number)
    return moved


def _fresh(epoch: Epoch) -> Epoch:
    found = Epoch.objects.filter(pk=epoch.pk).first()
    if found is None:
        raise UnknownEpoch(_("There is no epoch %(number)s.") % {"number": epoch.pk})
    return found
