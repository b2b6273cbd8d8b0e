"""Turning push on and off for a device, and choosing what is pushed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from metya.wallets import sessions
from metya.wallets.models import Member
from metya.web.errors import Conflict, NotAllowed
from social.push import policy, queue
from social.push.models import PushChoice, PushDevice
from social.push.sources import Said

TEST = "test"


@dataclass(frozen=True)
class Subscription:
    """What a browser got from its push service; checked by the form."""

    endpoint: str
    p256dh: str
    auth: str


def turn_on(*, actor: Member, session: UserSession, given: Subscription) -> PushDevice:
    """Tell the device of ``session`` from now on; a second time takes the place of the first. Raises NotAllowed, Conflict."""
    try:
        return _turn_on(actor, session, given)
    except IntegrityError:  # twice at once
        return _turn_on(actor, session, given)


def renew(*, actor: Member, session: UserSession, given: Subscription) -> bool:
    """The browser changed its subscription by itself; False where push is not on, since nobody may turn it on unasked."""
    if not PushDevice.objects.filter(member=actor, session=session).exists():
        return False
    turn_on(actor=actor, session=session, given=given)
    return True


def turn_off(*, actor: Member, device: PushDevice) -> bool:
    """Nothing is sent to one of the actor's devices any more; False if it was off."""
    return PushDevice.objects.filter(pk=device.pk, member=actor).delete()[0] > 0


def choose(*, actor: Member, wanted: Mapping[str, bool]) -> None:
    """Whether each kind that is named is pushed to the actor; others stay as they are. Which kinds there are is the caller's."""
    rows = [PushChoice(member=actor, kind=kind, wanted=value) for kind, value in sorted(wanted.items())]
    PushChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["member", "kind"], update_fields=["wanted"]
    )


@transaction.atomic
def test(*, actor: Member, device: PushDevice) -> None:
    """Have the actor's device show that it works."""
    queue.add(TEST, [queue.Item(actor.pk, f"test:{device.pk}", int(time.time()))], only=device.pk)


def said_in_test(member: Member, pk: int) -> Said:
    """The words of it."""
    title = _("It works")
    return Said(title, _("What is new reaches you on this device."), "/settings/notifications/", pk, loud=True)


@transaction.atomic
def _turn_on(actor: Member, session: UserSession, given: Subscription) -> PushDevice:
    has = PushDevice.objects.filter(member=actor).exclude(session=session).count()
    if not policy.may_add(actor, has):
        raise NotAllowed(_("That is one device too many. Remove one of the list first."), code="too-many-devices")
    digest = PushDevice.digest_of(given.endpoint)
    other = PushDevice.objects.filter(digest=digest).exclude(session=session).first()
    if other is not None:
        # The same browser in another session, maybe of somebody else: its keys prove it. It tells one member alone.
        if (other.p256dh, other.auth) != (given.p256dh, given.auth):
            raise Conflict(
                _("This device is known already. Turn it off in your browser's settings first."), code="known"
            )
        other.delete()
    values = {
        "member": actor,
        "endpoint": given.endpoint,
        "digest": digest,
        "p256dh": given.p256dh,
        "auth": given.auth,
        "label": sessions.device(session.user_agent)[:80],
        "failures": 0,
        "silent_until": None,
    }
    return PushDevice.objects.update_or_create(session=session, defaults=values)[0]
