"""Periodic work of messages."""

from django_tasks import task

from social.messages import evidence


@task()
def forget_reported() -> None:
    """Delete the pictures that were kept for reports which are decided."""
    evidence.forget()
