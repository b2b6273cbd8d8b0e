"""The governed parameters of an epoch (`params.json`) and their hard bounds."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rewards.engine import canonical
from rewards.engine.errors import InputError, shown
from rewards.engine.limits import BASIS_POINTS

FILE = "params.json"

STANDING = "follow"
"""The kind that stands for as long as it is not undone: one row at the close, always counted in full."""

BOUNDS: dict[str, tuple[int, int]] = {
    "activity_target": (0, 10**9),
    "hops": (1, 8),
    "member_cap_bp": (1, BASIS_POINTS),
    "minimum_payout": (0, 10**12),
    "outflow_limit": (1, 100),
    "pair_cap": (1, 100_000),
    "restart": (1, 63),
    "window": (4, 364),
}
"""Least and greatest value of each plain parameter; within them every sum of the engine fits 64 bits."""

POINTS_BOUNDS = (0, 1_000)
LIMIT_BOUNDS = (1, 1_000)
SPLIT_NAMES = ("influence", "nodes", "training", "treasury")
MAX_KINDS = 32

_KIND_NAME = re.compile(r"[a-z][a-z_]{0,31}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of interaction: `points` each, the newest `limit` per pair count."""

    name: str
    limit: int
    points: int


@dataclass(frozen=True, slots=True)
class Splits:
    """Basis points of the pool for each purpose; they add up to 10,000."""

    influence: int
    nodes: int
    training: int
    treasury: int


@dataclass(frozen=True, slots=True)
class Params:
    """All governed parameters. `kinds` is sorted by name, and a kind's place in it is its code in arrays.

    `restart` is the part of trust that stays at each step, in 64ths; `minimum_payout` is in grains.
    """

    activity_target: int
    hops: int
    kinds: tuple[Kind, ...]
    member_cap_bp: int
    minimum_payout: int
    outflow_limit: int
    pair_cap: int
    restart: int
    splits: Splits
    window: int

    def __post_init__(self) -> None:
        for name, (low, high) in BOUNDS.items():
            canonical.whole(FILE, name, getattr(self, name), low, high)
        _check_kinds(self.kinds)
        parts = [getattr(self.splits, name) for name in SPLIT_NAMES]
        for name, part in zip(SPLIT_NAMES, parts, strict=True):
            canonical.whole(FILE, f"splits.{name}", part, 0, BASIS_POINTS)
        if sum(parts) != BASIS_POINTS:
            raise InputError(FILE, 1, f"splits must add up to {BASIS_POINTS}, not {sum(parts)}")

    @property
    def kind_names(self) -> tuple[str, ...]:
        return tuple(kind.name for kind in self.kinds)

    def kind_code(self, name: str) -> int:
        """The code of a kind in interaction arrays. Raises KeyError."""
        try:
            return self.kind_names.index(name)
        except ValueError:
            raise KeyError(name) from None

    def to_json(self) -> dict[str, Any]:
        """The object that `params.json` holds."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in BOUNDS}
        plain["kinds"] = {kind.name: {"limit": kind.limit, "points": kind.points} for kind in self.kinds}
        plain["splits"] = {name: getattr(self.splits, name) for name in SPLIT_NAMES}
        return plain

    @classmethod
    def from_json(cls, value: Any) -> "Params":
        """Params from the object of `params.json`. Raises InputError on any missing, unknown or outlying value."""
        plain = canonical.exact_keys(FILE, "it", value, {*BOUNDS, "kinds", "splits"})
        kinds = plain["kinds"]
        if not isinstance(kinds, dict):
            raise InputError(FILE, 1, "kinds must be an object")
        table = [
            Kind(name, **canonical.exact_keys(FILE, f"kinds.{shown(name)[1:-1]}", kinds[name], {"limit", "points"}))
            for name in sorted(kinds)
        ]
        splits = Splits(**canonical.exact_keys(FILE, "splits", plain["splits"], set(SPLIT_NAMES)))
        return cls(kinds=tuple(table), splits=splits, **{name: plain[name] for name in BOUNDS})


def read_params(path: Path) -> Params:
    """The parameters in a `params.json`. Raises InputError."""
    return Params.from_json(canonical.load_object(path))


def _check_kinds(kinds: tuple[Kind, ...]) -> None:
    names = [kind.name for kind in kinds]
    if not 1 <= len(kinds) <= MAX_KINDS:
        raise InputError(FILE, 1, f"kinds must name between 1 and {MAX_KINDS} kinds, not {len(kinds)}")
    if names != sorted(set(names)):
        raise InputError(FILE, 1, "kinds must be sorted by name, each once")
    for kind in kinds:
        if not _KIND_NAME.fullmatch(kind.name):
            raise InputError(FILE, 1, f"kinds: {shown(kind.name)} is not a name of lower-case letters and _")
        canonical.whole(FILE, f"kinds.{kind.name}.limit", kind.limit, *LIMIT_BOUNDS)
        canonical.whole(FILE, f"kinds.{kind.name}.points", kind.points, *POINTS_BOUNDS)


DEFAULT_PARAMS = Params(
    activity_target=100,
    hops=3,
    kinds=(
        Kind("follow", limit=1, points=2),
        Kind("like", limit=20, points=1),
        Kind("quote", limit=10, points=4),
        Kind("reply", limit=20, points=3),
        Kind("repost", limit=10, points=6),
        Kind("tip", limit=10, points=6),
    ),
    member_cap_bp=500,
    minimum_payout=100_000_000,
    outflow_limit=10,
    pair_cap=400,
    restart=38,
    splits=Splits(influence=8_000, nodes=500, training=1_000, treasury=500),
    window=28,
)
