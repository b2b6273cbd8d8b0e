"""What the public page of the model and that of a round show. Of members there are sums alone, of groups those of fifty."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from metya.wallets.models import Member
from metya.web.paging import Page, page_by_id
from social.consent import grants
from social.consent.models import Grant, Purpose
from social.groups import names as groups
from social.ranking.models import ModelVersion
from social.training import folders, lots, policy, versions, words
from social.training.models import Draw, PromotionVote, Round, RoundState, Validator
from social.training.words import Change


@dataclass(frozen=True)
class Served:
    """How well the group of this name is served; a blank one is everybody of smaller groups and of none."""

    name: str
    members: int
    before: float
    after: float


@dataclass(frozen=True)
class Told:
    """A finished round in words and numbers; shares from 0 to 100."""

    round: Round
    verdict: str
    served: list[Served]
    total: Served | None
    captured: bool = False

    @property
    def promoted(self) -> bool:
        return bool(self.round.verdict.get("promote"))

    @property
    def gain(self) -> float:
        """By which part of itself the held-out loss fell, in percent."""
        return self._percent(self.round.gain)

    @property
    def low(self) -> float:
        """What the gain is above, with 95 %."""
        return self._percent(self.round.gain_low)

    @property
    def high(self) -> float:
        """What it is below, with 95 %."""
        return self._percent(self.round.gain_high)

    def _percent(self, nats: float | None) -> float:
        before = self.round.verdict.get("total", {}).get("loss_before", 0)
        return 100 * (nats or 0.0) / before if before else 0.0


@dataclass(frozen=True)
class Styles:
    """What a round found of styles; shares from 0 to 100. ``left`` of the pool are grains that nobody gets."""

    round: Round
    gain: float
    low: float
    high: float
    left: int

    @property
    def said(self) -> dict[str, Any]:
        """The figures that stand on the round's row."""
        return dict(self.round.styles)


def styles_of(one: Round) -> Styles | None:
    """None where a round valued none; no query."""
    said = one.styles
    if not said:
        return None
    loss = said.get("loss") or 0.0
    gain, low, high = (100 * said[name] / loss if loss else 0.0 for name in ("gain", "low", "high"))
    return Styles(one, gain, low, high, one.styles_pool - said["given"])


@dataclass(frozen=True)
class Now:
    """The page: the version in use and since when, the round that made it, the last finished one, and what it changed; and the
    round that members vote on.

    ``shown`` is the round whose figures stand there: the one that made the version in use, else the last one (not ``made``).
    ``taught``: the community has taught some version, be it not the one in use.
    """

    version: int
    since: datetime | None
    by_hand: bool
    last: Told | None
    shown: Told | None
    made: bool
    taught: bool
    changes: list[Change]
    allowing: dict[str, int]
    mine: bool
    invited: bool
    mode: str
    sealed: str
    next: int
    running: bool
    may_steer: bool
    voting: Round | None = None


@dataclass(frozen=True)
class Ballot:
    """A vote that runs: how many have voted, how many have to, what the viewer said (None: nothing) and whether they may. Who is
    ahead is told at the end alone, so that nobody votes with the others."""

    until: datetime | None
    votes: int
    least: int
    mine: bool | None
    may_vote: bool


@dataclass(frozen=True)
class RoundPage:
    """One round, with what it changed against its parent, its lot and its files (none: they are gone).

    ``intact``: the files are those that were stored with the round.
    """

    told: Told
    changes: list[Change]
    seed: str
    files: list[folders.File]
    intact: bool
    styles: Styles | None = None
    ballot: Ballot | None = None

    @property
    def round(self) -> Round:
        return self.told.round


def now(viewer: Member | None) -> Now:
    """A fixed number of queries."""
    champion = ModelVersion.objects.champion().first()
    last = Round.objects.finished().latest_first().first()
    made = Round.objects.finished().filter(challenger=champion).first() if champion else None
    shown = made or last
    known = groups.names()
    coming = Draw.objects.filter(number__gt=last.number if last else 0).order_by("-number").first()
    return Now(
        version=champion.number if champion else 1,
        since=champion.promoted_at if champion else None,
        by_hand=champion is None or not champion.snapshot,
        last=told(last, known) if last else None,
        shown=told(shown, known) if shown else None,
        made=made is not None,
        taught=ModelVersion.objects.exclude(snapshot="").filter(promoted_at__isnull=False).exists(),
        changes=_changes(champion, known),
        allowing=_allowing(),
        mine=viewer is not None and grants.active(viewer, Purpose.TRAIN) is not None,
        invited=viewer is not None and Validator.objects.open().of(viewer).exists(),
        mode=versions.mode(),
        sealed=lots.sealed(coming.seed) if coming else "",
        next=coming.number if coming else 1,
        running=Round.objects.running().exists(),
        may_steer=viewer is not None and policy.may_steer(viewer),
        voting=Round.objects.voting().first(),
    )


def _allowing() -> dict[str, int]:
    counts = {
        str(purpose): Count("pk", filter=Q(pk__in=Grant.objects.active(purpose).filter(member__is_active=True)))
        for purpose in Purpose.values
    }
    return Grant.objects.open().aggregate(**counts)


def _changes(version: ModelVersion | None, known: Mapping[str, str]) -> list[Change]:
    before = versions.readable(version.parent) if version is not None and version.parent else None
    after = versions.readable(version) if version is not None else None
    return named(words.changes(before, after), known) if before and after else []


def named(found: list[Change], known: Mapping[str, str]) -> list[Change]:
    """With the names of groups for their keys."""
    return [replace(one, group=groups.shown(one.group, known)) for one in found]


def told(one: Round, known: Mapping[str, str] | None = None) -> Told:
    """No query. ``known`` are the names of groups by key, needed where who is served how well is shown."""
    total = one.verdict.get("total")
    served = [_served(score, known or {}) for score in one.verdict.get("groups", [])]
    served.sort(key=lambda row: (not row.name, -row.members, row.name))
    captured = bool(one.verdict.get("capture", {}).get("alarm"))
    return Told(one, words.said_of(one), served, _served(total, {}) if total else None, captured)


def _served(score: dict[str, Any], known: Mapping[str, str]) -> Served:
    name = groups.shown(score["name"], known)
    return Served(name, score["members"], 100 * score["accuracy_before"], 100 * score["accuracy_after"])


def rounds_page(before: int | None) -> Page[Told]:
    """Every round that is over, the newest first; one query."""
    found = page_by_id(Round.objects.over(), before)
    return Page([told(one) for one in found.items], found.next)


def round_page(number: int, viewer: Member | None = None) -> RoundPage | None:
    """A round that is over or voted on, with what its version changed; three queries, five during a vote."""
    rows = Round.objects.over().select_related("challenger__parent", "parent")
    found = rows.filter(number=number).first()
    if found is None:
        return None
    seed = Draw.objects.values_list("seed", flat=True).filter(number=number).first() or ""
    files, intact = folders.listing(found)
    known = groups.names()
    shown = seed if found.state in (RoundState.DONE, RoundState.VOTING) else ""
    ballot = _ballot(found, viewer) if found.state == RoundState.VOTING else None
    changed, valued = _changes(found.challenger, known), styles_of(found)
    return RoundPage(told(found, known), changed, shown, files, intact, valued, ballot)


def _ballot(one: Round, viewer: Member | None) -> Ballot:
    votes = PromotionVote.objects.filter(round=one)
    return Ballot(
        until=one.votes_until,
        votes=votes.count(),
        least=one.votes_least,
        mine=votes.filter(member=viewer).values_list("supports", flat=True).first() if viewer else None,
        may_vote=viewer is not None and policy.may_vote(viewer, one, timezone.now()),
    )


def record_of(number: int) -> Round | None:
    """A round that left a record."""
    return Round.objects.recorded().filter(number=number).first()
