"""What pages show of the assistant: whether it is there, styles with their votes and strengths, pairs of drafts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.core.cache import cache
from django.db.models import Count, F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from social.assistant import policy, prompts, strength
from social.assistant.models import (
    Ask,
    AssistantConfig,
    CardState,
    DraftHalf,
    DraftPair,
    Side,
    StyleCard,
    StyleVote,
    comparisons,
)

CONFIG_KEY, CONFIG_SECONDS = "assistant:config", 15
# The comparisons of one member weigh as this many at most, however many they are.
MOST_OF_ONE = 20
MOST_CARDS = 200


def config() -> AssistantConfig | None:
    """As it is now; one query."""
    return AssistantConfig.objects.first()


def offered() -> bool:
    """Whether drafts can be asked for here; known for some seconds without a query."""
    found = cache.get(CONFIG_KEY)
    if found is None:
        found = policy.configured(config())
        cache.set(CONFIG_KEY, found, CONFIG_SECONDS)
    return bool(found)


def offered_to(member: Member) -> bool:
    """Whether the composer of ``member`` has the button; for those who did not switch it on no query."""
    return member.profile.uses_assistant and policy.may_ask(member) and offered()


def host_of(found: AssistantConfig | None) -> str:
    """Whom the text is sent to."""
    return urlsplit(found.endpoint).hostname or "" if found else ""


def day_of(moment: datetime) -> datetime:
    """When the day (UTC) of that moment began."""
    return moment.astimezone(timezone.get_fixed_timezone(0)).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Used:
    """What was taken of a day."""

    requests: int
    tokens: int
    cost: int


def used_today(member: Member | None = None) -> Used:
    """By a member, or by all of the community; what is being written counts as much as it may become. Two queries."""
    pairs = DraftPair.objects.since(day_of(timezone.now()))
    if member is not None:
        pairs = pairs.of(member)
    sums = DraftHalf.objects.filter(pair__in=pairs).aggregate(
        tokens=Sum(F("tokens_in") + F("tokens_out")), cost=Sum("cost")
    )
    return Used(pairs.count(), sums["tokens"] or 0, sums["cost"] or 0)


def days_used(days: int = 7) -> list[tuple[datetime, Used]]:
    """Of the last days, the newest first; those on which nothing was asked are left out. One query."""
    since = day_of(timezone.now()) - timedelta(days=days - 1)
    rows = DraftHalf.objects.filter(pair__at__gte=since).values(
        "pair_id", "pair__at", "tokens_in", "tokens_out", "cost"
    )
    found: dict[datetime, list[int]] = {}
    asked: dict[datetime, set[int]] = {}
    for row in rows:
        day = day_of(row["pair__at"])
        sums = found.setdefault(day, [0, 0])
        sums[0] += row["tokens_in"] + row["tokens_out"]
        sums[1] += row["cost"]
        asked.setdefault(day, set()).add(row["pair_id"])
    return [(day, Used(len(asked[day]), *found[day])) for day in sorted(found, reverse=True)]


@dataclass(frozen=True)
class Share:
    """How often a style would win against an average one, in percent, with its 95 % interval; of ``met`` comparisons."""

    middle: int
    low: int
    high: int
    met: int


@dataclass(frozen=True)
class Earned:
    """What rounds of training allotted for a style: grains in all, to its author and those who voted; in how many rounds."""

    grains: int
    rounds: int


def earned(card: StyleCard) -> Earned:
    """One query. Rounds of training look at styles, not styles at rounds: they are asked by what they wrote on the card."""
    paid = (
        card.shares.filter(round__state="done")
        .order_by()
        .aggregate(grains=Sum("grains"), rounds=Count("round", distinct=True))
    )
    return Earned(int(paid["grains"] or 0), paid["rounds"])


@dataclass(frozen=True)
class CardRow:
    """A style with its votes, what the viewer voted (0: nothing), and how strong it is (None: never compared)."""

    card: StyleCard
    votes_for: int
    votes_against: int
    mine: int
    own: bool
    may_vote: bool
    share: Share | None


def strengths_of(cards: Sequence[StyleCard]) -> strength.Strengths:
    """From all choices between two of them; one query."""
    places = {card.pk: place for place, card in enumerate(cards)}
    rows = [row for row in comparisons() if row[1] in places and row[2] in places]
    each = Counter(member for member, _won, _lost in rows)
    weights = {member: min(1.0, MOST_OF_ONE / count) for member, count in each.items()}
    return strength.fit(len(cards), [(places[won], places[lost], weights[member]) for member, won, lost in rows])


def cards(viewer: Member, state: str) -> list[CardRow]:
    """Styles in that state; those in use by strength, the others newest first. Four queries at any number."""
    chosen = (
        StyleCard.objects.visible_to(viewer)
        .unmuted_by(viewer)
        .filter(state=state)
        .counted()
        .select_related("author__profile")
    )
    return _rows(viewer, list(chosen.order_by("-pk")[:MOST_CARDS]))


def card_row(viewer: Member, pk: int) -> CardRow | None:
    """One of them, or None where there is none."""
    chosen = StyleCard.objects.visible_to(viewer).counted().select_related("author__profile").filter(pk=pk)
    rows = _rows(viewer, list(chosen))
    return rows[0] if rows else None


def _rows(viewer: Member, shown: list[StyleCard]) -> list[CardRow]:
    if not shown:
        return []
    mine = dict(StyleVote.objects.filter(member=viewer, card__in=shown).values_list("card", "value"))
    # What a style is worth is told by its meetings with all others, those out of use as well.
    every = list(StyleCard.objects.exclude(state=CardState.PROPOSED).order_by("pk").only("pk"))
    found = strengths_of(every)
    places = {card.pk: place for place, card in enumerate(every)}
    rows = [_row(viewer, card, mine.get(card.pk, 0), _share(found, places.get(card.pk))) for card in shown]
    in_use = [row for row in rows if row.card.state == CardState.IN_USE]
    in_use.sort(key=lambda row: -(row.share.middle if row.share else 50))
    return in_use + [row for row in rows if row.card.state != CardState.IN_USE]


def _row(viewer: Member, card: StyleCard, mine: int, share: Share | None) -> CardRow:
    votes = vars(card)
    may_vote = policy.may_vote(viewer, card)
    own = card.author_id == viewer.pk
    return CardRow(card, votes["votes_for"], votes["votes_against"], mine, own, may_vote, share)


def _share(found: strength.Strengths, place: int | None) -> Share | None:
    if place is None or not found.met[place]:
        return None
    middle, low, high = (round(100 * one) for one in found.share(place))
    return Share(middle, low, high, round(float(found.met[place])))


def said_of_style(viewer: Member, author: Member, pk: int) -> str:
    """What a report of a style says of it first, so that moderators find it; empty for one that is not there."""
    card = StyleCard.objects.visible_to(viewer).filter(author=author, pk=pk).first()
    if card is None:
        return ""
    said = _("The style “%(name)s” (%(path)s): %(text)s")
    return said % {"name": card.name, "path": card.get_absolute_url(), "text": card.instruction} + "\n\n"


def usable_cards(viewer: Member) -> list[StyleCard]:
    """Those that ``viewer`` may ask for, by name: of nobody whom they muted, or from whom a block parts them; one query."""
    rows = StyleCard.objects.usable().unblocked_for(viewer).unmuted_by(viewer)
    return list(rows.order_by("name", "pk")[:MOST_CARDS])


@dataclass(frozen=True)
class Half:
    """One of two drafts, as its author sees it; ``taken`` is what stands in the composer when it is chosen."""

    half: DraftHalf
    taken: str
    chosen: bool

    @property
    def number(self) -> int:
        return 1 if self.half.side == Side.A else 2


@dataclass(frozen=True)
class Pair:
    """A pair with its drafts."""

    pair: DraftPair
    halves: list[Half]

    @property
    def any_done(self) -> bool:
        return any(one.half.done for one in self.halves)

    @property
    def title(self) -> bool:
        return self.pair.ask == Ask.TITLE

    def get(self, side: str) -> Half:
        return next(one for one in self.halves if one.half.side == side)


def pair_of(member: Member, pk: int) -> Pair | None:
    """The member's own; two queries."""
    pair = DraftPair.objects.of(member).filter(pk=pk).first()
    if pair is None:
        return None
    halves = pair.halves.select_related("card__author").order_by("side")
    return Pair(
        pair,
        [Half(one, prompts.taken(pair.ask, one.text, pair.text), pair.choice == one.side) for one in halves],
    )
