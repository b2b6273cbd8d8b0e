"""What moderators decide, and the payouts in which it counted: stopped with the decision, given back when it is overturned.

A decision about a post or its picture touches the payouts of epochs in which what others gave to that post counted; a suspension
touches every payout of the member; decisions about a profile, a list, a message or a conversation touch none. Only what is not
approved can be stopped. What counts in epochs whose facts are still to be taken is judged there (``Pause``).
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.wallets.models import Member, Wallet
from rewards.epochs import calendar, estimating, parameters
from rewards.epochs.models import Epoch
from rewards.payouts import holding, policy
from rewards.payouts.errors import WrongState
from rewards.payouts.models import Batch, Hold, Payout, PayoutState, Touched
from social.interactions.models import Interaction, Pause
from social.moderation.models import Decision, Deed
from social.moderation.stakes import Returned, Stake

# A decision that came into effect while the facts of an epoch were taken counts as too late for them: better held than paid.
MARGIN = timedelta(minutes=1)
_LIVE = (PayoutState.IN_REVIEW, PayoutState.HELD, PayoutState.APPROVED)
_TRIES = 3


class Payouts:
    """The source that moderation asks (``social.moderation.stakes``)."""

    def at_stake(self, member: Member) -> list[Stake]:
        return at_stake(member)

    def hold(self, made: Decision) -> None:
        hold(made)

    def give_back(self, made: Decision, by: Member, note: str) -> Returned:
        return give_back(made, by, note)


def at_stake(member: Member) -> list[Stake]:
    """In review, on hold, and the estimate of today. Two queries."""
    waiting = Payout.objects.of(member).paid().filter(state__in=[PayoutState.IN_REVIEW, PayoutState.HELD])
    rows = waiting.values("state").annotate(sum=Sum("amount"), count=Count("pk"))
    found = {row["state"]: (row["sum"], row["count"]) for row in rows}
    stakes = [Stake(_words(state, count), amount) for state, (amount, count) in sorted(found.items(), reverse=True)]
    today = estimating.of(Wallet.objects.linked().filter(member=member).values_list("address", flat=True))
    if today is not None and today.amount:
        stakes.append(Stake(_("today so far, an estimate"), today.amount))
    return stakes


def _words(state: str, count: int) -> str:
    if state == PayoutState.HELD:
        return ngettext("on hold, %(count)d payout", "on hold, %(count)d payouts", count) % {"count": count}
    return ngettext("in review, %(count)d payout", "in review, %(count)d payouts", count) % {"count": count}


def hold(made: Decision) -> None:
    """Each payout that the decision touches is stopped, or it is noted why not. Safe to repeat."""
    for payout in _touched(made):
        _stop(made, payout)


def catch_up(epoch: Epoch) -> None:
    """An epoch comes before reviewers, or a reviewer submits it: stop what decisions touch that came into effect since its facts
    were taken, and that did not see its batch then. Safe to repeat."""
    if epoch.closed_at is None:
        return
    rows = Decision.objects.valid().exclude(kind=Deed.APPROVE).filter(applied_at__gt=epoch.closed_at - MARGIN)
    for made in rows.select_related("moderator", "rule_version__rule").order_by("pk"):
        for payout in _touched(made):
            if payout.epoch_id == epoch.pk:
                _stop(made, payout)


def give_back(made: Decision, by: Member, note: str) -> Returned:
    """The holds that the decision placed, or joined, end; those in which another decision that stands has a part stay."""
    released = lost = kept = 0
    for row in Touched.objects.held().filter(decision=made).order_by("payout__epoch", "pk"):
        if row.hold_id is None:
            continue
        others = Touched.objects.held().standing().filter(hold=row.hold_id).exclude(decision=made)
        if others.exists():
            kept += 1
            continue
        state = _release(made, by, row.hold_id, note)
        released += state in (Hold.State.CANCELLED, Hold.State.RELEASED)
        lost += state == Hold.State.FORFEITED
    stopped = made.kind == Deed.SUSPEND or Pause.objects.filter(decision=made).exists()
    epochs = Epoch.objects.closed().filter(closed_at__gt=made.applied_at).count() if stopped else 0
    return Returned(released=released, lost=lost, kept=kept, epochs=epochs)


def _release(made: Decision, by: Member, pk: int, note: str) -> str:
    """The state of the hold in the end. Once more when a close, an approval or a reviewer was faster."""
    for attempt in range(_TRIES):
        one = Hold.objects.get(pk=pk)
        if one.state != Hold.State.ACTIVE:
            return one.state
        try:
            return holding.release_on_appeal(actor=by, decision=made, hold=one, note=note).state
        except WrongState:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError  # the loop returns or raises


def _touched(made: Decision) -> Iterator[Payout]:
    """The member's payouts, paid or to be paid, in which it counted, the oldest first."""
    pauses = list(Pause.objects.filter(decision=made).select_related("post"))
    if made.kind != Deed.SUSPEND and not pauses:
        return
    rows = Payout.objects.of(made.member).paid().filter(state__in=_LIVE).select_related("epoch").order_by("epoch")
    for payout in rows:
        if made.kind == Deed.SUSPEND or any(_counted(pause, payout.epoch) for pause in pauses):
            yield payout


def _counted(pause: Pause, epoch: Epoch) -> bool:
    """Whether anything that others gave to the post counts in the files of an epoch."""
    if epoch.closed_at is None or pause.since <= epoch.closed_at - MARGIN:
        return False
    if Pause.objects.at(epoch.closed_at).filter(post=pause.post_id).exclude(pk=pause.pk).exists():
        return False
    first = max(0, epoch.number - parameters.in_force(epoch.number).window + 1)
    counting = Interaction.objects.filter(
        Q(undone_at=None) | Q(undone_at__gte=epoch.ends_at),
        public=True,
        at__gte=calendar.bounds(first)[0],
        at__lt=epoch.ends_at,
    )
    return any(rows.exists() for rows in counting.given_to(pause.post))


def _stop(made: Decision, payout: Payout) -> None:
    known = Touched.objects.filter(decision=made, payout=payout).first()
    if known is not None and known.became != Touched.Became.LATE:
        return
    for _attempt in range(_TRIES):
        # Of an epoch that is computed and not before reviewers yet: `catch_up` comes to it.
        batch = Batch.objects.live().filter(epoch=payout.epoch_id).first()
        if batch is None:
            return
        payout.refresh_from_db()
        if not policy.can_be_held(payout, batch):
            break
        try:
            placed = holding.place_for_decision(decision=made, payout=payout)
        except WrongState:
            continue  # approved, rejected or held by somebody at this moment: look again
        return _note(made, payout, Touched.Became.HELD, placed)
    standing = Hold.objects.active().filter(payout=payout).first()
    if standing is None:
        return _note(made, payout, Touched.Became.LATE, None)
    if Touched.objects.held().filter(hold=standing).exists():
        return _note(made, payout, Touched.Became.JOINED, standing)
    return _note(made, payout, Touched.Became.STOPPED, None)


@transaction.atomic
def _note(made: Decision, payout: Payout, became: str, placed: Hold | None) -> None:
    Touched.objects.update_or_create(decision=made, payout=payout, defaults={"became": became, "hold": placed})
