"""Finds what people would read in a template although it is not marked for translation."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, TokenType

# Attributes that are read out or shown.
_READ = {"alt", "title", "placeholder", "label", "summary", "aria-label", "aria-description", "aria-roledescription"}
_READ |= {"aria-valuetext", "aria-placeholder", "aria-braillelabel"}
# What stands where a tag or variable was: a letter would make a word of two halves.
_GAP = "\ufffc"
_WORD = re.compile(r"[^\W\d_]{2,}")
# The same in every language: units, formats and names of things, code that is typed as it is.
NAMES = {"MET", "UTC", "JSON", "CSV", "RSS", "Metya", "sha256", "Ctrl", "Enter", "Esc"}
# Between these nothing is prose: commands, hashes, keys, examples of what is typed.
_VERBATIM = {"code", "pre", "kbd", "samp", "script", "style", "svg"}
_VERBATIM_CLASSES = {"formula", "hash"}
_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
    "use",
    "path",
}
_VOID |= {"rect", "circle", "line", "polyline"}
# Blocks that fill in a class of <body>.
_CLASSES = {"body_class", "bodyclass", "coltype"}
# In a text of commands: all but what stands behind #.
_COMMAND = re.compile(r"^(?:mkdir|cd|\S*curl|python|\S*cd)\b[^#]*|sha256")
_GIVEN = re.compile(r"""\b(?:label|title|text|name|words|about|note)=["']([^"']+)["']""")
# Filters that write their argument out.
_SHOWN = re.compile(r"\|(?:default|default_if_none|yesno|pluralize|add|join):([\"'][^\"']*[\"'])")


class _Reader(HTMLParser):
    """Collects texts and read attributes with their line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self.verbatim: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if self.verbatim or tag in _VERBATIM or _VERBATIM_CLASSES & set((values.get("class") or "").split()):
            self.verbatim += [tag] if tag not in _VOID else []
        for name, value in attrs:
            prose = name in _READ or (name.startswith("data-") and " " in (value or "").strip(_GAP + " "))
            prose = prose or (name == "value" and values.get("type") in ("submit", "button", "reset"))
            prose = prose or (name == "content" and (values.get("name") or values.get("property") or "") in _METAS)
            if prose and value:
                self.found.append((self.getpos()[0], value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.verbatim and self.verbatim[-1] == tag:
            self.verbatim.pop()

    def handle_data(self, data: str) -> None:
        if not self.verbatim:
            self.found.append((self.getpos()[0], data))


_METAS = {"description", "og:title", "og:description", "og:image:alt", "twitter:title", "twitter:description"}


def unmarked(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of everything that is read and not marked."""
    source = path.read_text(encoding="utf-8")
    plain: list[str] = []
    inside, of_class = "", False
    for token in Lexer(source).tokenize():
        lines = "\n" * token.contents.count("\n")
        if token.token_type == TokenType.TEXT:
            plain.append(lines if inside or of_class else token.contents)
            continue
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split()[0] if token.contents.split() else ""
            if inside:
                inside = "" if name == f"end{inside}" else inside
            elif name in ("blocktranslate", "blocktrans", "comment", "verbatim"):
                inside = name
            of_class = name == "block" and token.contents.split()[-1] in _CLASSES
        if token.token_type in (TokenType.BLOCK, TokenType.VAR) and not inside:
            yield from ((token.lineno, text) for text in _written(token.contents))
        plain.append(_GAP + lines)
    reader = _Reader()
    text = "".join(plain)
    if path.suffix == ".html":
        reader.feed(text)
        reader.close()
    else:
        reader.found = [(number, _COMMAND.sub("", line)) for number, line in enumerate(text.split("\n"), 1)]
    for line, read in reader.found:
        words = [word for word in _WORD.findall(read) if word not in NAMES]
        if words:
            yield line, read.replace(_GAP, "…").strip("… \n")


def _written(contents: str) -> Iterator[str]:
    """Literals in a tag or variable that reach the page: arguments of filters that write them, `with title="…"`."""
    for literal in _SHOWN.findall(contents):
        if _WORD.search(literal):
            yield literal
    if contents.startswith(("include ", "with ")):
        yield from _GIVEN.findall(contents)
