"""Schedules, once a minute."""

from django.utils import timezone
from django_tasks import task

from rewards.reports import jobs as reports
from rewards.schedules import actions, running


@task()
def run_due() -> None:
    """Write down what is due, and take every open run a step on."""
    running.begin_due()
    for pk in running.open_runs():
        go_on.enqueue(pk)


@task()
def go_on(run_id: int) -> None:
    """One step of one run. The job that writes the export is the one of all exports."""
    export = running.go_on(run_id)
    if export is not None:
        reports.write_export.enqueue(export)


@task()
def forget() -> None:
    """Schedules that were deleted more than a day ago."""
    actions.forget(timezone.now())
