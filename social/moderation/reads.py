"""What reporters see of their reports, how often they were right, and what members read of decisions about them."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from metya.wallets.models import Member
from metya.web.paging import Page, page_by_id
from social.detection.models import Signal
from social.moderation.models import About, Decision, Kind, Report, ReporterMute

REMEMBERED = 100


@dataclass(frozen=True)
class Accuracy:
    """Of the last REMEMBERED reports that were decided, or of the cases that a detector signalled, how many were upheld."""

    upheld: int
    decided: int

    @property
    def weight(self) -> int:
        """0 to 100; 50 for who was never judged, and moving from there with every decision."""
        return (self.upheld + 1) * 100 // (self.decided + 2)


def accuracy(member: Member) -> Accuracy:
    """One query."""
    states = list(
        Report.objects.decided().by(member).order_by("-pk").values_list("state", flat=True)[:REMEMBERED]
    )  # fmt: skip
    return Accuracy(sum(state == Report.State.UPHELD for state in states), len(states))


def weight(member: Member) -> int:
    """What the member's reports weigh, 0 to 100."""
    return accuracy(member).weight


def mute_of(member: Member) -> ReporterMute | None:
    """The mute of a reporter, while it lasts."""
    return ReporterMute.objects.filter(member=member, until__gt=timezone.now()).first()


def own_reports(member: Member, before: int | None) -> Page[Report]:
    """What the member reported, the newest first; one query."""
    rows = Report.objects.by(member).select_related("case", "member", "rule_version")
    return page_by_id(rows, before)


def waiting_report(reporter: Member, about: About) -> Report | None:
    """What they reported of exactly this and nobody decided yet; one query."""
    rows = Report.objects.open().by(reporter).about(about.kind, about.pk)
    return rows.select_related("rule_version__rule").first()


def decided_about(member: Member) -> list[Decision]:
    """What was decided about the member and has its effects, the newest first, with ``signalled``: whether a detector had a part
    in finding it; one query."""
    signals = Signal.objects.filter(case=OuterRef("case"), created_at__lte=OuterRef("made_at"))
    rows = (
        Decision.objects.told_to(member)
        .annotate(signalled=Exists(signals))
        .select_related("case", "rule_version__rule", "appeal", "kept")
    )
    return list(rows.order_by("-pk")[:REMEMBERED])


def address(report: Report) -> str:
    """Where the reporter may look at it again; empty where there is nothing to open."""
    case = report.case
    if report.post_id:
        return f"/posts/{report.post_id}/"
    return {
        Kind.PROFILE: report.member.get_absolute_url(),
        Kind.LIST: f"/lists/{case.subject_id}/",
        Kind.TALK: f"/messages/{case.subject_id}/",
    }.get(Kind(case.kind), "")
