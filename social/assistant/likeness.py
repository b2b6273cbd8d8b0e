"""Whether the words of a post stem from a draft of the assistant. Pure.

What counts is what the draft brought: its pairs of neighbouring words that the member had not written themselves. A post stems
from the draft when at least KEPT of those pairs stand in it, or when they make up at least KEPT of the post: so one sentence out
of five is enough, and so is a title over one's own text. Someone who takes the draft out again, or writes it anew in words of
their own, has written the post. Case, punctuation, line breaks and invisible characters make no difference.
"""

import re
import unicodedata

KEPT = 0.4
# That many pairs at least, unless the draft brought fewer: two words are soon the same by chance.
LEAST = 3
# Scripts without spaces: each character is a word.
_WORDS = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+"
)
_START = ""


def stems_from(text: str, draft: str, own: str) -> bool:
    """Whether ``text`` stems from ``draft``, as it was offered to somebody who had written ``own``."""
    brought = _pairs(draft) - _pairs(own)
    said = _pairs(text)
    kept = len(brought & said)
    return kept >= min(LEAST, max(len(brought), 1)) and kept >= KEPT * min(len(brought), len(said))


def _pairs(text: str) -> set[tuple[str, str]]:
    """Neighbouring words; a text of one word is a pair with its beginning."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    words = [_START, *_WORDS.findall(plain)]
    return set(zip(words, words[1:], strict=False)) if len(words) == 2 else set(zip(words[1:], words[2:], strict=False))
