"""Periodic work of moderation."""

from django_tasks import task

from social.appeals import keeping
from social.moderation import decisions, evidence


@task()
def apply_decisions() -> None:
    """Decisions that can no longer be taken back come into effect."""
    decisions.apply_due()


@task()
def forget_evidence() -> None:
    """What was kept of cases that were decided long ago goes."""
    evidence.forget()
    keeping.tidy()
