"""The list of a batch's payouts: filtered and sorted by any of its columns, keyset paged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metya.wallets.models import Member
from metya.web.errors import ActionError
from metya.web.numbers import met
from rewards.payouts import policy
from rewards.payouts.models import Batch, Payout, PayoutQuerySet, PayoutState

SIZE = 50
LARGEST = "-amount"
# Columns by which the list is sorted and filtered.
COLUMNS = {
    "wallet": gettext_lazy("Wallet"),
    "member": gettext_lazy("Member"),
    "earned": gettext_lazy("Earned, MET"),
    "amount": gettext_lazy("Amount, MET"),
    "before": gettext_lazy("Before, MET"),
    "change": gettext_lazy("Change, MET"),
    "state": gettext_lazy("State"),
}
AMOUNTS = ("earned", "amount", "before", "change")
SORTS = [sign + name for name in COLUMNS for sign in ("", "-")]
Place = tuple[str | int, int]


@dataclass(frozen=True)
class Row:
    """A payout in a list. Grains; ``change`` against the epoch before, with its sign, as it is read."""

    payout: Payout
    change: str
    may_hold: bool


@dataclass(frozen=True)
class Asked:
    """What is wanted: a wallet or handle by its beginning, a state, amounts from and to (grains), an order, a place."""

    wanted: str = ""
    state: str = ""
    bounds: dict[str, int] = field(default_factory=dict)
    sort: str = LARGEST
    after: str = ""


@dataclass(frozen=True)
class Head:
    """A column's head: its name, where a click on it leads, and the order it is in now ("", ascending, descending)."""

    name: str
    label: str
    query: str
    order: str
    number: bool


@dataclass(frozen=True)
class Payouts:
    """A page of the list; ``next`` is the query of the next page, empty on the last."""

    heads: list[Head]
    rows: list[Row]
    next: str


def page(batch: Batch, viewer: Member, asked: Asked, typed: dict[str, str] | None = None) -> Payouts:
    """A page of a batch's payouts; three queries at most. ``typed`` is what links keep of the filter. Raises ActionError."""
    found = Payout.objects.paid().filter(epoch=batch.epoch_id).alias(change=_CHANGE)
    found = _filtered(found, asked)
    down, name = asked.sort.startswith("-"), asked.sort.removeprefix("-")
    after = _cursor(asked.after, name) if asked.after else None
    # What is sorted is narrow; only the rows of the page are read whole.
    places = _by_member(found, down, after) if name == "member" else _by(found, name, down, after)
    keep = {key: value for key, value in (typed or {}).items() if value and key != "after"}
    following = ""
    if len(places) > SIZE:
        # The value that the query sorted by, so that the next page begins exactly behind it.
        value, pk = places[SIZE - 1]
        following = urlencode(keep | {"after": f"{value}.{pk}"})
    rows = _whole_rows(pk for _value, pk in places[:SIZE])
    return Payouts(heads=_heads(asked.sort, keep), rows=rows_of(rows, batch, viewer), next=following)


def _by(rows: PayoutQuerySet, key: str, down: bool, after: Place | None) -> list[Place]:
    """What a row is sorted by, and its id: one page and one more, behind ``after``."""
    if after is not None:
        value, pk = after
        rows = rows.filter(Q(**{f"{key}__{'lt' if down else 'gt'}": value}) | Q(**{key: value, "pk__gt": pk}))
    order = F(key).desc() if down else F(key).asc()
    return list(rows.annotate(sorted_by=F(key)).order_by(order, "pk").values_list("sorted_by", "pk")[: SIZE + 1])


def _by_member(rows: PayoutQuerySet, down: bool, after: Place | None) -> list[Place]:
    """By handle, wallets without a member first (last when ``down``). Asked apart, so that the database walks along the
    index of handles and stops after a page, instead of sorting all rows."""
    nobody = rows.filter(member=None)
    somebody = rows.filter(member__isnull=False)
    places: list[Place] = []
    for part, named in ((somebody, True), (nobody, False)) if down else ((nobody, False), (somebody, True)):
        behind = after
        if after is not None and bool(after[0]) != named:
            # The page before ended in the other part: this one is over when it comes first, and whole when it comes last.
            if named == down:
                continue
            behind = None
        if len(places) <= SIZE and named:
            places += _by(part, "member__handle", down, behind)
        elif len(places) <= SIZE:
            part = part.filter(pk__gt=behind[1]) if behind else part
            places += [("", pk) for pk in part.order_by("pk").values_list("pk", flat=True)[: SIZE + 1]]
    return places[: SIZE + 1]


def first(payouts: PayoutQuerySet, count: int, batch: Batch, viewer: Member) -> list[Row]:
    """The first so many of an ordered query as rows of a list; two narrow queries."""
    return rows_of(_whole_rows(payouts.values_list("pk", flat=True)[:count]), batch, viewer)


def _whole_rows(wanted: Iterable[int]) -> list[Payout]:
    """Payouts with their members, in the order of the ids."""
    ids = list(wanted)
    found = Payout.objects.select_related("member").in_bulk(ids)
    return [found[pk] for pk in ids]


# Said to be large: Django takes the difference of two large columns for a small integer, and drops a comparison that lies
# beyond its range.
_CHANGE = ExpressionWrapper(F("amount") - F("before"), output_field=BigIntegerField())


def rows_of(payouts: Iterable[Payout], batch: Batch, viewer: Member) -> list[Row]:
    """Payouts as they are shown."""
    return [Row(one, signed(one.amount - one.before), policy.may_hold(viewer, one, batch)) for one in payouts]


def signed(grains: int) -> str:
    """A difference in MET with its sign."""
    return "0" if not grains else f"+{met(grains, '')}" if grains > 0 else f"−{met(-grains, '')}"


def _filtered(rows: PayoutQuerySet, asked: Asked) -> PayoutQuerySet:
    text = asked.wanted.strip().lower()
    if text.startswith("0x"):
        rows = rows.filter(wallet__startswith=text)
    elif text:
        rows = rows.filter(member__handle__startswith=text.removeprefix("@"))
    if asked.state in PayoutState.values:
        rows = rows.filter(state=asked.state)
    for name, grains in asked.bounds.items():
        column, _dash, side = name.rpartition("_")
        rows = rows.filter(**{f"{column}__{'gte' if side == 'from' else 'lte'}": grains})
    return rows


def _heads(sort: str, keep: dict[str, str]) -> list[Head]:
    found = []
    down, now = sort.startswith("-"), sort.removeprefix("-")
    for name, label in COLUMNS.items():
        # Amounts are first wanted from the largest, names from the first.
        first_down = name in AMOUNTS
        turned = (not down) if name == now else first_down
        query = urlencode(keep | {"sort": ("-" if turned else "") + name})
        order = ("descending" if down else "ascending") if name == now else ""
        found.append(Head(name, str(label), query, order, name in AMOUNTS))
    return found


def _cursor(raw: str, name: str) -> Place:
    value, dot, pk = raw.rpartition(".")
    number = value.removeprefix("-")
    right = dot and _whole(pk) and (name not in AMOUNTS or _whole(number)) and len(value) < 80 and "\0" not in value
    if not right:
        raise ActionError(_("That page link is damaged; go back to the first page."), code="bad-cursor", status=400)
    return (int(value) if name in AMOUNTS else value), int(pk)


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
