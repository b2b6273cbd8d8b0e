"""Pictures that are uploaded while a post is written, and taken by the post when it is sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member, Role
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.detection.models import Signal
from social.moderation.models import Report
from social.posts import policy
from social.posts.images import clean_picture
from social.posts.models import Post, PostImage, Visibility, image_name
from social.posts.storage import copied, picture_storage
from social.posts.text import clean_text

MOST = 4
MAX_ALT = 1000
MOST_WAITING = 40
KEPT = timedelta(days=40)  # longer than a draft


@dataclass(frozen=True)
class Attached:
    """One waiting picture as the composer sends it; the focus in percent from the left and the top."""

    pk: int
    alt: str = ""
    focus: tuple[int, int] = (50, 50)


def upload(*, actor: Member, image: "UploadedFile[Any]") -> PostImage:
    """Clean and keep a picture for a post that is being written. Raises Invalid (the file, too many waiting)."""
    if not policy.may_speak(actor):
        raise NotAllowed(_("Your account cannot post now."))
    if PostImage.objects.waiting_of(actor).count() >= MOST_WAITING:
        raise Invalid(_("Too many pictures wait in your drafts. Post or delete some first."), data={"field": "image"})
    picture = clean_picture(image)
    row = PostImage(member=actor)
    with files_of_a_failure_removed() as stored:
        row.file.save("picture.webp", picture.as_file(), save=False)
        stored.append(str(row.file.name))
        row.save()
    return row


def clean(attached: Sequence[Attached], declined: bool) -> list[Attached]:
    """The pictures with tidy descriptions. Raises Invalid: too many, twice the same, neither described nor declined."""
    if len(attached) > MOST or len({one.pk for one in attached}) < len(attached):
        raise Invalid(_("At most %(most)d pictures are possible.") % {"most": MOST}, data={"field": "image"})
    found = []
    for one in attached:
        alt = clean_text(one.alt, most=MAX_ALT, field="alt", required=False)
        if not alt and not declined:
            message = _("Describe each picture for people who cannot see it, or say that you will not.")
            raise Invalid(message, data={"field": "alt"})
        if not all(0 <= value <= 100 for value in one.focus):
            raise Invalid(_("The point of focus is outside the picture."), data={"field": "image"})
        found.append(Attached(one.pk, alt, one.focus))
    return found


def picture_of(viewer: Member, pk: int, *, confirmed: bool) -> PostImage | None:
    """A picture, if the viewer may see it now; a moderator sees it also while its post is reported or signalled, or an
    appeal about it waits.

    ``confirmed``: they gave their second factor, without which nobody is staff.
    """
    image = PostImage.objects.visible_to(viewer).filter(pk=pk).first()
    if image is None and confirmed and viewer.has_role(Role.MODERATOR, Role.SENIOR, Role.ADMIN):
        waiting = Q(state=Report.State.OPEN) | Q(case__decisions__appeal__state="open")
        reported = Report.objects.filter(waiting, post=OuterRef("post"))
        signalled = Signal.objects.about_post(OuterRef("post"))
        image = PostImage.objects.filter(Q(Exists(reported)) | Q(Exists(signalled)), pk=pk).first()
    return image


@contextmanager
def files_of_a_failure_removed() -> Iterator[list[str]]:
    """A list for the names of what is stored within; when it fails, the files go with the rows."""
    stored: list[str] = []
    try:
        yield stored
    except BaseException:
        for name in stored:
            _remove_file(name)
        raise


def take(actor: Member, post: Post, attached: Sequence[Attached], stored: list[str]) -> None:
    """Give the waiting pictures to the post, each once, and put them where its visibility wants them.

    Inside the caller's transaction; new files are noted in ``stored``. Raises Conflict when a picture is gone.
    """
    for position, one in enumerate(attached):
        row = PostImage.objects.waiting_of(actor).filter(pk=one.pk).first()
        x, y = one.focus
        fields = {"alt": one.alt, "alt_declined": not one.alt, "focus_x": x, "focus_y": y, "position": position}
        name = _housed(row, post, stored) if row else None
        # Only one of two that send it at once finds it waiting.
        if not name or not PostImage.objects.waiting_of(actor).filter(pk=one.pk).update(post=post, file=name, **fields):
            raise Conflict(_("A picture is not there any more. Add it again."), data={"field": "image"}, code="picture")


def _housed(row: PostImage, post: Post, stored: list[str]) -> str | None:
    """The name of the file in the store where pictures of the post belong; where it was, it goes when that is certain.

    None when the file is lost.
    """
    name, shown = str(row.file.name), post.visibility == Visibility.PUBLIC
    if row.private != shown:
        return name
    row.post = post
    try:
        found = copied(name, image_name(row, name))
    except FileNotFoundError:
        return None
    stored.append(found)
    transaction.on_commit(partial(_remove_file, name), robust=True)
    return found


def rehouse(pk: int) -> None:
    """Put the pictures of a post where they belong now: in the private store while moderators keep the post out of sight, so that
    their addresses answer nobody any more. Outside of a transaction; safe to repeat."""
    post = Post.objects.filter(pk=pk).first()
    if post is None:
        return
    for row in PostImage.objects.filter(post=post):
        name, shown = str(row.file.name), post.present and post.visibility == Visibility.PUBLIC
        if row.private != shown:
            continue
        row.post = post
        with suppress(FileNotFoundError):
            found = copied(name, image_name(row, name))
            moved = PostImage.objects.filter(pk=row.pk, file=name).update(file=found)
            _remove_file(name if moved else found)


def discard(*, actor: Member, pk: int) -> None:
    """The member takes a waiting picture out again; twice is harmless."""
    for row in PostImage.objects.waiting_of(actor).filter(pk=pk):
        _delete(row)


def forget() -> int:
    """Delete what was uploaded long ago and never posted; how many. Safe to repeat."""
    rows = list(PostImage.objects.forgotten(timezone.now() - KEPT)[:500])
    for row in rows:
        _delete(row)
    return len(rows)


def _delete(row: PostImage) -> None:
    # The row first, and only while it still waits: a file without a row is litter, a row without its file is a hole.
    if PostImage.objects.filter(pk=row.pk, post__isnull=True).delete()[0]:
        _remove_file(str(row.file.name))


def _remove_file(name: str) -> None:
    """A file that stays behind is litter, no reason to fail."""
    with suppress(OSError):
        picture_storage().delete(name)
