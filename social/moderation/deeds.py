"""Cases that staff open from lists of the admin."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from metya.web.deeds import ask
from metya.web.http import member_of
from social.moderation import actions
from social.moderation.forms import OpenForm


def open_cases(
    page: "admin.ModelAdmin[Any]", request: HttpRequest, rows: "QuerySet[Any]", subject: Callable[[Any], dict[str, Any]]
) -> HttpResponse | None:
    """A case about each row, as ``subject`` says what it is; where it is a single one, on to it."""
    actor, opened = member_of(request), []

    def deed(row: Any, data: dict[str, Any]) -> None:
        opened.append(actions.open_case(actor=actor, rule=data["rule"], note=data["note"], **subject(row)).pk)

    answer = ask(page, request, rows, OpenForm, _("Open a case"), deed)
    return redirect("queue:card", opened[0]) if answer is None and len(opened) == 1 else answer
