"""Lists of people that a member brings from another network."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ImportKind(models.TextChoices):
    FOLLOWING = "following", _("People you follow")
    LISTS = "lists", _("Lists")
    MUTES = "mutes", _("Muted people")
    BLOCKS = "blocks", _("Blocked people")


class Import(models.Model):
    """One file on its way: ``rows`` are [account, name of a list] as they were read; ``done`` of ``total`` are through.

    ``unknown`` are the accounts that are not here, ``refused`` those that a rule refused, as [account, reason].
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=10, choices=ImportKind)
    file_name = models.CharField(max_length=120)
    rows = models.JSONField(default=list)
    unknown = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ImportKind.values), name="import_kind"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="import_done"),
            models.UniqueConstraint(
                fields=["member"], condition=Q(finished_at__isnull=True), name="import_one_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="import_member")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_id}: {self.done}/{self.total}"

    def get_absolute_url(self) -> str:
        return f"/settings/import/{self.pk}/"

    @property
    def taken(self) -> int:
        """How many rows found somebody and stand now."""
        return self.done - len(self.unknown) - len(self.refused)
