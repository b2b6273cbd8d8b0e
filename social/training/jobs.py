"""Periodic work of training."""

from django_tasks import task

from social.training import ballots, nightly, running, storing


@task()
def train() -> None:
    """The nightly round, where there is something new to learn."""
    running.train()
    storing.forget_details()


@task()
def close_votes() -> None:
    """A vote on a challenger ends when it said it would."""
    ballots.close_due()


@task()
def count_likes() -> None:
    """Which posts go together and which please many kinds of people."""
    nightly.count()
