"""Looks end by themselves, also when nobody asks for a page any more."""

from django_tasks import task

from social.looks import actions


@task()
def end_due() -> None:
    """Every minute."""
    actions.end_due()
