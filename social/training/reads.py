"""What the public page of the model and that of a round show. Of members there are sums alone, of groups those of fifty."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from metya.wallets.models import Member
from metya.web.paging import Page, page_by_id
from social.consent import grants
from social.consent.models import Grant, Purpose
from social.ranking.models import ModelVersion
from social.training import folders, lots, policy, versions, words
from social.training.models import Draw, Mode, Round, RoundState, Switch, Validator
from social.training.words import Change


@dataclass(frozen=True)
class Served:
    """How well a group is served; a blank name is everybody of smaller groups and of none."""

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
class Now:
    """The page: the version in use and since when, the round that made it, the last finished one, and what it changed.

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

    @property
    def round(self) -> Round:
        return self.told.round


def now(viewer: Member | None) -> Now:
    """A fixed number of queries."""
    champion = ModelVersion.objects.champion().first()
    last = Round.objects.finished().latest_first().first()
    made = Round.objects.finished().filter(challenger=champion).first() if champion else None
    shown = made or last
    switch = Switch.objects.filter(pk=1).first()
    coming = Draw.objects.filter(number__gt=last.number if last else 0).order_by("-number").first()
    return Now(
        version=champion.number if champion else 1,
        since=champion.promoted_at if champion else None,
        by_hand=champion is None or not champion.snapshot,
        last=told(last) if last else None,
        shown=told(shown) if shown else None,
        made=made is not None,
        taught=ModelVersion.objects.exclude(snapshot="").filter(promoted_at__isnull=False).exists(),
        changes=_changes(champion),
        allowing=_allowing(),
        mine=viewer is not None and grants.active(viewer, Purpose.TRAIN) is not None,
        invited=viewer is not None and Validator.objects.open().of(viewer).exists(),
        mode=switch.mode if switch else Mode.ON,
        sealed=lots.sealed(coming.seed) if coming else "",
        next=coming.number if coming else 1,
        running=Round.objects.running().exists(),
        may_steer=viewer is not None and policy.may_steer(viewer),
    )


def _allowing() -> dict[str, int]:
    counts = {
        str(purpose): Count("pk", filter=Q(pk__in=Grant.objects.active(purpose).filter(member__is_active=True)))
        for purpose in Purpose.values
    }
    return Grant.objects.open().aggregate(**counts)


def _changes(version: ModelVersion | None) -> list[Change]:
    before = versions.readable(version.parent) if version is not None and version.parent else None
    after = versions.readable(version) if version is not None else None
    return words.changes(before, after) if before and after else []


def told(one: Round) -> Told:
    """No query."""
    total = one.verdict.get("total")
    served = [_served(score) for score in one.verdict.get("groups", [])]
    served.sort(key=lambda row: (not row.name, -row.members, row.name))
    captured = bool(one.verdict.get("capture", {}).get("alarm"))
    return Told(one, _said(one), served, _served(total) if total else None, captured)


def _said(one: Round) -> str:
    return words.verdict_of(one.verdict) if one.state == RoundState.DONE else words.error_of(one.error)


def _served(score: dict[str, Any]) -> Served:
    return Served(score["name"], score["members"], 100 * score["accuracy_before"], 100 * score["accuracy_after"])


def rounds_page(before: int | None) -> Page[Told]:
    """Every round that is over, the newest first; one query."""
    found = page_by_id(Round.objects.over(), before)
    return Page([told(one) for one in found.items], found.next)


def round_page(number: int) -> RoundPage | None:
    """A round that is over, with what its version changed; two queries."""
    rows = Round.objects.over().select_related("challenger__parent", "parent")
    found = rows.filter(number=number).first()
    if found is None:
        return None
    seed = Draw.objects.values_list("seed", flat=True).filter(number=number).first() or ""
    files, intact = _files(found)
    done = found.state == RoundState.DONE
    return RoundPage(told(found), _changes(found.challenger), seed if done else "", files, intact)


def _files(one: Round) -> tuple[list[folders.File], bool]:
    if not one.folder:
        return [], False
    place = folders.directory(one.number)
    try:
        lines = folders.sums(place)
        return folders.listed(place, lines), folders.sha256_of(lines) == one.record_sha256
    except OSError:
        return [], False


def record_of(number: int) -> Round | None:
    """A round that left a record."""
    return Round.objects.finished().filter(number=number).exclude(folder="").first()
