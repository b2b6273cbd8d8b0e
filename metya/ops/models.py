"""The audit trail and the periodic table's memory."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """Who did what to what, written in the same transaction as the deed. Rows are never changed, but that the
    names of a member who is erased are taken out of ``data``."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    verb = models.CharField(_("verb"), max_length=64, db_index=True)
    subject_kind = models.CharField(_("subject kind"), max_length=32)
    subject_id = models.CharField(_("subject"), max_length=80)
    data = models.JSONField(_("data"), default=dict)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-id"], name="audit_subject")]
        verbose_name = _("audit event")

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"


class PeriodicRun(models.Model):
    """When an entry of the periodic table is due next; claimed by a filtered UPDATE."""

    name = models.CharField(max_length=64, unique=True)
    next_at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
