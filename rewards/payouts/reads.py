"""What members see of their own payouts: one ledger, one state for each amount, and why it is that much."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.wallets.models import Member, Wallet
from metya.web.paging import page_by_id
from rewards import engine
from rewards.chain import reads as chain
from rewards.charts import sparkline
from rewards.engine.params import read_params
from rewards.epochs import calendar, estimating, files
from rewards.epochs.models import Epoch
from rewards.epochs.wallets import owners
from rewards.ledger.models import Transfer
from rewards.ledger.reads import Balances, balances_of
from rewards.payouts.models import Hold, Payout, PayoutState
from rewards.training.models import PayKind, TrainingPay
from social.interactions.models import Interaction
from social.profiles.models import Profile

SPARK = 30
SHOWN = 8
# Rows of an explanation that are looked at; what is beyond is added up as "others" from the total.
MOST_ROWS = 50_000
_UNDER_WAY = (PayoutState.IN_REVIEW, PayoutState.APPROVED)


@dataclass(frozen=True)
class Line:
    """One payout in the history. Grains; ``reason`` is why it stands where it stands, when there is more to say."""

    epoch: int
    day: datetime
    wallet: str
    earned: int
    amount: int
    state: str
    label: str
    state_at: datetime
    reason: str


@dataclass(frozen=True)
class Mine:
    """A member's rewards. Grains.

    ``claimable`` is published and not taken yet, ``confirming`` is taken and not final on the chain yet, ``waiting`` is in
    review, ``approved`` is approved and not in force on the chain yet, ``small`` is owed and below the minimum.
    ``today`` is an estimate, and part of no other figure.
    """

    balances: Balances
    claimable: int
    confirming: int
    waiting: int
    approved: int
    small: int
    minimum: int
    wallets: list[str]
    lines: list[Line]
    next: int | None
    chart: SafeString
    newest: Epoch | None
    today: estimating.Estimate | None


def wallets_of(member: Member) -> list[str]:
    """The member's addresses, the payout wallet first; unlinked ones too unless somebody else uses them now."""
    rows = Wallet.objects.filter(member=member).order_by("unlinked_at", "linked_at")
    own = list(dict.fromkeys(rows.values_list("address", flat=True)))
    taken = set(
        Wallet.objects.linked().filter(address__in=own).exclude(member=member).values_list("address", flat=True)
    )
    first = member.payout_wallet.address if member.payout_wallet else ""
    return sorted((address for address in own if address not in taken), key=lambda address: address != first)


def mine(member: Member, before: int | None = None) -> Mine:
    """The page of a member's rewards; the same dozen queries whatever the length of the history."""
    wallets = wallets_of(member)
    balances = balances_of(*wallets)
    # By wallet as the balances are, so that all figures are about the same accounts and add up.
    under_way = Payout.objects.paid().filter(wallet__in=wallets, state__in=_UNDER_WAY)
    sums = dict(under_way.values_list("state").annotate(total=Sum("amount")))
    waiting, approved = (int(sums.get(state, 0)) for state in _UNDER_WAY)
    rows = (
        Payout.objects.of(member)
        .filter(Q(amount__gt=0) | Q(earned__gt=0))
        .select_related("epoch")
        .defer("epoch__files")
    )
    page = page_by_id(rows, before)
    newest = Epoch.objects.scored().order_by("-number").first()
    confirming = sum(chain.claim_status(wallet).included for wallet in wallets) if balances.payable else 0
    return Mine(
        balances=balances,
        claimable=max(0, balances.payable - confirming),
        confirming=confirming,
        waiting=waiting,
        approved=approved,
        small=max(0, balances.owed - waiting - approved),
        minimum=int(newest.figures.get("minimum_payout", 0)) if newest else 0,
        wallets=wallets,
        lines=_lines(page.items),
        next=page.next,
        chart=influence_chart(member, newest),
        newest=newest,
        today=estimating.of(wallets),
    )


def _lines(payouts: list[Payout]) -> list[Line]:
    holds = {hold.payout_id: hold for hold in Hold.objects.filter(payout__in=payouts).order_by("pk")}
    return [
        Line(
            epoch=payout.epoch_id,
            day=payout.epoch.starts_at,
            wallet=payout.wallet,
            earned=payout.earned,
            amount=payout.amount,
            state=payout.state,
            label=str(payout.get_state_display()),
            state_at=payout.state_at,
            reason=_reason(payout, holds.get(payout.pk)),
        )
        for payout in payouts
    ]


def _reason(payout: Payout, hold: Hold | None) -> str:
    if hold is not None and payout.state == PayoutState.HELD:
        return hold.reason
    if hold is not None and hold.state in (Hold.State.RELEASED, Hold.State.FORFEITED):
        return hold.decision_note
    if payout.state == PayoutState.OWED:
        return _("Below the smallest payout; it is added to the next epoch.")
    return ""


def influence_chart(member: Member, newest: Epoch | None) -> SafeString:
    """The member's influence over the last epochs; an epoch without any is zero."""
    if newest is None:
        return SafeString("")
    first = max(0, newest.number - SPARK + 1)
    rows = Payout.objects.of(member).filter(epoch__gte=first).values_list("epoch", "influence")
    per_epoch: dict[int, int] = defaultdict(int)
    for epoch, influence in rows:
        per_epoch[epoch] += influence
    values = [per_epoch.get(number, 0) for number in range(first, newest.number + 1)]
    if not any(values):
        return SafeString("")
    change = _("rising") if values[-1] > values[0] else _("falling") if values[-1] < values[0] else _("level")
    words = ngettext(
        "Your influence in the last %(count)d epoch, %(change)s",
        "Your influence in the last %(count)d epochs, %(change)s",
        len(values),
    )
    return sparkline(values, words % {"count": len(values), "change": change})


@dataclass(frozen=True)
class Supporter:
    """Who carried how much of an epoch's payout. ``share`` of one, ``part`` in grains; ``how`` in words."""

    profile: Profile | None
    wallet: str
    share: float
    part: int
    how: str


@dataclass(frozen=True)
class Why:
    """One payout explained. Grains: ``from_influence`` is its part by influence, ``training`` what rounds of training allotted
    for examples, by their number, ``styles`` what for styles, ``other`` what else was earned."""

    payout: Payout
    epoch: Epoch
    label: str
    reason: str
    supporters: list[Supporter]
    others: int
    others_share: float
    others_part: int
    kinds: list[tuple[str, float, int]]
    share: float
    total_influence: int
    pool: int
    from_influence: int
    training: list[tuple[int, int]]
    styles: list[tuple[int, int]]
    other: int
    owed_before: int
    minimum: int
    cap: int
    capped: bool
    people: int


def why(member: Member, number: int) -> Why | None:
    """Why the member's payout of an epoch is that much; None when they had none. Raises OSError on lost files."""
    rows = Payout.objects.of(member).filter(epoch=number).select_related("epoch")
    payout = rows.order_by("-influence", "-amount").first()
    if payout is None or payout.epoch.closed_at is None:
        return None
    epoch, figures = payout.epoch, payout.epoch.figures
    place = files.directory(number)
    influence_part = int(epoch.splits.get("influence", 0))
    other = _other_earnings(number, payout.wallet) if int(figures.get("earnings", 0)) else 0
    from_influence = payout.earned - other
    paid = TrainingPay.objects.paid_in(number).filter(wallet=payout.wallet).order_by("round__number") if other else None
    rounds = list(paid.values_list("kind", "round__number", "grains")) if paid is not None else []
    training = [(number, grains) for kind, number, grains in rounds if kind == PayKind.EXAMPLES]
    styles = [(number, grains) for kind, number, grains in rounds if kind == PayKind.STYLES]
    parts = engine.read_explanation(place, payout.wallet, limit=MOST_ROWS) if payout.influence else []
    total = int(figures.get("total_influence", 0))
    supporters, rest = _supporters(member, epoch, payout, parts, from_influence)
    shown = sum(supporter.part for supporter in supporters)
    cap = int(figures.get("cap", 0))
    hold = payout.holds.order_by("-pk").first()
    return Why(
        payout=payout,
        epoch=epoch,
        label=str(payout.get_state_display()),
        reason=_reason(payout, hold),
        supporters=supporters,
        others=rest,
        others_share=max(0.0, 1 - sum(supporter.share for supporter in supporters)) if payout.influence else 0.0,
        others_part=from_influence - shown,
        kinds=_kinds(parts, payout, from_influence),
        share=payout.influence / total if total else 0.0,
        total_influence=total,
        pool=influence_part,
        from_influence=from_influence,
        training=training,
        styles=styles,
        other=other - sum(grains for _number, grains in training + styles),
        owed_before=payout.amount + payout.owed - payout.earned,
        minimum=int(figures.get("minimum_payout", 0)),
        cap=cap,
        capped=bool(cap) and from_influence >= cap,
        people=len({part.source_wallet for part in parts}),
    )


def _other_earnings(epoch: int, wallet: str) -> int:
    keys = [f"epoch:{epoch}:{source}:{wallet}" for source in engine.EARNING_SOURCES]
    return int(Transfer.objects.filter(key__in=keys).aggregate(total=Sum("amount"))["total"] or 0)


def _supporters(
    member: Member, epoch: Epoch, payout: Payout, parts: list[engine.Contribution], amount: int
) -> tuple[list[Supporter], int]:
    """The greatest supporters, and how many others there are."""
    carried: dict[str, int] = defaultdict(int)
    for part in parts:
        carried[part.source_wallet] += part.influence
    top = sorted(carried.items(), key=lambda row: (-row[1], row[0]))[:SHOWN]
    if not top or epoch.closed_at is None:
        return [], 0
    behind = owners(epoch.closed_at, [wallet for wallet, _influence in top])
    profiles = {
        profile.member_id: profile
        for profile in Profile.objects.visible_to(member).filter(member__in=behind.values()).select_related("member")
    }
    done = _deeds(member, epoch, list(behind.values()))
    supporters = [
        Supporter(
            profile=profiles.get(behind.get(wallet, 0)),
            wallet=wallet,
            share=influence / payout.influence,
            part=amount * influence // payout.influence,
            how=done.get(behind.get(wallet, 0), ""),
        )
        for wallet, influence in top
    ]
    return supporters, len(carried) - len(top)


def _deeds(member: Member, epoch: Epoch, sources: list[int]) -> dict[int, str]:
    """What each source did towards the member in the window, in words: "3 replies, 2 reposts"."""
    window = int(read_params(files.directory(epoch.number) / "params.json").window)
    start = calendar.bounds(max(0, epoch.number - window + 1))[0]
    counted = Q(kind="follow") | Q(at__gte=start)
    standing = Q(undone_at=None) | Q(undone_at__gte=epoch.ends_at)
    rows = Interaction.objects.filter(counted, standing, target=member, source__in=sources, public=True)
    rows = rows.filter(at__lt=epoch.ends_at)
    words: dict[int, list[str]] = defaultdict(list)
    for source, kind, count in (
        rows.values_list("source", "kind").annotate(count=Count("pk")).order_by("-count", "kind")
    ):
        words[source].append(_deed(kind, count))
    return {source: ", ".join(parts) for source, parts in words.items()}


def _deed(kind: str, count: int) -> str:
    words = {
        "like": ngettext("%(n)d like", "%(n)d likes", count),
        "reply": ngettext("%(n)d reply", "%(n)d replies", count),
        "repost": ngettext("%(n)d repost", "%(n)d reposts", count),
        "quote": ngettext("%(n)d quote", "%(n)d quotes", count),
        "tip": ngettext("%(n)d tip", "%(n)d tips", count),
        "follow": _("follows you"),
    }
    text = words.get(kind, kind)
    return text % {"n": count} if "%" in text else text


def _kinds(parts: list[engine.Contribution], payout: Payout, amount: int) -> list[tuple[str, float, int]]:
    """(name, share, grains) of each kind of interaction, the greatest first; what was not looked at comes last."""
    names = {
        "like": _("Likes"),
        "reply": _("Replies"),
        "repost": _("Reposts"),
        "quote": _("Quotes"),
        "tip": _("Tips"),
        "follow": _("Follows"),
    }
    carried: dict[str, int] = defaultdict(int)
    for part in parts:
        carried[part.kind] += part.influence
    ordered = [
        (names.get(kind, kind), part) for kind, part in sorted(carried.items(), key=lambda row: (-row[1], row[0]))
    ]
    if (rest := payout.influence - sum(carried.values())) > 0:
        ordered.append((_("Many small ones"), rest))
    return [(name, part / payout.influence, amount * part // payout.influence) for name, part in ordered]
