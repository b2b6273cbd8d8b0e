"""While somebody of the staff looks: member pages answer as the member sees them, and nothing else answers at all.

One place, so that no view needs to know. What is shown is a list of names; whatever is not on it, and whatever would change
something, is refused. The pages come without scripts and with forms whose token is good for nothing, so that a page left open
does nothing after the look either.
"""

from collections.abc import Callable

from csp.constants import NONE
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CSRF_SECRET_LENGTH, get_token
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from metya.web.errors import NotAllowed
from metya.web.http import viewer_of
from metya.web.middleware import answer_of
from social.looks import actions, reads
from social.looks.models import HELD, Ending, Look

Handler = Callable[[HttpRequest], HttpResponseBase]
SAFE = ("GET", "HEAD")
# What tells how the site looks to somebody. Not here: messages, drafts, bookmarks, folders, lists and notes of theirs, search,
# rewards, every setting, everything by which a script asks.
SHOWN = frozenset({
    "feeds:home",
    "feeds:explore",
    "feeds:tag",
    "posts:detail",
    "posts:history",
    "posts:picture",
    "polls:results",
    "profiles:detail",
    "profiles:replies",
    "profiles:likes",
    "follows:followers",
    "follows:following",
    "follows:mutuals",
    "notifications:list",
    "rules:index",
    "help:index",
    "installing:manifest",
    "installing:worker",
    "installing:offline",
})  # fmt: skip
# Of the notifications what others say to the member; decisions, payouts and who asks to follow are between them and the house.
TALK = "talk"
_STATICS = ("installing:manifest", "installing:worker", "installing:offline", "posts:picture")


class LookMiddleware:
    """The innermost: everything around it, sessions and the admin goes on being the staff member's own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        held = request.session.get(HELD)
        if held is None:
            return self.get_response(request)
        actor = viewer_of(request)
        if actor is None or request.path_info.startswith("/admin/") or request.path_info == "/sign-out/":
            return self.get_response(request)
        look = reads.look_of(held)
        if look is None or look.actor_id != actor.pk:
            del request.session[HELD]
            return self.get_response(request)
        same = look.session == actions.mark_of(request.session.session_key or "")
        if (ending := actions.over(look) if same else Ending.SIGNED_OUT) is not None:
            return self._over(request, look, ending)
        return _sealed(self._shown(request, look))

    def _over(self, request: HttpRequest, look: Look, ending: Ending) -> HttpResponseBase:
        """Pages go on as the staff member's own. What was sent was meant for the member's page and is not done."""
        actions.end(actor=None, look=look, ending=ending)
        del request.session[HELD]
        who = {"handle": look.member.handle}
        if request.method not in SAFE or getattr(request, "htmx", False):
            said = _("The look as @%(handle)s is over, and nothing was sent. You see the site as yourself again.") % who
            return answer_of(request, NotAllowed(said, code="look-over"))
        messages.info(request, _("The look as @%(handle)s is over. You see the site as yourself again.") % who)
        return self.get_response(request)

    def _shown(self, request: HttpRequest, look: Look) -> HttpResponseBase:
        try:
            name = resolve(request.path_info).view_name
        except Resolver404:
            name = ""
        own, token = request.user, get_token(request)
        cookie, needed = request.META["CSRF_COOKIE"], request.META.get("CSRF_COOKIE_NEEDS_UPDATE", False)
        request.META["CSRF_COOKIE"] = get_random_string(CSRF_SECRET_LENGTH)
        request.user = look.member
        request.looking, request.looking_token = look, token  # type: ignore[attr-defined]
        try:
            refusal = _refusal(request, name, look)
            if refusal is None and name == "notifications:list" and request.GET.get("show") != TALK:
                return redirect(f"{request.path}?show={TALK}")
            if refusal is not None or not (name in _STATICS or _picture(request)):
                actions.note(look=look, path=request.path, shown=refusal is None)
            return self.get_response(request) if refusal is None else answer_of(request, refusal)
        finally:
            request.user = own
            request.META |= {"CSRF_COOKIE": cookie, "CSRF_COOKIE_NEEDS_UPDATE": needed}


def _picture(request: HttpRequest) -> bool:
    """One that is for everyone, where the site hands them out itself."""
    return settings.SERVE_MEDIA and request.path_info.startswith(settings.MEDIA_URL)


def _refusal(request: HttpRequest, name: str, look: Look) -> NotAllowed | None:
    who = {"handle": look.member.handle}
    if request.method not in SAFE:
        said = _("You are looking at the site as @%(handle)s, and only looking: nothing was sent.") % who
        return NotAllowed(said, code="only-looking")
    if (name in SHOWN or _picture(request)) and not getattr(request, "htmx", False):
        return None
    said = _("This is not shown while you look at the site as @%(handle)s. End the look to see it as yourself.") % who
    return NotAllowed(said, code="not-shown")


def _sealed(response: HttpResponseBase) -> HttpResponseBase:
    """Kept by no cache, and without scripts, whatever the page asks for."""
    response["Cache-Control"] = "private, no-store"
    for name in ("ETag", "Last-Modified"):
        if response.has_header(name):
            del response[name]
    response._csp_replace = {"script-src": [NONE], "connect-src": [NONE], "worker-src": [NONE]}  # type: ignore[attr-defined]
    return response
