"""Periodic work of epochs."""

from django_tasks import task

from rewards.epochs import actions, estimating


@task()
def advance_epochs() -> None:
    """Open today's epoch; close, compute and prepare for review what is over."""
    actions.advance_due()


@task()
def estimate_today() -> None:
    """Compute what today's epoch would bring as it stands, to be shown as an estimate."""
    estimating.compute()
