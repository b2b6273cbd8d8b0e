"""What a page says of itself: Open Graph, else Twitter's cards, else the plain title and description. Text only, never markup."""

import codecs
import re
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

import regex

MAX_TITLE, MAX_DESCRIPTION, MAX_SITE = 150, 300, 60
_MOST_TAGS = 20_000
_PIECE, _SECONDS = 16_384, 0.5
_RAW = 4_000  # characters of one value that are looked at
# What the web is written in. Others are no encodings of text, or take long to read.
_NAMED = """
    utf-8 utf-16 utf-16-le utf-16-be ascii latin-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9
    iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874
    koi8-r koi8-u mac-roman mac-cyrillic shift_jis cp932 euc_jp iso2022_jp euc_kr cp949 gb2312 gbk gb18030 big5 big5hkscs
"""
_ENCODINGS = {codecs.lookup(name).name for name in _NAMED.split()}
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.I)
_UNSHOWN = regex.compile(
    r"[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Noncharacter_Code_Point}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_SPACES = regex.compile(r"[\s\u2800\u3164]+")
_PILE = regex.compile(r"((?:(?!\p{Variation_Selector})[\p{Mn}\p{Me}]){4})(?:(?!\p{Variation_Selector})[\p{Mn}\p{Me}])+")
_FLOOD = regex.compile(r"(\p{Default_Ignorable_Code_Point}{8})\p{Default_Ignorable_Code_Point}+")
_NAMES = {
    "title": ("og:title", "twitter:title", "title"),
    "description": ("og:description", "twitter:description", "description"),
    "site": ("og:site_name", "application-name"),
    "picture": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
}
_WANTED = {name for names in _NAMES.values() for name in names} - {"title"}


@dataclass(frozen=True)
class Page:
    """Clean texts, each of one line, and the address of a picture (empty: none)."""

    title: str = ""
    description: str = ""
    site: str = ""
    picture: str = ""


def read_page(body: bytes, charset: str, url: str) -> Page:
    """From the beginning of an HTML document that came from ``url``."""
    reader = _Head()
    with suppress(_Enough, AssertionError):  # the parser asserts on some malformed declarations
        text, start = body.decode(_encoding(charset, body), "replace"), time.thread_time()
        # In pieces, because there are documents that take the parser long on purpose.
        for place in range(0, len(text), _PIECE):
            if time.thread_time() - start > _SECONDS:
                break
            reader.feed(text[place : place + _PIECE])
    said = reader.said | {"title": "".join(reader.title)}

    def first(what: str, most: int) -> str:
        return next((text for name in _NAMES[what] if (text := tidy(said.get(name, ""), most))), "")

    picture = next((said[name].strip() for name in _NAMES["picture"] if said.get(name, "").strip()), "")
    return Page(
        first("title", MAX_TITLE), first("description", MAX_DESCRIPTION), first("site", MAX_SITE), _joined(url, picture)
    )


def tidy(raw: str, most: int) -> str:
    """One line of at most ``most`` characters as people count: nothing invisible that reorders, piles up or controls."""
    text = _UNSHOWN.sub(" ", raw[:_RAW])
    text = _FLOOD.sub(r"\1", _PILE.sub(r"\1", unicodedata.normalize("NFC", text)))
    text = _SPACES.sub(" ", text).strip()
    shown = regex.findall(r"\X", text)
    text = text if len(shown) <= most else "".join(shown[: most - 1]).rstrip() + "…"
    return text if regex.search(r"[\p{L}\p{N}\p{S}]", text) else ""


class _Enough(Exception):
    """The rest of the document is of no interest."""


class _Head(HTMLParser):
    """Collects the first value of each name that is wanted, and the first title."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self.title: list[str] = []
        self._in_title = self._titled = False
        self._tags = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tags += 1
        if self._tags > _MOST_TAGS:
            raise _Enough
        if tag == "title" and not self._titled:
            self._in_title = self._titled = True
        elif tag == "meta":
            values = {name: value or "" for name, value in reversed(attrs)}
            name = (values.get("property") or values.get("name") or "").strip().lower()
            content = values.get("content", "")[:_RAW]
            if name in _WANTED and content.strip():
                self.said.setdefault(name, content)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "head"):
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title and len(self.title) < 100:
            self.title.append(data[:_RAW])


def _encoding(charset: str, body: bytes) -> str:
    """What the answer says, what the document says, or UTF-8."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if body.startswith(mark):
            return name
    declared = _DECLARED.search(body[:4096])
    for name in (charset, declared[1].decode() if declared else ""):
        try:
            found = codecs.lookup(name.strip()).name
        except (LookupError, ValueError):
            continue
        if found in _ENCODINGS:
            # A page that says Latin-1 means what Windows made of it.
            return "cp1252" if found in ("iso8859-1", "ascii") else found
    return "utf-8"


def _joined(url: str, picture: str) -> str:
    if not picture:
        return ""
    try:
        return urljoin(url, picture)[:_RAW]
    except ValueError:
        return ""
