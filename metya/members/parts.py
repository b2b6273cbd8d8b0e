"""What each part of the site knows of a member: how it is told to them, and what becomes of it when they are erased.

A part is a module, named here as the periodic table names jobs, so that nothing imports upwards. It has

- ``RULES``: for every foreign key to a member in its tables ("social.Like.member") either ERASED or why the rows stay;
  a test walks all models and demands a rule for each;
- ``sections(member)``: what stands in their download;
- ``erase(member, most)``: erase up to ``most`` more things, each in a transaction of its own, and say how many. 0 means that
  nothing is left. It may be interrupted anywhere and begun again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from django.db.models import Model

from metya.wallets.models import Member

# The account itself comes last: the others may still need the name.
PARTS = (
    "social.leaving.own",
    "social.messages.leaving",
    "rewards.payouts.leaving",
    "rewards.reports.leaving",
    "rewards.schedules.leaving",
    "rewards.training.leaving",
    "metya.members.own",
)
ERASED = "erased"
Row = dict[str, Any]
# Erases up to so many things of a member, and says how many.
Step = Callable[[Member, int], int]


def _no_files() -> Iterator[tuple[str, Any]]:
    return iter(())


@dataclass(frozen=True)
class Section:
    """One list of the download: ``rows`` are read one by one, ``files`` are (name, stored file)."""

    name: str
    title: str
    rows: Callable[[], Iterator[Row]]
    files: Callable[[], Iterator[tuple[str, Any]]] = field(default=_no_files)


class Part(Protocol):
    RULES: Mapping[str, str]

    def sections(self, member: Member) -> list[Section]: ...
    def erase(self, member: Member, most: int) -> int: ...


@cache
def every() -> tuple[Part, ...]:
    """The parts in their order."""
    return tuple(cast(Part, import_module(path)) for path in PARTS)


def rules() -> dict[str, str]:
    """What becomes of each foreign key, of all parts."""
    return {name: rule for part in every() for name, rule in part.RULES.items()}


def sections(member: Member) -> list[Section]:
    """Everything that stands in a download."""
    return [one for part in every() for one in part.sections(member)]


def erase(member: Member, most: int) -> int:
    """Erase up to ``most`` more things of the first part that has any left; 0 when all is gone."""
    return one_of([part.erase for part in every()], member, most)


def one_of(steps: Iterable[Step], member: Member, most: int) -> int:
    """How many things the first step that finds any erased; 0 when none does."""
    return next((done for step in steps if (done := step(member, most))), 0)


def deleting(model: type[Model], field: str) -> Step:
    """The step that deletes the rows whose ``field`` is the member."""
    return lambda member, most: delete_some(model, most, **{field: member})


def delete_some(model: type[Model], most: int, **where: Any) -> int:
    """Delete up to ``most`` rows; how many."""
    rows = model._default_manager.filter(**where)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    model._default_manager.filter(pk__in=ids).delete()
    return len(ids)
