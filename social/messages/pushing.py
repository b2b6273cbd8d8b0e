"""A new message, as a device tells of it: from whom, and nothing of what was written."""

from django.utils.translation import gettext as _

from metya.wallets.models import Member
from social.messages.models import Message, Participant
from social.messages.standing import standing
from social.profiles.models import name_of
from social.push.reads import wants
from social.push.sources import Said

KIND = "message"


def said(member: Member, pk: int) -> Said | None:
    """Nothing for what was read, taken back or muted since, nor from somebody whom the member does not hear any more, nor for
    a member who wants no messages pushed."""
    if not wants(member, KIND):
        return None
    message = Message.objects.visible_to(member).written().filter(pk=pk, deleted_at=None)
    found = message.select_related("author__profile", "conversation").first()
    if found is None or found.author.suspended or not found.author.is_active:
        return None
    mine = Participant.objects.counted().filter(member=member, conversation=found.conversation_id, read_up_to__lt=pk)
    where = standing(member, found.conversation) if mine.exists() else None
    if where is None or found.author_id in where.walled:
        return None
    title = _("New message from %(name)s") % {"name": name_of(found.author)}
    body = _("In a conversation of several people") if found.conversation.group else ""
    return Said(title, body, found.conversation.get_absolute_url(), pk, loud=True)
