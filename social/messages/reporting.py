"""Reporting a message or a conversation: moderators get what the reporter saw, and nothing else of it."""

from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import NotAllowed
from social.messages.evidence import line_of
from social.messages.models import Conversation, Message, Participant
from social.messages.models import Kind as Line
from social.messages.standing import standing
from social.moderation import actions as moderation
from social.moderation.models import About, Kind, Report

SHOWN = 20


def report_message(*, actor: Member, message: Message, rule: str, note: str = "", also: str = "") -> Report:
    """Report what somebody else wrote; its text goes along, so that deleting it hides nothing. Raises Invalid, NotAllowed."""
    if message.kind != Line.TEXT or not message.present:
        raise NotAllowed(_("There is nothing to report in this message."))
    return moderation.report(
        actor=actor,
        member=message.author,
        rule=rule,
        note=note,
        also=also,
        about=About(Kind.MESSAGE, message.pk),
        evidence=line_of(message),
    )


def report_conversation(
    *, actor: Member, conversation: Conversation, rule: str, note: str = "", also: str = ""
) -> Report:
    """Report a conversation with the latest SHOWN messages that the actor sees. Raises Invalid, NotAllowed."""
    messages = Message.objects.visible_to(actor).written().filter(conversation=conversation, deleted_at=None)
    newest = messages.select_related("author", "image").order_by("-pk")[:SHOWN]
    return moderation.report(
        actor=actor,
        member=whom(actor, conversation),
        rule=rule,
        note=note,
        also=also,
        about=About(Kind.TALK, conversation.pk),
        evidence="\n".join(line_of(message) for message in reversed(newest)),
    )


def whom(actor: Member, conversation: Conversation) -> Member:
    """Whom a report of the conversation is about: the other of two, in a group who brought the actor in."""
    if not conversation.group:
        where = standing(actor, conversation)
        if where is not None:
            return where.others[0].member
    mine = Participant.objects.filter(conversation=conversation, member=actor).select_related("invited_by").first()
    if mine is None or mine.invited_by is None:
        raise NotAllowed(_("You opened this group yourself: report the message that is wrong instead."))
    return mine.invited_by
