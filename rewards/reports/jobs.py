"""Counting days, and writing exports, which nobody waits for."""

from django_tasks import task

from rewards.reports import exporting, rollups
from rewards.reports.models import Export

# A job takes a bounded time; what is left is taken up by the next.
SECONDS = 20.0


@task()
def count_days() -> None:
    """Every night: the day that is over, days that were never counted, and the last few again."""
    rollups.begin_night()
    go_on_counting.enqueue()


@task()
def go_on_counting() -> None:
    """Count what waits, a slice at a time."""
    if rollups.go_on(seconds=SECONDS):
        go_on_counting.enqueue()


@task()
def count_today() -> None:
    """What there is of the day so far; days that nobody counted yet are begun as well."""
    rollups.note_days()
    rollups.count_today()
    go_on_counting.enqueue()


@task()
def write_export(export_id: int) -> None:
    """One export; nothing where it was cancelled or written meanwhile."""
    export = Export.objects.select_related("asked_by").filter(pk=export_id).first()
    if export is not None:
        exporting.write(export)


@task()
def tidy_exports() -> None:
    """Forget what is over; take up what a killed job left lying."""
    exporting.forget()
    for pk in exporting.left_lying():
        write_export.enqueue(pk)
