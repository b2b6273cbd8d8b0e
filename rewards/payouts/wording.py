"""The checks of a batch in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from rewards.payouts.models import Batch
from social.templatetags.metya import met


@dataclass(frozen=True)
class Item:
    """A payout that a check points at. Grains; ``before`` None where it does not matter."""

    wallet: str
    handle: str
    amount: int
    before: int | None
    note: str


@dataclass(frozen=True)
class CheckView:
    """A check in words: what it is, what it found, and whether somebody should look."""

    code: str
    ok: bool
    title: str
    found: str
    items: list[Item]


def checks_of(batch: Batch) -> list[CheckView]:
    """Every check of a batch; one query."""
    members = {item["member"] for check in batch.checks for item in check["items"] if item["member"]}
    handles = dict(Member.objects.filter(pk__in=members).values_list("pk", "handle"))
    return [
        CheckView(
            code=check["code"],
            ok=bool(check["ok"]),
            title=_title(check["code"]),
            found=_found(check["code"], check["figures"]),
            items=list(_items(check["items"], handles)),
        )
        for check in batch.checks
    ]


def _items(items: Iterable[dict[str, Any]], handles: dict[int, str]) -> Iterable[Item]:
    for item in items:
        handle = handles.get(item["member"] or 0, "")
        yield Item(item["wallet"], handle, item["amount"], item["before"], item["note"])


def _title(code: str) -> str:
    titles = {
        "sum": _("The parts add up to the pool"),
        "cap": _("Nobody is above the cap"),
        "change": _("Change against the batch before"),
        "concentration": _("How much goes to few"),
        "members": _("Suspended, reported or gone members"),
        "wallets": _("Members who share a wallet's history"),
        "large": _("Unusually large amounts"),
        "rings": _("Rings: small groups who support each other"),
    }
    return titles.get(code, code)


def _found(code: str, figures: dict[str, int]) -> str:
    texts = {
        "sum": _(
            "pool %(pool)s, its parts %(parts)s; %(booked)s booked for influence, %(carry)s carried; "
            "%(earned)s earned of %(due)s due; %(amount)s paid, %(owed_after)s owed on"
        ),
        "cap": _("largest part %(largest)s, cap %(cap)s, %(at_cap)s at the cap"),
        "change": _(
            "%(new)s new, %(raised)s raised (%(jumped)s more than fivefold), %(lowered)s lowered, %(gone)s no longer paid"
        ),
        "concentration": _(
            "top 20 %(top20_bp)s (before %(top20_bp_before)s), top 1 %% %(top1_bp)s (%(top1_bp_before)s), "
            "Gini %(gini_bp)s (%(gini_bp_before)s)"
        ),
        "members": _("%(flagged)s payouts, %(amount)s together; %(no_member)s wallets without a member"),
        "wallets": _("%(payouts)s paid members share %(wallets)s wallets with others"),
        "rings": _("%(rings)s found, %(members)s members in them, %(amount)s together"),
        "large": _("%(count)s above %(limit)s (20 times the middle one), %(share_bp)s of the total"),
    }
    money = {"pool", "parts", "booked", "earned", "due", "amount", "owed_after", "carry", "largest", "cap", "limit"}
    shown = {
        name: met(value)
        if name in money
        else number_format(value / 100, 2) + "\u00a0%"
        if "_bp" in name
        else number_format(value, force_grouping=True)
        for name, value in figures.items()
    }
    return texts[code] % shown if code in texts else str(figures)
