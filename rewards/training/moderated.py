"""What moderators are told of a member's pay for training, and what everyone is told of amounts that reviewers stopped.

A decision about a post says nothing of the member's comparisons, so it stops no pay for them. A suspension stops all of it
without a hold: whoever is suspended when an epoch closes is not in its earnings.csv (``payable``), and is paid with the first
epoch after it ended. A suspension that is overturned has thereby given everything back.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Sum
from django.utils.translation import ngettext

from metya.ops.models import AuditEvent
from metya.wallets.models import Member
from rewards.training.models import PayState, TrainingPay
from social.moderation.models import Decision
from social.moderation.stakes import Returned, Stake
from social.transparency.held import Held

_KIND = TrainingPay._meta.model_name


class TrainingStakes:
    """The source that moderation asks (``social.moderation.stakes``)."""

    def at_stake(self, member: Member) -> list[Stake]:
        """What is on its way and not in an epoch's files; one query."""
        rows = TrainingPay.objects.of(member).filter(state__in=[PayState.HELD, PayState.RELEASED])
        found = rows.aggregate(sum=Sum("grains"), count=Count("round", distinct=True))
        if not found["count"]:
            return []
        words = ngettext(
            "for training, on its way, %(count)d round", "for training, on its way, %(count)d rounds", found["count"]
        )
        return [Stake(words % {"count": found["count"]}, found["sum"])]

    def hold(self, made: Decision) -> None:
        """Nothing to do (see above)."""

    def give_back(self, made: Decision, by: Member, note: str) -> Returned:
        return Returned()


def held_between(first: date, last: date) -> Held:
    """Amounts that reviewers stopped on those days (UTC), each once, and what they are now; three queries."""
    start = datetime.combine(first, time(), UTC)
    end = datetime.combine(last + timedelta(days=1), time(), UTC)
    said = AuditEvent.objects.filter(verb="training_pay.held", subject_kind=_KIND, at__gte=start, at__lt=end)
    stopped = {int(pk) for pk in said.values_list("subject_id", flat=True)}
    rows = TrainingPay.objects.filter(pk__in=stopped)
    standing = rows.stopped().count()
    forfeited = rows.filter(state=PayState.FORFEITED).count()
    return Held(len(stopped), standing, len(stopped) - standing - forfeited, forfeited)
