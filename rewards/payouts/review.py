"""What a reviewer looks at: one batch with everything that two people have to judge."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metya.ops.models import AuditEvent
from metya.wallets.models import Member
from rewards.epochs.models import Epoch
from rewards.payouts import checklist, glance, listing, policy, rings, wording
from rewards.payouts.models import Batch, BatchState, Hold, Payout

TOP, FEW = 20, 10
_VERBS = {
    "epoch.closed": gettext_lazy("closed the epoch and fixed its files"),
    "epoch.scored": gettext_lazy("computed and booked it"),
    "epoch.attested": gettext_lazy("passed it on, computed by this server only"),
    "batch.submitted": gettext_lazy("submitted the batch"),
    "batch.approved": gettext_lazy("approved the batch"),
    "batch.rejected": gettext_lazy("rejected the batch"),
    "batch.voided": gettext_lazy("made the submission void by a change"),
    "batch.claimable": gettext_lazy("saw the root in force on the chain"),
    "batch.revoked": gettext_lazy("saw the root revoked on the chain"),
    "simulation.asked": gettext_lazy("asked what would be without a ring"),
    "hold.placed": gettext_lazy("put a payout on hold"),
    "hold.placed_for_decision": gettext_lazy("decided as a moderator, which put a payout on hold"),
    "hold.released_on_appeal": gettext_lazy("overturned a moderator's decision, which released a hold"),
    "hold.released": gettext_lazy("released a hold"),
    "hold.forfeited": gettext_lazy("gave a held amount to the treasury"),
}


@dataclass(frozen=True)
class HoldView:
    """A hold that this batch shows, and what may be done about it."""

    hold: Hold
    may_release: bool
    may_forfeit: bool


@dataclass(frozen=True)
class Event:
    """A line of the audit trail: who did what, and the words they gave for it."""

    at: datetime
    actor: str
    verb: str
    words: str


@dataclass(frozen=True)
class Deed:
    """What this viewer may do with the batch, and why not where a word about it helps."""

    may_submit: bool
    may_approve: bool
    may_reject: bool
    submitted_by_me: bool
    earlier: Batch | None
    points: list[checklist.Point]
    confirmed: list[str]


@dataclass(frozen=True)
class Review:
    """Everything on the review page of a batch."""

    batch: Batch
    checks: list[wording.CheckView]
    attention: int
    rings: list[rings.RingView]
    formula: list[glance.Step]
    totals: glance.Picture
    changes: list[glance.Change]
    moved: glance.Picture
    spread: glance.Picture
    top: list[listing.Row]
    new: list[listing.Row]
    risen: list[listing.Row]
    holds: list[HoldView]
    held: int
    files: list[glance.File]
    events: list[Event]
    deed: Deed


def review(batch: Batch, viewer: Member, *, ticked: Collection[str] = ()) -> Review:
    """The page of a batch; the same number of queries whatever its size. ``ticked`` is kept from a refused attempt."""
    checks = wording.checks_of(batch)
    payouts = Payout.objects.paid().filter(epoch=batch.epoch_id)
    holds = Hold.objects.filter(payout__epoch=batch.epoch_id).select_related(
        "payout", "payout__member", "placed_by", "decided_by"
    )
    views = [HoldView(hold, policy.may_release(viewer, hold), policy.may_forfeit(viewer, hold)) for hold in holds]
    before = Epoch.objects.filter(pk=batch.epoch_id - 1).first()
    return Review(
        batch=batch,
        checks=checks,
        attention=sum(1 for check in checks if not check.ok),
        rings=rings.views(batch, viewer),
        formula=glance.formula(batch.epoch, batch.checks),
        totals=glance.totals(batch),
        changes=glance.changes(batch.epoch, before),
        moved=glance.moved(batch.checks),
        spread=glance.spread(batch.epoch),
        top=listing.first(payouts.order_by("-amount", "pk"), TOP, batch, viewer),
        # In the first batch everybody is new, which says nothing.
        new=listing.first(payouts.new().order_by("-amount", "pk"), FEW, batch, viewer) if before else [],
        risen=listing.first(payouts.risen(), FEW, batch, viewer) if before else [],
        holds=views,
        held=sum(view.hold.amount for view in views if view.hold.state == Hold.State.ACTIVE),
        files=glance.files_of(batch.epoch),
        events=_events(batch, views),
        deed=_deed(batch, viewer, ticked),
    )


def _deed(batch: Batch, viewer: Member, ticked: Collection[str]) -> Deed:
    return Deed(
        may_submit=policy.may_submit(viewer, batch),
        may_approve=policy.may_approve(viewer, batch),
        may_reject=policy.may_reject(viewer, batch),
        submitted_by_me=batch.state == BatchState.SUBMITTED and batch.submitted_by_id == viewer.pk,
        earlier=Batch.objects.reviewable().filter(epoch__lt=batch.epoch_id).order_by("epoch").first(),
        points=checklist.points(ticked),
        confirmed=[one.text for one in checklist.points(batch.submitted_points) if one.ticked],
    )


def _events(batch: Batch, holds: list[HoldView]) -> list[Event]:
    versions = Batch.objects.filter(epoch=batch.epoch_id).values_list("pk", flat=True)
    about = Q(subject_kind="batch", subject_id__in=[str(pk) for pk in versions])
    about |= Q(subject_kind="hold", subject_id__in=[str(view.hold.pk) for view in holds])
    about |= Q(subject_kind="epoch", subject_id=str(batch.epoch_id))
    rows = AuditEvent.objects.filter(about).select_related("actor").order_by("-id")[:50]
    return [
        Event(
            at=row.at,
            actor=str(row.actor) if row.actor else _("the system"),
            verb=str(_VERBS.get(row.verb, row.verb)),
            words=row.data.get("reason") or row.data.get("note") or "",
        )
        for row in rows
    ]
