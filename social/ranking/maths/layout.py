"""What a recorded round is, and how its pairs are written; see `record`."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from social.ranking.maths.arrays import Floats, Ints
from social.ranking.maths.cardrecord import CardRound
from social.ranking.maths.rounds import Inputs, Pairs

FORMAT, WITH_STYLES = 1, 2
"""A round that valued styles says so in `round.json`, which then names their snapshot."""
FILES = ("round.json", "champion.json", "examples.csv", "validation.csv", "values.csv", "members.csv", "result.json")
SNAPSHOT = FILES[1:4]
MEMBERS = "member,name,phi,carried,items,grains"


@dataclass(frozen=True, slots=True)
class Result:
    """`result.json` as it stands there: the gain in nano-nats, the utility in pico-nats."""

    table: Floats
    gain: dict[str, int]
    utility: int
    promote: bool
    reasons: tuple[str, ...]
    worse: tuple[int, ...]
    pool: int
    left: int


@dataclass(frozen=True, slots=True)
class Round:
    """A round as recorded: what went in, and what is said to have come out."""

    inputs: Inputs
    snapshot: str
    values: Ints
    member_values: tuple[int, ...]
    grains: tuple[int, ...]
    result: Result
    styles: CardRound | None = None
    named: str = ""
    """The snapshot of the styles' part as `round.json` says it."""


def header(keys: tuple[str, ...]) -> str:
    return ",".join(("member", "group", "weight", *keys))


def rows(pairs: Pairs) -> Iterator[str]:
    columns = zip(pairs.members.tolist(), pairs.groups.tolist(), pairs.weights.tolist(), pairs.z, strict=True)
    for member, group, weight, z in columns:
        yield f"{member},{group},{weight!r},{','.join(map(repr, z.tolist()))}"


def snapshot_of(inputs: Inputs) -> str:
    """The hash of what was learned from, as `write` writes it."""
    digests = [hashlib.sha256((inputs.champion.to_json() + "\n").encode())]
    for pairs in (inputs.examples, inputs.validation):
        digest = hashlib.sha256(f"{header(inputs.champion.keys)}\n".encode())
        for row in rows(pairs):
            digest.update(f"{row}\n".encode())
        digests.append(digest)
    return hashlib.sha256(b"".join(digest.digest() for digest in digests)).hexdigest()
