"""From what a person typed to safe HTML, once, when it is written: links, mentions, hashtags, paragraphs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

import nh3
import regex
from linkify_it import LinkifyIt

MAX_CHARACTERS = 1000
MAX_MENTIONS = 50
MAX_TAGS = 30
MAX_TAG_LENGTH = 50
SHOWN_LINK = 40

_LINKS = LinkifyIt({}, {"fuzzy_email": False, "fuzzy_link": True, "fuzzy_ip": False})
for _schema in ("ftp:", "mailto:", "//"):
    _LINKS.add(_schema, None)
_MENTION = regex.compile(r"(?<![\p{L}\p{N}_@/.])@([A-Za-z][A-Za-z0-9_]{2,29})(?![A-Za-z0-9_@])")
_WORD = r"[\p{L}\p{M}\p{N}_\u200c]"
_TAG = regex.compile(rf"(?<![\p{{L}}\p{{N}}_&/#])#({_WORD}{{1,{MAX_TAG_LENGTH}}})(?!{_WORD})")
_LETTER = regex.compile(r"\p{L}")
_PARAGRAPH = regex.compile(r"\n{2,}")


@dataclass(frozen=True)
class Rendered:
    """``html`` to store; ``handles`` of the members mentioned and ``tags`` (case-folded), in order, each once; where the first
    ``link`` leads (empty: no link)."""

    html: str
    handles: tuple[str, ...]
    tags: tuple[str, ...]
    link: str = ""


@dataclass(frozen=True)
class _Piece:
    """A part of the text from ``start`` to ``end`` that becomes ``html``; ``tag`` when it is a hashtag, ``link`` when it leads
    out."""

    start: int
    end: int
    html: str
    tag: str = ""
    link: str = ""


def mentioned_in(text: str) -> tuple[str, ...]:
    """The first MAX_MENTIONS distinct handles that the text mentions, lower case, whether or not they exist."""
    found = dict.fromkeys(match[1].lower() for match in _MENTION.finditer(text))
    return tuple(found)[:MAX_MENTIONS]


def render(text: str, known: Callable[[tuple[str, ...]], set[str]]) -> Rendered:
    """Clean text (see ``text.clean_text``) as HTML.

    ``known`` is asked once which of the mentioned handles exist; only those become links. Links open only http and https
    addresses, pass no rank and no opener, and are shown shortened. What is made here is sanitised once more by nh3.
    """
    handles = mentioned_in(text)
    members = known(handles) if handles else set()
    pieces = _apart([*_links(text), *_mentions(text, members), *_tags(text)])
    return Rendered(
        html=_sanitise(_assemble(text, pieces)),
        handles=tuple(handle for handle in handles if handle in members),
        tags=tuple(dict.fromkeys(piece.tag for piece in pieces if piece.tag)),
        link=next((piece.link for piece in pieces if piece.link), ""),
    )


def tag_name(raw: str) -> str:
    """How a hashtag is stored and compared."""
    folded = regex.sub("\u200c", "", raw).casefold()
    return folded if len(folded) <= 2 * MAX_TAG_LENGTH else ""


def _links(text: str) -> Iterator[_Piece]:
    for match in _LINKS.match(text) or []:
        typed = text[match.index : match.last_index]
        # Only what plainly is an address: with its scheme, or www; "main.py" is a file, not a site in Paraguay.
        if not match.schema and not typed.lower().startswith("www."):
            continue
        address = _address(match.url if match.schema else f"https://{typed}")
        if address:
            href, shown = address
            html = f'<a href="{escape(href)}" rel="nofollow ugc noopener" title="{escape(href)}">{escape(shown)}</a>'
            yield _Piece(match.index, match.last_index, html, link=href)


def _address(url: str) -> tuple[str, str] | None:
    """Where a link leads, and how it is shown; None for what is not a plain web address.

    The host is shown in ASCII (punycode), so that a look-alike letter shows; a name before an @ would hide the host.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in host or "@" in parts.netloc:
        return None
    tail = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    tail += f"?{quote(parts.query, safe='/%:@!$&()*+,;=?~-._')}" if parts.query else ""
    tail += f"#{quote(parts.fragment, safe='/%:@!$&()*+,;=?~-._')}" if parts.fragment else ""
    rest = url.split(parts.netloc, 1)[1].rstrip("/")
    shown = host.removeprefix("www.") + port + rest
    return f"{parts.scheme.lower()}://{host}{port}{tail}", _shortened(shown)


def _shortened(shown: str) -> str:
    return shown if len(shown) <= SHOWN_LINK else shown[: SHOWN_LINK - 1] + "…"


def _mentions(text: str, members: set[str]) -> Iterator[_Piece]:
    for match in _MENTION.finditer(text):
        if match[1].lower() in members:
            link = f'<a class="mention" href="/@{match[1].lower()}/">@{escape(match[1])}</a>'
            yield _Piece(match.start(), match.end(), link)


def _tags(text: str) -> Iterator[_Piece]:
    """Hashtags as links, MAX_TAGS different ones; a number alone is not a tag."""
    found: set[str] = set()
    for match in _TAG.finditer(text):
        name = tag_name(match[1])
        if not name or not _LETTER.search(name) or (name not in found and len(found) >= MAX_TAGS):
            continue
        found.add(name)
        link = f'<a class="tag" href="/tags/{quote(name, safe="")}/">#{escape(match[1])}</a>'
        yield _Piece(match.start(), match.end(), link, name)


def _apart(pieces: list[_Piece]) -> list[_Piece]:
    """In order; of pieces that overlap (a # within a link) the first stands."""
    kept: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _assemble(text: str, pieces: list[_Piece]) -> str:
    """Paragraphs with the pieces in place."""
    out, place = [], 0
    for piece in pieces:
        out += [escape(text[place : piece.start], quote=False), piece.html]
        place = piece.end
    out.append(escape(text[place:], quote=False))
    paragraphs = _PARAGRAPH.split("".join(out))
    return "".join(f'<p dir="auto">{paragraph.replace(chr(10), "<br>")}</p>' for paragraph in paragraphs)


def _sanitise(html: str) -> str:
    return nh3.clean(
        html,
        tags={"p", "br", "a"},
        attributes={"a": {"href", "rel", "title"}, "p": {"dir"}},
        allowed_classes={"a": {"mention", "tag"}},
        url_schemes={"http", "https"},
        link_rel=None,
    )
