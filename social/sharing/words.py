"""Text and HTML as they stand outside the site's own pages."""

from html import escape

import regex
from django.conf import settings

MOST = 200
_GRAPHEME = regex.compile(r"\X")
_SPACES = regex.compile(r"\s+")
# All that XML 1.0 has no place for: one such character, and no reader opens the feed any more.
_NOT_XML = regex.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
# Only within tags: rendered posts contain no bare < in their text.
_OWN_LINK = regex.compile(r'(<a\b[^<>]*?\shref=")/(?!/)')


def plain(text: str, most: int = MOST) -> str:
    """In one line, at most ``most`` characters as people count, the last of them an ellipsis where something was cut."""
    line: str = xml_safe(_SPACES.sub(" ", text).strip())
    found = _GRAPHEME.findall(line, endpos=most * 40)
    cut: str = "".join(found[: most - 1])
    return line if len(found) <= most and len(line) <= most * 40 else f"{cut.rstrip()}…"


def xml_safe(text: str) -> str:
    """Without what XML cannot hold."""
    safe: str = _NOT_XML.sub("", text)
    return safe


def html_elsewhere(html: str) -> str:
    """Rendered HTML whose own links still lead here when it is read in another place."""
    return xml_safe(_OWN_LINK.sub(rf"\1{escape(settings.SITE_URL)}/", html))
