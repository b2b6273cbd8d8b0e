"""What a linked page says of itself, kept so that readers see it without asking the site that holds it."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def picture_name(_preview: "LinkPreview", _name: str) -> str:
    """A folder by month and a name that nobody can guess."""
    return f"previews/{timezone.now():%Y/%m}/{secrets.token_hex(16)}.webp"


def key_of(url: str, owner_id: int | None) -> str:
    """What a row is found by."""
    return hashlib.sha256(f"{owner_id or ''}\n{url}".encode()).hexdigest()


class LinkPreviewQuerySet(models.QuerySet["LinkPreview"]):
    def unused(self, before: datetime) -> "LinkPreviewQuerySet":
        """In no post, made and due before that moment (until it is due, a row remembers not to ask again), not withdrawn."""
        return self.filter(posts__isnull=True, created_at__lt=before, next_at__lt=before, barred=False)


class LinkPreview(models.Model):
    """One for each address, shared by all public posts; posts for followers share one for each of their authors.

    Were that one shared as well, whoever controls the page, or posts the same link, could tell from a page that is not
    fetched again that somebody wrote the link where they may not look.
    """

    key = models.CharField(max_length=64, unique=True)
    url = models.CharField(_("address"), max_length=2000)
    host = models.CharField(_("host"), max_length=255)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Without a title there is nothing to show (yet).
    title = models.CharField(_("title"), max_length=1000, blank=True)
    description = models.CharField(_("description"), max_length=2000, blank=True)
    site = models.CharField(_("site"), max_length=500, blank=True)
    picture = models.ImageField(_("picture"), upload_to=picture_name, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    fetched_at = models.DateTimeField(null=True, blank=True)
    # Before that the page is not asked for again, however many posts link to it.
    next_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)
    # Withdrawn by a moderator: neither shown nor fetched.
    barred = models.BooleanField(_("withdrawn"), default=False)

    objects = LinkPreviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("link preview")
        permissions = [("withdraw_linkpreview", _("Can withdraw link previews"))]
        indexes = [models.Index(fields=["next_at"], name="preview_next")]

    def __str__(self) -> str:
        return self.url[:80]

    @property
    def shown(self) -> bool:
        """Whether there is something to show."""
        return bool(self.title) and not self.barred

    @property
    def wide(self) -> bool:
        """Whether the picture stands above the words; a small one stands beside them."""
        return self.width > self.height


class LinkHost(models.Model):
    """When a host may be asked next, whichever of its pages."""

    name = models.CharField(max_length=255, primary_key=True)
    free_at = models.DateTimeField(default=timezone.now)
    # After failures it is left alone for a growing time.
    silent_until = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
