"""Periodic work of the ranking. Each goes on until nothing is left, in pieces that may be interrupted."""

from django_tasks import task

from social.ranking import keeping


@task()
def count_shown() -> None:
    """How often posts were shown, for what is explored."""
    while keeping.count_shown():
        pass


@task()
def refresh_tastes() -> None:
    """What members who allow it took up lately."""
    while keeping.refresh_tastes():
        pass


@task()
def forget_slates() -> None:
    """Pages of "For you" that nobody may ask about any more."""
    while keeping.forget_slates():
        pass
