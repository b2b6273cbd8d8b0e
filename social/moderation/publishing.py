"""What of moderation stands in the public log: who decided what under which rule, and nothing that leads to a member."""

from datetime import datetime, timedelta

from django.utils import timezone

from metya.wallets.models import Member
from social.moderation.models import Case, Decision, Deed
from social.transparency import log
from social.transparency.models import Kind as Entry

_MINUTE = timedelta(minutes=1)


def ref(made: Decision) -> str:
    """Under which a decision's entry is found again (``log.number_of``)."""
    return f"decision:{made.pk}"


def decided(made: Decision) -> None:
    """A decision that has its effects now. An approval names the rule under which it was reported, or signalled, first."""
    case = made.case
    rows = case.signals if case.by_signal else case.reports  # type: ignore[attr-defined]
    first = rows.select_related("rule_version__rule").order_by("pk").first()
    version = made.rule_version or (first.rule_version if first is not None else None)
    log.append(
        kind=Entry.DECISION,
        at=made.made_at,
        ref=ref(made),
        body={
            "moderator": log.name_of(None if made.automated_decision else made.moderator),
            "subject": case.kind,
            "queue": case.queue,
            "source": "moderator" if case.opened_by_id else "signal" if case.by_signal else "reports",
            "rule": version.rule.key if version else "",
            "rule_version": version.number if version else 0,
            "ground": made.ground,
            "decision": made.kind,
            "days": (made.ends_at - made.made_at).days if made.ends_at else None,
            "minutes": log.coarse(waited(case, made.made_at)),
            "in_time": made.made_at <= case.due_at,
            "reports": min(log.MANY, case.reports.count()),  # type: ignore[attr-defined]
            "automated_detection": made.automated_detection,
            "automated_decision": made.automated_decision,
        },
    )


def waited(case: Case, until: datetime) -> int:
    """Minutes from the first report or signal."""
    return max(0, (until - case.opened_at) // _MINUTE)


def lifted(actor: Member, kind: Deed) -> None:
    """A measure that a moderator ended early."""
    log.append(kind=Entry.LIFT, at=timezone.now(), body={"moderator": log.name_of(actor), "decision": kind.value})
