"""What stands around a page, and the composer: the same for everybody but for names and numbers. See metya.web.shapes."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from metya.wallets.models import Member
from metya.web.shapes import Shapes, stand_ins
from social.assistant.reads import offered_to
from social.looks.policy import may_look_as
from social.posts.forms import Blank, PostForm
from social.profiles.models import name_of
from social.templatetags.metya import bell, face, letters

register = template.Library()

# Where the marks of the navigation can stand; the longer first.
_SECTIONS = (
    "/explore/", "/notifications/", "/messages/", "/bookmarks/", "/lists/", "/rewards/epochs/", "/rewards/", "/settings/",
    "/help/",
)  # fmt: skip
_MEMBER = ("handle", "name", "face", "faces", "bell", "latest", "letters", "csrf")
_WRITER = ("who", "face", "csrf", "key", "reach")


@register.simple_tag(takes_context=True)
def framed(context: Context, name: str) -> SafeString:
    """A part of the frame: ``here`` is the section of the page, ``member`` somebody who is signed in, or nothing."""
    request: HttpRequest | None = context.get("request")
    member = getattr(request, "user", None)
    if request is None or not isinstance(member, Member):
        here, community = _section(request.path if request else "", ""), context.get("community")
        plain: dict[str, Any] = {"here": here, "community": community, "member": None}
        return SafeString(_shapes(context).parts(name, (here, community), lambda: plain)[0])
    waiting, unread = bell(context), letters(context)
    own = member.get_absolute_url()
    here = _section(request.path, own)
    decides = (here, context.get("community"), bool(waiting["label"]), bool(unread), member.is_staff, "member")

    def values() -> dict[str, Any]:
        flags = {"waits": decides[2], "unread": decides[3], "staff": decides[4]}
        marks = stand_ins(_MEMBER)
        here_or_own = f"/@{marks['handle']}/" if here == "own" else here
        return {
            "here": here_or_own,
            "community": decides[1],
            "csrf_token": marks["csrf"],
            "member": flags | marks | {"url": f"/@{marks['handle']}/"},
        }

    filled = {
        "handle": escape(member.handle),
        "name": escape(name_of(member)),
        "face": face(member, 36),
        "faces": face(member, 32),
        "bell": escape(waiting["label"]),
        "latest": str(waiting["latest"]),
        "letters": escape(unread),
        "csrf": escape(context.get("csrf_token", "")),
    }
    return _shapes(context).fill(name, decides, values, filled)


def _section(path: str, own: str) -> str:
    """The part of the site that ``path`` is in: "own" below the member's own page, "" for none."""
    if path == "/":
        return path
    if own and path.startswith(own):
        return "own"
    return next((section for section in _SECTIONS if path.startswith(section)), "")


@register.simple_tag(takes_context=True)
def composer(context: Context, blank: Blank) -> SafeString:
    """The composer in which nothing was typed yet, for a post of its own."""
    decides = (blank.writes_in, bool(blank.lists), offered_to(blank.actor))

    def values() -> dict[str, Any]:
        marks = stand_ins(_WRITER)
        form = PostForm.of_nobody(blank.writes_in, key=marks["key"])
        return {
            "form": form,
            "writer": marks | {"lists": decides[1], "assists": decides[2]},
            "csrf_token": marks["csrf"],
        }

    filled = {
        "who": str(blank.actor.pk),
        "face": face(blank.actor),
        "csrf": escape(context.get("csrf_token", "")),
        "key": blank.key,
        "reach": str(blank.form()["visibility"]) if blank.lists else "",
    }
    return _shapes(context).fill("social/posts/_composer.html", decides, values, filled)


@register.simple_tag(takes_context=True)
def unwritten(context: Context, name: str, form: PostForm) -> SafeString:
    """A part of the composer, which until something was typed (here, or in the draft that is opened) is the same for everybody
    who writes in that language."""
    if form.is_bound or form.typed:
        return context.template.engine.get_template(name).render(context)  # type: ignore[union-attr]
    answers, language = form.parent is not None, form.initial.get("language")

    def values() -> dict[str, Any]:
        return {"form": PostForm.of_nobody(language or "", answers=answers)}

    return SafeString(_shapes(context).parts(name, (answers, language), values)[0])


def _shapes(context: Context) -> Shapes:
    return Shapes(context.template.engine)  # type: ignore[union-attr]


@register.simple_tag(takes_context=True)
def look_at(context: Context, member: Any) -> str:
    """Where staff begin to see the site as ``member`` sees it; empty for those who may not."""
    actor = context["request"].user
    found = member if isinstance(member, Member) else None
    may = isinstance(actor, Member) and found is not None and may_look_as(actor, found)
    return reverse("looks-desk:begin", args=[member.pk]) if may else ""
