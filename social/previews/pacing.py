"""When a host may be asked: one page after the other, and after failures not for a growing time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from social.previews.models import LinkHost

PACE = timedelta(seconds=2)
LONGEST_QUEUE = timedelta(minutes=10)
SILENCES = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]


def take_turn(host: str) -> tuple[bool, datetime]:
    """(True, the moment from which the host may be asked once), or (False, when to try for a turn again)."""
    now = timezone.now()
    with transaction.atomic():
        row, _made = LinkHost.objects.select_for_update().get_or_create(
            name=host, defaults={"free_at": now, "silent_until": now}
        )
        if row.silent_until > now:
            return False, row.silent_until
        turn = max(now, row.free_at)
        if turn > now + LONGEST_QUEUE:
            return False, turn
        row.free_at = turn + PACE
        row.save(update_fields=["free_at"])
    return True, turn


def is_silent(host: str) -> bool:
    """Whether it failed in the meantime."""
    return LinkHost.objects.filter(name=host, silent_until__gt=timezone.now()).exists()


def answered(host: str) -> None:
    """Whatever it said, it is there."""
    LinkHost.objects.filter(name=host, failures__gt=0).update(failures=0)


def failed(host: str) -> None:
    """It is left alone for a while, longer each time."""
    with transaction.atomic():
        for row in LinkHost.objects.select_for_update().filter(name=host):
            row.failures = min(row.failures + 1, len(SILENCES))
            row.silent_until = timezone.now() + SILENCES[row.failures - 1]
            row.save(update_fields=["failures", "silent_until"])


def forget() -> int:
    """Hosts of which nothing needs to be remembered any more; how many."""
    before = timezone.now() - 2 * SILENCES[-1]
    return LinkHost.objects.filter(free_at__lt=before, silent_until__lt=before).delete()[0]
