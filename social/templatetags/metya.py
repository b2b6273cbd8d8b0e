"""Template tags and filters of the whole site: icons, people, times, amounts, addresses."""

import datetime
import html
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web import numbers
from metya.web.files import url_of
from metya.web.undo import Undo
from social.messages.lists import unread_count
from social.notifications import reads as notifications
from social.profiles.models import name_of

register = template.Library()

# What a state means to the person who reads it: settled, moving, stopped, or nothing to see.
_MOODS = {
    "good": {"claimable", "claimed", "final", "published", "approved", "upheld", "ok", "confirmed", "done"},
    "wait": {"estimate", "in review", "owed", "open", "closed", "scored", "attested", "submitted", "draft", "sent"}
    | {"included", "waiting", "pending", "ready", "accepted", "signed"},
    "badc": {"held", "on hold", "rejected", "forfeited", "failed", "down", "suspended", "reverted"},
}


@register.filter
def way_back(note: Message) -> Undo | None:
    """The Undo that a message of the session carries."""
    return Undo.of(note.extra_tags or "")


# --- pictures ----------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One icon of the sprite; decoration only, so the control around it needs a name of its own."""
    return _icon(name, css)


@cache
def _icon(name: str, css: str) -> SafeString:
    classes = f"ic {css}" if css else "ic"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("img/icons.svg"), name
    )


@register.simple_tag
def face(member: Member, size: int = 44) -> SafeString:
    """The member's picture, or their initials on a quiet tint. Decoration: the name stands beside it."""
    profile = getattr(member, "profile", None)
    if profile is not None and profile.picture:
        # No format_html: a page shows a face for each post.
        source = f'src="{html.escape(url_of(profile.picture))}" width="{size}" height="{size}"'
        return SafeString(f'<img class="face face-{size}" {source} alt="" loading="lazy" decoding="async">')
    return format_html(
        '<span class="face face-{} tint-{}" aria-hidden="true">{}</span>',
        size,
        (member.pk or 0) % 6,
        initials(name_of(member)),
    )


def initials(name: str) -> str:
    """One or two capitals that stand for a name."""
    words = [word for word in name.replace("_", " ").replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


@register.simple_tag
def identicon(address: str, size: int = 20) -> SafeString:
    """A small symmetric drawing by which people recognise an address; the same address, the same drawing."""
    digits = address.lower().removeprefix("0x").ljust(40, "0")
    bits = [int(digit, 16) if digit in "0123456789abcdef" else 0 for digit in digits]
    cells = []
    for row in range(5):
        for column in range(3):
            value = bits[(row * 3 + column) * 2]
            if value % 2:
                tone = "a" if value < 11 else "b"
                cells += [(tone, x, row) for x in {column, 4 - column}]
    squares = format_html_join("", '<rect class="{}" x="{}" y="{}" width="1" height="1"/>', sorted(cells))
    return format_html(
        '<svg class="ident" width="{0}" height="{0}" viewBox="-1 -1 7 7" shape-rendering="crispEdges"'
        ' aria-hidden="true" focusable="false">{1}</svg>',
        size,
        squares,
    )


@register.simple_tag
def bar(share: float | Decimal, label: str = "") -> SafeString:
    """A thin bar filled to ``share`` (0 to 1)."""
    width = max(0.0, min(1.0, float(share))) * 100
    name = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" {}><rect width="{}" height="8"/></svg>',
        name,
        f"{width:.2f}",
    )


@register.simple_tag
def focus(image: Any) -> str:
    """The class that keeps a picture's point of focus visible where it is cropped: a fifth of it is exact enough."""
    return f"fx{min(4, image.focus_x // 20)} fy{min(4, image.focus_y // 20)}"


# --- times -------------------------------------------------------------------------------------------------------


@register.simple_tag
def ago(moment: datetime.datetime | None, css: str = "") -> SafeString:
    """How long ago, short; the exact time in the tooltip. Refreshed in place by static/js/time.js."""
    return Clock().ago(moment, css) if moment is not None else SafeString("")


class Clock:
    """Times as one reader sees them now: their language and time zone are looked up once for many times."""

    def __init__(self) -> None:
        self._now, self._language, self._zone = timezone.now(), get_language(), timezone.get_current_timezone_name()

    def ago(self, moment: datetime.datetime, css: str = "") -> SafeString:
        """As the tag."""
        exactly = _exactly(moment, self._language, self._zone)
        classes = f' class="{html.escape(css)}"' if css else ""
        return SafeString(f"<time {exactly}{classes} data-ago>{html.escape(short_age(moment, self._now))}</time>")


@register.simple_tag
def since(moment: datetime.datetime | None) -> SafeString:
    """How long a state has lasted, to stand behind its word: "for 9 h now", "since 12 Mar". (Bare "for 9 h" behind
    "claimable" would say that it ends then.)"""
    return _in_a_sentence(moment, _("for %(age)s now"), _("since %(date)s"))


@register.simple_tag
def past(moment: datetime.datetime | None) -> SafeString:
    """When something was done, to stand behind what it was: "9 h ago", "on 12 Mar"."""
    return _in_a_sentence(moment, _("%(age)s ago"), _("on %(date)s"))


def _in_a_sentence(moment: datetime.datetime | None, age: str, date: str) -> SafeString:
    """static/js/time.js keeps an age true by the pattern in ``data-ago``; what is just beginning is a minute old."""
    if moment is None:
        return SafeString("")
    exactly = _exactly(moment, get_language(), timezone.get_current_timezone_name())
    short = short_age(min(moment, timezone.now() - datetime.timedelta(minutes=1)))
    if timezone.now() - moment >= datetime.timedelta(days=7):
        return format_html("<time {}>{}</time>", exactly, date % {"date": short})
    return format_html('<time {} data-ago="{}">{}</time>', exactly, age % {"age": "{}"}, age % {"age": short})


@lru_cache(10_000)
def _exactly(moment: datetime.datetime, _language: str | None, _zone: str) -> SafeString:
    """By the clock and in the language of whoever reads: both are part of what is remembered."""
    return format_html(
        'datetime="{}" title="{}"',
        moment.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        date_format(timezone.localtime(moment), _("j F Y, H:i e")),
    )


def short_age(moment: datetime.datetime, now: datetime.datetime | None = None) -> str:
    """now, 4 min, 3 h, 2 d, then 12 Mar, then 12 Mar 2025."""
    now = now or timezone.now()
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return pgettext("time", "now")
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 24 * 60:
        return _("%(n)d h") % {"n": minutes // 60}
    if minutes < 7 * 24 * 60:
        return _("%(n)d d") % {"n": minutes // (24 * 60)}
    here = timezone.localtime(moment)
    return date_format(here, _("j M") if here.year == timezone.localtime(now).year else _("j M Y"))


# --- amounts -----------------------------------------------------------------------------------------------------


met = register.filter(numbers.met)
met_exact = register.filter(numbers.met_exact)
compact = register.filter(numbers.compact)
grouped = register.filter(numbers.grouped)
decimals = register.filter(numbers.decimals)


@register.simple_tag
def state(code: str, label: str = "") -> SafeString:
    """A state as a word with a dot of its mood; ``label`` is its name for people."""
    mood = next((mood for mood, codes in _MOODS.items() if code in codes), "idle")
    return format_html('<span class="state {}">{}</span>', mood, label or code)


# --- addresses ---------------------------------------------------------------------------------------------------


@register.filter
def short_address(address: str) -> str:
    """0x12ab…89ef"""
    return f"{address[:6]}…{address[-4:]}" if len(address) > 12 else address


@register.inclusion_tag("_address.html")
def address(value: str) -> dict[str, str]:
    """A chip with drawing and short form that copies the whole address on click."""
    return {"address": value}


# --- navigation --------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], path: str, exact: bool = False) -> SafeString:
    """``aria-current`` when the page is at ``path`` or (unless ``exact``) below it."""
    request: HttpRequest | None = context.get("request")
    here: str = context.get("here", request.path if request else "")
    hit = here == path or (not exact and path != "/" and here.startswith(path))
    return SafeString('aria-current="page"' if hit else "")


@register.simple_tag(takes_context=True)
def bell(context: "Context | dict[str, Any]") -> dict[str, Any]:
    """What stands beside the bell: ``label`` and ``latest``; asked once for each request."""
    request: HttpRequest = context["request"]
    found: dict[str, Any] | None = getattr(request, "_bell", None)
    if found is None:
        member = request.user
        assert isinstance(member, Member)  # noqa: S101 - base.html shows the bell to members only
        state = notifications.bell_of(member)
        found = {"label": notifications.bell_label(state.unread), "latest": state.latest}
        request._bell = found  # type: ignore[attr-defined]
    return found


@register.simple_tag(takes_context=True)
def letters(context: "Context | dict[str, Any]") -> str:
    """The number beside the envelope: empty, 1 … 99, 99+. It came with who is signed in, but for a sign-in just now."""
    member = context["request"].user
    count: int | None = getattr(member, "letters", None)
    return notifications.bell_label(unread_count(member) if count is None else count)
