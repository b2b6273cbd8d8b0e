"""Periodic work of drafts."""

from django_tasks import task

from social.drafts import actions, publishing


@task()
def publish_due_drafts() -> None:
    """Post what was scheduled for now; forget what was let go."""
    publishing.publish_due()
    actions.forget()
