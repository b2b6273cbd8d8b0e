"""What happened on one UTC day, counted from the rows themselves. Every figure of reports begins here.

``count_members`` says what each member did; ``count`` makes the figures of a day from that and from the rows. ``machines`` are
left out as authors, sources and targets. A deed counts on the day it was done, whether it was undone later or not.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from metya.members.models import Departure
from metya.wallets.models import Member
from rewards.epochs.models import Epoch
from rewards.payouts.models import Batch, Payout, PayoutState
from rewards.reports.models import ActiveDay, DayFigure, DaySpread
from social.appeals.models import Appeal
from social.interactions.models import Interaction, Kind
from social.live.meter import KEPT
from social.live.models import LiveMinute
from social.moderation.models import Decision, Deed, Report
from social.moderation.models import Kind as Subject
from social.posts.models import Post, PostTag, Visibility
from social.rules.models import Queue

DAY = timedelta(days=1)
# Within which a post is called answered.
ANSWER = timedelta(hours=24)
# A new member is activated by what they do on the day they join or on the six days after it.
ACTIVATION = 7


@dataclass
class Counted:
    """The figures of one day. ``spreads``: minutes → how often; ``topics``: tag → posts."""

    figures: dict[str, int] = field(default_factory=dict)
    spreads: dict[str, dict[str, int]] = field(default_factory=dict)
    topics: dict[int, int] = field(default_factory=dict)


def bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of a UTC day, and first moment after it."""
    start = datetime.combine(day, time(), UTC)
    return start, start + DAY


def count_members(day: date, machines: Collection[int]) -> list[ActiveDay]:
    """What each member did and received on the day; reposts count as given, not as posts."""
    start, end = bounds(day)
    rows: dict[int, ActiveDay] = {}

    def of(member: int) -> ActiveDay:
        return rows.setdefault(member, ActiveDay(day=day, member_id=member, acted=False))

    written = Post.objects.originals().filter(created_at__gte=start, created_at__lt=end).order_by()
    answers = Q(in_reply_to__isnull=False)
    for author, posts, replies in written.values_list("author").annotate(
        opened=Count("pk", filter=~answers), answered=Count("pk", filter=answers)
    ):
        row = of(author)
        row.posts, row.replies, row.acted = posts, replies, True
    done = Interaction.objects.filter(at__gte=start, at__lt=end).order_by()
    for source, count in done.values_list("source").annotate(count=Count("pk")):
        row = of(source)
        row.given, row.acted = count, True
    people = Count("pk", filter=~Q(source__in=machines)) if machines else Count("pk")
    for target, count, by_people in done.values_list("target").annotate(count=Count("pk"), people=people):
        row = of(target)
        row.received, row.received_people = count, by_people
    return [rows[member] for member in sorted(rows)]


def count(day: date, machines: Collection[int]) -> Counted:
    """All figures of the day; ``count_members`` of this day and of the 29 before it must stand already."""
    found = Counted()
    for part in (_growth, _content, _rewards, _moderation, _live):
        part(found, day, machines)
    return found


# --- growth ----------------------------------------------------------------------------------------------------------


def _growth(found: Counted, day: date, machines: Collection[int]) -> None:
    start, end = bounds(day)
    joined = Member.objects.get_queryset().filter(joined_at__gte=start, joined_at__lt=end).exclude(pk__in=machines)
    week = ActiveDay.objects.filter(member=OuterRef("pk"), acted=True, day__gte=day, day__lt=day + ACTIVATION * DAY)
    left = Departure.objects.filter(left_at__lt=end).exclude(member__in=machines)
    there = Member.objects.get_queryset().onboarded().filter(onboarded_at__lt=end).exclude(pk__in=machines)
    found.figures |= {
        "signups": joined.count(),
        "activated": joined.filter(Exists(week)).count(),
        "left": left.filter(left_at__gte=start).count(),
        "members": there.count() - left.filter(member__onboarded_at__isnull=False).count(),
        "active.1": len(active(day, day, machines)),
    }
    week_before = active(day - 13 * DAY, day - 7 * DAY, machines)
    this_week = active(day - 6 * DAY, day, machines)
    found.figures |= {
        "active.7": len(this_week),
        "active.30": len(active(day - 29 * DAY, day, machines)),
        "kept": len(this_week & week_before),
        "keepable": len(week_before),
    }


def active(first: date, last: date, machines: Collection[int]) -> set[int]:
    """Who wrote or did something from ``first`` to ``last``."""
    rows = ActiveDay.objects.filter(acted=True, day__gte=first, day__lte=last).order_by()
    return set(rows.values_list("member", flat=True).distinct()) - set(machines)


# --- content ---------------------------------------------------------------------------------------------------------


def _content(found: Counted, day: date, machines: Collection[int]) -> None:
    start, end = bounds(day)
    own = Post.objects.originals().filter(created_at__gte=start, created_at__lt=end).exclude(author__in=machines)
    sums = own.aggregate(
        opened=Count("pk", filter=Q(in_reply_to__isnull=True)),
        answers=Count("pk", filter=Q(in_reply_to__isnull=False)),
        writers=Count("author", distinct=True),
    )
    found.figures |= {"posts": sums["opened"], "replies": sums["answers"], "writers": sums["writers"]}
    earlier = Post.objects.originals().filter(author=OuterRef("author"), created_at__lt=start)
    found.figures["first.posts"] = own.filter(~Exists(earlier)).aggregate(n=Count("author", distinct=True))["n"]
    waits = list(_first_replies(start, end, machines))
    found.figures["answered"] = len(waits)
    found.spreads["first.reply"] = spread(waits)
    kinds = Interaction.objects.filter(at__gte=start, at__lt=end).order_by()
    kinds = kinds.exclude(source__in=machines).exclude(target__in=machines)
    done = dict(kinds.values_list("kind").annotate(count=Count("pk")))
    found.figures |= {f"kind.{kind}": done.get(kind, 0) for kind in Kind.values}
    tagged = PostTag.objects.filter(
        post__created_at__gte=start,
        post__created_at__lt=end,
        post__visibility=Visibility.PUBLIC,
        post__deleted_at__isnull=True,
    )
    tagged = tagged.exclude(post__author__in=machines).order_by()
    found.topics = dict(tagged.values_list("tag").annotate(count=Count("pk")))


def _first_replies(start: datetime, end: datetime, machines: Collection[int]) -> Iterable[timedelta]:
    """How long each post of the day waited for the first answer of somebody else, where that came within ANSWER."""
    replies = Post.objects.filter(
        in_reply_to__created_at__gte=start,
        in_reply_to__created_at__lt=end,
        in_reply_to__in_reply_to__isnull=True,
        created_at__gte=start,
        created_at__lt=end + ANSWER,
    )
    replies = replies.exclude(author=F("in_reply_to__author")).exclude(author__in=machines)
    replies = replies.exclude(in_reply_to__author__in=machines).order_by()
    firsts = replies.values_list("in_reply_to", "in_reply_to__created_at").annotate(first=Min("created_at"))
    return (first - asked for _post, asked, first in firsts if first - asked < ANSWER)


def spread(waits: Iterable[timedelta]) -> dict[str, int]:
    """Whole minutes → how often."""
    return dict(Counter(str(int(wait.total_seconds()) // 60) for wait in waits))


# --- rewards ---------------------------------------------------------------------------------------------------------


def _rewards(found: Counted, day: date, _machines: Collection[int]) -> None:
    """The epoch of the day as the books have it, machines or not; nothing where it is not computed yet."""
    start, end = bounds(day)
    published = Batch.objects.live().filter(claimable_at__lt=end).values("epoch")
    due = Payout.objects.paid().filter(epoch__in=published)
    due = due.filter(state__in=[PayoutState.CLAIMABLE, PayoutState.CLAIMED])
    sums = due.aggregate(all=Sum("amount"), taken=Sum("amount", filter=Q(state=PayoutState.CLAIMED, state_at__lt=end)))
    found.figures |= {"due": int(sums["all"] or 0), "claimed": int(sums["taken"] or 0)}
    epoch = Epoch.objects.scored().filter(starts_at=start).first()
    if epoch is None:
        return
    earned = sorted(Payout.objects.filter(epoch=epoch, earned__gt=0).values_list("earned", flat=True))
    found.figures |= {"pool": epoch.pool, "reach": epoch.reach_bp, "paid": len(earned), "earned": sum(earned)}
    if earned:
        top = earned[-max(1, -(-len(earned) // 100)) :]
        found.figures |= {
            "median": earned[(len(earned) - 1) // 2],
            "top.1": 10_000 * sum(top) // sum(earned),
            "gini": gini(earned),
        }


def gini(values: list[int]) -> int:
    """The Gini coefficient of values in rising order, in hundredths of a percent: 0 all alike, towards 10,000 one has all."""
    count, total = len(values), sum(values)
    weighted = sum(place * value for place, value in enumerate(values, 1))
    return (2 * weighted - (count + 1) * total) * 10_000 // (count * total) if total else 0


# --- moderation ------------------------------------------------------------------------------------------------------


def _moderation(found: Counted, day: date, machines: Collection[int]) -> None:
    start, end = bounds(day)
    made: QuerySet[Report] = Report.objects.exclude(reporter__in=machines)
    decided = made.filter(decided_at__gte=start, decided_at__lt=end)
    waits = [done - asked for asked, done in decided.values_list("created_at", "decided_at") if done is not None]
    found.figures |= (
        {
            "reports": made.filter(created_at__gte=start, created_at__lt=end).count(),
            "decided": len(waits),
            "upheld": decided.filter(state=Report.State.UPHELD).count(),
            "open": made.filter(created_at__lt=end).filter(Q(decided_at=None) | Q(decided_at__gte=end)).count(),
        }
        | _cases(start, end)
        | _appeals(start, end)
    )
    found.spreads["decision"] = spread(waits)


def _cases(start: datetime, end: datetime) -> dict[str, int]:
    """What decisions had their effects, and whether they came in time, by queue."""
    rows = Decision.objects.standing().filter(applied_at__gte=start, applied_at__lt=end)
    punctual = Q(made_at__lte=F("case__due_at"))
    counted = rows.aggregate(
        removed=Count("pk", filter=Q(kind=Deed.REMOVE, case__kind=Subject.POST)),
        suspended=Count("pk", filter=Q(kind=Deed.SUSPEND)),
        **{"cases": Count("pk"), "cases.in.time": Count("pk", filter=punctual)},
        **{f"cases.{queue}": Count("pk", filter=Q(case__queue=queue)) for queue in Queue.values},
        **{f"cases.{queue}.in.time": Count("pk", filter=Q(case__queue=queue) & punctual) for queue in Queue.values},
    )
    return dict(counted)


def _appeals(start: datetime, end: datetime) -> dict[str, int]:
    decided = Appeal.objects.filter(decided_at__gte=start, decided_at__lt=end)
    return {
        "appeals": Appeal.objects.filter(made_at__gte=start, made_at__lt=end).count(),
        "appeals.decided": decided.count(),
        "appeals.overturned": decided.filter(state=Appeal.State.OVERTURNED).count(),
        "appeals.in.time": decided.filter(decided_at__lte=F("due_at")).count(),
    }


# --- live ------------------------------------------------------------------------------------------------------------


def _live(found: Counted, day: date, _machines: Collection[int]) -> None:
    """What the hubs wrote down; nothing for a day without a connection. Minutes are kept for a while only: of an older day stays
    what was counted of it."""
    start, end = bounds(day)
    minutes: dict[datetime, list[float]] = defaultdict(lambda: [0, 0.0])
    delays: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    rows = LiveMinute.objects.filter(minute__gte=start, minute__lt=end).order_by()
    for row in rows.iterator():
        here = minutes[row.minute]
        here[0] += row.peak
        here[1] += row.held / row.samples if row.samples else 0
        sums.update(delivered=row.delivered, slow=row.slow, dropped=row.dropped)
        delays.update(row.delays)
    if minutes:
        means = [mean for _peak, mean in minutes.values() if mean]
        found.figures |= {f"live.{name}": sums[name] for name in ("delivered", "slow", "dropped")}
        found.figures |= {
            "live.peak": int(max(peak for peak, _mean in minutes.values())),
            "live.mean": round(sum(means) / len(means)) if means else 0,
        }
        found.spreads["live.delay"] = dict(delays)
    elif start < timezone.now() - KEPT:
        figures = DayFigure.objects.filter(day=day, people=False, name__startswith="live.")
        found.figures |= dict(figures.values_list("name", "value"))
        spreads = DaySpread.objects.filter(day=day, people=False, name="live.delay")
        found.spreads |= dict(spreads.values_list("name", "counts"))


def first_day() -> date | None:
    """The day from which there is something to count."""
    sources: list[Any] = [
        Member.objects.get_queryset().aggregate(first=Min("joined_at")),
        Post.objects.aggregate(first=Min("created_at")),
        Interaction.objects.aggregate(first=Min("at")),
    ]
    firsts = [row["first"].astimezone(UTC).date() for row in sources if row["first"] is not None]
    return min(firsts) if firsts else None
