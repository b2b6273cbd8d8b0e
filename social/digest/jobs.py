"""Mails, which nobody waits for."""

from django_tasks import task

from social.digest import sending


@task(priority=-8)
def send_digest(member_id: int) -> None:
    """One member's mail."""
    sending.send_digest(member_id)


@task()
def send_due() -> None:
    """Those whose time has come, a bounded number at a time."""
    for pk in sending.due():
        send_digest.enqueue(pk)


@task()
def send_proof(member_id: int) -> None:
    """The link that proves an address."""
    sending.send_proof(member_id)


@task()
def send_farewell(member_id: int) -> None:
    """A word to an address that is not used any more."""
    sending.send_farewell(member_id)
