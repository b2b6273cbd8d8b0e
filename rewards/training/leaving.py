"""Pay for training in a member's download. Nothing of it is erased: what is due comes to the wallet that stays linked."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from metya.members.parts import Row, Section
from metya.wallets.models import Member
from rewards.training.models import TrainingPay

CHUNK = 500
_BOOKS = "kept: the books, by number"
RULES = {
    "rewards.TrainingPay.member": "kept: the books; what is due is paid to the wallet they left",
    "rewards.TrainingPay.placed_by": _BOOKS,
    "rewards.TrainingPay.decided_by": _BOOKS,
}


def sections(member: Member) -> list[Section]:
    return [Section("training-pay", _("What rounds of training allotted to you"), lambda: _rows(member))]


def _rows(member: Member) -> Iterator[Row]:
    """In grains, a thousand-millionth of a MET each."""
    rows = TrainingPay.objects.of(member).order_by("pk")
    names = (
        "round__number",
        "kind",
        "number",
        "grains",
        "equal",
        "state",
        "epoch",
        "wallet",
        "reason",
        "decision_note",
        "made_at",
    )
    for row in rows.values(*names).iterator(chunk_size=CHUNK):
        yield {"round": row.pop("round__number"), **row}


def erase(member: Member, most: int) -> int:
    """Nothing: the books are for ever."""
    return 0
