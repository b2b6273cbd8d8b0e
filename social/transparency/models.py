"""The public log of moderation: entries that nobody changes, the end of the chain, and the names that moderators have in it."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from social.transparency.chain import Line

# A week is public this long after it ended, so that nobody sees by the hour what became of what they just saw vanish.
DELAY = timedelta(days=1)


class Kind(models.TextChoices):
    """What an entry tells."""

    GENESIS = "genesis", _("beginning of the log")
    DECISION = "decision", _("decision")
    LIFT = "lift", _("measure ended early")
    APPEAL = "appeal", _("appeal")
    RULE = "rule", _("rule")
    LABEL = "label", _("objection to a label")


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def public_until(today: date | None = None) -> date:
    """The newest week (its Monday) that is public, by UTC."""
    return monday((today or timezone.now().date()) - timedelta(days=7) - DELAY)


class LogEntryQuerySet(models.QuerySet["LogEntry"]):
    def public(self) -> "LogEntryQuerySet":
        """Those whose week is over for long enough; always the first so many of the chain."""
        return self.filter(week__lte=public_until())

    def held_back(self) -> "LogEntryQuerySet":
        """Those that are not public yet."""
        return self.filter(week__gt=public_until())

    def between(self, first: date, last: date) -> "LogEntryQuerySet":
        """Of those weeks, both in it."""
        return self.filter(week__gte=first, week__lte=last)

    def decisions(self) -> "LogEntryQuerySet":
        return self.filter(kind=Kind.DECISION)

    def of_month(self, month: date) -> "LogEntryQuerySet":
        """Whose week begins in the month of that day."""
        after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
        return self.filter(week__gte=month.replace(day=1), week__lt=after)


class LogEntry(models.Model):
    """One entry; ``body`` is what ``hash`` is made over. Never changed, never deleted (triggers refuse both).

    What stands below ``hash`` repeats the body for counting, and is checked against it; ``ref`` is the deed that it tells of,
    once per kind, and is not published.
    """

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    week = models.DateField(_("week"), db_index=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    body = models.TextField(_("body"))
    previous = models.CharField(_("hash before"), max_length=64, unique=True)
    hash = models.CharField(_("hash"), max_length=64)
    ref = models.CharField(max_length=40, blank=True)
    rule = models.CharField(_("rule"), max_length=20, blank=True)
    decision = models.CharField(_("decision"), max_length=8, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True)
    in_time = models.BooleanField(_("in time"), null=True)
    automated_detection = models.BooleanField(_("found by a machine"), null=True)
    automated_decision = models.BooleanField(_("decided by a machine"), null=True)

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the public log")
        verbose_name_plural = _("public log")
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref"], condition=~Q(ref=""), name="log_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="log_kind"),
            models.CheckConstraint(condition=Q(number__gte=1), name="log_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def line(self) -> Line:
        """As it is published and hashed."""
        return Line(self.number, self.week.isoformat(), self.kind, self.body, self.previous, self.hash)


class LogHead(models.Model):
    """The end of the chain: one row. Whoever appends changes it first, and so waits for whoever does; an entry that is cut off
    the end is missed by it."""

    number = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    week = models.DateField()

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"


class LogName(models.Model):
    """What a moderator is called in the log: drawn by lot, so that nothing leads from the name to the member once this row is
    erased, and the same for good, so that everyone sees how much one person decides, and that another judged the appeal."""

    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=12, unique=True)

    def __str__(self) -> str:
        return self.name
