"""What managers read: counted days, which accounts are machines, and the log of exports."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

_MEMBER = settings.AUTH_USER_MODEL
# How long the file of an export can be fetched.
FETCH = timedelta(hours=24)


class MachineAccount(models.Model):
    """An account that a program runs, as a manager said. Figures are kept with and without these."""

    member = models.OneToOneField(_MEMBER, on_delete=models.CASCADE, primary_key=True, related_name="+")
    marked_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.member_id} is a machine"


class ReportDay(models.Model):
    """A UTC day that was counted. ``stale``: what it was counted from has changed, so it is counted again."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField(null=True)
    stale = models.BooleanField(default=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.day}"


class DayFigure(models.Model):
    """One figure of a day: a count, grains or hundredths of a percent; ``people``: without machine accounts."""

    day = models.DateField()
    people = models.BooleanField()
    name = models.CharField(max_length=32)
    value = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["people", "day", "name"], name="figure_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}: {self.value}"


class DaySpread(models.Model):
    """How often each number of minutes occurred on a day (``counts``), so that a median over many days is exact."""

    day = models.DateField()
    people = models.BooleanField()
    name = models.CharField(max_length=32)
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["people", "day", "name"], name="spread_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class DayTopic(models.Model):
    """How many public posts of a day carry a hashtag."""

    day = models.DateField()
    people = models.BooleanField()
    tag = models.ForeignKey("social.Tag", on_delete=models.CASCADE, related_name="+")
    posts = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["people", "day", "tag"], name="topic_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.tag_id}: {self.posts}"


class ActiveDay(models.Model):
    """What a member did and met on a day. ``acted``: wrote or did something; else the row only says what they received."""

    day = models.DateField()
    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    acted = models.BooleanField()
    posts = models.PositiveIntegerField(default=0)
    replies = models.PositiveIntegerField(default=0)
    given = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    # Of these, what came from accounts that were no machines when it was counted.
    received_people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "member"], name="active_once")]
        indexes = [models.Index(fields=["member", "day"], name="active_member")]

    def __str__(self) -> str:
        return f"{self.member_id} on {self.day}"


class ExportState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("being written")
    READY = "ready", _("ready")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class Format(models.TextChoices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("XLSX")
    PARQUET = "parquet", _("Parquet")


class ExportQuerySet(models.QuerySet["Export"]):
    def under_way(self) -> "ExportQuerySet":
        """Those that a job writes, or will. What is sent at once has no file."""
        return self.filter(Q(state=ExportState.WAITING) | Q(state=ExportState.RUNNING) & ~Q(file=""))

    def fetchable(self) -> "ExportQuerySet":
        """With a file that can be fetched now."""
        return self.filter(state=ExportState.READY, expires_at__gt=timezone.now())

    def over(self) -> "ExportQuerySet":
        """Whose file nobody can fetch any more."""
        return self.filter(expires_at__lte=timezone.now()).exclude(file="")


class Export(models.Model):
    """One export: who took what, how many rows, with which hash. The row is the log and stays; its file goes after a day.

    ``asked_by`` None: the command on the server. ``file`` is a name in the private store; ``error`` is a sentence for people.
    """

    asked_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("table"), max_length=32)
    format = models.CharField(_("format"), max_length=8, choices=Format)
    filters = models.JSONField(_("filter"), default=dict)
    personal = models.BooleanField(_("personal columns"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=ExportState, default=ExportState.WAITING)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    touched_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)
    total = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    file = models.CharField(max_length=100, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        permissions = [
            ("read_reports", _("Can read reports")),
            ("export_rows", _("Can export rows")),
            ("export_personal", _("Can export personal columns")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state"),
            models.CheckConstraint(condition=Q(format__in=Format.values), name="export_format"),
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(sha256=""), name="export_ready_has_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.name}.{self.format} {self.pk}"

    @property
    def under_way(self) -> bool:
        """Whether a job writes it, or will."""
        return self.state == ExportState.WAITING or (self.state == ExportState.RUNNING and bool(self.file))

    @property
    def fetchable(self) -> bool:
        """Whether its file can be fetched now."""
        over = self.expires_at is None or self.expires_at <= timezone.now()
        return self.state == ExportState.READY and not over

    @property
    def share(self) -> int:
        """How far it is, in percent of the rows that were counted at its start."""
        return min(100, 100 * self.rows // self.total) if self.total else 0
