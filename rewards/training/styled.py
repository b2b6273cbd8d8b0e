"""What members see of pay for styles: each style that they wrote, or were paid for having voted for, round by round."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.paging import Page, page_by_id
from rewards.training.models import PayKind, TrainingPay
from rewards.training.reads import Standing, standing_of
from social.assistant.models import StyleCard
from social.ranking.maths import cards, payment
from social.training.models import Part, Round, RoundState, StyleShare, StyleValue


@dataclass(frozen=True)
class Piece:
    """One part of a style's grains: why it is the member's, in how many equal parts with others."""

    part: str
    label: str
    grains: int
    voters: int


@dataclass(frozen=True)
class Line:
    """A style in a round. ``card`` is None where its words are not for the member to see; ``own``: they wrote it. ``value`` in
    pico-nats; ``style_grains`` is the style's part of the pool, ``grains`` the member's of that."""

    pk: int
    round: Round
    card: StyleCard | None
    own: bool
    value: int
    choices: int
    style_grains: int
    pieces: list[Piece]
    standing: Standing

    @property
    def grains(self) -> int:
        return sum(piece.grains for piece in self.pieces)


@dataclass(frozen=True)
class Rules:
    """How a round split what it paid for styles, in percent."""

    pool: float
    card: float
    author: float
    person: float

    @property
    def voters(self) -> float:
        return 100 - self.author


@dataclass(frozen=True)
class Receipt:
    """A member's styles in one round: ``grains`` together, ``capped`` where that is the most that anybody may get."""

    round: Round
    lines: list[Line]
    grains: int
    standing: Standing
    rules: Rules
    capped: bool


def rules_of(one: Round) -> Rules:
    """Those of the round; of one that valued no styles, today's."""
    found = one.styles.get("rules", {})
    known = {
        "pool": found.get("style_bp", cards.STYLE_BP),
        "card": found.get("card_cap_bp", cards.CARD_CAP_BP),
        "author": found.get("author_bp", payment.VALUE_BP),
        "person": found.get("person_cap_bp", cards.PERSON_CAP_BP),
    }
    return Rules(**{name: points / 100 for name, points in known.items()})


def _values(member: Member) -> QuerySet[StyleValue]:
    """Of styles that the member wrote, or had a part in as one who voted."""
    shares = StyleShare.objects.of(member).filter(round=OuterRef("round"), card=OuterRef("card"))
    rows = StyleValue.objects.filter(Q(card__author=member) | Exists(shares), round__state=RoundState.DONE)
    return rows.select_related("round", "card").defer("round__curve", "round__verdict")


def mine(member: Member, before: int | None = None) -> Page[Line]:
    """The newest first; the same five queries at any number."""
    page = page_by_id(_values(member), before)
    return Page(_lines(member, page.items), page.next)


def receipt(member: Member, number: int) -> Receipt | None:
    """None where no style of the member was valued in the round, nor paid for their vote."""
    rows = list(_values(member).filter(round__number=number).order_by("-grains", "number"))
    if not rows:
        return None
    one = rows[0].round
    pay = TrainingPay.objects.of(member).of_kind(PayKind.STYLES).filter(round=one).first()
    lines = _lines(member, rows)
    grains = sum(line.grains for line in lines)
    rules = rules_of(one)
    most = one.styles_pool * round(rules.person * 100) // payment.BASIS_POINTS
    return Receipt(
        round=one,
        lines=lines,
        grains=grains,
        standing=standing_of(one, grains, pay, member, _why_nothing(one, rows)),
        rules=rules,
        capped=bool(grains) and grains >= most,
    )


def _lines(member: Member, rows: Sequence[StyleValue]) -> list[Line]:
    rounds, styles = {row.round_id for row in rows}, {row.card_id for row in rows}
    shares: dict[tuple[int, int], list[StyleShare]] = {}
    for share in StyleShare.objects.of(member).filter(round__in=rounds).order_by("part"):
        shares.setdefault((share.round_id, share.card_id), []).append(share)
    votes = StyleShare.objects.filter(round__in=rounds, card__in=styles, part=Part.VOTE).order_by()
    counted = votes.values_list("round", "card").annotate(count=Count("pk"))
    voters = {(found[0], found[1]): found[2] for found in counted}
    paid = TrainingPay.objects.of(member).of_kind(PayKind.STYLES).filter(round__in=rounds)
    pays = {pay.round_id: pay for pay in paid}
    visible = set(StyleCard.objects.visible_to(member).filter(pk__in=styles).values_list("pk", flat=True))
    found = []
    for row in rows:
        key = row.round_id, row.card_id
        pieces = [_piece(share, voters.get(key, 0)) for share in shares.get(key, [])]
        grains = sum(piece.grains for piece in pieces)
        found.append(
            Line(
                pk=row.pk,
                round=row.round,
                card=row.card if row.card_id in visible else None,
                own=row.card.author_id == member.pk,
                value=row.phi,
                choices=row.choices,
                style_grains=row.grains,
                pieces=pieces,
                standing=standing_of(row.round, grains, pays.get(row.round_id), member, _why_nothing(row.round, [row])),
            )
        )
    return found


def _piece(share: StyleShare, voters: int) -> Piece:
    return Piece(share.part, str(Part(share.part).label), share.grains, voters if share.part == Part.VOTE else 1)


def _why_nothing(one: Round, rows: Sequence[StyleValue]) -> str:
    """Neutral: chance and taste make a value fall below nothing as well as wording does."""
    if not one.styles.get("pays"):
        return _("The gain from styles was not sure enough, so this round paid for none.")
    if not one.styles_pool:
        return _("There was no budget, so nothing is paid.")
    if all(not row.grains for row in rows):
        return _("What members chose in this round spoke for other styles. The next round looks anew.")
    return _("Your part of this round was less than a grain.")


def plain(found: Receipt) -> dict[str, Any]:
    """For a machine."""
    return {
        "pool_grains": found.round.styles_pool,
        "grains": found.grains,
        "state": found.standing.code,
        "styles": [
            {
                "style": line.card.pk if line.card else None,
                "own": line.own,
                "value_pico_nats": line.value,
                "choices_won": line.choices,
                "style_grains": line.style_grains,
                "grains": {piece.part: piece.grains for piece in line.pieces},
            }
            for line in found.lines
        ],
    }
