"""What is to be pushed, written down in the transaction in which it happened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from social.push.jobs import push
from social.push.models import PushDevice, PushLine

# So long it waits for company, and for the member to see it on the page.
GRACE = timedelta(seconds=10)
# Beyond so many at once, the periodic pass brings them out piece by piece.
MOST_AT_ONCE = 50


@dataclass(frozen=True)
class Item:
    """Something for one member: under which ``tag`` (up to 100 characters), and its id."""

    member_id: int
    tag: str
    about: int


def members_with_devices(member_ids: Collection[int]) -> set[int]:
    """Of these, to whom anything can be pushed; one query."""
    return set(PushDevice.objects.live().filter(member__in=member_ids).values_list("member", flat=True))


def add(kind: str, items: Sequence[Item], *, only: int | None = None) -> None:
    """Have ``items`` told on the devices of their members; nothing for those who have none. Call it in the transaction of the
    event. One query for a member without a device; what waits already is joined, not doubled. ``only``: on this device alone.
    """
    devices = PushDevice.objects.live().filter(member__in={item.member_id for item in items})
    of: dict[int, list[int]] = {}
    for pk, member in devices.values_list("pk", "member"):
        if only in (None, pk):
            of.setdefault(member, []).append(pk)
    if not of:
        return
    wanted = {(pk, item.tag): item.about for item in items for pk in of.get(item.member_id, ())}
    _join(wanted)
    due = timezone.now() + GRACE
    fresh = [
        PushLine(device_id=device, tag=tag, kind=kind, about=about, waiting=True, due_at=due)
        for (device, tag), about in wanted.items()
    ]
    PushLine.objects.bulk_create(
        fresh,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["device", "tag"],
        update_fields=["kind", "about", "waiting", "due_at", "attempts"],
    )
    if len(fresh) <= MOST_AT_ONCE:
        made = PushLine.objects.waiting().filter(device__in=[line.device_id for line in fresh])
        for pk in made.filter(tag__in={line.tag for line in fresh}).values_list("pk", flat=True):
            push.using(run_after=due).enqueue(pk)


def _join(wanted: dict[tuple[int, str], int]) -> None:
    """Take out of ``wanted`` what joins a line that waits already. Its row is held until the end: whoever is about to send it
    then sees what came."""
    lines = PushLine.objects.waiting().filter(
        device__in={pk for pk, _tag in wanted}, tag__in={tag for _pk, tag in wanted}
    )
    for line in lines.select_for_update().order_by("pk"):
        about = wanted.pop((line.device_id, line.tag), None)
        if about is not None:
            PushLine.objects.filter(pk=line.pk).update(about=about)
