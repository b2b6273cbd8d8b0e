"""Changing one's own preferences, and reading them without a query where they came with who is signed in."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from metya.members import zones
from metya.members.look import Look
from metya.members.models import Motion, Preferences, TextSize, Theme
from metya.wallets.models import Member
from metya.web.errors import Invalid


def of(member: Member) -> Preferences:
    """The member's choices; the defaults, not stored, for one who made none."""
    found: Preferences | None = getattr(member, "preferences", None)
    return found or Preferences(member=member)


def set_look(*, actor: Member, look: Look) -> None:
    """Theme, size of text and motion. Raises Invalid with the field."""
    for name, values in (("theme", Theme), ("text", TextSize), ("motion", Motion)):
        if getattr(look, name) not in values:
            raise Invalid(_("Choose one of what is offered."), data={"field": name})
    _store(actor, theme=look.theme, text=look.text, motion=look.motion)


def set_zone(*, actor: Member, zone: str) -> None:
    """The member's own choice; empty: whatever their browser says from now on. Raises Invalid."""
    if zone and zone not in zones.names():
        raise Invalid(_("Choose a time zone of the list."), data={"field": "zone"})
    _store(actor, **({"zone": zone, "zone_chosen": True} if zone else {"zone_chosen": False}))


def note_zone(*, actor: Member, zone: str) -> bool:
    """The browser says where it is: taken unless the member chose. Whether it changed. Raises Invalid."""
    if zone not in zones.names():
        raise Invalid(_("That time zone is not known here."), data={"field": "zone"})
    with transaction.atomic():
        row, made = Preferences.objects.get_or_create(member=actor, defaults={"zone": zone})
        # Asked in the update itself: a choice that is made at this moment stands.
        changed = made or bool(
            Preferences.objects.filter(pk=row.pk, zone_chosen=False).exclude(zone=zone).update(zone=zone)
        )
    return changed


def set_language(*, actor: Member, language: str) -> None:
    """One of those that are installed; empty: as the browser asks. Raises Invalid."""
    if language and language not in dict(settings.LANGUAGES):
        raise Invalid(_("Choose a language of the list."), data={"field": "language"})
    _store(actor, language=language)


def note_heard(*, actor: Member, heard: str) -> None:
    """The language of the site in which they last read it; empty: the site's own."""
    _store(actor, heard=heard)


def _store(member: Member, **values: object) -> None:
    Preferences.objects.update_or_create(member=member, defaults=values)
