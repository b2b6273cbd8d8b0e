"""A member's schedules with what became of them."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from metya.wallets.models import Member
from rewards.reports.datasets import DATASETS
from rewards.reports.metrics import Text
from rewards.schedules.models import UNDO, Run, Schedule

SHOWN_RUNS = 3


@dataclass(frozen=True)
class Line:
    """One schedule, its table's title, which of its rows (empty: all), and its latest runs, the newest first. ``deleted``: it
    can still be brought back."""

    schedule: Schedule
    title: Text
    only: Text
    runs: list[Run]
    deleted: bool


def lines(member: Member) -> list[Line]:
    """The kept ones first, by when they are due; two queries."""
    rows = Schedule.objects.filter(member=member).exclude(deleted_at__lte=timezone.now() - UNDO)
    latest = Prefetch("runs", Run.objects.select_related("export").order_by("-due_at"))
    found = rows.prefetch_related(latest).order_by("next_at", "pk")
    made = [
        Line(
            one,
            DATASETS[one.name].title,
            dict(DATASETS[one.name].choices).get(one.only, one.only),
            list(one.runs.all())[:SHOWN_RUNS],
            one.deleted_at is not None,
        )
        for one in found
        if one.name in DATASETS
    ]
    return sorted(made, key=lambda line: line.deleted)
