"""What the system tells somebody: kept as a text to be translated and its values, said in the language of whoever reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext

from metya.web import numbers


@dataclass(frozen=True)
class Sentence:
    """``text`` is English with placeholders, marked for translation by ``gettext_noop`` where it is written; of the values,
    ``amount`` is in grains, and ``why`` may be what another part said already."""

    text: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = {name: numbers.met(int(each)) if name == "amount" else each for name, each in self.values.items()}
        return gettext(self.text) % shown


_outside: set[str] = set()
# Once notices were kept as they were said, in English. From which sentences they came is known.
_older: dict[str, re.Pattern[str]] = {}
_PLACE = re.compile(r"%\\\((\w+)\\\)([sd])")
_AMOUNT = "(?P<amount>(?:<\u00a0)?[\\d,]+\\.\\d\\d)\u00a0MET"


def once(text: str, *, outside: bool = False) -> str:
    """``text`` as it is; notices that were made from it and kept as they were said are recognised from now on.

    ``outside``: it may stand in an e-mail to the member, since it holds nothing but what is published anyway.
    """
    if outside:
        _outside.add(text)
    pattern = re.escape(text).replace(r"%\(amount\)s", _AMOUNT)
    _older[text] = re.compile(_PLACE.sub(_place, pattern), re.DOTALL)
    return text


def may_leave(sentence: Sentence) -> bool:
    """Whether it may stand outside the site, as whoever wrote it said."""
    return sentence.text in _outside


def of_older(said: str) -> Sentence | None:
    """The sentence that a plain English notice was made from; None where it is of another kind."""
    for text, pattern in _older.items():
        if found := pattern.fullmatch(said):
            return Sentence(text, {name: _value(name, each, text) for name, each in found.groupdict().items()})
    return None


def _place(found: re.Match[str]) -> str:
    return rf"(?P<{found[1]}>{'[0-9]+' if found[2] == 'd' else '.*'})"


def _value(name: str, each: str, text: str) -> str | int:
    if name == "amount":
        # Of dust nothing but that it is some was written down.
        return 1 if each.startswith("<") else int(Decimal(each.replace(",", "")) * numbers.GRAINS)
    return int(each) if f"%({name})d" in text else each
