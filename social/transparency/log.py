"""Appending to the public log, within the transaction of the deed that it tells of.

A body has exactly the keys of its kind, each of a narrow shape, so that no handle, no text and no number of a member or a
thing can slip into what is public for good:

``decision``: ``moderator`` (``name_of``), ``subject`` (the kind of thing), ``queue``, ``source`` ("reports", "signal": found by
    a machine, "moderator": by themselves), ``rule`` and ``rule_version`` (0: none; of an approval: under which it was reported),
    ``ground``, ``decision``, ``days`` (or None), ``minutes`` from the first report (``coarse``; or None), ``in_time``
    (or None), ``reports`` (``MANY`` stands for that many or more), ``automated_detection``, ``automated_decision``.
``lift``: ``moderator``, ``decision``: a measure that ended early, without an appeal.
``appeal``: ``moderator`` (who judged it), ``entry`` (``number_of`` the decision; 0: from before the log), ``rule``,
    ``rule_version``, ``decision`` (what was appealed against), ``outcome`` ("upheld", "overturned"), ``minutes``, ``in_time``.
``rule``: ``moderator``, ``rule``, ``rule_version``, ``queue``, ``ground``, ``active``, ``wording`` (``fingerprint``).
``label``: ``moderator``, ``outcome`` ("upheld": it stays, "lifted"), ``minutes``: an objection to a label.
"""

import hashlib
import re
import secrets
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from metya.wallets.models import Member
from social.transparency import chain
from social.transparency.models import Kind, LogEntry, LogHead, LogName, monday

MANY = 10
SYSTEM = "system"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_NAME = re.compile(rf"m-[{_LETTERS}]{{6}}|{SYSTEM}")
_SLUG = re.compile(r"[A-Za-z0-9_-]{0,20}")
_COUNT, _TRUTH = "count", "truth"
_Shape = str | re.Pattern[str]
_OPTIONAL = ("days", "minutes", "in_time")
_CITED: dict[str, _Shape] = {"moderator": _NAME, "rule": _SLUG, "rule_version": _COUNT}
_WAIT: dict[str, _Shape] = {"minutes": _COUNT, "in_time": _TRUTH}
_DECISION = re.compile("approve|hide|remove|warn|limit|suspend")
_GROUND = re.compile("(illegal|terms)?")
SHAPES: dict[str, dict[str, _Shape]] = {
    Kind.GENESIS: {"format": _SLUG, "site": re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")},
    Kind.DECISION: _CITED
    | _WAIT
    | {
        "subject": _SLUG,
        "queue": _SLUG,
        "source": re.compile("reports|signal|moderator"),
        "ground": _GROUND,
        "decision": _DECISION,
        "days": _COUNT,
        "reports": _COUNT,
        "automated_detection": _TRUTH,
        "automated_decision": _TRUTH,
    },
    Kind.LIFT: {"moderator": _NAME, "decision": _DECISION},
    Kind.APPEAL: _CITED | _WAIT | {"entry": _COUNT, "decision": _DECISION, "outcome": re.compile("upheld|overturned")},
    Kind.LABEL: {"moderator": _NAME, "outcome": re.compile("upheld|lifted"), "minutes": _COUNT},
    Kind.RULE: _CITED | {"queue": _SLUG, "ground": _GROUND, "active": _TRUTH, "wording": re.compile("[0-9a-f]{64}")},
}
# What a row repeats of its body.
FACTS = ("rule", "decision", "outcome", "minutes", "in_time", "automated_detection", "automated_decision")


def append(*, kind: str, at: datetime, body: dict[str, Any], ref: str = "") -> LogEntry:
    """The next entry; must run inside the transaction of the deed, as its last act: others who append wait until it is over.

    ``ref`` names the deed, which is told once. Of ``at`` the week alone is kept, and never one before that of the entry before.
    Raises RuntimeError outside of a transaction, ValueError for a body that is not of the kind's shape, IntegrityError for
    a deed that was told.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An entry of the log belongs to the transaction of what it tells.")
    _judge(kind, body)
    while not LogHead.objects.filter(pk=1).update(number=F("number") + 1):
        _begin(at)
    head = LogHead.objects.get(pk=1)
    head.week = max(head.week, _week(at))
    entry = _entry(head, head.hash, kind, body, ref)
    LogHead.objects.filter(pk=1).update(hash=entry.hash, week=entry.week)
    return entry


def name_of(member: Member | None) -> str:
    """What somebody of the staff is called in the log; None is the site itself. Drawn at the first time."""
    if member is None:
        return SYSTEM
    drawn = "m-" + "".join(secrets.choice(_LETTERS) for _place in range(6))
    return LogName.objects.get_or_create(member=member, defaults={"name": drawn})[0].name


def number_of(kind: str, ref: str) -> int:
    """The entry that tells of a deed; 0 for none."""
    return LogEntry.objects.filter(kind=kind, ref=ref).values_list("number", flat=True).first() or 0


def coarse(minutes: int) -> int:
    """A time rounded up: to five minutes within an hour, to a quarter within a day, then to hours. Whoever reported knows to
    the minute when, and is not to find by it what was done to whom."""
    step = 5 if minutes <= 60 else 15 if minutes <= 24 * 60 else 60
    return max(5, -(-minutes // step) * step)


def fingerprint(title: str, text: str) -> str:
    """Of a rule's wording: SHA-256 over title, line feed, text. It shows later that the wording is still the one."""
    return hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()


def _begin(at: datetime) -> None:
    """The first entry; whoever comes at the same moment finds it made."""
    try:
        with transaction.atomic():
            head = LogHead.objects.create(pk=1, number=1, hash="", week=_week(at))
            site = {"format": chain.FORMAT, "site": settings.SITE_DOMAIN}
            LogHead.objects.filter(pk=1).update(hash=_entry(head, chain.FIRST, Kind.GENESIS, site, "").hash)
    except IntegrityError:
        if not LogHead.objects.filter(pk=1).exists():
            raise


def _entry(head: LogHead, previous: str, kind: str, body: dict[str, Any], ref: str) -> LogEntry:
    """The salt keeps anyone from guessing from its hash an entry that is not public yet."""
    text = chain.canonical(body | {"salt": secrets.token_hex(16)})
    return LogEntry.objects.create(
        number=head.number,
        week=head.week,
        kind=kind,
        body=text,
        previous=previous,
        hash=chain.digest(head.number, head.week.isoformat(), kind, text, previous),
        ref=ref,
        **{name: body[name] for name in FACTS if name in body},
    )


def _week(at: datetime) -> Any:
    return monday(at.astimezone(UTC).date())


def _judge(kind: str, body: dict[str, Any]) -> None:
    shape = SHAPES.get(kind)
    if shape is None or kind == Kind.GENESIS:
        raise ValueError(f"The log knows no kind {kind!r}.")
    if set(body) != set(shape):
        raise ValueError(f"The body of a {kind} has the keys {sorted(shape)}, not {sorted(body)}.")
    for name, value in body.items():
        if not _fits(shape[name], value) and not (value is None and name in _OPTIONAL):
            raise ValueError(f"{name} of a {kind} cannot be {value!r}.")


def _fits(shape: _Shape, value: Any) -> bool:
    if isinstance(shape, re.Pattern):
        return isinstance(value, str) and shape.fullmatch(value) is not None
    return type(value) is bool if shape == _TRUTH else type(value) is int and 0 <= value < 2**31
