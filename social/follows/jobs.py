"""Work between people that need not be waited for."""

from django_tasks import task

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.follows import actions, reads


@task()
def accept_waiting(member_id: int) -> None:
    """Let in everyone who asked to follow a member who opened the account; what cannot be accepted goes on waiting."""
    member = Member.objects.get(pk=member_id)
    for source in reads.waiting_for(member):
        try:
            actions.accept(actor=member, source=source)
        except ActionError:
            continue


@task()
def end_mutes() -> None:
    """Forget the mutes that are over."""
    actions.end_mutes()
