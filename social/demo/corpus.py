"""Reading the texts of the demo community.

A file is one topic: its title, then pieces. A piece begins at the margin with its kind, in brackets before it a
language other than English, in brackets after it a picture and whom it is for; the indented lines below are what
others say to it. ``A`` is the author; ``C>0`` answers the first text instead of the line above; ``Q`` quotes it::

    show (ridge; by ines): Walked the whole {ridge|river} trail this morning.
      alt: Two hills and a low sun
      B: Which two?
      A: The upper ones.
      Q: Read this.

In braces: ``{one|two}`` picks one, the same wherever the same choice stands in a piece; ``{key:one|two}`` ties choices of
one key together by place; ``{3-9}`` is a number; ``{@B}`` mentions the speaker B.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
KINDS = ("ask", "show", "news", "event", "mishap", "tip", "muse", "joke", "hello")
REACTIONS = "reactions"
RING = "ring"
_HEAD = re.compile(r"(?:\((?P<language>[a-z]{2})\) )?(?P<kind>[a-z]+)(?: \((?P<notes>[^)]*)\))?(?:: (?P<text>.+))?")
_TURN = re.compile(r"  (?P<speaker>[A-Z])(?:>(?P<parent>\d))?: (?P<text>.+)")
_SPAN = re.compile(r"(\d+)-(\d+)")
_SLOT = re.compile(r"\{([^{}]*)\}")


class BadText(Exception):
    """A line of a text file that does not follow the format; the message names file, line and reason."""


@dataclass(frozen=True)
class Turn:
    """One thing said in a piece; ``parent`` counts from 0, the first text. A quote has the speaker Q."""

    speaker: str
    parent: int
    text: str


@dataclass(frozen=True)
class Piece:
    """A post with all that is said to it. ``by`` is a handle, or empty for anyone of the topic."""

    topic: str
    number: int
    kind: str
    turns: tuple[Turn, ...]
    language: str = ""
    picture: str = ""
    alt: str = ""
    by: str = ""

    @property
    def varies(self) -> bool:
        """Whether the first text can be told more than once in other words."""
        return "|" in self.turns[0].text

    @property
    def speakers(self) -> list[str]:
        """The letters of those who speak besides the author, in order of appearance."""
        return sorted({turn.speaker for turn in self.turns} - {"A"})


def read_topic(path: Path) -> tuple[Piece, ...]:
    """The pieces of one file; raises BadText."""
    topic = path.stem
    pieces: list[Piece] = []
    fields: dict[str, str] = {}
    turns: list[Turn] = []

    def finish() -> None:
        if fields or turns:
            pieces.append(Piece(topic=topic, number=len(pieces), turns=tuple(turns), **fields))

    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        if not line.strip():
            continue
        if not line.startswith(" "):
            finish()
            fields, turns = _head(path, number, line)
        elif line.startswith("  alt: "):
            fields["alt"] = line[7:]
        elif match := _TURN.fullmatch(line):
            # Under a reaction the first text is not in the file: its place is kept by the empty turn 0.
            quote = match["speaker"] == "Q"
            parent = int(match["parent"]) if match["parent"] else 0 if quote else _last(turns)
            turns.append(Turn(match["speaker"], parent, match["text"]))
        else:
            raise BadText(f"{path.name}:{number}: neither a piece, nor an alt text, nor something said")
    finish()
    return tuple(pieces)


def _last(turns: list[Turn]) -> int:
    return max((place for place, turn in enumerate(turns) if turn.speaker != "Q"), default=0)


def _head(path: Path, number: int, line: str) -> tuple[dict[str, str], list[Turn]]:
    match = _HEAD.fullmatch(line)
    if match is None or match["kind"] not in KINDS:
        raise BadText(f"{path.name}:{number}: a piece begins with one of {', '.join(KINDS)}")
    fields = {"kind": match["kind"], "language": match["language"] or ""}
    for note in filter(None, (part.strip() for part in (match["notes"] or "").split(";"))):
        key, value = ("by", note[3:]) if note.startswith("by ") else ("picture", note)
        fields[key] = value
    return fields, [Turn("A", 0, match["text"] or "")]


@cache
def topics() -> dict[str, tuple[Piece, ...]]:
    """Every topic of the community, by the name of its file."""
    return {
        path.stem: read_topic(path)
        for path in sorted((HERE / "texts").glob("*.txt"))
        if path.stem not in (REACTIONS, RING)
    }


@cache
def reactions() -> dict[str, list[Piece]]:
    """Short exchanges that fit under any piece of a kind; their first text is empty."""
    found: dict[str, list[Piece]] = {}
    for piece in read_topic(HERE / "texts" / f"{REACTIONS}.txt"):
        found.setdefault(piece.kind, []).append(piece)
    return found


@cache
def ring() -> tuple[Piece, ...]:
    """What the small accounts say that only praise each other."""
    return read_topic(HERE / "texts" / f"{RING}.txt")


@cache
def names() -> list[str]:
    """Names of people, first the ones that the texts mention."""
    return [line.removesuffix(" *") for line in _names()]


@cache
def bearded() -> frozenset[str]:
    """First names of those whose portrait may have a beard (marked by a star in the list)."""
    return frozenset(line.split()[0] for line in _names() if line.endswith(" *")) | {"Tomasz", "Finn", "Cole"}


def _names() -> list[str]:
    return (HERE / "lists" / "names.txt").read_text(encoding="utf-8").splitlines()


@cache
def bios() -> dict[str, list[str]]:
    """What people write about themselves, by topic."""
    found: dict[str, list[str]] = {}
    topic = ""
    for line in (HERE / "lists" / "bios.txt").read_text(encoding="utf-8").splitlines():
        if line in topics():
            topic = line
        else:
            found.setdefault(topic, []).append(line)
    return found


class Telling:
    """One telling of a piece: every choice in braces is made once."""

    def __init__(self, rng: Random, handles: dict[str, str]) -> None:
        self._rng, self._handles = rng, handles
        self._chosen: dict[str, int] = {}

    def tell(self, text: str) -> str:
        """``text`` with its braces filled."""
        return _SLOT.sub(self._fill, text)

    def _fill(self, match: re.Match[str]) -> str:
        body = match[1]
        if body.startswith("@"):
            return "@" + self._handles[body[1:]]
        if span := _SPAN.fullmatch(body):
            low, high = int(span[1]), int(span[2])
            return str(low + self._pick(body, high - low + 1))
        key, tied, rest = body.partition(":")
        if not tied or not key.isalpha() or not key.islower() or len(key) > 2:
            key, rest = body, body
        options = rest.split("|")
        return options[self._pick(key, len(options))]

    def _pick(self, key: str, count: int) -> int:
        return self._chosen.setdefault(key, self._rng.randrange(count)) % count
