"""What can be set of each kind of detector: its bounds, its default, and how what was typed is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import regex
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metya.web.errors import Invalid
from social.detection import folding
from social.detection.models import Kind

MOST_LINES = 200
MOST_LETTERS = 100
_LABEL = regex.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


@dataclass(frozen=True)
class Number:
    """A whole number from ``least`` to ``most``."""

    name: str
    label: Any
    least: int
    most: int
    default: int
    help: Any = ""

    def clean(self, raw: Any) -> int:
        """Raises Invalid."""
        if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit() and len(raw.strip()) < 10:
            raw = int(raw.strip())
        if type(raw) is not int or not self.least <= raw <= self.most:
            said = _("Write a whole number from %(least)d to %(most)d.") % {"least": self.least, "most": self.most}
            raise Invalid(said, data={"field": self.name})
        return raw


@dataclass(frozen=True)
class Lines:
    """One thing a line, each judged by ``each`` (which raises ValueError with what is wrong)."""

    name: str
    label: Any
    each: Callable[[str], str]
    help: Any = ""
    default: tuple[str, ...] = ()

    def clean(self, raw: Any) -> list[str]:
        """Raises Invalid that names the line."""
        lines = raw.splitlines() if isinstance(raw, str) else list(raw)
        typed = [one.strip() for one in lines if one.strip()]
        if not typed:
            raise Invalid(_("Write at least one line."), data={"field": self.name})
        if len(typed) > MOST_LINES:
            said = _("At most %(most)d lines are possible; use a second detector for more.") % {"most": MOST_LINES}
            raise Invalid(said, data={"field": self.name})
        found = []
        for line in typed:
            try:
                found.append(self.each(line))
            except ValueError as wrong:
                raise Invalid(f"“{line[:60]}”: {wrong}", data={"field": self.name}) from wrong
        return list(dict.fromkeys(found))


def _domain(line: str) -> str:
    """A host in ASCII, without what stands before it."""
    name = line.lower().removeprefix("*.").removeprefix("www.")
    try:
        host = name.encode("idna").decode()
    except UnicodeError as wrong:
        raise ValueError(_("write only a domain, like example.org.")) from wrong
    labels = host.split(".")
    good = len(labels) > 1 and len(host) <= 253 and all(_LABEL.fullmatch(one) for one in labels)
    if not good or labels[-1].isdigit():
        raise ValueError(_("write only a domain, like example.org."))
    return host


def _phrase(line: str) -> str:
    """As typed, if there is a word in it and it is short enough to be one phrase."""
    if len(line) > MOST_LETTERS:
        raise ValueError(_("at most %(most)d letters are possible.") % {"most": MOST_LETTERS})
    found = folding.words(folding.plain(line))
    if not found:
        raise ValueError(_("there is no letter and no digit in it."))
    if len(found) > folding.MOST_WORDS:
        raise ValueError(_("at most %(most)d words are possible.") % {"most": folding.MOST_WORDS})
    return line


FIELDS: dict[str, tuple[Number | Lines, ...]] = {
    Kind.LINK: (
        Lines("domains", gettext_lazy("Domains"), _domain,
              gettext_lazy("One a line, like example.org; what lies below it counts too. Also where it is no link.")),
    ),
    Kind.WORDS: (
        Lines("phrases", gettext_lazy("Words and phrases"), _phrase,
              gettext_lazy("One a line, of up to six words. Whole words; case, accents and punctuation do not matter.")),
    ),
    Kind.DUPLICATE: (
        Number("members", gettext_lazy("Different members"), 2, 100, 3, gettext_lazy("So many post the same text, or …")),
        Number("times", gettext_lazy("Times by one member"), 2, 100, 3, gettext_lazy("… one member so many times …")),
        Number("minutes", gettext_lazy("Within minutes"), 1, 7 * 24 * 60, 60),
        Number("least", gettext_lazy("Shortest text"), 10, 500, 30,
               gettext_lazy("In characters. What is shorter is exempt: many say “Good morning”.")),
    ),
    Kind.BURST: (
        Number("posts", gettext_lazy("More posts than"), 1, 500, 20,
               gettext_lazy("Answers to oneself do not count: they are one thread.")),
        Number("minutes", gettext_lazy("Within minutes"), 1, 24 * 60, 10),
    ),
    Kind.MENTIONS: (
        Number("days", gettext_lazy("Members younger than days"), 1, 365, 7),
        Number("members", gettext_lazy("More members mentioned than"), 1, 200, 10,
               gettext_lazy("Within an hour; whoever follows them, or is answered, does not count.")),
    ),
    Kind.IMAGE: (
        Number("distance", gettext_lazy("Differing points, of 64"), 0, 12, 4,
               gettext_lazy("0: hardly any change. 4: also another size or quality. More finds more that is only alike.")),
    ),
    Kind.RING: (
        Number("days", gettext_lazy("Days of quiet after a decision"), 1, 365, 7,
               gettext_lazy("So long the same member is not signalled again.")),
    ),
}  # fmt: skip


def clean(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that belongs to the kind, judged. Raises Invalid with ``data['field']``."""
    return {one.name: one.clean(raw.get(one.name, "")) for one in FIELDS[kind]}


def defaults(kind: str) -> dict[str, Any]:
    """How a detector of the kind begins; lists are empty."""
    return {one.name: list(one.default) if isinstance(one, Lines) else one.default for one in FIELDS[kind]}


def complete(kind: str, params: Mapping[str, Any]) -> bool:
    """Whether it can run: no list is empty."""
    return all(params.get(one.name) not in (None, []) for one in FIELDS[kind])
