"""The public record of a round: its files as they are served, and what a receipt takes from them."""

import json
import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from social.ranking.maths.payment import ITEM_CAP, MEMBER_CAP_BP, VALUE_BP, weighed
from social.training import folders
from social.training.models import Round

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Totals:
    """What the pool was divided by: accepted examples that count, and nano-nats above nothing; carried pico-nats by number."""

    items: int
    value: int
    carried: dict[int, int]


@dataclass(frozen=True)
class Parts:
    """How a round split its pool: basis points by value, accepted examples of one member that count, the cap of a member."""

    value_bp: int = VALUE_BP
    item_cap: int = ITEM_CAP
    member_cap_bp: int = MEMBER_CAP_BP

    @property
    def value_percent(self) -> float:
        return self.value_bp / 100

    @property
    def equal_percent(self) -> float:
        return 100 - self.value_percent

    @property
    def cap_percent(self) -> float:
        return self.member_cap_bp / 100


def files_of(one: Round) -> list[folders.File]:
    """The files in their order; none where the round has no record, or it is not as it was stored."""
    files, intact = folders.listing(one)
    if files and not intact:
        logger.error("the record of round %s is not as it was stored", one.number)
    return files if intact else []


def rules_of(one: Round) -> dict[str, Any]:
    """By which rules it was computed: those that its row keeps; of rounds before rows kept them, round.json; empty where that
    is lost too."""
    if one.rules:
        return dict(one.rules)
    try:
        found: dict[str, Any] = json.loads((folders.directory(one.number) / "round.json").read_bytes())["rules"]
    except (OSError, ValueError, KeyError):
        return {}
    return found


def parts_of(one: Round) -> Parts:
    """The parts of its pool by its own rules; where they are lost, by those of today, which are those of the first rounds."""
    rules = rules_of(one)
    known = {
        name: rules[name] for name in ("value_bp", "item_cap", "member_cap_bp") if isinstance(rules.get(name), int)
    }
    return Parts(**known)


def totals_of(one: Round) -> Totals | None:
    """From members.csv; None where there is no record."""
    try:
        return _totals(one.number, one.record_sha256, parts_of(one).item_cap) if one.folder else None
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=64)
def _totals(number: int, _sha256: str, item_cap: int) -> Totals:
    items, value, carried = 0, 0, {}
    text = (folders.directory(number) / "members.csv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        member, _name, phi, before, count, _grains = line.split(",")
        items += min(int(count), item_cap)
        value += weighed(int(phi) + int(before))
        carried[int(member)] = int(before)
    return Totals(items, value, carried)
