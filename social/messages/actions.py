"""What members do in conversations. Every verb may be repeated. Nothing here is an interaction: messages are never scored.

Lock order, so that no two verbs wait for each other: the actor's member row (where strangers are counted), the conversation.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.live import publish as live
from social.messages import joining, policy, writing
from social.messages.evidence import is_evidence
from social.messages.models import (
    MOST_PEOPLE,
    PRESENT,
    Conversation,
    Kind,
    Message,
    MessageSettings,
    Participant,
    State,
    WhoMayWrite,
)
from social.messages.standing import Standing, standing
from social.messages.writing import Draft
from social.posts.text import clean_line

MAX_NAME = 60


def start(
    *,
    actor: Member,
    people: Iterable[Member],
    text: str,
    name: str = "",
    image: "UploadedFile[Any] | None" = None,
    alt: str = "",
    alt_declined: bool = False,
    client_key: str | None = None,
) -> Conversation:
    """Write a first message to one member (in the one conversation that two have) or to up to seven (a new group).

    Raises Invalid (text, picture, to), NotAllowed (their setting, closed), TooMany (strangers a day).
    """
    _in_good_standing(actor)
    others = joining.distinct(actor, people)
    if not 1 <= len(others) < MOST_PEOPLE:
        message = _("Write to one person, or to up to %(most)d at once.") % {"most": MOST_PEOPLE - 1}
        raise Invalid(message, data={"field": "to"})
    shown = clean_line(name, most=MAX_NAME, field="name")
    draft = Draft.clean(text, image, alt, alt_declined, client_key)
    with writing.files_of_a_failure_removed() as stored, transaction.atomic():
        Member.objects.get_queryset().select_for_update(no_key=True).get(pk=actor.pk)
        if len(others) == 1:
            conversation = _pair(actor, others[0])
        else:
            earlier = Conversation.objects.filter(created_by=actor, client_key=draft.client_key or "").first()
            if earlier is not None:
                return earlier
            conversation = _group(actor, others, shown, draft.client_key)
        if writing.sent_before(actor, conversation, draft) is None:
            writing.write(_standing(actor, conversation), draft, stored)
    return conversation


def send(
    *,
    actor: Member,
    conversation: Conversation,
    text: str,
    image: "UploadedFile[Any] | None" = None,
    alt: str = "",
    alt_declined: bool = False,
    client_key: str | None = None,
) -> Message:
    """Write in a conversation; the same ``client_key`` makes one message, which a repetition returns.

    Raises Invalid (text, picture, description), NotAllowed "closed-…" (why nothing can be written here now), Conflict (gone).
    """
    _in_good_standing(actor)
    draft = Draft.clean(text, image, alt, alt_declined, client_key)
    with writing.files_of_a_failure_removed() as stored, transaction.atomic():
        where = _in_hand(actor, conversation)
        return writing.sent_before(actor, conversation, draft) or writing.write(where, draft, stored)


@transaction.atomic
def accept(*, actor: Member, conversation: Conversation) -> None:
    """A request becomes a conversation."""
    where = _in_hand(actor, conversation)
    if where.me.state == State.REQUEST:
        Participant.objects.filter(pk=where.me.pk).update(state=State.ACCEPTED)
        writing.tell(where, where.me.latest)


@transaction.atomic
def decline(*, actor: Member, conversation: Conversation) -> None:
    """Say no to a request, in silence: the others go on seeing that it waits."""
    where = _in_hand(actor, conversation, gone_is_fine=True)
    if Participant.objects.filter(pk=where.me.pk, state=State.REQUEST).update(state=State.DECLINED):
        live.messages(where.me.latest, actor.pk)


@transaction.atomic
def leave(*, actor: Member, conversation: Conversation) -> None:
    """Out of it: nothing more arrives, and what was written is gone for the actor. A request is declined."""
    where = _in_hand(actor, conversation, gone_is_fine=True)
    if where.me.state == State.REQUEST:
        decline(actor=actor, conversation=conversation)
    elif Participant.objects.filter(pk=where.me.pk, state=State.ACCEPTED).update(state=State.LEFT):
        if conversation.group:
            writing.note(where, Kind.LEFT)
        else:
            writing.tell(where, where.me.latest)


@transaction.atomic
def add(*, actor: Member, conversation: Conversation, people: Iterable[Member]) -> None:
    """Bring people into a group, up to eight; they see what is written from then on, strangers after they accept.

    Raises Invalid (to), NotAllowed (not a group, their setting), TooMany (strangers a day).
    """
    _in_good_standing(actor)
    Member.objects.get_queryset().select_for_update(no_key=True).get(pk=actor.pk)
    where = _in_hand(actor, conversation)
    gone = {one.member_id: one for one in where.others if one.state == State.LEFT}
    known = {one.member_id for one in where.others} - set(gone)
    fresh = [person for person in joining.distinct(actor, people) if person.pk not in known]
    if not policy.may_add(actor, where.me):
        raise NotAllowed(_("Only groups take in others. Begin a new one."), data={"field": "to"})
    if len(where.here) + 1 + len(fresh) > MOST_PEOPLE:
        raise Invalid(_("Up to %(most)d people can be in a group.") % {"most": MOST_PEOPLE}, data={"field": "to"})
    states = joining.arrivals(actor, fresh)
    for person in fresh:
        last = _last(conversation)
        line = writing.note(where, Kind.ADDED, about=person)
        if person.pk in gone:  # they left once: they are asked, whoever asks
            joining.ask_again(actor, gone[person.pk], State.REQUEST, last)
        else:
            joining.bring(actor, conversation, {person.pk: states[person.pk]}, since=last, latest=line.pk)
        live.messages(line.pk, person.pk)


@transaction.atomic
def rename(*, actor: Member, conversation: Conversation, name: str) -> None:
    """Name a group (empty: its people stand for it). Raises Invalid (name), NotAllowed (two alone)."""
    shown = clean_line(name, most=MAX_NAME, field="name")
    where = _in_hand(actor, conversation)
    if not policy.may_name(actor, where.me):
        raise NotAllowed(_("Only groups have a name."))
    if Conversation.objects.filter(pk=conversation.pk).exclude(name=shown).update(name=shown):
        conversation.name = shown
        writing.note(where, Kind.NAMED, text=shown)


@transaction.atomic
def set_muted(*, actor: Member, conversation: Conversation, muted: bool) -> None:
    """Whether the actor's count passes over it; the others are not told."""
    if Participant.objects.present().filter(conversation=conversation, member=actor).update(muted=muted):
        live.messages(0, actor.pk)


@transaction.atomic
def delete(*, actor: Member, message: Message) -> None:
    """Authors take back their message; a tombstone keeps its place. A picture that was reported stays for the moderators."""
    if not policy.may_delete(actor, message):
        raise NotAllowed(_("Only the author can delete a message."))
    where = _in_hand(actor, message.conversation)
    rows = Message.objects.filter(pk=message.pk, deleted_at=None)
    if not rows.update(text="", html="", deleted_at=timezone.now()):
        return
    image = message.image_or_none
    if image is not None and not is_evidence(image, message):
        transaction.on_commit(partial(image.file.storage.delete, image.file.name), robust=True)
        image.delete()
    writing.tell(where, message.pk)


@transaction.atomic
def mark_read(*, actor: Member, conversation: Conversation, up_to: int) -> bool:
    """The actor read up to the message ``up_to``; the others learn of it where the actor shows that. False: nothing new."""
    where = standing(actor, conversation)
    if where is None or where.me.state not in PRESENT:
        return False
    me, seen = where.me, min(up_to, where.me.latest)
    changed = Participant.objects.filter(pk=me.pk, read_up_to__lt=seen).update(read_up_to=seen)
    shown = me.state == State.ACCEPTED and shows_read(actor)
    if shown and Participant.objects.filter(pk=me.pk, shown_up_to__lt=seen).update(shown_up_to=seen):
        writing.tell(where, seen)
    elif changed:
        live.messages(seen, actor.pk)
    return bool(changed)


def set_preferences(*, actor: Member, who: str, show_read: bool) -> None:
    """Who may write to the actor, and whether the others see that they read."""
    if who not in WhoMayWrite.values:
        raise Invalid(_("Choose who may write to you."), data={"field": "who"})
    MessageSettings.objects.update_or_create(member=actor, defaults={"who": who, "show_read": show_read})


def shows_read(member: Member) -> bool:
    """The member's choice, on unless switched off; one query."""
    return not MessageSettings.objects.filter(pk=member.pk, show_read=False).exists()


def _in_good_standing(actor: Member) -> None:
    if not policy.may_write(actor):
        raise NotAllowed(_("Your account cannot write messages now."))


def _in_hand(actor: Member, conversation: Conversation, *, gone_is_fine: bool = False) -> Standing:
    """Where the actor stands, the conversation locked until the transaction ends. Raises Conflict "gone" for others."""
    list(Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk))
    where = standing(actor, conversation)
    if where is None or (where.me.state not in PRESENT and not gone_is_fine):
        raise Conflict(_("That conversation is not there any more."), code="gone", status=404)
    return where


def _standing(actor: Member, conversation: Conversation) -> Standing:
    where = standing(actor, conversation)
    assert where is not None  # noqa: S101 - the actor was just brought into it
    return where


def _pair(actor: Member, other: Member) -> Conversation:
    """The conversation of the two, made or opened again; what either had left stays behind for them."""
    pair = policy.pair_of(actor, other)
    conversation, made = Conversation.objects.get_or_create(pair=pair, defaults={"created_by": actor})
    if made:
        states = joining.arrivals(actor, [other])
        Participant.objects.create(conversation=conversation, member=actor)
        joining.bring(actor, conversation, states, since=0, latest=0)
        return conversation
    list(Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk))
    where = _standing(actor, conversation)
    me, them, last = where.me, where.others[0], _last(conversation)
    if them.state == State.LEFT:
        joining.ask_again(actor, them, joining.arrivals(actor, [other])[other.pk], last)
    if me.state == State.LEFT:
        joining.ask_again(actor, me, State.ACCEPTED, last)
    elif me.state != State.ACCEPTED:  # writing to somebody who asked is a yes
        Participant.objects.filter(pk=me.pk).update(state=State.ACCEPTED)
    return conversation


def _group(actor: Member, others: list[Member], name: str, client_key: str | None) -> Conversation:
    states = joining.arrivals(actor, others)
    conversation = Conversation.objects.create(name=name, created_by=actor, client_key=client_key)
    Participant.objects.create(conversation=conversation, member=actor)
    joining.bring(actor, conversation, states, since=0, latest=0)
    return conversation


def _last(conversation: Conversation) -> int:
    return Message.objects.filter(conversation=conversation).aggregate(last=Max("pk"))["last"] or 0
