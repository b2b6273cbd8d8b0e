"""What members see of pay for training: what their examples were worth in each round, and where each amount stands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.paging import page_by_id
from rewards.training import allotting
from rewards.training.models import PayKind, PayState, TrainingPay
from social.consent import grants
from social.consent.models import Purpose
from social.training.models import MemberValue, Round, RoundState, StyleShare


@dataclass(frozen=True)
class Standing:
    """Where an amount stands: its code for the colour, a word, why, since when, and the epoch with which it was paid."""

    code: str
    label: str
    reason: str
    at: datetime | None
    epoch: int | None = None


@dataclass(frozen=True)
class Line:
    """A round in which the member's examples took part. ``value`` and ``balance`` in pico-nats, ``grains`` allotted."""

    round: Round
    value: int
    balance: int
    items: int
    grains: int
    standing: Standing


@dataclass(frozen=True)
class Mine:
    """A member's rounds. Grains, of examples and styles together; ``balance`` is what they carry (at most 0), in pico-nats."""

    lines: list[Line]
    next: int | None
    balance: int
    waiting: int
    stopped: int
    paid: int
    rounds: int
    allowed: bool
    newest: Round | None

    @property
    def together(self) -> int:
        """All but what was forfeited."""
        return self.waiting + self.stopped + self.paid


def mine(member: Member, before: int | None = None) -> Mine:
    """The page of a member's rounds; the same seven queries at any length."""
    rows = MemberValue.objects.of(member).filter(round__state=RoundState.DONE).select_related("round")
    page = page_by_id(rows.defer("round__curve"), before)
    paid = TrainingPay.objects.of(member).of_kind(PayKind.EXAMPLES).filter(round__in=[v.round_id for v in page.items])
    pays = {pay.round_id: pay for pay in paid}
    sums = TrainingPay.objects.of(member).aggregate(
        waiting=Sum("grains", filter=Q(state__in=[PayState.HELD, PayState.RELEASED], placed_by=None)),
        stopped=Sum("grains", filter=Q(state=PayState.HELD, placed_by__isnull=False)),
        paid=Sum("grains", filter=Q(state=PayState.PAID)),
    )
    done = MemberValue.objects.of(member).filter(round__state=RoundState.DONE)
    last = done.order_by("-pk").values_list("balance", flat=True).first()
    return Mine(
        lines=[_line(value, pays.get(value.round_id), member) for value in page.items],
        next=page.next,
        balance=last or 0,
        waiting=int(sums["waiting"] or 0),
        stopped=int(sums["stopped"] or 0),
        paid=int(sums["paid"] or 0),
        rounds=rows.aggregate(count=Count("pk"))["count"],
        allowed=grants.active(member, Purpose.TRAIN) is not None,
        newest=Round.objects.finished().latest_first().defer("curve").first(),
    )


def _line(value: MemberValue, pay: TrainingPay | None, member: Member) -> Line:
    return Line(
        round=value.round,
        value=value.phi,
        balance=value.balance,
        items=value.items,
        grains=value.grains,
        standing=standing(value, pay, member),
    )


def standing(value: MemberValue, pay: TrainingPay | None, member: Member) -> Standing:
    """What examples were allotted, in words."""
    return standing_of(value.round, value.grains, pay, member, _why_nothing(value.round))


def standing_of(one: Round, grains: int, pay: TrainingPay | None, member: Member, nothing: str) -> Standing:
    """In words; a row that the next minute makes stands as if it were there. ``nothing`` says why there are no grains."""
    if not grains:
        return Standing("nothing", _("nothing allotted"), nothing, one.finished_at)
    if pay is None:
        until = (one.finished_at or timezone.now()) + allotting.WEEK
        return Standing("waiting", _("held for one round"), _held(until), one.finished_at)
    if pay.state == PayState.HELD:
        if pay.placed_by_id is not None:
            return Standing("held", _("on hold"), pay.reason, pay.placed_at)
        return Standing("waiting", _("held for one round"), _held(pay.held_until), pay.made_at)
    if pay.state == PayState.RELEASED:
        return Standing("ready", _("on its way"), _on_its_way(member), pay.released_at)
    if pay.state == PayState.FORFEITED:
        return Standing("forfeited", _("forfeited"), pay.decision_note, pay.decided_at)
    return Standing("done", _("in epoch %(number)d") % {"number": pay.epoch_id}, "", pay.paid_at, pay.epoch_id)


def _why_nothing(one: Round) -> str:
    if one.pool:
        return _("Your part of this round was less than a grain.")
    if one.verdict.get("promote"):
        return _("There was no budget, so nothing is paid.")
    return _("The new model was not taken into use, so this round paid nothing for examples.")


def _held(until: datetime) -> str:
    date = date_format(timezone.localtime(until), _("j M Y"))
    return _("Until the next round has finished, or %(date)s, whichever comes first.") % {"date": date}


def _on_its_way(member: Member) -> str:
    if member.suspended:
        return _("It waits until your suspension is over.")
    if member.payout_wallet is None:
        return _("It waits for a wallet: link one in your settings.")
    return _("It comes with the epoch that closes next.")


# --- for reviewers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Total:
    """All amounts in one state. Grains."""

    state: str
    label: str
    count: int
    grains: int


def totals() -> list[Total]:
    """By state, in the order of a row's life; one query."""
    rows = TrainingPay.objects.order_by().values_list("state").annotate(count=Count("pk"), grains=Sum("grains"))
    found = {state: (count, int(grains)) for state, count, grains in rows}
    return [Total(state, str(label), *found.get(state, (0, 0))) for state, label in PayState.choices]


@dataclass(frozen=True)
class About:
    """One amount beside the member's other rounds. ``share`` of ``pool``, the round's for what it is for; ``value`` of examples,
    ``styles`` how many parts it is made of."""

    value: MemberValue | None
    styles: int
    pool: int
    share: float
    earlier: list[TrainingPay]


def about(pay: TrainingPay) -> About:
    """What a reviewer sees before deciding; two queries."""
    styles = pay.kind == PayKind.STYLES
    pool = pay.round.styles_pool if styles else pay.round.pool
    parts = StyleShare.objects.of(pay.member).filter(round=pay.round_id)
    others = TrainingPay.objects.of(pay.member).exclude(pk=pay.pk).select_related("round").order_by("-pk")
    return About(
        value=None if styles else MemberValue.objects.of(pay.member).filter(round=pay.round_id).first(),
        styles=parts.count() if styles else 0,
        pool=pool,
        share=pay.grains / pool if pool else 0.0,
        earlier=list(others[:10]),
    )
