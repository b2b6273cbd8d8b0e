"""The site as an app: its manifest, the worker that shows a page without a connection, and what other apps share with it."""

import json
from functools import cache
from hashlib import sha256
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from metya.members import languages
from metya.web.decorators import public
from metya.web.http import came_by_itself
from social.installing.dropping import DroppingUploadHandler
from social.posts.images import FORMATS
from social.posts.render import MAX_CHARACTERS

# As in the theme-color of the pages (static/css/tokens.css, --raised).
LIGHT, DARK = "#ffffff", "#191b21"
# What the page without a connection is made of; the only files that are fetched ahead.
SHELL = (
    "css/tokens.css", "css/base.css", "css/layout.css", "css/components.css", "js/offline.js", "img/mark.svg",
)  # fmt: skip
# What an address takes of each, in bytes as encoded there (the same in static/js/sw.js): the text may be longer than a post may
# be, so that somebody can shorten it.
ROOM = {"title": 600, "text": 8_000, "url": 3_000}
MOST = 2 * MAX_CHARACTERS
# What the composer takes (templates/social/posts/_composer.html).
PICTURES = [f"image/{name.lower()}" for name in FORMATS]


@public
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a device needs to know to install the site."""
    found = {
        "id": "/",
        "name": settings.COMMUNITY_NAME,
        "short_name": settings.COMMUNITY_NAME[:12].strip(),
        "description": _("A social network that its members own."),
        "lang": get_language(),
        "dir": "auto",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": LIGHT,
        "background_color": LIGHT,
        "color_scheme_dark": {"theme_color": DARK, "background_color": DARK},
        "icons": [
            *(_icon(f"img/icon-{size}.png", size, "any") for size in (192, 512)),
            _icon("img/icon-maskable.png", 512, "maskable"),
        ],
        "shortcuts": [
            {"name": _("Write a post"), "url": reverse("posts:new"), "icons": [_icon("img/icon-192.png", 192, "any")]},
            {
                "name": _("Notifications"),
                "url": reverse("notifications:list"),
                "icons": [_icon("img/icon-192.png", 192, "any")],
            },
        ],
        "share_target": {
            "action": reverse("installing:receive"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "pictures", "accept": PICTURES}],
            },
        },
    }
    response = JsonResponse(found, content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with what it keeps. Its text differs after each deployment: then browsers take the new one, which
    throws away what the old one kept."""
    body = _worker(get_language() or settings.LANGUAGE_CODE, *(static(name) for name in SHELL))
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a connection; the same for everybody who speaks ``?language=``, so that a device may keep it."""
    language = languages.known(request.GET.get("language", "")) or get_language()
    with translation.override(language):
        return render(request, "social/installing/offline.html")


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest) -> HttpResponseBase:
    """What the system posts when another app shares something, where no service worker answered it on the device.

    It carries no token against forged requests, so nothing happens here: the words go on to ``share`` as a link would have
    them, and the pictures, which nobody may put into somebody's account by a forged form, are dropped unread.
    """
    if request.method != "POST":
        return redirect("installing:share")
    request.upload_handlers = [DroppingUploadHandler(request)]
    onward = {name: _fitting(request.POST[name], most) for name, most in ROOM.items() if request.POST.get(name)}
    if DroppingUploadHandler.dropped(request):
        onward["pictures"] = "lost"
    return redirect(f"{reverse('installing:share')}{'?' * bool(onward)}{urlencode(onward)}")


@require_GET
def share(request: HttpRequest) -> HttpResponseBase:
    """``title``, ``text`` and ``url`` as another app shared them, into the composer. Nothing is posted by that.

    ``pictures``: "wait" (the service worker keeps them for the composer) or "lost", of which a notice tells.
    """
    given = [request.GET.get(name, "").replace("\x00", "").strip() for name in ROOM]
    parts: list[str] = []
    for one in given:
        # Many apps say the same in two of them.
        if one and not any(one in earlier for earlier in parts):
            parts = [earlier for earlier in parts if earlier not in one] + [one]
    text = _fitting("\n".join(parts), ROOM["text"]).strip()
    onward = {"text": text} if text else {}
    if request.GET.get("pictures") == "lost":
        messages.warning(request, _("The pictures could not be taken over. Please add them here."))
    elif request.GET.get("pictures") == "wait" and came_by_itself(request):
        onward["pictures"] = "wait"
    return redirect(f"{reverse('posts:new')}{'?' * bool(onward)}{urlencode(onward)}")


def _fitting(words: str, most: int) -> str:
    """As much of it as takes ``most`` bytes in an address."""
    found = words.replace("\x00", "")[:MOST]
    while len(quote(found)) > most:
        found = found[: len(found) * 9 // 10]
    return found


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {"src": static(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@cache
def _worker(language: str, *files: str) -> str:
    """The addresses of the files tell of their content where these are hashed, as they are in production. The page is kept in
    the language of whoever the worker is for: it is fetched without cookies, and must not know more of them."""
    page = f"{reverse('installing:offline')}?{urlencode({'language': language})}"
    script = (settings.BASE_DIR / "static/js/sw.js").read_text(encoding="utf-8")
    with translation.override(language):
        content = "".join([script, render_to_string("social/installing/offline.html"), *files])
    kept = {
        "version": sha256(content.encode()).hexdigest()[:16],
        "page": page,
        "files": files,
        "under": settings.STATIC_URL,
        "receive": reverse("installing:receive"),
        "share": reverse("installing:share"),
        "icon": static("img/icon-192.png"),
        "name": settings.COMMUNITY_NAME,
    }
    return f"self.KEPT = {json.dumps(kept)};\n{script}"
