"""Who may write to whom, and what each may do in a conversation. Pure: no queries beyond what the objects hold."""

from metya.wallets.models import Member
from social.messages.models import Kind, Message, Participant, State, WhoMayWrite


def may_write(actor: Member) -> bool:
    """Start and answer: members who chose a handle and are in good standing."""
    return actor.in_good_standing


def arrival(who: str, follows: bool) -> State | None:
    """How a first message reaches somebody whose setting is ``who``, who ``follows`` its author or not; None: not at all."""
    if who == WhoMayWrite.NOBODY or (who == WhoMayWrite.FOLLOWED and not follows):
        return None
    return State.ACCEPTED if follows else State.REQUEST


def may_answer(actor: Member, me: Participant) -> bool:
    """Write in a conversation that one is in, not only asked to."""
    return may_write(actor) and me.member_id == actor.pk and me.state == State.ACCEPTED


def may_add(actor: Member, me: Participant) -> bool:
    """Bring somebody into a group; a conversation of two stays one of two."""
    return may_answer(actor, me) and me.conversation.group


def may_name(actor: Member, me: Participant) -> bool:
    """Any of a group."""
    return may_answer(actor, me) and me.conversation.group


def may_delete(actor: Member, message: Message) -> bool:
    """Authors alone, and only what they wrote."""
    return actor.is_active and message.author_id == actor.pk and message.kind == Kind.TEXT


def may_see_picture(me: Participant | None) -> bool:
    """Whoever is in it; not yet who is only asked to: a stranger's picture is not pushed upon anybody."""
    return me is not None and me.state == State.ACCEPTED


def pair_of(one: Member, other: Member) -> str:
    """The name of the conversation of two members, the same from both sides."""
    low, high = sorted((one.pk, other.pk))
    return f"{low}:{high}"
