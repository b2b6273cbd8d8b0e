"""How detectors read a text: without case, width, marks on letters and what is not seen; and as words, hosts and a number."""

import hashlib
import unicodedata
from contextlib import suppress

import regex

from social.mutes.judging import fold

# More words than these in a row are no phrase of a detector.
MOST_WORDS = 6
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
# In these scripts a mark changes a letter and not the word; in others (Indic ones) it is a vowel.
_MARKED = regex.compile(r"([\p{Latin}\p{Greek}\p{Cyrillic}])\p{Mn}+")
_POINTS = regex.compile(r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670]")
# Letters that Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
# Between words of these scripts stands nothing, so that no edge can be asked for.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_HANDLE = regex.compile(r"(?<![\p{L}\p{N}_@])@[a-z0-9_]{3,30}")
_HOST = regex.compile(r"[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)+")
_DOTS = regex.compile("[\u3002\uff0e\uff61]")


def plain(text: str) -> str:
    """The text without case, width, marks and line breaks."""
    apart = unicodedata.normalize("NFD", fold(text))
    bare: str = _POINTS.sub("", _MARKED.sub(r"\1", apart))
    return unicodedata.normalize("NFC", bare).translate(_PLAIN)


def words(folded: str) -> list[str]:
    """The words of a text that ``plain`` made."""
    found: list[str] = _WORD.findall(folded)
    return found


def phrases(found: list[str]) -> set[str]:
    """Every run of one to MOST_WORDS words, with a space between them."""
    return {
        " ".join(found[start : start + many])
        for many in range(1, min(MOST_WORDS, len(found)) + 1)
        for start in range(len(found) - many + 1)
    }


def unspaced(folded: str) -> bool:
    """Whether it is of a script without spaces, where it may stand anywhere."""
    return _UNSPACED.search(folded) is not None


def essence(folded: str) -> str:
    """What two copies of a text have in common: its words, without whom it mentions and without punctuation."""
    return " ".join(words(_HANDLE.sub(" ", folded)))


def number_of(data: bytes) -> int:
    """64 bits of SHA-256, signed as databases keep them."""
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big", signed=True)


def hosts(text: str) -> set[str]:
    """The names of hosts in a text, linked or bare, in ASCII and lower case."""
    found = set()
    for name in _HOST.findall(fold(_DOTS.sub(".", text))):
        with suppress(UnicodeError):  # of no shape that a host can have
            found.add(name if name.isascii() else name.encode("idna").decode())
    return found
