"""Bookmarks and their folders. They are their member's alone; a bookmark may lie in several, or in none."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.posts.models import Post


class Bookmark(models.Model):
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bookmarks")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "post"], name="bookmark_once")]
        indexes = [models.Index(fields=["member", "-id"], name="bookmark_member")]

    def __str__(self) -> str:
        return f"{self.member_id} keeps {self.post_id}"


class FolderQuerySet(models.QuerySet["Folder"]):
    def of(self, member: Member) -> "FolderQuerySet":
        """The member's own: the only ones they ever meet."""
        return self.filter(member=member)


class Folder(models.Model):
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bookmark_folders")
    name = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FolderQuerySet.as_manager()

    class Meta:
        verbose_name = _("bookmark folder")
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="folder_named_once")]

    def __str__(self) -> str:
        return self.name


class Filed(models.Model):
    """``bookmark`` lies in ``folder``; goes with either."""

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="filed")
    bookmark = models.ForeignKey(Bookmark, on_delete=models.CASCADE, related_name="filed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder", "bookmark"], name="filed_once")]
        indexes = [models.Index(fields=["folder", "-id"], name="filed_newest")]

    def __str__(self) -> str:
        return f"{self.bookmark_id} in {self.folder_id}"
