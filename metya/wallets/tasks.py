"""Jobs of members and wallets."""

from django_tasks import task

from metya.wallets import challenges, sessions


@task()
def prune() -> None:
    """Forget sign-in texts that ran out long ago, and where members were signed in."""
    challenges.prune()
    sessions.prune()
