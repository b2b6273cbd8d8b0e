"""Allowing a purpose and taking it back. Nothing else changes a grant."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from metya.members import languages
from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.consent import policy, texts
from social.consent.models import Ending, Grant, Purpose
from social.profiles.models import Profile


@transaction.atomic
def give(*, actor: Member, purpose: str, version: int, language: str = "") -> Grant:
    """Allow ``purpose`` in the words of ``version``, as they were read in ``language``; a repeat finds the same grant.

    Raises Invalid (purpose), NotAllowed, Conflict "new-text" when that is not the newest text.
    """
    _known(purpose)
    if not policy.may_give(actor):
        raise NotAllowed(_("Your account cannot do this now."))
    if version != texts.current(purpose):
        raise Conflict(_("The text has changed since you opened the page. Read the new one first."), code="new-text")
    # Two at once wait for each other here; the table allows one open grant in any case.
    Profile.objects.select_for_update(no_key=True).get(member=actor)
    found = Grant.objects.open().of(actor).filter(purpose=purpose).first()
    if found is not None and found.current:
        return found
    if found is not None:
        _end(found, Ending.REPLACED)
    spoken = languages.known(language) or languages.known(get_language() or "") or "en"
    text = texts.text_of(purpose, version)
    made = Grant.objects.create(
        member=actor,
        purpose=purpose,
        version=version,
        language=spoken,
        words=text.said(spoken).english,
        digest=text.digest,
    )
    audit.record(actor, "consent.given", made, purpose=purpose, version=version, digest=text.digest)
    return made


@transaction.atomic
def withdraw(*, actor: Member, purpose: str) -> Grant | None:
    """Take it back, at once; None when there was nothing to take back. It can be done whatever the account may do otherwise."""
    _known(purpose)
    found = Grant.objects.open().of(actor).filter(purpose=purpose).first()
    if found is None or not _end(found, Ending.WITHDRAWN):
        return None
    audit.record(actor, "consent.withdrawn", found, purpose=purpose, version=found.version)
    return found


def _known(purpose: str) -> None:
    if purpose not in Purpose.values:
        raise Invalid(_("Choose one of the three purposes."), data={"field": "purpose"})


def _end(grant: Grant, ending: Ending) -> bool:
    """Whether it was this call that ended it."""
    grant.ended_at, grant.ending = timezone.now(), ending
    return bool(Grant.objects.open().filter(pk=grant.pk).update(ended_at=grant.ended_at, ending=ending))
