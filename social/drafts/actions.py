"""Keeping what is being written, and setting its hour. Nothing here is seen by anyone but its author."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid
from metya.web.prepared import Change, deleting
from social.drafts.models import Draft

FIELDS = (
    "text", "then", "visibility", "replies_from", "warning", "language", "in_reply_to", "quote_of", "choice", "poll_hours",
    "poll_multiple", "picture", "picture_alt", "picture_focus", "alt_declined",
    "no_preview", "assisted",
)  # fmt: skip
MOST = 100
MOST_SCHEDULED = 50
MAX_BYTES = 60_000
# How long after letting a draft go its author may take it back.
GRACE = timedelta(minutes=2)
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=366)


def save(*, actor: Member, key: str, fields: Mapping[str, list[str]]) -> Draft | None:
    """Keep what the composer ``key`` holds now, over what it held before; None when it holds nothing (the draft goes).

    A scheduled draft keeps its hour. Raises Invalid: no key, too much text, too many drafts.
    """
    key, kept = _clean(key, fields)
    if not any(text.strip() for name in ("text", "then", "choice", "picture") for text in kept.get(name, ())):
        discard(actor=actor, key=key)
        return None
    _require_room(actor, key)
    now = timezone.now()
    draft, _made = Draft.objects.update_or_create(
        member=actor, key=key, defaults={"fields": kept, "updated_at": now, "refused": "", "discarded_at": None}
    )
    return draft


def schedule(*, actor: Member, key: str, fields: Mapping[str, list[str]], at: datetime) -> Draft:
    """Keep it, to be posted at ``at``. Raises Invalid: too soon, too far, too many waiting."""
    now = timezone.now()
    if at < now + SOONEST:
        raise Invalid(_("Choose a time that is at least a minute away."), data={"field": "post_at"})
    if at > now + LATEST:
        raise Invalid(_("Choose a time within a year."), data={"field": "post_at"})
    key, kept = _clean(key, fields)
    if Draft.objects.of(actor).scheduled().exclude(key=key).count() >= MOST_SCHEDULED:
        message = _("%(most)d posts are waiting for their hour, which is the most.")
        raise Invalid(message % {"most": MOST_SCHEDULED}, data={"field": "post_at"})
    _require_room(actor, key)
    values = {"fields": kept, "due_at": at, "refused": "", "updated_at": now, "discarded_at": None}
    return Draft.objects.update_or_create(member=actor, key=key, defaults=values)[0]


def unschedule(*, actor: Member, pk: int) -> None:
    """A scheduled post becomes a plain draft again."""
    Draft.objects.of(actor).filter(pk=pk).update(due_at=None)


def discard(*, actor: Member, key: str) -> None:
    """The draft was posted, or holds nothing any more; twice is harmless. Its pictures are forgotten later."""
    _discarded(member=actor.pk, key=key)


_discarded = Change(lambda member, key: deleting(Draft.objects.filter(member=member, key=key)), "member", "key")


def let_go(*, actor: Member, pk: int) -> None:
    """The draft is not wanted any more; for a while ``take_back`` brings it back as it was. Twice is harmless."""
    Draft.objects.of(actor).filter(pk=pk).update(discarded_at=timezone.now())


def take_back(*, actor: Member, pk: int) -> Draft:
    """A draft that was let go a moment ago is there again. Raises Conflict "too-late"."""
    since = timezone.now() - GRACE
    gone = Draft.objects.filter(member=actor, pk=pk, discarded_at__gt=since)
    gone.update(discarded_at=None)
    draft = Draft.objects.of(actor).filter(pk=pk).first()
    if draft is None:
        raise Conflict(_("It is too late to bring the draft back."), code="too-late")
    return draft


def forget() -> int:
    """Delete the drafts that were let go; how many. Safe to repeat."""
    return Draft.objects.filter(discarded_at__lte=timezone.now() - GRACE).delete()[0]


def refuse(draft: Draft, why: str) -> None:
    """A scheduled post could not be posted: it stays as a draft with the reason."""
    Draft.objects.filter(pk=draft.pk).update(due_at=None, refused=why[:500])


def _clean(key: str, fields: Mapping[str, list[str]]) -> tuple[str, dict[str, list[str]]]:
    key = key.strip()
    if not key or len(key) > 40:
        raise Invalid(_("Reload the page and write again."), data={"field": "client_key"})
    kept = {name: list(fields[name])[:12] for name in FIELDS if fields.get(name)}
    if len(json.dumps(kept)) > MAX_BYTES:
        raise Invalid(_("This is too much for a draft. Shorten it."), data={"field": "text"})
    if "\x00" in "".join(text for texts in kept.values() for text in texts):
        raise Invalid(_("This contains a character that cannot be kept (U+0000). Remove it."), data={"field": "text"})
    return key, kept


def _require_room(actor: Member, key: str) -> None:
    if Draft.objects.of(actor).exclude(key=key).count() >= MOST:
        raise Invalid(_("You have %(most)d drafts, which is the most. Delete some.") % {"most": MOST}, code="full")
