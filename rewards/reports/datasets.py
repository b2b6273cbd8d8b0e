"""What can be exported: tables with their columns, and which rows of them are meant.

Names of tables and columns are English in every language: programs read them. Columns that tell who somebody is, or what they
wrote, are personal. Every table begins with its primary key, by which it is read in pieces.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from django.db.models import Case, CharField, F, Max, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from rewards.epochs.models import Epoch
from rewards.payouts.models import Payout, PayoutState
from rewards.reports.counting import bounds
from rewards.reports.metrics import Text
from rewards.reports.models import ActiveDay, DayFigure, DayTopic, MachineAccount
from social.interactions.models import Interaction, Kind
from social.live.models import LiveMinute
from social.moderation.models import Report
from social.posts.models import Post, Visibility

PIECE = 5_000
# The calendar ends soon after it; later days hold nothing either.
_LAST = date.max - timedelta(days=2)


class Type(Enum):
    TEXT = "text"
    INT = "int"
    BOOL = "bool"
    TIME = "time"
    DAY = "day"


@dataclass(frozen=True)
class Column:
    """``path`` as a query says it."""

    name: str
    type: Type = Type.INT
    path: str = ""
    personal: bool = False

    @property
    def source(self) -> str:
        return self.path or self.name


@dataclass(frozen=True)
class Wanted:
    """Which rows: UTC days, both in it (None: from the first, to the last); ``people``: without machine accounts; ``only``: one
    value of the table's own choice."""

    start: date | None = None
    end: date | None = None
    people: bool = False
    only: str = ""

    def as_json(self) -> dict[str, Any]:
        """Without what was not asked for."""
        found = {"start": self.start and f"{self.start}", "end": self.end and f"{self.end}"}
        found |= {"people": self.people or None, "only": self.only or None}  # type: ignore[dict-item]
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Wanted":
        """The same again."""
        start, end = (date.fromisoformat(kept[name]) if kept.get(name) else None for name in ("start", "end"))
        return cls(start, end, bool(kept.get("people")), str(kept.get("only", "")))


@dataclass(frozen=True)
class Dataset:
    """``at``: the column of time (or of days) that a period bounds. ``machines``: which columns of members must hold no machine.
    ``choice``: the column of which one value can be asked for."""

    name: str
    title: Text
    columns: Sequence[Column]
    source: Callable[[], QuerySet[Any]]
    at: str
    by_day: bool = False
    machines: Sequence[str] = ()
    choice: str = ""
    choices: Sequence[tuple[str, Text]] = ()

    def shown(self, *, personal: bool) -> list[Column]:
        """The columns of an export."""
        return [column for column in self.columns if personal or not column.personal]

    def rows(self, wanted: Wanted) -> QuerySet[Any]:
        """The rows that are meant, in no order."""
        rows = self.source().order_by()
        if wanted.start is not None:
            rows = rows.filter(
                **{f"{self.at}__gte": wanted.start if self.by_day else bounds(min(wanted.start, _LAST))[0]}
            )
        if wanted.end is not None:
            after = min(wanted.end, _LAST) + timedelta(days=1)
            rows = rows.filter(**{f"{self.at}__lt": after if self.by_day else bounds(after)[0]})
        if wanted.people:
            machines = list(MachineAccount.objects.values_list("pk", flat=True))
            for field in self.machines if machines else ():
                rows = rows.exclude(**{f"{field}__in": machines})
        if wanted.only and self.choice:
            rows = rows.filter(**{self.choice: wanted.only})
        return rows


def pieces(rows: QuerySet[Any], columns: Sequence[Column]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows in pieces of PIECE, by primary key: nothing stays open between two, and memory stays flat. What is added
    meanwhile is not in it."""
    newest = rows.aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        return
    rows = rows.filter(pk__lte=newest).order_by("pk").values_list(*(column.source for column in columns))
    piece = list(rows[:PIECE])
    while piece:
        yield piece
        piece = list(rows.filter(pk__gt=piece[-1][0])[:PIECE]) if len(piece) == PIECE else []


def _posts() -> QuerySet[Any]:
    """Only the words that everyone may read."""
    words = When(visibility=Visibility.PUBLIC, deleted_at__isnull=True, then=F("text"))
    return Post.objects.annotate(open_words=Case(words, default=Value(""), output_field=CharField()))


_ID = Column("id")

DATASETS: dict[str, Dataset] = {
    one.name: one
    for one in (
        Dataset(
            "figures",
            _("Figures by day"),
            (_ID, Column("day", Type.DAY), Column("people", Type.BOOL), Column("name", Type.TEXT), Column("value")),
            DayFigure.objects.all,
            "day",
            by_day=True,
        ),
        Dataset(
            "topics",
            _("Topics by day"),
            (
                _ID,
                Column("day", Type.DAY),
                Column("people", Type.BOOL),
                Column("hashtag", Type.TEXT, "tag__name"),
                Column("posts"),
            ),
            DayTopic.objects.all,
            "day",
            by_day=True,
        ),
        Dataset(
            "activity",
            _("Members by day"),
            (
                _ID,
                Column("day", Type.DAY),
                Column("member", path="member_id"),
                Column("handle", Type.TEXT, "member__handle", True),
                Column("acted", Type.BOOL),
                Column("posts"),
                Column("replies"),
                Column("given"),
                Column("received"),
            ),
            ActiveDay.objects.all,
            "day",
            by_day=True,
            machines=("member",),
        ),
        Dataset(
            "members",
            _("Members"),
            (
                _ID,
                Column("handle", Type.TEXT, personal=True),
                Column("name", Type.TEXT, "profile__name", True),
                Column("joined_at", Type.TIME),
                Column("onboarded_at", Type.TIME),
                Column("is_active", Type.BOOL),
                Column("suspended_until", Type.TIME),
                Column("opted_out", Type.BOOL),
                Column("followers", path="profile__follower_count"),
                Column("following", path="profile__following_count"),
                Column("posts", path="profile__post_count"),
            ),
            lambda: Member.objects.get_queryset(),
            "joined_at",
            machines=("pk",),
        ),
        Dataset(
            "posts",
            _("Posts"),
            (
                _ID,
                Column("created_at", Type.TIME),
                Column("author", path="author_id"),
                Column("handle", Type.TEXT, "author__handle", True),
                Column("text", Type.TEXT, "open_words", True),
                Column("visibility", Type.TEXT),
                Column("language", Type.TEXT),
                Column("in_reply_to", path="in_reply_to_id"),
                Column("quote_of", path="quote_of_id"),
                Column("repost_of", path="repost_of_id"),
                Column("likes", path="like_count"),
                Column("replies", path="reply_count"),
                Column("reposts", path="repost_count"),
                Column("quotes", path="quote_count"),
                Column("deleted_at", Type.TIME),
            ),
            _posts,
            "created_at",
            machines=("author",),
            choice="visibility",
            choices=Visibility.choices,
        ),
        Dataset(
            "interactions",
            _("Interactions"),
            (
                _ID,
                Column("at", Type.TIME),
                Column("kind", Type.TEXT),
                Column("source", path="source_id"),
                Column("source_handle", Type.TEXT, "source__handle", True),
                Column("target", path="target_id"),
                Column("target_handle", Type.TEXT, "target__handle", True),
                Column("post", path="post_id"),
                Column("public", Type.BOOL),
                Column("undone_at", Type.TIME),
            ),
            Interaction.objects.all,
            "at",
            machines=("source", "target"),
            choice="kind",
            choices=Kind.choices,
        ),
        Dataset(
            "reports",
            _("Reports of members"),
            (
                _ID,
                Column("created_at", Type.TIME),
                Column("rule", Type.TEXT, "rule_version__rule__key"),
                Column("state", Type.TEXT),
                Column("decided_at", Type.TIME),
                Column("reporter", path="reporter_id", personal=True),
                Column("member", path="member_id", personal=True),
                Column("member_handle", Type.TEXT, "member__handle", True),
                Column("decided_by", path="decided_by_id", personal=True),
            ),
            Report.objects.all,
            "created_at",
            machines=("reporter",),
            choice="state",
            choices=Report.State.choices,
        ),
        Dataset(
            "epochs",
            _("Epochs"),
            (
                Column("number"),
                Column("starts_at", Type.TIME),
                Column("state", Type.TEXT),
                Column("release_grains", path="release"),
                Column("carry_in_grains", path="carry_in"),
                Column("pool_grains", path="pool"),
                Column("carry_out_grains", path="carry_out"),
                Column("active"),
                Column("members_paid"),
                Column("reach_bp"),
                Column("inputs_root", Type.TEXT),
                Column("result_root", Type.TEXT),
            ),
            Epoch.objects.all,
            "starts_at",
        ),
        Dataset(
            "payouts",
            _("Payouts"),
            (
                _ID,
                Column("epoch", path="epoch_id"),
                Column("day", Type.TIME, "epoch__starts_at"),
                Column("wallet", Type.TEXT, personal=True),
                Column("member", path="member_id", personal=True),
                Column("influence"),
                Column("earned_grains", path="earned"),
                Column("amount_grains", path="amount"),
                Column("owed_grains", path="owed"),
                Column("state", Type.TEXT),
                Column("state_at", Type.TIME),
            ),
            Payout.objects.all,
            "epoch__starts_at",
            choice="state",
            choices=PayoutState.choices,
        ),
        Dataset(
            "live",
            _("Live connections by minute"),
            (
                _ID,
                Column("minute", Type.TIME),
                Column("process", Type.TEXT),
                Column("peak"),
                Column("held"),
                Column("samples"),
                Column("delivered"),
                Column("slow"),
                Column("dropped"),
            ),
            LiveMinute.objects.all,
            "minute",
        ),
    )
}
