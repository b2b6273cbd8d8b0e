"""Posts that are being written, and those that wait for their hour."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, member: Member) -> "DraftQuerySet":
        """The member's own, without those let go."""
        return self.filter(member=member, discarded_at__isnull=True)

    def due(self) -> "DraftQuerySet":
        """Scheduled, and its hour has come."""
        return self.filter(due_at__lte=timezone.now(), discarded_at__isnull=True)

    def scheduled(self) -> "DraftQuerySet":
        return self.filter(due_at__isnull=False)


class Draft(models.Model):
    """What the composer held: ``fields`` are its fields as lists of what was typed. ``key`` is the composer's, which the post
    gets as well, so that a draft sent twice makes one post. ``refused`` says why a scheduled one was not posted."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True, blank=True)
    refused = models.CharField(max_length=500, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)
    # Let go by its author, who may think better of it for a while.
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="draft_once")]
        indexes = [
            models.Index(fields=["member", "-id"], name="draft_member"),
            models.Index(fields=["due_at"], name="draft_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["discarded_at"], name="draft_discarded", condition=models.Q(discarded_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or f"draft {self.pk}"

    @property
    def text(self) -> str:
        """What was typed as the post's text."""
        return str((self.fields.get("text") or [""])[0])
