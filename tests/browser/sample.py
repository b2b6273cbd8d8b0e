"""A small site beside the real one, to try how pages treat answers: only for tests."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import RequestContext, Template
from django.urls import path

from metya.urls import urlpatterns as site
from metya.web.decorators import public
from metya.web.errors import Conflict

PAGES = Path(__file__).parent / "sample_pages"
NAMES = ("fine", "conflict", "missing", "broken", "elsewhere", "nothing")


def _render(request: HttpRequest, name: str, status: int = 200, **values: Any) -> HttpResponse:
    text = (PAGES / name).read_text(encoding="utf-8")
    return HttpResponse(Template(text).render(RequestContext(request, values)), status=status)


@public
def page(request: HttpRequest) -> HttpResponse:
    return _render(request, "page.html", names=NAMES, numbers=range(20))


@public
def more(request: HttpRequest) -> HttpResponse:
    before = int(request.GET["before"]) + 100
    return _render(request, "more.html", before=before, numbers=range(before, before + 20))


@public
def form(request: HttpRequest) -> HttpResponse:
    word = request.POST.get("word", "")
    if word == "bad":
        return _render(request, "form.html", status=422, word=word)
    return HttpResponse('<div id="spot">sent</div>')


@public
def answer(request: HttpRequest, name: str) -> HttpResponse:
    if name == "conflict":
        raise Conflict("Somebody was faster.")
    if name == "elsewhere":
        return redirect("/sample/?landed")
    if name == "nothing":
        return HttpResponse(status=204)
    if name == "fine":
        return HttpResponse('<div id="spot">changed</div>')
    return render(request, "404.html", status=404 if name == "missing" else 500)


urlpatterns = [
    path("sample/", page),
    path("sample/more/", more),
    path("sample/form/", form),
    path("sample/<name>/", answer),
    *site,
]
