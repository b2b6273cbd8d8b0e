"""Periodic work of pay for training."""

from django_tasks import task

from rewards.training import allotting


@task()
def advance_pay() -> None:
    """Make the rows of rounds that have finished, and release what was held for long enough."""
    allotting.advance()
