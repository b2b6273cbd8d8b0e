"""What moderators of the demo decided in the weeks before anybody looks, as the public log tells it; of the cases themselves,
which nobody looks at any more, nothing is left."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from metya.wallets.models import Member
from social.rules.models import RuleVersion
from social.transparency import log
from social.transparency.models import Kind

WEEKS = 13
# Rule, queue, ground, hours promised, and what was decided, as often as it stands here.
_OFTEN = (
    ("spam", "spam", "terms", 24, ("remove", "remove", "approve", "limit", "warn")),
    ("trading", "spam", "terms", 24, ("warn", "limit", "approve")),
    ("harassment", "harm", "terms", 4, ("hide", "approve", "approve", "warn")),
    ("scam", "harm", "terms", 4, ("remove", "suspend")),
    ("other", "harm", "terms", 4, ("approve",)),
    ("illegal", "illegal", "illegal", 1, ("remove",)),
)
_WEIGHTS = (8, 4, 5, 3, 3, 1)
_SUBJECT = {"suspend": "profile", "hide": "post"}
_DAYS = {"limit": (7, 30), "suspend": (7, 90)}


@transaction.atomic
def add(now: datetime, rng: Random) -> None:
    """A few decisions in each week, now and then an appeal."""
    moderators = [log.name_of(one) for one in Member.objects.filter(groups__name="moderator").order_by("pk")] or [
        "system"
    ]
    # What came with the site held before anything was decided under it.
    RuleVersion.objects.filter(made_by=None).update(made_at=now - timedelta(weeks=WEEKS + 1))
    for week in range(WEEKS, 0, -1):
        at = now - timedelta(weeks=week)
        for _number in range(rng.randint(3, 8)):
            body = _decision(rng, rng.choice(moderators))
            entry = log.append(kind=Kind.DECISION, at=at, body=body)
            if body["decision"] in ("remove", "hide", "limit") and rng.random() < 0.2:
                _appeal(rng, at, entry.number, body)


def _decision(rng: Random, moderator: str) -> dict[str, Any]:
    ((rule, queue, ground, hours, outcomes),) = rng.choices(_OFTEN, _WEIGHTS)
    decision = rng.choice(outcomes)
    minutes = round(hours * 60 * min(1.6, rng.lognormvariate(-1.4, 0.8)))
    return {
        "moderator": moderator,
        "subject": _SUBJECT.get(decision) or rng.choice(("post", "post", "post", "image", "message")),
        "queue": queue,
        "source": "reports",
        "rule": rule,
        "rule_version": 1,
        "ground": "" if decision == "approve" else ground,
        "decision": decision,
        "days": rng.choice(_DAYS[decision]) if decision in _DAYS else None,
        "minutes": log.coarse(minutes),
        "in_time": minutes <= hours * 60,
        "reports": rng.choice((1, 1, 1, 2, 3)),
        "automated_detection": False,
        "automated_decision": False,
    }


def _appeal(rng: Random, at: datetime, number: int, body: dict[str, Any]) -> None:
    """The site has one moderator in the demo, so somebody else judged it under a name of their own."""
    told = {name: body[name] for name in ("rule", "rule_version", "decision")}
    outcome, minutes = rng.choice(("upheld", "upheld", "overturned")), rng.randint(2, 70) * 60
    told |= {"entry": number, "outcome": outcome, "minutes": log.coarse(minutes), "in_time": minutes <= 72 * 60}
    log.append(kind=Kind.APPEAL, at=at, body=told | {"moderator": "m-" + "".join(rng.sample("abcdefgh", 6))})
