"""The past of the demo: every epoch behind it closed, computed, reviewed by two people and published by the ordinary actions."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import CommandError, call_command

from metya.wallets.models import Member
from rewards.chain import following
from rewards.epochs import actions as epochs
from rewards.epochs import parameters
from rewards.epochs.models import Epoch, Parameters
from rewards.payouts import actions as payouts
from rewards.payouts import publishing
from rewards.payouts.checklist import POINTS
from rewards.payouts.models import Batch, BatchState, Payout, PayoutState
from social.demo.planting import Planted, Say
from social.notifications.models import Notification

PUBLISH_SECONDS = 30


def past(planted: Planted, say: Say) -> None:
    """Close, compute and review every epoch that is over.

    The newest batch stays a draft: in the demo Fay can submit and Finn approve it.
    """
    begin(planted.community.start)
    closed = epochs.advance_due(planted.community.now)
    say(f"{len(closed)} epochs closed and computed")
    approved = _review()
    say(f"{approved} batches submitted by Fay and approved by Finn; the newest is a draft")


def begin(start: datetime) -> bool:
    """Make the day of ``start`` genesis, unless that is set, no later, or epochs were opened already; whether it was made so."""
    parameters.ensure_first()
    if settings.GENESIS_DATE or Epoch.objects.exists():
        return False
    return Parameters.objects.filter(from_epoch=0, created_at__gt=start).update(created_at=start) > 0


def _review() -> int:
    """Both reviewers' steps for every batch but the newest, oldest first; how many."""
    fay, finn = (Member.objects.get(handle=handle) for handle in ("fay", "finn"))
    drafts = list(Batch.objects.filter(state=BatchState.DRAFT).order_by("epoch"))
    for batch in drafts[:-1]:
        batch = payouts.submit(actor=fay, batch=batch, points=POINTS)
        payouts.approve(actor=finn, batch=batch, content_hash=batch.content_hash, confirmed=True, points=POINTS)
    return len(drafts[:-1])


def publish() -> str:
    """Send the approved roots to the local chain and wait until they are claimable; what came of it."""
    if not settings.CHAIN_RPC_URL:
        return "no chain: the approved payouts wait to be published"
    if settings.CHAIN_ID == settings.DEVELOPMENT_CHAIN_ID:
        # Sets the contracts up where that was not done yet, and gives the new wallets coins for gas.
        try:
            call_command("deploy_contracts", verbosity=0)
        except CommandError as problem:
            return f"the approved payouts wait to be published: {problem}"
    end = time.monotonic() + PUBLISH_SECONDS
    while time.monotonic() < end and (waiting := _waiting()):
        if (state := following.follow()) != "ok":
            return f"the chain is {state}: {waiting} batches wait to be published"
    publishing.note_submitted()
    claimable = Batch.objects.filter(state=BatchState.CLAIMABLE).count()
    return f"{claimable} batches published and claimable"


def _waiting() -> int:
    return Batch.objects.filter(state__in=[BatchState.APPROVED, BatchState.PUBLISHED]).count()


def date_back(now: datetime) -> None:
    """Give each step the moment at which it happens in a living community; the audit trail keeps the true ones."""
    for epoch in Epoch.objects.closed().prefetch_related("batches"):
        review = {name: min(moment, now) for name, moment in _review_times(epoch).items()}
        moments = {"closed_at": minutes(epoch, 3), "scored_at": minutes(epoch, 4)}
        for batch in epoch.batches.all():
            batch.created_at = minutes(epoch, 4)
            for name, moment in review.items():
                if getattr(batch, name) is not None:
                    setattr(batch, name, moment)
            batch.save()
        for name, source in (("published_at", "published_at"), ("final_at", "claimable_at")):
            if getattr(epoch, name) is not None:
                moments[name] = review[source]
        Epoch.objects.filter(pk=epoch.pk).update(**moments)
        payouts_of = Payout.objects.filter(epoch=epoch)
        payouts_of.update(state_at=review["claimable_at"])
        payouts_of.filter(state__in=[PayoutState.IN_REVIEW, PayoutState.OWED]).update(state_at=minutes(epoch, 4))
        payouts_of.filter(state=PayoutState.APPROVED).update(state_at=review["approved_at"])


def minutes(epoch: Epoch, count: float) -> datetime:
    """So many minutes after the end of an epoch."""
    return epoch.ends_at + timedelta(minutes=count)


def _review_times(epoch: Epoch) -> dict[str, datetime]:
    """When a batch was submitted, approved, published and claimable: over the morning, never quite at the same time."""
    shift = epoch.number * 37 % 53
    return {
        "submitted_at": minutes(epoch, 7 * 60 + shift),
        "approved_at": minutes(epoch, 8 * 60 + 2 * shift),
        "published_at": minutes(epoch, 8 * 60 + 2 * shift + 2),
        "claimable_at": minutes(epoch, 8 * 60 + 2 * shift + 4),
    }


def notices() -> list[Notification]:
    """Take what the publication and the moderators told members out again, with the moment that fits, so that it is told in the
    order of time."""
    rows = list(Notification.objects.filter(kind__in=["payout", "notice"]))
    Notification.objects.filter(kind__in=["payout", "notice"]).delete()
    batches = Batch.objects.filter(claimable_at__isnull=False)
    moments = {f"payout:{batch.epoch_id}:claimable": batch.claimable_at for batch in batches}
    for row in rows:
        row.pk, row._state.adding = None, True
        row.created_at = moments.get(row.key) or row.created_at
    return rows
