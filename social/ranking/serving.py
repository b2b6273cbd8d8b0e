"""One page of "For you": candidates, measured, ranked, shown, and written down exactly as they were shown."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import numpy as np

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from social.posts.reads import CardPage, PostCard, Row, cards
from social.posts.sifting import Sift
from social.ranking.candidates import Candidate, chance_of, gather
from social.ranking.champions import Champion, champion_from
from social.ranking.maths.arrays import Floats
from social.ranking.maths.features import FEATURES_VERSION, KEYS
from social.ranking.maths.scoring import Ranked, rank
from social.ranking.measuring import measure
from social.ranking.models import Slate
from social.ranking.packed import packed, packed_ids
from social.ranking.readers import Reader, reader_of, slider_row
from social.ranking.sources import EXPLORATION, SOURCES, quotas_with
from social.ranking.words import SPEAKING, line_of

# So many of the strongest factors of a post are told with the number it would be without them.
REASONS = 6
_SPEAKING = np.array([key in SPEAKING for key in KEYS])
_WORTH_SAYING = 0.19


@dataclass(frozen=True)
class Ranking:
    """The best of the candidates for a reader, with all that "Why this post?" needs."""

    reader: Reader
    champion: Champion
    found: list[Candidate]
    x: Floats
    weights: Floats
    ranked: Ranked
    quotas: dict[str, int]

    @property
    def group(self) -> str:
        """The reader's, where the model has a correction for it."""
        return self.reader.group if self.reader.group in self.champion.weights.offsets else ""

    def candidate(self, place: int) -> Candidate:
        return self.found[int(self.ranked.order[place])]

    def rows(self) -> list[Row]:
        """What to read of the posts, best first."""
        best = (self.found[int(at)] for at in self.ranked.order)
        return [Row(one.pk, quote_of=one.quote_of) for one in best]

    def entry(self, place: int) -> dict[str, Any]:
        """What a slate keeps of the post at this place."""
        one, ranked = self.candidate(place), self.ranked
        pairs = zip(ranked.reasons[place].tolist(), ranked.without[place].tolist(), strict=True)
        without = {KEYS[feature]: number for feature, number in pairs if ranked.contributions[place, feature]}
        return {
            "post": one.pk,
            "place": place + 1,
            "source": SOURCES[one.source].key,
            "propensity": chance_of(one, self.quotas[EXPLORATION]),
            "score": float(ranked.scores[place]),
            "diversity": float(ranked.contributions[place, -1]),
            "without": without,
        }


@dataclass(frozen=True)
class ForYou:
    """A page as it is shown. ``slate`` is None where nothing was written."""

    page: CardPage
    chain: UUID
    more: bool
    slate: Slate | None = None


def ranking_of(
    reader: Reader,
    top: int = PAGE_SIZE,
    *,
    sliders: dict[str, float] | None = None,
    quotas: dict[str, int] | None = None,
    writing: bool = True,
) -> Ranking:
    """The best ``top``; one query where the model can be read. ``sliders`` and ``quotas`` in the place of the reader's own."""
    found = gather(reader, quotas)
    return ranked_again(reader, found, measure(reader, found), top, sliders=sliders, quotas=quotas, writing=writing)


def ranked_again(
    reader: Reader,
    found: list[Candidate],
    x: Floats,
    top: int = PAGE_SIZE,
    *,
    sliders: dict[str, float] | None = None,
    quotas: dict[str, int] | None = None,
    writing: bool = True,
) -> Ranking:
    """The same for candidates that were measured already; no query."""
    champion = champion_from(reader.champion, writing=writing)
    row = slider_row(reader.sliders if sliders is None else sliders)
    authors = np.array([one.author for one in found], dtype=np.int64)
    group = reader.group or None
    ranked = rank(x, champion.weights, row, authors, top, group=group, residual=reader.residual, reasons=REASONS)
    effective = row * champion.weights.of(group, reader.residual)
    chosen = quotas_with(reader.quotas if quotas is None else quotas)
    return Ranking(reader, champion, found, x, effective, ranked, chosen)


def for_you(viewer: Member, chain: UUID | None = None, *, writing: bool = True, size: int = PAGE_SIZE) -> ForYou:
    """The next page of a sitting, or the first of a new one; six queries. Without ``writing`` nothing is kept of it."""
    reader = reader_of(viewer, chain)
    chain = chain or uuid4()
    ranking = ranking_of(reader, size, writing=writing)
    shown = cards(viewer, ranking.rows(), Sift())
    more = len(ranking.found) > size
    slate = _kept(viewer, ranking, shown, chain) if writing and shown else None
    of = slate.pk if slate is not None else 0
    told = [replace(card, why=why, slate=of) for card, why in zip(shown, _reasons(ranking, shown), strict=True)]
    return ForYou(CardPage(told, None), chain, more, slate)


def _reasons(ranking: Ranking, shown: list[PostCard]) -> list[str]:
    """The line above each post of a page."""
    at = {ranking.candidate(place).pk: place for place in range(len(ranking.ranked.order))}
    places = [at[card.pk] for card in shown]
    parts = ranking.ranked.contributions[places, :-1]
    return [
        _line(SOURCES[ranking.candidate(place).source].key, row, parts.mean(axis=0))
        for place, row in zip(places, parts, strict=True)
    ]


def _line(source: str, contributions: Floats, usual: Floats) -> str:
    """What speaks for a post more than for the page on average (``usual``), or where it is from: a page whose posts are all
    liked by many would else say that twenty times, and nothing of any of them."""
    more = np.where(_SPEAKING & (contributions >= _WORTH_SAYING), np.round(contributions - usual, 9), -np.inf)
    best = int(np.lexsort((-contributions, -more))[0])
    return line_of(source, KEYS[best] if more[best] >= 0 else "")


def line_in(slate: Slate, post: int) -> str:
    """What stood above a post of a page that was kept; no query. Empty for a post that was not on it."""
    at = slate.row_of(post)
    if at is None:
        return ""
    if slate.features_version != FEATURES_VERSION:
        return line_of(slate.entries[at]["source"], "")
    x, weights = slate.numbers()
    parts = x * weights
    return _line(slate.entries[at]["source"], parts[at], parts.mean(axis=0))


def _kept(viewer: Member, ranking: Ranking, shown: list[PostCard], chain: UUID) -> Slate | None:
    """Write down what is shown; one query. What was sifted out was not shown."""
    if ranking.champion.pk is None:
        return None
    seen = {card.pk for card in shown}
    places = [place for place in range(len(ranking.ranked.order)) if ranking.candidate(place).pk in seen]
    rows = [int(ranking.ranked.order[place]) for place in places]
    slate = Slate(
        member=viewer,
        chain=chain,
        page=ranking.reader.pages + 1,
        version_id=ranking.champion.pk,
        entries=[ranking.entry(place) for place in places],
        posts=packed_ids(ranking.found[row].pk for row in rows),
        x=packed(ranking.x[rows]),
        weights=packed(ranking.weights),
        features_version=FEATURES_VERSION,
        group=ranking.group,
    )
    slate.save(force_insert=True)
    return slate
