"""The page of consent, and a receipt in full."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from metya.wallets.models import Member
from metya.web.absolute import absolute
from metya.web.paging import Page, page_by_id
from social.consent import texts
from social.consent.models import Grant, Purpose
from social.consent.texts import Text


@dataclass(frozen=True)
class Card:
    """A purpose as the member finds it: ``grant`` counts now, ``stale`` is one under an older text."""

    purpose: str
    version: int
    text: Text
    grant: Grant | None
    stale: Grant | None


def cards(member: Member, language: str) -> list[Card]:
    """The three purposes in the newest words; one query."""
    found = {one.purpose: one for one in Grant.objects.open().of(member)}
    made = []
    for purpose in Purpose.values:
        version, one = texts.current(purpose), found.get(purpose)
        counts = one is not None and one.current
        text = texts.text_of(purpose, version).said(language)
        made.append(Card(purpose, version, text, one if counts else None, None if counts else one))
    return made


def receipts(member: Member, before: int | None) -> Page[Grant]:
    """The newest first; one query."""
    return page_by_id(Grant.objects.of(member), before)


def receipt(grant: Grant) -> dict[str, Any]:
    """All of a receipt, for programs. The SHA-256 is that of ``english`` in UTF-8."""
    return {
        "receipt": grant.pk,
        "community": settings.COMMUNITY_NAME,
        "site": absolute("/"),
        "member": {"number": grant.member_id, "handle": grant.member.handle},
        "purpose": grant.purpose,
        "version": grant.version,
        "language": grant.language,
        "words": grant.words,
        "english": texts.text_of(grant.purpose, grant.version).english,
        "sha256": grant.digest,
        "given": grant.given_at.isoformat(),
        "ended": grant.ended_at.isoformat() if grant.ended_at else None,
        "ending": grant.ending or None,
    }
