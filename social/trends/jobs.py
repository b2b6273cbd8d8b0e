"""Periodic work of trends."""

from django_tasks import task

from social.trends import actions


@task()
def count_trends() -> None:
    """What is talked about at this moment."""
    actions.count_trends()
