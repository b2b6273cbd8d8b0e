"""The figures of moderation: how much is reported, how soon it is decided, and what appeals change."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rewards.reports.metrics import Family, Metric, Rows, Unit, newest, quantile, ratio, total
from social.rules.models import Queue

_REPORTS = Rows("social_report", "created_at", "reports")
_DECIDED = Rows("social_report", "decided_at", "")
_UPHELD = Rows("social_report", "decided_at", "", (("state__exact", "upheld"),))


def _in_time(queue: Queue, title: Promise, definition: Promise) -> Metric:
    name = f"cases.{queue}"
    share = ratio(f"{name}.in.time", name)
    return Metric(f"in.time.{queue}", Family.MODERATION, title, definition, share, Unit.SHARE, people=False)


MODERATION: tuple[Metric, ...] = (
    Metric(
        "reports",
        Family.MODERATION,
        _("Reports received"),
        _("Reports that members made in the period about posts, members and messages."),
        total("reports"),
        rows=_REPORTS,
        front=True,
    ),
    Metric(
        "decided",
        Family.MODERATION,
        _("Reports decided"),
        _("Reports that moderators decided in the period, whenever they were made."),
        total("decided"),
        rows=_DECIDED,
    ),
    Metric(
        "upheld",
        Family.MODERATION,
        _("Upheld"),
        _("Share of the reports decided in the period that were found right."),
        ratio("upheld", "decided"),
        Unit.SHARE,
        rows=_UPHELD,
    ),
    Metric(
        "decision.50",
        Family.MODERATION,
        _("Time to a decision"),
        _("Half of the reports decided in the period waited at most so long."),
        quantile("decision", 50),
        Unit.MINUTES,
        rows=_DECIDED,
        front=True,
    ),
    Metric(
        "decision.90",
        Family.MODERATION,
        _("Nine of ten within"),
        _("Nine of ten reports decided in the period waited at most so long."),
        quantile("decision", 90),
        Unit.MINUTES,
        rows=_DECIDED,
    ),
    Metric(
        "open",
        Family.MODERATION,
        _("Still open"),
        _("Reports that waited for a decision at the end of the last day."),
        newest("open"),
    ),
    Metric(
        "removed",
        Family.MODERATION,
        _("Posts removed"),
        _("Posts that decisions removed in the period, put back after an appeal or not."),
        total("removed"),
        people=False,
    ),
    Metric(
        "suspended",
        Family.MODERATION,
        _("Suspensions"),
        _("Suspensions in the period, ended early or not."),
        total("suspended"),
        people=False,
    ),
    Metric(
        "cases",
        Family.MODERATION,
        _("Cases decided"),
        _(
            "Decisions that had their effects in the period, one for all that was reported of the same thing; those that "
            "were taken back within ten seconds are not counted, those on cases without a report are."
        ),
        total("cases"),
        people=False,
    ),
    Metric(
        "in.time",
        Family.MODERATION,
        _("Decided in time"),
        _("Share of these cases that were decided before they were due."),
        ratio("cases.in.time", "cases"),
        Unit.SHARE,
        people=False,
        front=True,
    ),
    _in_time(
        Queue.ILLEGAL,
        _("Illegal, in time"),
        _("The same share of cases under rules about what is illegal, due after 1 hour."),
    ),
    _in_time(Queue.HARM, _("Harm, in time"), _("The same share of cases under rules about harm, due after 4 hours.")),
    _in_time(Queue.SPAM, _("Spam, in time"), _("The same share of cases under rules about spam, due after 24 hours.")),
    Metric(
        "appeals",
        Family.MODERATION,
        _("Appeals"),
        _("Appeals that members made in the period, whenever the decision was."),
        total("appeals"),
        people=False,
    ),
    Metric(
        "appeals.decided",
        Family.MODERATION,
        _("Appeals decided"),
        _("Appeals that another moderator decided in the period, whenever they were made."),
        total("appeals.decided"),
        people=False,
    ),
    Metric(
        "reversals",
        Family.MODERATION,
        _("Reversals"),
        _("Share of the appeals decided in the period that overturned the decision."),
        ratio("appeals.overturned", "appeals.decided"),
        Unit.SHARE,
        people=False,
        front=True,
    ),
    Metric(
        "appeals.in.time",
        Family.MODERATION,
        _("Appeals in time"),
        _("Share of the appeals decided in the period that were decided within 72 hours."),
        ratio("appeals.in.time", "appeals.decided"),
        Unit.SHARE,
        people=False,
    ),
)
