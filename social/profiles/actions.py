"""Choosing a handle, and what a member shows of themselves."""

from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.members.models import RetiredHandle
from metya.ops import audit
from metya.wallets.models import Member, Wallet
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.posts.images import Picture, clean_face
from social.posts.models import Post
from social.posts.render import render
from social.posts.text import clean_line, clean_text
from social.posts.writing import known_handles
from social.profiles import policy
from social.profiles.adorning import clean_header, clean_links
from social.profiles.handles import clean_handle, lookalike, suggestions
from social.profiles.models import Profile

MAX_NAME = 60
MAX_BIO = 500


def choose_handle(*, actor: Member, handle: str) -> Member:
    """A new member takes their handle, once; the profile is made with it.

    Raises Invalid (its shape, kept, too much like staff), Conflict "taken" with free ``data['suggestions']``, Conflict
    "chosen" for a member who has one.
    """
    chosen = clean_handle(handle)
    other = lookalike(chosen, actor)
    if other:
        message = _("That handle looks too much like @%(handle)s. Choose another one.")
        raise Invalid(message % {"handle": other}, code="lookalike", data={"field": "handle"})
    try:
        with transaction.atomic():
            now = timezone.now()
            waiting = Member.objects.filter(pk=actor.pk, onboarded_at__isnull=True)
            if not waiting.update(handle=chosen, onboarded_at=now):
                raise Conflict(_("You have your handle already."), code="chosen")
            # Asked after the name is taken, so that an erasure that gave it up at this moment is seen.
            if RetiredHandle.objects.filter(digest=RetiredHandle.digest_of(chosen)).exists():
                data = {"field": "handle", "suggestions": suggestions(chosen)}
                raise Conflict(_("That handle is taken."), code="taken", data=data)
            Profile.objects.get_or_create(member=actor)
            audit.record(actor, "profiles.choose_handle", actor, handle=chosen)
    except IntegrityError as error:
        data = {"field": "handle", "suggestions": suggestions(chosen)}
        raise Conflict(_("That handle is taken."), code="taken", data=data) from error
    actor.handle, actor.onboarded_at = chosen, now
    return actor


def edit(
    *,
    actor: Member,
    name: str,
    bio: str | None = None,
    picture: "UploadedFile[Any] | None" = None,
    remove_picture: bool = False,
    header: "UploadedFile[Any] | None" = None,
    remove_header: bool = False,
    links: list[str] | None = None,
) -> Profile:
    """Change one's own name (empty: the handle stands for it), description and links (None: as they are) and pictures.

    Raises Invalid with the field. A new picture replaces the old one, whose file is removed.
    """
    shown = clean_line(name, most=MAX_NAME, field="name")
    about = None if bio is None else clean_text(bio, most=MAX_BIO, field="bio", required=False)
    pages = None if links is None else clean_links(links)
    face = clean_face(picture) if picture is not None else None
    wide = clean_header(header) if header is not None else None
    with transaction.atomic():
        profile = Profile.objects.select_for_update().get(member=actor)
        profile.name = shown
        if about is not None:
            profile.bio = about
            profile.bio_html = render(about, known_handles).html if about else ""
        if pages is not None:
            profile.links = pages
        _replace(profile.picture, face, remove_picture)
        _replace(profile.header, wide, remove_header)
        profile.save(update_fields=["name", "bio", "bio_html", "picture", "header", "links"])
    return profile


@transaction.atomic
def pin(*, actor: Member, post: Post) -> None:
    """Keep one's own public post on top of one's page, in place of another. Raises NotAllowed."""
    if not policy.may_pin(actor, post):
        raise NotAllowed(_("You can pin your own public posts."))
    Profile.objects.filter(member=actor).update(pinned=post)


@transaction.atomic
def unpin(*, actor: Member, post: Post) -> None:
    """It stands where it was written, if it was on top."""
    Profile.objects.filter(member=actor, pinned=post).update(pinned=None)


@transaction.atomic
def show_wallets(*, actor: Member, ids: list[int]) -> None:
    """Exactly these of one's own linked wallets are seen on one's page by everyone; none for an empty list."""
    own = Wallet.objects.linked().filter(member=actor, pk__in=ids)
    profile = Profile.objects.select_for_update().get(member=actor)
    before = set(profile.shown_wallets.values_list("pk", flat=True))
    profile.shown_wallets.set(own)
    if before != {wallet.pk for wallet in own}:
        audit.record(actor, "profiles.show_wallets", actor, wallets=[wallet.address for wallet in own])


@transaction.atomic
def set_opted_out(*, actor: Member, opted_out: bool) -> None:
    """Whether the member takes part in rewards: opted out, nothing they do or receive counts from the next close on."""
    if Member.objects.filter(pk=actor.pk, opted_out=not opted_out).update(opted_out=opted_out):
        audit.record(actor, "profiles.opt_out" if opted_out else "profiles.opt_in", actor)
    actor.opted_out = opted_out


def _replace(field: Any, picture: Picture | None, remove: bool) -> None:
    """Put a cleaned picture in a profile's field, or take it out; the old file goes once that is committed."""
    old = field.name if picture is not None or remove else ""
    if picture is not None:
        field.save("picture.webp", picture.as_file(), save=False)
    elif remove:
        field.instance.__dict__[field.field.attname] = ""
    if old:
        transaction.on_commit(partial(field.storage.delete, old), robust=True)
