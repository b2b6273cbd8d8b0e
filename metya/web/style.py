"""The parts that pages are made of, on one page, for those who build pages: only in development."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metya.web.decorators import public

_TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """``/style/``: every part with its states, from the real styles. 404 outside development."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "style/page.html", {"colours": colours(), "numbers": range(5)})


@cache
def colours() -> list[str]:
    """Names of the colour tokens, in the order of their file."""
    light = _TOKENS.read_text(encoding="utf-8").split("@media")[0]
    return re.findall(r"--([\w-]+): oklch", light)
