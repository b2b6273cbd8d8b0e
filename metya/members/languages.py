"""The languages of the site: which there are, and the one to write to a member in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone, translation

from metya.members import preferences, zones
from metya.wallets.models import Member


def known(code: str) -> str:
    """The code of a language of the site; empty for anything else."""
    return code if code in dict(settings.LANGUAGES) else ""


def of(member: Member) -> str:
    """The language that the member chose; for one who leaves it to their browser, which no job can ask, the one in which they
    last read the site."""
    mine = preferences.of(member)
    return known(mine.language) or known(mine.heard) or settings.LANGUAGE_CODE


@contextmanager
def speaking_to(member: Member) -> Iterator[None]:
    """For jobs that write to somebody: texts and times within are made in the member's language and by their clock."""
    with translation.override(of(member)), timezone.override(zones.zone(preferences.of(member).zone)):
        yield


def hear(*, actor: Member, spoken: str) -> bool:
    """Remember in which language the actor just read a page; whether that was news. No query where it was not."""
    mine = preferences.of(actor)
    heard = "" if spoken == settings.LANGUAGE_CODE else known(spoken)
    if mine.language or mine.heard == heard:
        return False
    preferences.note_heard(actor=actor, heard=heard)
    return True


def keep(*, actor: Member) -> None:
    """Whoever joins in another language than the site's own keeps it as their choice, so that jobs write to them in it too."""
    spoken = known(translation.get_language() or "")
    if spoken != settings.LANGUAGE_CODE and spoken and not preferences.of(actor).language:
        preferences.set_language(actor=actor, language=spoken)
