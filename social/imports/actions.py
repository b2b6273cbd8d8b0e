"""Taking over lists of people from another network, a row at a time.

Each row is a verb of its own, which may be repeated: a job that was killed goes on at the row where it stopped. The counter
moves by a filtered UPDATE, so that of two jobs at the same row one counts it and the other stops.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import ActionError, Conflict, Invalid, NotAllowed
from social.follows import actions as follows
from social.imports import policy
from social.imports.models import Import, ImportKind
from social.imports.reading import read_rows
from social.lists import actions as lists
from social.lists.models import MemberList
from social.profiles.models import Profile


def begin(*, actor: Member, kind: str, name: str, data: bytes) -> Import:
    """Read the whole file and keep its rows for the job. Raises Invalid (file, line, reason), Conflict (one is on its way)."""
    if not policy.may_import(actor):
        raise NotAllowed(_("Your account cannot import now."))
    if kind not in ImportKind.values:
        raise Invalid(_("Say what the file holds."), data={"field": "kind"})
    shown = "".join(char for char in name if char.isprintable())[-100:] or "file.csv"
    rows = read_rows(kind, shown, data)
    try:
        with transaction.atomic():
            return Import.objects.create(
                member=actor, kind=kind, file_name=shown, rows=[list(row) for row in rows], total=len(rows)
            )
    except IntegrityError as error:
        message = _("Another file of yours is being imported. Wait until it is through.")
        raise Conflict(message, code="running", data={"field": "file"}) from error


def step(one: Import) -> bool:
    """Do the next row; whether another is to be done by this caller."""
    place = one.done
    if place >= one.total or not policy.may_import(one.member):
        _finish(one)
        return False
    account, listed = one.rows[place]
    changes: dict[str, object] = {"done": place + 1}
    try:
        if not _take(one, account, listed):
            changes["unknown"] = [*one.unknown, account]
    except ActionError as error:
        changes["refused"] = [*one.refused, [account, error.message]]
    if not Import.objects.filter(pk=one.pk, done=place, finished_at=None).update(**changes):
        return False
    for field, value in changes.items():
        setattr(one, field, value)
    if one.done == one.total:
        _finish(one)
        return False
    return True


def _finish(one: Import) -> None:
    """What was read is not needed any more."""
    now = timezone.now()
    if Import.objects.filter(pk=one.pk, finished_at=None).update(finished_at=now, rows=[]):
        one.finished_at = now


def _take(one: Import, account: str, listed: str) -> bool:
    """Do what the row says; False for an account that is not here."""
    name, _at, host = account.partition("@")
    if host and host != urlsplit(settings.SITE_URL).netloc.lower():
        return False
    rows = Profile.objects.select_related("member")
    met = rows.visible_to(one.member) if one.kind in (ImportKind.FOLLOWING, ImportKind.LISTS) else None
    found = (met if met is not None else rows.reachable_by(one.member)).filter(member__handle=name).first()
    if found is None:
        return False
    person: Member = found.member
    if one.kind == ImportKind.FOLLOWING:
        follows.follow(actor=one.member, target=person)
    elif one.kind == ImportKind.MUTES:
        follows.mute(actor=one.member, target=person)
    elif one.kind == ImportKind.BLOCKS:
        follows.block(actor=one.member, target=person)
    else:
        into = MemberList.objects.of(one.member).filter(name=listed).first()
        lists.add(actor=one.member, one=into or lists.make(actor=one.member, name=listed), member=person)
    return True
