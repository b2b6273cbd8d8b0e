"""Following and asking to follow, blocking and muting. Every verb is idempotent.

Lock order, so that no two verbs wait for each other: the two profiles by ascending id, then everything else.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, NotAllowed
from social.follows import policy
from social.follows.models import Block, Follow, FollowRequest, Mute
from social.interactions import actions as interactions
from social.interactions.models import Kind
from social.lists import actions as lists
from social.live import publish as live
from social.notifications import actions as notifications
from social.profiles.models import Profile, moved

REQUESTS = "/people/requests/"


@transaction.atomic
def follow(*, actor: Member, target: Member) -> None:
    """From now on ``actor``'s home shows ``target``'s posts; one whose account is locked is asked first.

    Raises NotAllowed (oneself), Conflict (a block, or gone).
    """
    if not policy.may_follow(actor, target):
        raise NotAllowed(
            _("You cannot follow yourself.") if actor.pk == target.pk else _("Your account cannot follow now.")
        )
    _lock(actor, target)
    locked = Profile.objects.visible_to(actor).filter(member=target).values_list("locked", flat=True).first()
    if locked is None:
        raise _gone()
    if locked and not Follow.objects.filter(source=actor, target=target).exists():
        if FollowRequest.objects.get_or_create(source=actor, target=target)[1]:
            notifications.notify(member=target, kind="request", actor=actor, key=f"request:{actor.pk}", url=REQUESTS)
        return
    if _begin_follow(actor, target):
        notifications.notify(member=target, kind="follow", actor=actor, key=f"follow:{actor.pk}")


@transaction.atomic
def accept(*, actor: Member, source: Member) -> None:
    """Let ``source``, who asked, follow ``actor``. Without such a request nothing happens. Raises Conflict (gone)."""
    if not policy.may_answer(actor):
        raise NotAllowed(_("Your account cannot accept followers now."))
    _lock(actor, source)
    if not FollowRequest.objects.filter(source=source, target=actor).exists():
        return
    if not Profile.objects.visible_to(actor).filter(member=source).exists():
        raise _gone()
    _begin_follow(source, actor)
    notifications.notify(member=source, kind="accepted", actor=actor, key=f"accepted:{actor.pk}")


@transaction.atomic
def decline(*, actor: Member, source: Member) -> None:
    """The request of ``source`` is gone. They are not told, and may ask again."""
    _lock(actor, source)
    _end_request(source, actor)


@transaction.atomic
def set_locked(*, actor: Member, locked: bool) -> None:
    """Whether whoever wants to follow ``actor`` asks first. Those who wait go on waiting (see ``accept``)."""
    Profile.objects.filter(member=actor).update(locked=locked)


@transaction.atomic
def unfollow(*, actor: Member, target: Member) -> None:
    """No more, if it was so; a request that waits is withdrawn."""
    _lock(actor, target)
    _end_request(actor, target)
    if _end_follow(actor, target):
        notifications.withdraw(member=target, key=f"follow:{actor.pk}")
        live.interest(actor.pk)


@transaction.atomic
def block(*, actor: Member, target: Member) -> list[int] | None:
    """Neither meets the other anywhere from now on; both follows end, each leaves the other's lists. Nobody is told.

    Returns the ids of those lists (None: it stood already), for ``take_back_block`` alone: that one is in a private list of the
    other is not the actor's to know.
    """
    if not policy.may_avoid(actor, target):
        raise NotAllowed(_("You cannot block yourself."))
    _lock(actor, target)
    if Block.objects.get_or_create(source=actor, target=target)[1]:
        for source, other in ((actor, target), (target, actor)):
            _end_follow(source, other)
            _end_request(source, other)
        left = lists.part(actor, target)
        live.interest(actor.pk, target.pk)
        return left
    return None


@transaction.atomic
def unblock(*, actor: Member, target: Member) -> None:
    """Both can meet again; the follows do not come back by themselves."""
    if Block.objects.filter(source=actor, target=target).delete()[0]:
        live.interest(actor.pk, target.pk)


@transaction.atomic
def take_back_block(*, actor: Member, target: Member, follow_again: bool, left: Collection[int] = ()) -> None:
    """The block was a slip: both can meet again, ``actor`` follows as before, and both are again in the lists of each other
    that they ``left`` (as ``block`` named them). The other's follow is theirs to begin.

    Nothing comes back where that would not be as before: the other is not there (blocks in turn), or wants to be asked.
    """
    _lock(actor, target)
    unblock(actor=actor, target=target)
    if left and not Block.objects.filter(source=target, target=actor).exists():
        lists.rejoin(actor, target, left)
    open_to_all = Profile.objects.visible_to(actor).filter(member=target, locked=False)
    if follow_again and policy.may_follow(actor, target) and open_to_all.exists():
        follow(actor=actor, target=target)


@transaction.atomic
def mute(*, actor: Member, target: Member, until: datetime | None = None) -> None:
    """``actor`` does not meet ``target`` in feeds and notifications ``until`` then (None: for good); the other is not told."""
    if not policy.may_avoid(actor, target):
        raise NotAllowed(_("You cannot mute yourself."))
    Mute.objects.update_or_create(source=actor, target=target, defaults={"until": until})
    live.interest(actor.pk)
    live.notifications(actor.pk)


@transaction.atomic
def unmute(*, actor: Member, target: Member) -> None:
    """Shown again."""
    if Mute.objects.filter(source=actor, target=target).delete()[0]:
        live.interest(actor.pk)
        live.notifications(actor.pk)


@transaction.atomic
def end_mutes() -> int:
    """Delete the mutes that are over, so that live hints of these people arrive again; how many."""
    over = list(Mute.objects.over().values_list("pk", "source_id"))
    Mute.objects.over().filter(pk__in=[pk for pk, _source in over]).delete()
    live.interest(*{source for _pk, source in over})
    return len(over)


def _lock(one: Member, other: Member) -> None:
    """Hold both profiles until the transaction ends."""
    ids = [one.pk, other.pk]
    list(Profile.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def _gone() -> Conflict:
    return Conflict(_("That person is not there any more."), code="gone", status=404)


def _begin_follow(source: Member, target: Member) -> bool:
    """Both profiles are locked. A request is answered by it; whether the follow is new."""
    _end_request(source, target)
    if not Follow.objects.get_or_create(source=source, target=target)[1]:
        return False
    _count(source, target, 1)
    interactions.record(source=source, target=target, kind=Kind.FOLLOW)
    live.interest(source.pk)
    return True


def _end_request(source: Member, target: Member) -> None:
    if FollowRequest.objects.filter(source=source, target=target).delete()[0]:
        notifications.withdraw(member=target, key=f"request:{source.pk}")


def _end_follow(source: Member, target: Member) -> bool:
    if not Follow.objects.filter(source=source, target=target).delete()[0]:
        return False
    _count(source, target, -1)
    interactions.undo(source=source, target=target, kind=Kind.FOLLOW)
    return True


def _count(source: Member, target: Member, step: int) -> None:
    Profile.objects.filter(member=source).update(following_count=moved("following_count", step))
    Profile.objects.filter(member=target).update(follower_count=moved("follower_count", step))
