"""Pushing, after what people wait for."""

from django_tasks import task

from social.push import sending


@task(priority=-5)
def push(line_id: int) -> None:
    """Tell one device one thing, or come back when it is time."""
    again = sending.send(line_id)
    if again is not None:
        push.using(run_after=again).enqueue(line_id)


@task()
def go_on() -> None:
    """Take up what no job looks after (many at once, or a worker that died), and forget what is over."""
    for pk in sending.overdue():
        push.enqueue(pk)
    sending.forget()
