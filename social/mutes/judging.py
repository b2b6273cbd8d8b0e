"""Whether a text holds what somebody muted: whole words and phrases, however they are written large or small."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import regex

_WORD = r"[\p{L}\p{M}\p{N}_]"
# Between words of these scripts stands nothing, so that no edge can be asked for.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_EDGE: "regex.Pattern[str]" = regex.compile(rf"(?!{_UNSPACED}){_WORD}")
# Marks that are not seen: joiners and soft hyphens.
_UNSEEN = regex.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_SPACES = regex.compile(r"\s+")


def fold(text: str) -> str:
    """How texts are compared: without case, width, invisible marks and line breaks."""
    plain: str = _UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold())
    spaced: str = _SPACES.sub(" ", unicodedata.normalize("NFC", plain))
    return spaced.strip()


@dataclass(frozen=True)
class Muted:
    """One of a member's muted words as it is judged; ``folded`` without the # of a hashtag."""

    folded: str
    tag: bool
    spares_followed: bool


class MutedWords:
    """All that a member muted, ready to be asked of many texts. False when there is nothing."""

    def __init__(self, words: Iterable[Muted] = ()) -> None:
        self.words = tuple(words)
        self._always = _pattern(word for word in self.words if not word.spares_followed)
        self._unless_followed = _pattern(word for word in self.words if word.spares_followed)

    def __bool__(self) -> bool:
        return bool(self.words)

    def but(self, tag: str) -> "MutedWords":
        """Without the hashtag ``tag``: on its own page it is what was asked for."""
        return MutedWords(word for word in self.words if not (word.tag and word.folded == tag))

    def hide(self, text: str, *, followed: bool) -> bool:
        """Whether ``text``, by somebody whom the member follows or not, holds any of them."""
        folded = fold(text)
        patterns = (self._always, None if followed else self._unless_followed)
        return any(pattern is not None and pattern.search(folded) for pattern in patterns)


def _pattern(words: Iterable[Muted]) -> "regex.Pattern[str] | None":
    parts = [_part(word) for word in words]
    return regex.compile("|".join(parts)) if parts else None


def _part(word: Muted) -> str:
    escaped: str = regex.escape(fold(word.folded), special_only=True)
    if word.tag:
        return rf"(?<![\p{{L}}\p{{N}}_&/#])#{escaped}(?!{_WORD})"
    before = rf"(?<!{_WORD})" if _EDGE.match(word.folded) else ""
    after = rf"(?!{_WORD})" if _EDGE.match(word.folded[-1]) else ""
    return before + escaped + after
