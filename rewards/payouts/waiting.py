"""What waits for payout reviewers."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.ops.waiting import Waiting
from metya.wallets.models import Member
from rewards.payouts import policy
from rewards.payouts.models import Batch, BatchState, Hold

SHOWN = 5


def for_reviewers(member: Member) -> Iterator[Waiting]:
    """The oldest open batches, each with what it needs of this reviewer, and the holds to be decided."""
    if not policy.is_reviewer(member):
        return
    for batch in Batch.objects.reviewable().order_by("epoch")[:SHOWN]:
        url = reverse("admin:rewards_batch_change", args=[batch.pk])
        yield Waiting(_needs(member, batch) % {"epoch": batch.epoch_id}, url, batch.submitted_at or batch.created_at)
    held = Hold.objects.active()
    if count := held.count():
        text = ngettext(
            "%(count)d payout is on hold: release or forfeit it",
            "%(count)d payouts are on hold: release or forfeit them",
            count,
        )
        url = reverse("admin:rewards_hold_changelist") + f"?state__exact={Hold.State.ACTIVE}"
        yield Waiting(text % {"count": count}, url, held.earliest("placed_at").placed_at)


def _needs(member: Member, batch: Batch) -> str:
    if batch.state == BatchState.DRAFT:
        return _("Batch of epoch %(epoch)d: look at it and submit it")
    if policy.may_approve(member, batch):
        return _("Batch of epoch %(epoch)d: approve it as the second reviewer")
    return _("Batch of epoch %(epoch)d: waits for a second reviewer, since you submitted it")
