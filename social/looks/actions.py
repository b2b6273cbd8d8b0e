"""Beginning and ending a look, and noting which pages it went to."""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Invalid, NotAllowed
from social.live import publish
from social.looks import policy
from social.looks.models import Ending, Look, LookPage
from social.notifications import actions as notifications
from social.notifications.models import NotificationKind
from social.notifications.sentences import Sentence

LASTS = timedelta(minutes=10)
SHORTEST, LONGEST = 10, 300
_TOLD = gettext_noop(
    "Somebody of the staff looked at the site as you see it. Who, when, why and which pages is written down here."
)


def mark_of(session_key: str) -> str:
    """What is kept of a session: enough to know it again, too little to be it."""
    return hashlib.sha256(f"look {session_key}".encode()).hexdigest()


@transaction.atomic
def begin(*, actor: Member, member: Member, reason: str, session_key: str) -> Look:
    """For ten minutes, in this session alone. A look of the actor that still stood ends by that.

    Raises NotAllowed for whom the actor may not look as, Invalid for a reason that is too short or too long.
    """
    # One after the other: two sessions of one person cannot both begin.
    actor = Member.objects.get_queryset().select_for_update(of=("self",)).get(pk=actor.pk)
    if not policy.may_look_as(actor, member):
        raise NotAllowed(_("You cannot see the site as this member."))
    reason = " ".join(reason.split())
    if not SHORTEST <= len(reason) <= LONGEST:
        raise Invalid(
            _("Say why in %(least)d to %(most)d characters; the member reads it.")
            % {"least": SHORTEST, "most": LONGEST},
            data={"field": "reason"},
        )
    if not session_key:
        raise NotAllowed(_("Sign in first."))
    for before in Look.objects.standing().filter(actor=actor):
        end(actor=actor, look=before, ending=Ending.REPLACED)
    now = timezone.now()
    look = Look.objects.create(
        actor=actor, member=member, reason=reason, session=mark_of(session_key), began_at=now, ends_at=now + LASTS
    )
    audit.record(actor, "looks.begin", member, look=look.pk, reason=reason)
    # What is open in other windows of this browser would go on telling of the actor's own things.
    publish.session_ended(session_key)
    return look


@transaction.atomic
def end(*, actor: Member | None, look: Look, ending: Ending) -> bool:
    """End it, whoever ends it (None: the system), and tell the member; False when it was over already."""
    at = min(timezone.now(), look.ends_at) if ending == Ending.TIME else timezone.now()
    if not Look.objects.standing().filter(pk=look.pk).update(ended_at=at, ending=ending):
        return False
    audit.record(actor, "looks.end", look.member, look=look.pk, ending=ending)
    notifications.notify(
        member=look.member,
        kind=NotificationKind.NOTICE,
        text=Sentence(_TOLD),
        url="/settings/access/",
        key=f"look:{look.pk}",
    )
    return True


def end_of_session(*, session_key: str) -> int:
    """End what stands in a session that is over; how many."""
    rows = Look.objects.standing().filter(session=mark_of(session_key)).select_related("member")
    return sum(end(actor=None, look=look, ending=Ending.SIGNED_OUT) for look in rows)


def end_due() -> int:
    """End those whose time is over, and those of whom may look no more; how many. Each by itself, so that one that fails
    holds none of the others up."""
    done = 0
    for look in Look.objects.standing().select_related("member", "actor"):
        ending = over(look)
        done += ending is not None and end(actor=None, look=look, ending=ending)
    return done


def over(look: Look) -> Ending | None:
    """Why a look cannot go on, judged anew; None while it can."""
    if look.ended_at is not None:
        return Ending(look.ending)
    if look.ends_at <= timezone.now():
        return Ending.TIME
    if not policy.may_look(look.actor):
        return Ending.ROLE
    return None if policy.may_look_as(look.actor, look.member) else Ending.GONE


def note(*, look: Look, path: str, shown: bool) -> None:
    """Write down that a page was asked for."""
    LookPage.objects.create(look=look, path=path[:300], shown=shown)
