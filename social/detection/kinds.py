"""The detectors themselves: what is known of a post or a member, and what a detector is set to, give a finding or None."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from django.utils.translation import gettext_noop as _

from social.detection import folding, imagery
from social.detection.models import Kind
from social.notifications.sentences import Sentence

SHOWN = 5


@dataclass(frozen=True)
class Found:
    """Why, in words for moderators, and what was seen."""

    reason: Sentence
    evidence: str = ""


@dataclass(frozen=True)
class Copy:
    """Another post with the same text."""

    post: int
    author: int
    at: datetime


@dataclass(frozen=True)
class Prints:
    """A picture, or one that was removed, as numbers (``imagery``)."""

    exact: int
    look: int


class Facts(Protocol):
    """What detectors ask of a post; each is looked up when it is asked for, and once."""

    @property
    def moment(self) -> datetime: ...
    @property
    def author(self) -> int: ...
    @property
    def joined_at(self) -> datetime: ...
    @property
    def folded(self) -> str: ...
    @property
    def phrases(self) -> set[str]: ...
    @property
    def hosts(self) -> set[str]: ...
    @property
    def length(self) -> int: ...
    @property
    def copies(self) -> list[Copy]: ...
    @property
    def posted(self) -> list[datetime]: ...
    @property
    def strangers(self) -> list[str]: ...
    @property
    def prints(self) -> list[Prints]: ...
    @property
    def removed(self) -> list[Prints]: ...


def link(hosts: Iterable[str], domains: frozenset[str]) -> Found | None:
    """A host that is one of the domains, or lies below one."""
    for host in sorted(hosts):
        labels = host.split(".")
        for start in range(len(labels) - 1):
            domain = ".".join(labels[start:])
            if domain in domains:
                reason = Sentence(_("It names %(host)s; %(domain)s is on the list."), {"host": host, "domain": domain})
                return Found(reason)
    return None


@dataclass(frozen=True)
class Phrases:
    """Phrases ready to be looked for: by their folded words as they were typed, and those of scripts without spaces."""

    spaced: Mapping[str, str]
    anywhere: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, typed: Iterable[str]) -> "Phrases":
        spaced, anywhere = {}, []
        for one in typed:
            folded = folding.plain(one)
            if folding.unspaced(folded):
                anywhere.append((folded, one))
            else:
                spaced[" ".join(folding.words(folded))] = one
        return cls(spaced, tuple(anywhere))


def words(folded: str, there: set[str], wanted: Phrases) -> Found | None:
    """A phrase that stands in the text, as whole words."""
    found = [wanted.spaced[one] for one in sorted(wanted.spaced.keys() & there)]
    found += [typed for part, typed in wanted.anywhere if part in folded]
    if not found:
        return None
    said = ", ".join(f"“{one}”" for one in found[:SHOWN])
    return Found(Sentence(_("It says %(words)s."), {"words": said}))


def duplicate(
    length: int,
    author: int,
    moment: datetime,
    copies: Iterable[Copy],
    *,
    members: int,
    times: int,
    minutes: int,
    least: int,
) -> Found | None:
    """The same text by ``members`` different people, or ``times`` by the author, this post included, in the minutes before it."""
    if length < least:
        return None
    since = moment - timedelta(minutes=minutes)
    near = [one for one in copies if since < one.at <= moment]
    people = {one.author for one in near} | {author}
    own = 1 + sum(one.author == author for one in near)
    values: dict[str, str | int] = {"members": len(people), "times": own, "minutes": minutes}
    if len(people) >= members:
        text = _("%(members)d members posted the same text within %(minutes)d minutes.")
    elif own >= times:
        text = _("The same text was posted %(times)d times by one member within %(minutes)d minutes.")
    else:
        return None
    seen = [f"/posts/{one.post}/" for one in sorted(near, key=lambda one: one.at, reverse=True)[:SHOWN]]
    return Found(Sentence(text, values), "\n".join(seen))


def burst(moment: datetime, posted: Iterable[datetime], *, posts: int, minutes: int) -> Found | None:
    """More posts than ``posts`` in the minutes before, the one that is looked at included."""
    since = moment - timedelta(minutes=minutes)
    count = sum(since < one <= moment for one in posted)
    if count <= posts:
        return None
    return Found(Sentence(_("%(count)d posts within %(minutes)d minutes."), {"count": count, "minutes": minutes}))


def mentions(
    moment: datetime, joined_at: datetime, strangers: Iterable[str], *, days: int, members: int
) -> Found | None:
    """Somebody here for less than ``days`` mentioned more than ``members`` people who do not follow them; ``strangers`` are the
    handles of an hour."""
    if moment - joined_at >= timedelta(days=days):
        return None
    named = sorted(set(strangers))
    if len(named) <= members:
        return None
    text = _("Here for less than %(days)d days, and mentioned %(count)d members who do not follow them within an hour.")
    return Found(Sentence(text, {"days": days, "count": len(named)}), " ".join(f"@{one}" for one in named))


def image(prints: Iterable[Prints], removed: Iterable[Prints], *, distance: int) -> Found | None:
    """A picture that was removed before: its very bytes, or nearly its look where that tells anything."""
    gone = list(removed)
    known = {one.exact for one in gone}
    for one in prints:
        if one.exact in known:
            return Found(Sentence(_("The very picture was removed by a decision before.")))
        if not imagery.telling(one.look):
            continue
        near = min(
            (imagery.distance(one.look, other.look) for other in gone if imagery.telling(other.look)), default=65
        )
        if near <= distance:
            text = _("The picture differs in %(points)d of 64 points from one that a decision removed.")
            return Found(Sentence(text, {"points": near}))
    return None


def ring(epoch: int, members: int, inside: int) -> Found:
    """A ring that the rewards flagged: ``inside`` is the share of its support that stays within, in percent."""
    text = _(
        "In epoch %(epoch)d the rewards flagged a ring: %(members)d members give each other %(inside)d %% of their support."
    )
    return Found(Sentence(text, {"epoch": epoch, "members": members, "inside": inside}))


@lru_cache(maxsize=256)
def _phrases(typed: tuple[str, ...]) -> Phrases:
    return Phrases.of(typed)


@lru_cache(maxsize=256)
def _domains(typed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(typed)


_JUDGES: dict[str, Callable[[Facts, Mapping[str, Any]], Found | None]] = {
    Kind.LINK: lambda facts, set_to: link(facts.hosts, _domains(tuple(set_to["domains"]))),
    Kind.WORDS: lambda facts, set_to: words(facts.folded, facts.phrases, _phrases(tuple(set_to["phrases"]))),
    Kind.DUPLICATE: lambda facts, set_to: (
        duplicate(facts.length, facts.author, facts.moment, facts.copies, **set_to)
        if facts.length >= set_to["least"]
        else None
    ),
    Kind.BURST: lambda facts, set_to: burst(facts.moment, facts.posted, **set_to),
    Kind.MENTIONS: lambda facts, set_to: (
        mentions(facts.moment, facts.joined_at, facts.strangers, **set_to)
        if facts.moment - facts.joined_at < timedelta(days=set_to["days"])
        else None
    ),
    Kind.IMAGE: lambda facts, set_to: image(facts.prints, facts.removed, **set_to) if facts.prints else None,
}


def judge(kind: str, params: Mapping[str, Any], facts: Facts) -> Found | None:
    """What a detector of that kind finds in a post."""
    return _JUDGES[kind](facts, params)
