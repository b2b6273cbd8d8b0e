"""What changed between two texts, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|[^\s]+")
SAME, ADDED, REMOVED = "same", "added", "removed"


@dataclass(frozen=True)
class Piece:
    """A run of text that is ``kind``: same, added or removed."""

    kind: str
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """The pieces that read as ``before`` without the added and as ``after`` without the removed ones."""
    one, other = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for what, start, end, other_start, other_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece(SAME, "".join(one[start:end])))
            continue
        for kind, words in ((REMOVED, one[start:end]), (ADDED, other[other_start:other_end])):
            if words:
                pieces.append(Piece(kind, "".join(words)))
    return pieces
