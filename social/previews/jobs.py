"""Fetching linked pages, after everything that cannot wait."""

from django_tasks import task

from social.previews import actions


@task(priority=-10)
def fetch_preview(preview_id: int, in_turn: bool = False) -> None:
    """Ask one page, or come back when its host may be asked."""
    again = actions.fetch(preview_id=preview_id, in_turn=in_turn)
    if again is not None:
        when, turn = again
        fetch_preview.using(run_after=when).enqueue(preview_id, turn)


@task()
def forget_previews() -> None:
    """Delete what no post shows any more."""
    actions.forget()
