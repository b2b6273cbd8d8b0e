"""Keeping the record of the hubs short."""

from django_tasks import task

from social.live import meter


@task()
def forget_minutes() -> None:
    """Once a day."""
    meter.forget()
