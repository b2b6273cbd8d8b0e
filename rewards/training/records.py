"""The public record of a round: its files as they are served, and what a receipt takes from them."""

import json
import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from social.ranking.payment import ITEM_CAP, weighed
from social.training import folders
from social.training.models import Round

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Totals:
    """What the pool was divided by: accepted examples that count, and nano-nats above nothing; carried pico-nats by number."""

    items: int
    value: int
    carried: dict[int, int]


def files_of(one: Round) -> list[folders.File]:
    """The files in their order; none where the round has no record, or it is not as it was stored."""
    if not one.folder:
        return []
    place = folders.directory(one.number)
    try:
        lines = folders.sums(place)
        if folders.sha256_of(lines) != one.record_sha256:
            logger.error("the record of round %s is not as it was stored", one.number)
            return []
        return folders.listed(place, lines)
    except OSError:
        return []


def rules_of(one: Round) -> dict[str, Any]:
    """By which rules it was computed: round.json; empty where there is no record."""
    try:
        found: dict[str, Any] = json.loads((folders.directory(one.number) / "round.json").read_bytes())["rules"]
    except (OSError, ValueError, KeyError):
        return {}
    return found


def totals_of(one: Round) -> Totals | None:
    """From members.csv; None where there is no record."""
    try:
        return _totals(one.number, one.record_sha256) if one.folder else None
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=64)
def _totals(number: int, _sha256: str) -> Totals:
    items, value, carried = 0, 0, {}
    text = (folders.directory(number) / "members.csv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        member, _name, phi, before, count, _grains = line.split(",")
        items += min(int(count), ITEM_CAP)
        value += weighed(int(phi) + int(before))
        carried[int(member)] = int(before)
    return Totals(items, value, carried)
