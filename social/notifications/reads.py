"""The bell and the notifications page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE, Page, page_by_id
from metya.web.prepared import Prepared
from social.mutes.judging import MutedWords
from social.mutes.models import MutedWord
from social.mutes.reads import known_words, words_of
from social.notifications import policy
from social.notifications.models import (
    KIND_NAMES,
    SHOWS,
    TOGETHER,
    Notification,
    NotificationChoice,
    NotificationKind,
    Reach,
)

COUNTED_UP_TO = 99
FACES = 3
LOOKED_AT = 200


@dataclass(frozen=True)
class Told:
    """One line of the page: a notification, or what many people did to one post in one day.

    ``row`` is the newest that is shown, ``pk`` the newest of all (where it stands), ``count`` how many are shown (at most
    100), ``people`` the latest of them.
    """

    pk: int
    row: Notification
    count: int
    unread: bool
    people: tuple[Member, ...]

    @property
    def others(self) -> int:
        return self.count - 1

    @property
    def others_label(self) -> str:
        """How many beside the one who is named: 1 … 98, 99+."""
        return str(self.others) if self.others < COUNTED_UP_TO else f"{COUNTED_UP_TO}+"

    @property
    def may_narrow(self) -> bool:
        """Whether it makes a difference to want the kind from people one follows alone."""
        return Reach.FOLLOWED in policy.reaches_of(self.row.kind) and not vars(self.row)["followed"]

    @property
    def may_end(self) -> bool:
        """Whether the kind can be refused."""
        return Reach.NOBODY in policy.reaches_of(self.row.kind)


@dataclass(frozen=True)
class NotificationsPage:
    """Newest first. ``newest`` is the highest id of the first page (0: none), for "read up to here" and as ``upto`` of the
    following pages."""

    items: list[Told]
    next: int | None
    newest: int
    unread: bool


@dataclass(frozen=True)
class KindChoice:
    """A kind and its name, from whom it is wanted, what can be chosen (nothing: it always arrives), and whether it is pushed."""

    kind: str
    name: str
    bell: str
    reaches: tuple[Reach, ...]
    push: bool


@dataclass(frozen=True)
class Bell:
    """How many lines of the page wait, at most 100 (shown as "99+"), and the id of the newest of all (0: none)."""

    unread: int
    latest: int


def bell_of(member: Member) -> Bell:
    """What every page shows of the notifications; one query, three at most for a member who muted words."""
    known = known_words(member)
    if known:
        return _sifted_bell(member, known)
    latest, unread, words = next(iter(_bell(me=member.pk)), (0, 0, False))
    if unread and words and known is None:
        return _sifted_bell(member, words_of(member))
    return Bell(unread, latest)


def _waiting(member: Member) -> "QuerySet[Notification, Any]":
    """The lines that wait, as ids; at most one more than is counted."""
    new = Notification.objects.shown_to(member).unread().filter(bundle=OuterRef("bundle"))
    heads = Notification.objects.of(member).heads().unread().filter(Exists(new))
    return heads.values("pk")[: COUNTED_UP_TO + 1]


def _bell_for(me: int) -> "QuerySet[Any, tuple[int, int, bool]]":
    member = Member.only_id(me)
    rows: QuerySet[Any] = Notification.objects.of(member).order_by("-pk")
    rows = rows.annotate(unread=_RowsOf(_waiting(member)), words=_mutes_words(member))
    return rows.values_list("pk", "unread", "words")[:1]


_bell = Prepared(_bell_for, "me")


def _sifted_bell(member: Member, words: MutedWords) -> Bell:
    """As ``bell_of``, without those that hold muted words; one query."""
    waiting = _waiting(member)
    newest = Notification.objects.of(member).order_by("-pk").values("pk")[:1]
    rows = Notification.objects.of(member).filter(Q(pk__in=waiting) | Q(pk__in=newest))
    rows = rows.annotate(waits=Q(pk__in=waiting)).judged_for(member).select_related("post")
    found = list(rows)
    unread = sum(bool(vars(row)["waits"]) and not _unwelcome(row, words) for row in found)
    return Bell(unread, max((row.pk for row in found), default=0))


def _unwelcome(row: Notification, words: MutedWords) -> bool:
    """Whether somebody else's words in it are muted; what is said of one's own post comes through."""
    if row.post is None or row.post.author_id == row.member_id:
        return False
    return words.hide(f"{row.post.warning}\n{row.post.text}", followed=vars(row)["followed"])


def _mutes_words(member: Member) -> Exists:
    return Exists(MutedWord.objects.standing().filter(member=member))


class _RowsOf(Subquery):
    """How many rows a (sliced) query has, as part of another one."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) _rows)"
    output_field = IntegerField()


def bell_label(count: int) -> str:
    """The number beside the bell: empty, 1 … 99, 99+."""
    return "" if not count else str(count) if count <= COUNTED_UP_TO else f"{COUNTED_UP_TO}+"


def notifications_page(
    member: Member, before: int | None = None, size: int = PAGE_SIZE, *, upto: int | None = None, show: str = ""
) -> NotificationsPage:
    """One page below ``before`` of what ``show`` names (empty: all), with people and posts; at most five queries.

    Lines move up when somebody joins them. So that following pages neither repeat nor skip one, they are read as if
    nothing came after ``upto``, the newest id of the first page: each line stands where it stood then.
    """
    heads = _heads(member).of_kinds(SHOWS.get(show, ()))
    page: Page[Notification] = page_by_id(heads.annotate(place=F("pk")), before, size)
    if before is not None and upto is not None:
        page = _with_moved(heads, page, before, upto, size)
    newest = page.items[0].pk if page.items and before is None else 0
    rows = page.items
    if rows and vars(rows[0])["words"]:
        rows = [row for row in rows if not _unwelcome(row, words_of(member))]
    items = _told(member, rows)
    return NotificationsPage(items, page.next, newest, any(one.unread for one in items))


def told_of(member: Member, pk: int) -> Told | None:
    """The line in which the notification ``pk`` is told; None when it is not shown."""
    name = Notification.objects.of(member).filter(pk=pk).values("bundle")[:1]
    rows = list(_heads(member).filter(bundle=Subquery(name))[:1])
    return next(iter(_told(member, rows)), None)


def welcome(member: Member, told: Told) -> bool:
    """Whether a line, as ``told_of`` gives it, holds no words that the member muted."""
    return not _unwelcome(told.row, words_of(member))


def told_people(
    member: Member, pk: int, before: int | None = None, size: int = PAGE_SIZE
) -> tuple[Told | None, Page[Notification]]:
    """The line of ``pk``, and everyone whom it tells of, the latest first."""
    told = told_of(member, pk)
    if told is None:
        return None, Page([], None)
    rows = Notification.objects.shown_to(member).filter(bundle=told.row.bundle, actor__isnull=False)
    return told, page_by_id(rows.select_related("actor__profile"), before, size)


def kind_choices(member: Member, pushed: Mapping[str, bool]) -> list[KindChoice]:
    """From whom the member wants each kind, and whether on their devices, of what they chose to have ``pushed``; one query."""
    chosen = dict(NotificationChoice.objects.filter(member=member).values_list("kind", "bell"))
    return [
        KindChoice(
            kind=kind.value,
            name=str(KIND_NAMES[kind]),
            bell=chosen.get(kind, Reach.EVERYONE),
            reaches=policy.reaches_of(kind),
            push=pushed.get(kind, kind in policy.PUSHED),
        )
        for kind in NotificationKind
    ]


def reach_of(member: Member, kind: str) -> str:
    """From whom the member wants a kind; one query."""
    found = NotificationChoice.objects.filter(member=member, kind=kind).values_list("bell", flat=True).first()
    return found or Reach.EVERYONE


def _heads(member: Member) -> Any:
    """The newest row of each bundle in which something is shown."""
    mates = Notification.objects.shown_to(member).filter(bundle=OuterRef("bundle"))
    heads = Notification.objects.of(member).heads().filter(Exists(mates))
    rows = heads.select_related("actor", "actor__profile", "post").judged_for(member)
    all_of_it = Notification.objects.filter(member=OuterRef("member"), bundle=OuterRef("bundle")).order_by("-pk")
    floor = Subquery(all_of_it.values("pk")[LOOKED_AT : LOOKED_AT + 1])
    return rows.annotate(words=_mutes_words(member), floor=floor)


def _with_moved(heads: Any, page: Page[Notification], before: int, upto: int, size: int) -> Page[Notification]:
    """The page, with the lines that somebody joined after ``upto`` at the place they had; one query."""
    then = Notification.objects.filter(member=OuterRef("member"), bundle=OuterRef("bundle"), pk__lte=upto)
    moved = heads.filter(pk__gt=upto, kind__in=TOGETHER).annotate(place=Subquery(then.order_by("-pk").values("pk")[:1]))
    rows = [*page.items, *moved.filter(place__lt=before).order_by("-place")[: size + 1]]
    rows.sort(key=_place, reverse=True)
    more = page.next is not None or len(rows) > size
    return Page(rows[:size], _place(rows[size - 1]) if more else None)


def _place(row: Notification) -> int:
    return int(vars(row)["place"])


def _told(member: Member, heads: Sequence[Notification]) -> list[Told]:
    """The lines; two queries more when there is one that may tell of several people."""
    together = [row for row in heads if row.kind in TOGETHER]
    shown = _shown_in(member, together) if together else {}
    rows = {row.pk: row for row in heads}
    missing = {pk for found in shown.values() for pk, _new in found[:FACES]} - set(rows)
    if missing:
        others = Notification.objects.filter(pk__in=missing).select_related("actor__profile", "post")
        rows |= {row.pk: row for row in others.judged_for(member)}
    lines = (_line(head, shown.get(head.bundle, []), rows) for head in heads)
    return [line for line in lines if line is not None]


def _shown_in(member: Member, heads: list[Notification]) -> dict[str, list[tuple[int, bool]]]:
    """(id, whether it is unread) of what is shown in each bundle, the newest first, among its newest LOOKED_AT alone: one
    query of bounded work. Only a bundle of which nobody among those is shown is looked through as a whole."""
    all_shown = Notification.objects.shown_to(member).order_by("-pk")
    within = Q(bundle__in=[head.bundle for head in heads if vars(head)["floor"] is None])
    for head in heads:
        if vars(head)["floor"] is not None:
            within |= Q(bundle=head.bundle, pk__gt=vars(head)["floor"])
    found: dict[str, list[tuple[int, bool]]] = {}
    for bundle, pk, read_at in all_shown.filter(within).values_list("bundle", "pk", "read_at"):
        found.setdefault(bundle, []).append((pk, read_at is None))
    for head in heads:
        if head.bundle not in found:
            rows = all_shown.filter(bundle=head.bundle).values_list("pk", "read_at")[: COUNTED_UP_TO + 1]
            found[head.bundle] = [(pk, read_at is None) for pk, read_at in rows]
    return found


def _line(head: Notification, shown: list[tuple[int, bool]], rows: dict[int, Notification]) -> Told | None:
    if head.kind not in TOGETHER:
        return Told(head.pk, head, 1, head.read_at is None, (head.actor,) if head.actor else ())
    faces = [rows[pk] for pk, _new in shown[:FACES] if pk in rows]
    if not faces:  # taken back between two queries
        return None
    people = tuple(row.actor for row in faces if row.actor)
    count = min(len(shown), COUNTED_UP_TO + 1)
    return Told(head.pk, faces[0], count, any(new for _pk, new in shown), people)
