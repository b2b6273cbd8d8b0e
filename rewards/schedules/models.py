"""Exports that make themselves and of which a link is mailed: when, of what, and what became of each time."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from rewards.reports.models import Export, Format

# How long a deleted schedule can be brought back.
UNDO = timedelta(days=1)


class Every(models.TextChoices):
    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")


class Span(models.TextChoices):
    """The days that an export is of, counted from the day it is due (UTC)."""

    YESTERDAY = "yesterday", _("Yesterday")
    WEEK = "week", _("The last 7 days")
    MONTH = "month", _("The last month")


class Pause(models.TextChoices):
    """Why nothing is made."""

    MEMBER = "member", _("paused by you")
    ROLE = "role", _("your role does not allow exports any more")
    ADDRESS = "address", _("you have no confirmed address for mails any more")
    MAIL = "mail", _("stopped by the link in a mail")


def fresh_key() -> str:
    return secrets.token_urlsafe(18)


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def kept(self) -> "ScheduleQuerySet":
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)

    def due(self) -> "ScheduleQuerySet":
        return self.kept().filter(pause="", next_at__lte=timezone.now())


class Schedule(models.Model):
    """One member's. ``next_at``: when it is due next, or has been since; ``key`` stands in the links of its mails."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=32)
    format = models.CharField(max_length=8, choices=Format)
    span = models.CharField(max_length=9, choices=Span)
    people = models.BooleanField(default=False)
    only = models.CharField(max_length=40, blank=True)
    every = models.CharField(max_length=5, choices=Every)
    weekday = models.PositiveSmallIntegerField(null=True)
    monthday = models.PositiveSmallIntegerField(null=True)
    hour = models.PositiveSmallIntegerField()
    pause = models.CharField(max_length=8, choices=Pause, blank=True)
    next_at = models.DateTimeField(db_index=True)
    key = models.CharField(max_length=32, default=fresh_key)
    made_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(format__in=Format.values), name="schedule_format"),
            models.CheckConstraint(condition=Q(span__in=Span.values), name="schedule_span"),
            models.CheckConstraint(condition=Q(pause="") | Q(pause__in=Pause.values), name="schedule_pause"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="schedule_hour"),
            models.CheckConstraint(
                condition=Q(every="day", weekday=None, monthday=None)
                | Q(every="week", weekday__lte=6, monthday=None)
                | Q(every="month", weekday=None, monthday__gte=1, monthday__lte=28),
                name="schedule_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}.{self.format} {self.every}"

    @property
    def weekday_name(self) -> str:
        """In the reader's language; empty without one."""
        return "" if self.weekday is None else str(WEEKDAYS[self.weekday])


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    WRITING = "writing", _("being written")
    MAILED = "mailed", _("mailed")
    FAILED = "failed", _("failed")


class Run(models.Model):
    """One due time: made once, whoever asks and however often. ``error`` is a sentence for people; ``not_before``: when it is
    tried again."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="runs")
    due_at = models.DateTimeField()
    export = models.ForeignKey(Export, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="run_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="run_state"),
            models.CheckConstraint(condition=~Q(state="mailed") | Q(mailed_at__isnull=False), name="run_mailed"),
        ]
        indexes = [models.Index(fields=["not_before"], condition=Q(state__in=["waiting", "writing"]), name="run_open")]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.due_at:%Y-%m-%d %H}"
