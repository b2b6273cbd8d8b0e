"""What a person typed into the search field, understood; what was not understood is said and searched as words.

bees "wax moth" -wasps #garden from:ines has:image since:2026-03-01 until:2026-03-31
"""

from dataclasses import dataclass, field
from datetime import date

import regex
from django.db import connection
from django.utils.translation import gettext as _

from social.posts.render import tag_name
from social.search.index import BREAKS

MAX_LENGTH = 200
MAX_TERMS = 12
OPERATORS = ("from", "has", "since", "until")
HAS = ("image", "link", "poll", "quote")
# In posts a shorter word is taken as it is; from here on as the beginning of one.
PREFIX_FROM = 3

_PIECE = regex.compile(r'(?P<minus>-?)(?:(?P<name>\p{L}+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = regex.compile("[\u201c\u201d\u201e\u00ab\u00bb]")
_CONTROL = regex.compile(r"\p{C}")
_SPOKEN = regex.compile(r"[\p{L}\p{N}]")
_NAME = regex.compile(r"@([A-Za-z0-9_]{1,30})")
_APART = str.maketrans(BREAKS, " " * len(BREAKS))


@dataclass
class Query:
    """``words`` are beginnings of words, ``phrases`` stand as they are, ``without`` must be absent; ``hints`` tell what was
    left out or read otherwise. Tags are case-folded, handles lower case."""

    text: str = ""
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    without_tags: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    has: list[str] = field(default_factory=list)
    since: date | None = None
    until: date | None = None
    hints: list[str] = field(default_factory=list)
    # (operator, as words) that there is not.
    unknown: list[tuple[str, str]] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        """Whether it says what to look for, not only what to leave out."""
        return bool(self.words or self.phrases or self.tags or self.authors or self.has or self.since or self.until)

    @property
    def named(self) -> str:
        """The first word that is spelled like the name of a person, without its ``@``; empty when there is none."""
        names = (found[1] for word in self.words if (found := _NAME.fullmatch(word)))
        return next(names, "").lower()

    def matching(self) -> str:
        """What a text must have, in the language of the database's index; empty when there is no such condition."""
        words = [_term(word, beginning=len(word) >= PREFIX_FROM) for word in self.words]
        return _all(words + [_term(phrase) for phrase in self.phrases])

    def matching_person(self) -> str:
        """What handle or name must have: beginnings, however short, of everything that was typed as words."""
        return _all([_term(word, beginning=True) for word in [*self.words, *self.phrases]])

    def excluding(self) -> str:
        """What a text must not have, in the same language."""
        return (" OR " if connection.vendor == "sqlite" else " | ").join(_term(word) for word in self.without)


def tidy(raw: str) -> str:
    """One line without control characters, which no database would even compare."""
    return " ".join(_CONTROL.sub(" ", raw).split())


def parse(raw: str) -> Query:
    """Never fails: the worst input is a search for its words."""
    text = _QUOTES.sub('"', tidy(raw))
    query = Query(text=text[:MAX_LENGTH])
    if len(text) > MAX_LENGTH:
        query.hints.append(_("Only the first %(most)d characters were searched.") % {"most": MAX_LENGTH})
    for number, piece in enumerate(_PIECE.finditer(query.text)):
        if number == MAX_TERMS:
            query.hints.append(_("Only the first %(most)d words were searched.") % {"most": MAX_TERMS})
            break
        _take(query, piece)
    _note_unknown(query)
    return query


def _note_unknown(query: Query) -> None:
    """What looks like an operator but is none is left out; where nothing else was asked for, it is searched as words."""
    known = ", ".join(f"{operator}:" for operator in OPERATORS)
    alone = not query.asks
    for name, words in query.unknown:
        if alone:
            query.phrases.append(words)
            message = _("There is no operator %(name)s: so it was searched as words. There are %(known)s")
        else:
            message = _("There is no operator %(name)s: so it was left out. There are %(known)s")
        query.hints.append(message % {"name": name, "known": known})


def _take(query: Query, piece: "regex.Match[str]") -> None:
    name, minus, phrase = (piece["name"] or "").lower(), bool(piece["minus"]), piece["phrase"]
    value = phrase if phrase is not None else piece["word"]
    whole = f"{name} {value}" if name else value
    if name in OPERATORS and not minus:
        _operator(query, name, value)
    elif name in OPERATORS:
        query.hints.append(_("%(name)s: cannot be excluded; it was left out.") % {"name": name})
    elif name and not value.startswith("//"):
        query.unknown.append((name, whole))
    elif phrase is None and value.startswith("#") and (tag := tag_name(value[1:])):
        (query.without_tags if minus else query.tags).append(tag)
    elif _SPOKEN.search(whole):
        plain = phrase is None and not name
        (query.without if minus else query.words if plain else query.phrases).append(whole)


def _operator(query: Query, name: str, value: str) -> None:
    if name == "from":
        query.authors.append(value.removeprefix("@").lower())
    elif name == "has":
        kind = value.lower().removesuffix("s")
        if kind in HAS:
            query.has.append(kind)
        else:
            message = _("has: knows %(known)s; “%(value)s” was left out.")
            query.hints.append(message % {"known": ", ".join(HAS), "value": value})
    else:
        day = _day(value)
        if day is not None:
            setattr(query, name, day)
        else:
            message = _("%(name)s: needs a date like 2026-03-31; “%(value)s” was left out.")
            query.hints.append(message % {"name": name, "value": value})


def _day(value: str) -> date | None:
    """A date of this age; others are nothing that a database could compare in every time zone."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2999 else None


def _all(terms: list[str]) -> str:
    return (" AND " if connection.vendor == "sqlite" else " & ").join(terms)


def _term(text: str, *, beginning: bool = False) -> str:
    """One word or phrase as FTS5 and ``to_tsquery`` take it; nothing in it is an operator of theirs."""
    plain = " ".join(text.translate(_APART).split())
    if connection.vendor == "sqlite":
        return f'"{plain}"' + (" *" if beginning else "")
    return f"'{plain}'" + (":*" if beginning else "")
