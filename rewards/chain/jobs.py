"""Periodic work of the chain."""

from django_tasks import task

from rewards.chain import following, reconciliation


@task()
def follow_chain() -> None:
    """One pass: read events, book what is final, send what waits."""
    following.follow()


@task()
def reconcile_chain() -> None:
    """Hold the chain against the database and tell a person of any difference."""
    reconciliation.reconcile()
