"""Periodic work of posts."""

from django_tasks import task

from social.posts import pictures, removal


@task()
def forget_pictures() -> None:
    """Delete pictures that were uploaded for posts that were never sent, or stayed for a case that is over."""
    pictures.forget()
    removal.forget_evidence()


@task()
def empty_deleted() -> None:
    """Empty the posts that were deleted and not brought back in time."""
    removal.forget()
