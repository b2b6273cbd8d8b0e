"""Fetching what a linked page says of itself, and taking it away again."""

import time
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import NotAllowed
from social.moderation.policy import may_moderate
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence, once
from social.outgoing.fetching import Failed, Fetcher, Wanted
from social.posts.images import Picture
from social.posts.models import Post
from social.posts.text import clean_text
from social.previews import pacing, policy
from social.previews.models import LinkPreview
from social.previews.pages import Page, read_page
from social.previews.pictures import picture_at

SECONDS = 8.0  # for page and picture together: the one job worker of a small site waits as long
KEPT = timedelta(days=7)
LEASE = timedelta(minutes=10)
# After each failure that may pass; then only when somebody posts the link again, at most once a day.
WAITS = [timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)]
GIVEN_UP = timedelta(days=1)
MAX_REASON = 500
_TAKEN_OUT = once(gettext_noop("A moderator removed the link preview from your post."))
_PAGE = Wanted({"text/html", "application/xhtml+xml"}, 512 * 1024, cut=True)
fetcher = Fetcher("link preview")


def fetch(*, preview_id: int, in_turn: bool = False) -> tuple[datetime, bool] | None:
    """Ask the page, once it is its host's turn (``in_turn``: it is). None: done, or given up; else when to call again, and
    whether that will be its turn. Safe to repeat."""
    row = LinkPreview.objects.filter(pk=preview_id, barred=False).first()
    # Nobody is told of a link whose post was taken back in the meantime.
    if row is None or not settings.LINK_PREVIEWS or not Post.objects.present().filter(preview=row).exists():
        return None
    if not in_turn:
        free, turn = pacing.take_turn(row.host)
        if not free:
            return _later(row, turn)
        if turn > timezone.now() + timedelta(seconds=1):
            LinkPreview.objects.filter(pk=row.pk).update(next_at=turn + LEASE)
            return turn, True
    elif pacing.is_silent(row.host):
        return _later(row, timezone.now())
    deadline = time.monotonic() + SECONDS
    try:
        sent = fetcher.get(row.url, _PAGE, deadline)
    except Failed as error:
        return _failed(row, error)
    page = read_page(sent.body, sent.charset, sent.url)
    picture = picture_at(fetcher, page.picture, deadline) if page.title else None
    pacing.answered(row.host)
    _store(row.pk, page, picture)
    return None


@transaction.atomic
def remove(*, actor: Member, post: Post) -> Post:
    """Show the post without the preview of its link, from now on; twice is harmless. What a moderator takes is noted, and its
    author told."""
    post = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("author").get(pk=post.pk)
    if not policy.may_remove(actor, post):
        raise NotAllowed(_("Only the author can remove the link preview."))
    had = post.preview_id is not None
    post.preview, post.preview_off = None, True
    post.save(update_fields=["preview", "preview_off"])
    if had and actor.pk != post.author_id:
        audit.record(actor, "moderation.remove_preview", post, author=post.author.handle)
        text = Sentence(_TAKEN_OUT)
        url, key = post.get_absolute_url(), f"preview:{post.pk}"
        notifications.notify(member=post.author, kind="notice", text=text, url=url, key=key)
    return post


@transaction.atomic
def withdraw(*, actor: Member, preview: LinkPreview, reason: str) -> bool:
    """Moderators: nothing of that page is shown or fetched any more, in no post. False if that is so already."""
    if not may_moderate(actor):
        raise NotAllowed(_("Only moderators withdraw link previews."))
    why = clean_text(reason, most=MAX_REASON, field="reason")
    rows = list(LinkPreview.objects.select_for_update().filter(url=preview.url, barred=False).order_by("pk"))
    for row in rows:
        _drop_file(row)
        row.title = row.description = row.site = ""
        row.picture, row.width, row.height, row.barred = "", 0, 0, True
        row.save()
    if rows:
        audit.record(actor, "moderation.withdraw_preview", preview, url=preview.url, reason=why)
    return bool(rows)


def forget() -> int:
    """Delete what no post shows any more, with its picture; how many. Safe to repeat."""
    pacing.forget()
    done = 0
    for pk in LinkPreview.objects.unused(timezone.now() - timedelta(hours=1)).values_list("pk", flat=True)[:500]:
        with transaction.atomic():
            row = LinkPreview.objects.select_for_update().filter(pk=pk).first()
            if row is not None and not Post.objects.filter(preview=row).exists():
                _drop_file(row)
                row.delete()
                done += 1
    return done


def _store(pk: int, page: Page, picture: Picture | None) -> None:
    """Keep what was found; a picture that is the same keeps its address, since pages that are open show it."""
    made = ""
    storage = LinkPreview._meta.get_field("picture").storage
    try:
        with transaction.atomic():
            row = LinkPreview.objects.select_for_update().filter(pk=pk, barred=False).first()
            if row is None:
                return
            if picture is None or not _is(row, picture):
                _drop_file(row)
                row.picture, row.width, row.height = "", 0, 0
                if picture is not None:
                    row.width, row.height = picture.width, picture.height
                    row.picture.save("picture.webp", picture.as_file(), save=False)
                    made = row.picture.name or ""
            row.title, row.description, row.site = page.title, page.description, page.site
            now = timezone.now()
            row.fetched_at, row.next_at, row.failures = now, now + KEPT, 0
            row.save()
    except BaseException:
        if made:
            with suppress(OSError):
                storage.delete(made)
        raise


def _is(row: LinkPreview, picture: Picture) -> bool:
    if not row.picture:
        return False
    try:
        with row.picture.open() as file:
            return bool(file.read() == picture.data)
    except OSError:
        return False


def _drop_file(row: LinkPreview) -> None:
    """Once it is certain."""
    if row.picture:
        transaction.on_commit(partial(row.picture.storage.delete, str(row.picture.name)), robust=True)


def _failed(row: LinkPreview, error: Failed) -> tuple[datetime, bool] | None:
    """Remember it; what was shown before stays."""
    (pacing.failed if error.of_host else pacing.answered)(row.host)
    if not error.lasting:
        return _later(row, timezone.now())
    LinkPreview.objects.filter(pk=row.pk).update(next_at=timezone.now() + KEPT, failures=row.failures + 1)
    return None


def _later(row: LinkPreview, earliest: datetime) -> tuple[datetime, bool] | None:
    """Try again after a growing time, a few times; meanwhile no other post asks."""
    now, failures = timezone.now(), row.failures + 1
    if failures > len(WAITS):
        LinkPreview.objects.filter(pk=row.pk).update(next_at=now + GIVEN_UP, failures=min(failures, 1000))
        return None
    when = max(now + WAITS[failures - 1], earliest)
    LinkPreview.objects.filter(pk=row.pk).update(next_at=when + LEASE, failures=failures)
    return when, False
