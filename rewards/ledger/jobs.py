"""The nightly check."""

from django_tasks import task

from rewards.ledger import checking


@task()
def check_ledger() -> None:
    """Rebuild all balances from the transfers and alert on any difference."""
    checking.run()
