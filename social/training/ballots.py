"""The vote of members on a challenger that meets the rule, where administrators have asked for one.

The round is computed, written down and public when the vote begins; nothing of it is in use and nothing is paid before it ends.
With it the round ends: taken into use and paid where more are for it than against it and enough have voted, else refused like
any other, and then it allots nothing for examples and nobody carries anything on for it. No other round begins meanwhile, so
what the round was measured against is still in use at the end, unless an administrator brought another version back.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import NotAllowed
from social.consent.models import Grant, Purpose
from social.notifications import actions as notifications
from social.notifications.actions import Notice
from social.notifications.models import NotificationKind
from social.notifications.sentences import Sentence
from social.ranking.models import ModelVersion, State
from social.training import lots, policy, versions
from social.training.models import MemberValue, Mode, PromotionVote, Round, RoundState, StyleShare

BATCH = 2_000
_ASKED = gettext_noop(
    "Members vote on the next version of the community's model: round %(round)d is surely better. Have your say."
)


def begin(row: Round, days: int, least: int) -> None:
    """The round, which is not saved here, is up for a vote from now; within the transaction that stores it."""
    row.state, row.votes_least = RoundState.VOTING, least
    row.votes_until = timezone.now() + timedelta(days=days)
    said = Sentence(_ASKED, {"round": row.number})
    able = Grant.objects.active(Purpose.TRAIN) | Grant.objects.active(Purpose.EVALUATE)
    people = able.filter(member__in=Member.objects.active()).order_by().values_list("member", flat=True).distinct()
    notices = [Notice(pk, said, f"/ranking/{row.number}/", f"ballot:{row.number}") for pk in people]
    notifications.notify_many(kind=NotificationKind.NOTICE, notices=notices)


@transaction.atomic
def vote(*, actor: Member, number: int, supports: bool) -> None:
    """For the challenger of a round, or against it; until the end the last word counts.

    Raises Round.DoesNotExist, NotAllowed (the vote is over; who came after it began).
    """
    # Whoever ends the vote waits for this one, and this one sees when it has ended.
    row = Round.objects.select_for_update(of=("self",)).recorded().get(number=number)
    now = timezone.now()
    if row.state != RoundState.VOTING or row.votes_until is None or now >= row.votes_until:
        raise NotAllowed(_("This vote is over."))
    if not policy.may_vote(actor, row, now):
        raise NotAllowed(_("Members vote who were here before the vote began."))
    PromotionVote.objects.update_or_create(round=row, member=actor, defaults={"supports": supports, "at": now})


def tally(row: Round) -> dict[str, int]:
    """{for, against}: of members who are still here and in good standing; one query."""
    standing = PromotionVote.objects.filter(round=row, member__in=Member.objects.active())
    return standing.aggregate(
        **{"for": Count("pk", filter=Q(supports=True)), "against": Count("pk", filter=Q(supports=False))}
    )


def close_due(now: datetime | None = None) -> int:
    """End the vote whose time is over; how many. Twice, or at once, it ends once."""
    moment, ended = now or timezone.now(), 0
    for pk in Round.objects.voting().filter(votes_until__lte=moment).values_list("pk", flat=True):
        ended += _close(pk)
    return ended


@transaction.atomic
def _close(pk: int) -> int:
    row = Round.objects.select_for_update(of=("self",)).voting().filter(pk=pk).first()
    if row is None or row.challenger is None:
        return 0
    counts = tally(row)
    champion = ModelVersion.objects.select_for_update(no_key=True).champion().first()
    why = _against(row, counts, champion)
    row.state, row.finished_at = RoundState.DONE, timezone.now()
    row.verdict |= {"promote": not why, "votes": counts, "reasons": [*row.verdict["reasons"], *([why] if why else [])]}
    if why:
        row.pool = 0
        _unpaid(row)
        row.challenger.state = State.REJECTED
        row.challenger.save(update_fields=["state"])
    else:
        versions.put_in_use(row.challenger)
    if why == "pinned":
        _styles_unpaid(row)
    row.save(update_fields=["state", "finished_at", "verdict", "pool", "styles", "styles_pool"])
    audit.record(None, "training.voted", row, promoted=not why, reason=why, **counts)
    lots.invite(row.number + 1)
    return 1


def _against(row: Round, counts: dict[str, int], champion: ModelVersion | None) -> str:
    """The reason why it is not taken into use; empty where it is."""
    if champion is None or champion.pk != row.parent_id:
        return "another-in-use"
    if versions.mode() in (Mode.PINNED, Mode.STOPPED):
        return "pinned"
    if row.challenger is None or versions.readable(row.challenger) is None:
        return "unreadable"
    if counts["for"] + counts["against"] < row.votes_least:
        return "too-few-votes"
    return "" if counts["for"] > counts["against"] else "voted-down"


def _styles_unpaid(row: Round) -> None:
    """Members vote on the feed's part alone; what administrators stop is stopped as a whole, as in a round without a vote."""
    StyleShare.objects.filter(round=row).delete()
    row.styles_pool = 0
    if row.styles:
        row.styles |= {"given": 0}


def _unpaid(row: Round) -> None:
    """Members' values stay, which nobody is paid for; what they carried on from before they still do."""
    rows = list(MemberValue.objects.filter(round=row))
    before = carried(without=row)
    for one in rows:
        one.grains, one.balance = 0, before.get(one.member_id, 0)
    MemberValue.objects.bulk_update(rows, ["grains", "balance"], batch_size=BATCH)


def carried(without: Round | None = None) -> dict[int, int]:
    """What members carry from their last finished round, where it is below nothing; one query."""
    done = MemberValue.objects.filter(round__state=RoundState.DONE).order_by()
    if without is not None:
        done = done.exclude(round=without)
    latest = done.values("member").annotate(last=Max("pk")).values("last")
    return dict(MemberValue.objects.filter(pk__in=latest, balance__lt=0).values_list("member", "balance"))
