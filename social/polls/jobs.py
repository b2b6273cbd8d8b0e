"""Periodic work of polls."""

from django_tasks import task

from social.polls import actions


@task()
def tell_ended_polls() -> None:
    """Tell those concerned of polls that are over."""
    actions.tell_ended()
