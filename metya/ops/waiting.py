"""What waits for a person: the first thing that staff see. Each part of the site names its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from metya.wallets.models import Member


@dataclass(frozen=True)
class Waiting:
    """One line: what to do, where, and since when the oldest of it waits."""

    text: str
    url: str
    since: datetime | None = None


Source = Callable[[Member], Iterator[Waiting]]


def _failed_jobs(member: Member) -> Iterator[Waiting]:
    if not member.is_superuser:
        return
    failed: Any = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED)
    if count := failed.count():
        text = ngettext("%(count)d job gave up", "%(count)d jobs gave up", count) % {"count": count}
        url = (
            reverse("admin:django_tasks_database_dbtaskresult_changelist") + f"?status__exact={TaskResultStatus.FAILED}"
        )
        yield Waiting(text, url, failed.earliest("enqueued_at").enqueued_at)


_sources: list[Source] = [_failed_jobs]


def register(source: Source) -> None:
    """Let another part of the site name what waits for ``member``, as far as that member may act on it."""
    _sources.append(source)


def waiting_for(member: Member) -> list[Waiting]:
    """Everything that waits for ``member``, the oldest first; what has no date stands first."""
    found = [line for source in _sources for line in source(member)]
    return sorted(found, key=lambda line: (line.since is not None, line.since))
