"""What waits for administrators: a round whose measuring looks captured, rounds that keep failing."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from metya.ops.waiting import Waiting
from metya.wallets.models import Member
from social.training import policy
from social.training.models import Round, RoundState


def for_administrators(member: Member) -> Iterator[Waiting]:
    """About the last round alone: the next good one is the answer."""
    if not policy.may_steer(member):
        return
    last = Round.objects.over().latest_first().first()
    if last is None:
        return
    url = reverse("admin:social_round_change", args=[last.pk])
    if last.state == RoundState.FAILED:
        yield Waiting(_("Round %(number)d of training failed") % {"number": last.number}, url, last.finished_at)
    elif last.verdict.get("capture", {}).get("alarm"):
        text = _("In round %(number)d of training those who measure answered unlike everybody else")
        yield Waiting(text % {"number": last.number}, url, last.finished_at)
