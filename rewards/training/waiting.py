"""What waits for reviewers of pay for training."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from metya.ops.waiting import Waiting
from metya.wallets.models import Member
from rewards.payouts import policy
from rewards.training.models import PayState, TrainingPay


def stopped(member: Member) -> Iterator[Waiting]:
    """Amounts that a reviewer stopped."""
    if not policy.is_reviewer(member):
        return
    held = TrainingPay.objects.stopped()
    first = held.order_by("placed_at").values_list("placed_at", flat=True).first()
    if first is None:
        return
    count = held.count()
    text = ngettext(
        "%(count)d amount for training is on hold: release or forfeit it",
        "%(count)d amounts for training are on hold: release or forfeit them",
        count,
    )
    url = reverse("admin:rewards_trainingpay_changelist") + f"?state__exact={PayState.HELD}&placed_by__isempty=0"
    yield Waiting(text % {"count": count}, url, first)
