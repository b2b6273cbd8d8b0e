"""Writing notifications, taking them back, marking them read, and choosing which are wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Invalid
from social.follows.models import Block, Mute
from social.live import publish
from social.notifications import policy, pushing
from social.notifications.models import TOGETHER, Notification, NotificationChoice
from social.notifications.sentences import Sentence
from social.posts.models import Post
from social.push import queue


@dataclass(frozen=True)
class Notice:
    """What the system tells one member: ``url`` is a path of this site, ``key`` names the event."""

    member_id: int
    text: Sentence | str
    url: str
    key: str


@transaction.atomic
def notify(
    *,
    member: Member,
    kind: str,
    actor: Member | None = None,
    post: Post | None = None,
    text: Sentence | str = "",
    url: str = "",
    key: str,
) -> None:
    """Tell ``member`` that something happened; the same ``key`` (up to 80 characters) arrives once.

    ``actor`` is whoever did it (None: the system). Nothing is written for one's own deeds, nor when either blocks the
    other, nor when ``member`` muted ``actor``. Three queries; four for what is told together, however much that is: the
    callers hold a lock on what it is about. A few more for one who has devices to push to.
    """
    if actor is not None and (actor.pk == member.pk or _unwanted(member, actor)):
        return
    row = Notification(member=member, kind=kind, actor=actor, post=post, url=url, key=key, **_words(text))
    # Done, read, undone and done again: shown as before, still read.
    Notification.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["member", "key"], update_fields=["withdrawn"]
    )
    if kind in TOGETHER:
        second = _bundle(member, row.bundle).values("pk")[1:2]
        Notification.objects.filter(pk__in=second, head=True).update(head=False)
    publish.notifications(member.pk)
    queue.add(pushing.KIND, [queue.Item(member.pk, row.bundle, row.pk)])


@transaction.atomic
def notify_many(*, kind: str, notices: Iterable[Notice]) -> None:
    """The system tells many members at once (payouts, announcements); repeating it changes nothing."""
    rows = [
        Notification(member_id=notice.member_id, kind=kind, url=notice.url, key=notice.key, **_words(notice.text))
        for notice in notices
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    publish.notifications(*{row.member_id for row in rows})
    for start in range(0, len(rows), 500):
        _push(rows[start : start + 500])


@transaction.atomic
def withdraw(*, member: Member, key: str) -> None:
    """The cause was undone (unliked, unfollowed, deleted): a notification of it is not shown any more.

    The row of one that was read stays, so that doing, undoing and doing again cannot ring the bell twice.
    """
    row = Notification.objects.of(member).filter(key=key).values_list("pk", "kind", "bundle", "head").first()
    if row is None:
        return
    pk, kind, bundle, head = row
    if not Notification.objects.unread().filter(pk=pk).delete()[0]:
        Notification.objects.filter(pk=pk).update(withdrawn=True)
        return
    if head and kind in TOGETHER:
        Notification.objects.filter(pk__in=_bundle(member, bundle).values("pk")[:1]).update(head=True)
    publish.notifications(member.pk)


@transaction.atomic
def mark_read(*, actor: Member, up_to: int | None = None, kinds: tuple[str, ...] = ()) -> int:
    """Mark the actor's notifications read, up to the id ``up_to`` (None: all), of ``kinds`` (none: all); how many changed."""
    unread = Notification.objects.of(actor).unread().of_kinds(kinds)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    changed = unread.update(read_at=timezone.now())
    if changed:
        publish.notifications(actor.pk)
    return changed


@transaction.atomic
def choose(*, actor: Member, wanted: Mapping[str, str]) -> None:
    """From whom the actor wants notifications: a reach for each kind named; others stay as they are. Raises Invalid."""
    for kind, reach in wanted.items():
        if not policy.may_choose(kind, reach):
            raise Invalid(_("Choose one of the possibilities."), data={"field": kind})
    rows = [NotificationChoice(member=actor, kind=kind, bell=reach) for kind, reach in sorted(wanted.items())]
    NotificationChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["member", "kind"], update_fields=["bell"]
    )
    publish.notifications(actor.pk)


def _words(text: Sentence | str) -> dict[str, Any]:
    """A plain text is shown as it is, in whatever language it was written."""
    if isinstance(text, str):
        return {"text": text[:300]}
    return {"text": str(text)[:300], "sentence": text.text, "values": dict(text.values)}


def _bundle(member: Member, name: str) -> QuerySet[Notification]:
    """What is told together, the newest first."""
    return Notification.objects.of(member).filter(bundle=name).order_by("-pk")


def _push(rows: list[Notification]) -> None:
    """Rows of which nobody knows whether they were new: what was told once is not told again. One query where nobody has a
    device."""
    reached = queue.members_with_devices({row.member_id for row in rows})
    if reached:
        found = Notification.objects.filter(member__in=reached, key__in={row.key for row in rows})
        queue.add(pushing.KIND, [queue.Item(*item) for item in found.values_list("member", "bundle", "pk")])


def _unwanted(member: Member, actor: Member) -> bool:
    """Whether a block either way, or a mute by ``member``, stands between them; one query."""
    between = Q(source=member, target=actor) | Q(source=actor, target=member)
    blocks = Block.objects.filter(between).values("pk")
    mutes = Mute.objects.standing().filter(source=member, target=actor).values("pk")
    return bool(blocks.union(mutes, all=True)[:1])
