"""The way back from what was just done: a button "Undo" in the short message about it, with and without scripts.

The button posts ``undo`` to an address of the feature, which undoes it as any other deed. Without scripts the message waits in
the session (``offer``); a fragment for htmx brings it along (``_undo.html``).
"""

import json
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True)
class Undo:
    """``url`` is posted to, with ``undo``: a ``value`` that the feature reads, of letters, digits, commas and underscores."""

    url: str
    value: str = "1"

    @classmethod
    def of(cls, tags: str) -> "Undo | None":
        """What ``offer`` put into the tags of a message; None for other messages."""
        try:
            url, value = json.loads(tags)
        except ValueError:
            return None
        return cls(url, value)


def offer(request: HttpRequest, message: str, undo: Undo) -> None:
    """Say on the next page what was done, with the way back."""
    messages.success(request, message, extra_tags=json.dumps([undo.url, undo.value]))


def wanted(request: HttpRequest) -> bool:
    """Whether the request comes from such a button."""
    return "undo" in request.POST


def said(request: HttpRequest, message: str) -> HttpResponse:
    """For htmx: the button's message becomes this one, and the page is loaded anew, as it was before the deed."""
    response = render(request, "_flash.html", {"message": message, "level": "success"})
    response["HX-Refresh"] = "true"
    return response
