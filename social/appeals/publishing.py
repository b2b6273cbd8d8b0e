"""What of an appeal stands in the public log: who judged it, what was appealed against, and how it ended."""

from datetime import timedelta

from social.appeals.models import Appeal
from social.moderation import publishing
from social.transparency import log
from social.transparency.models import Kind as Entry

_MINUTE = timedelta(minutes=1)


def judged(appeal: Appeal) -> None:
    """An appeal that is decided now; inside the transaction that decides it, as its last act."""
    made, at = appeal.decision, appeal.decided_at
    if at is None:
        raise ValueError("an open appeal has no outcome")
    version = made.rule_version
    log.append(
        kind=Entry.APPEAL,
        at=at,
        ref=f"appeal:{appeal.pk}",
        body={
            "moderator": log.name_of(appeal.decided_by),
            "entry": log.number_of(Entry.DECISION, publishing.ref(made)),
            "rule": version.rule.key if version else "",
            "rule_version": version.number if version else 0,
            "decision": made.kind,
            "outcome": appeal.state,
            "minutes": log.coarse(max(0, (at - appeal.made_at) // _MINUTE)),
            "in_time": at <= appeal.due_at,
        },
    )
