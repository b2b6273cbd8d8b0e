"""Why a post was shown, what steering would change, and which presets there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from social.follows.models import Mute
from social.groups import names
from social.posts.models import Post
from social.posts.reads import PostCard, Row, cards
from social.posts.sifting import Sift
from social.profiles.models import Profile
from social.ranking.candidates import gather
from social.ranking.maths.arrays import Floats
from social.ranking.maths.features import FEATURES_VERSION, KEYS
from social.ranking.maths.scoring import DIVERSITY
from social.ranking.maths.weights import Weights
from social.ranking.measuring import measure
from social.ranking.models import NotRecommended, Preset, Slate, Steering
from social.ranking.presets import built_in
from social.ranking.readers import USUAL, reader_of
from social.ranking.serving import Ranking, ranked_again
from social.ranking.sources import QUOTA_OF
from social.ranking.words import QUOTA_NAMES, name_of

# Of the points of a factor, as they are printed.
_DECIMALS = 3


@dataclass(frozen=True)
class Part:
    """What one factor gave a post, and that in points to read; ``number``: which it would have been without, where that was
    noted."""

    key: str
    name: str
    x: float
    weight: float
    value: float
    points: float
    number: int | None = None

    @property
    def share(self) -> float:
        return abs(self.value)


@dataclass(frozen=True)
class Explanation:
    """``parts`` that count something, strongest first, and ``diversity`` add up to ``score``, as they are printed too.
    ``source``: the name of the quota that the post was found in, ``quota`` its key. ``group`` is the name of the reader's
    group, whose correction is in the weights; blank for none."""

    slate: Slate
    post: int
    place: int
    score: float
    source: str
    quota: str
    parts: list[Part]
    diversity: float
    others: int
    allowed: bool
    propensity: float
    card: PostCard | None
    group: str = ""

    @property
    def earlier(self) -> int:
        """How many posts of the same author were before it."""
        return round(self.diversity / DIVERSITY)

    @property
    def most(self) -> float:
        return max((part.share for part in self.parts), default=1.0)


@dataclass(frozen=True)
class Step:
    """One place of the preview; ``moved`` up (above 0) or down; ``new``: it was not among the first before."""

    place: int
    card: PostCard
    moved: int = 0
    new: bool = False

    @property
    def up(self) -> bool:
        return self.moved > 0

    @property
    def by(self) -> int:
        return abs(self.moved)


@dataclass(frozen=True)
class Preview:
    """The first of the feed as it would be, what fell out of them, and which factors are not as usual."""

    steps: list[Step]
    out: list[PostCard]
    changed: int


def slate_of(member: Member, pk: int) -> Slate | None:
    """One's own alone; one query."""
    return Slate.objects.of(member).select_related("version").filter(pk=pk).first()


def explanation(member: Member, slate: Slate, post: int) -> Explanation | None:
    """Why ``post`` stood where it stood in the slate; None for what was not in it. Five queries at most."""
    at = slate.row_of(post)
    if at is None:
        return None
    entry: dict[str, Any] = slate.entries[at]
    keys, weights, row = _numbers(slate, at)
    values = row * weights
    score, diversity = float(entry["score"]), float(entry["diversity"])
    points = printed(values.tolist(), score - diversity)
    parts = [
        Part(
            key, name_of(key), float(row[k]), float(weights[k]), float(values[k]), points[k], entry["without"].get(key)
        )
        for k, key in enumerate(keys)
        if points[k]
    ]
    shown = cards(member, _rows([post]))
    quota = QUOTA_OF[entry["source"]]
    return Explanation(
        slate, post, int(entry["place"]), score, str(QUOTA_NAMES[quota][0]), quota,
        sorted(parts, key=lambda part: -part.share), diversity, len(keys) - len(parts),
        reader_of(member).allows, float(entry["propensity"]), shown[0] if shown and shown[0].post.present else None,
        names.shown(slate.group, names.names()) if slate.group else "",
    )  # fmt: skip


def printed(values: list[float], total: float) -> list[float]:
    """Values with the decimals that are printed, of which the sum is that of ``total``: whoever adds them up gets what stands
    below. Those that rounding would change most give way, each by one unit of the last decimal."""
    unit = 10**_DECIMALS
    whole = [round(value * unit) for value in values]
    short = round(total * unit) - sum(whole)
    step = 1 if short > 0 else -1
    # What counts nothing stays nothing.
    near = sorted((k for k in range(len(values)) if whole[k]), key=lambda k: -step * (values[k] * unit - whole[k]))
    for k in near[: abs(short)]:
        whole[k] += step
    return [one / unit for one in whole]


def _numbers(slate: Slate, at: int) -> tuple[Sequence[str], Floats, Floats]:
    """The features of the slate's time, the effective weights, and what was measured of the entry."""
    keys: Sequence[str] = KEYS
    if slate.features_version != FEATURES_VERSION:
        keys = Weights.from_json(slate.version.weights, features_version=None).keys
    x, weights = slate.numbers()
    return keys, weights, x[at]


def _rows(ids: list[int]) -> list[Row]:
    found = dict(Post.objects.filter(pk__in=ids).values_list("pk", "quote_of"))
    return [Row(pk, quote_of=found[pk] or 0) for pk in ids if pk in found]


def steering_of(member: Member) -> Steering:
    """As stored, or the usual; one query."""
    return Steering.objects.filter(member=member).first() or Steering(member=member)


def recommended(member: Member) -> bool:
    """Whether the member's posts may be recommended; one query."""
    return not NotRecommended.objects.filter(member=member).exists()


def preview(member: Member, sliders: dict[str, float], quotas: dict[str, int], size: int = PAGE_SIZE) -> Preview:
    """What the feed would show first, beside what it shows now. Nothing is written; at most six queries."""
    reader = reader_of(member)
    found = gather(reader)
    now = ranked_again(reader, found, measure(reader, found), size, writing=False)
    if quotas != reader.quotas:
        found = gather(reader, quotas)
    then = ranked_again(reader, found, measure(reader, found), size, sliders=sliders, quotas=quotas, writing=False)
    before, after = _ids(now), _ids(then)
    rows = then.rows() + [row for row in now.rows() if row.pk not in after]
    known = {card.pk: card for card in cards(member, rows, Sift())}
    # What is left out by the reader's mutes of words is left out of both.
    before, after = ([pk for pk in ids if pk in known] for ids in (before, after))
    places = {pk: place for place, pk in enumerate(before, start=1)}
    steps = [
        Step(place, known[pk], places.get(pk, place) - place, pk not in places)
        for place, pk in enumerate(after, start=1)
    ]
    changed = sum(1 for key in sliders if sliders[key] != USUAL)
    return Preview(steps, [known[pk] for pk in before if pk not in set(after)], changed)


def _ids(ranking: Ranking) -> list[int]:
    return [row.pk for row in ranking.rows()]


def own_presets(member: Member) -> list[Preset]:
    """By name; one query."""
    return list(Preset.objects.of(member).order_by("name"))


def shared_presets(member: Member, most: int = PAGE_SIZE) -> list[Preset]:
    """The newest that others share, without those of people whom the member muted; one query."""
    mutes = Mute.objects.standing().filter(source=member, target=OuterRef("owner"))
    rows = usable_by(member).exclude(owner=member).exclude(Exists(mutes))
    return list(rows.select_related("owner__profile").order_by("-pk")[:most])


def usable_by(member: Member) -> "QuerySet[Preset]":
    """One's own, and those that members share whom one may meet."""
    met = Profile.objects.visible_to(member).values("pk")
    return Preset.objects.filter(Q(owner=member) | Q(shared=True, owner__in=met))


def said_of_preset(viewer: Member, owner: Member, pk: int) -> str:
    """What a report of a preset says of it first, so that moderators find it; empty for one that is not there."""
    one = usable_by(viewer).filter(owner=owner, pk=pk).first()
    if one is None:
        return ""
    path = f"/feeds/steer/?preset={one.pk}"
    return _("The preset “%(name)s” (%(path)s)") % {"name": one.name, "path": path} + "\n\n"


def shared_by_another(viewer: Member, key: str) -> Preset | None:
    """The stored preset of that key, where somebody else shares it; one query, none for other keys."""
    return _stored(usable_by(viewer).exclude(owner=viewer).select_related("owner"), key)


def _stored(rows: "QuerySet[Preset]", key: str) -> Preset | None:
    """The one among ``rows`` that the key of an address names; None for other keys, without a query."""
    return rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) <= 18 else None


def preset_values(member: Member, key: str) -> tuple[str, dict[str, float], dict[str, int]] | None:
    """Name, sliders and quotas of a built-in or stored preset, or None."""
    known = built_in(key)
    if known is not None:
        return str(known.name), known.sliders, known.quotas
    one = _stored(usable_by(member), key)
    return None if one is None else (one.name, one.sliders, one.quotas)
