"""Admin deeds that need a reason: an intermediate page with a form, then the action for each row that was chosen."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.web.errors import ActionError

MOST_AT_ONCE = 100


def ask(
    page: "admin.ModelAdmin[Any]",
    request: HttpRequest,
    rows: "QuerySet[Any]",
    form_class: type[forms.Form],
    title: str,
    deed: Callable[[Any, dict[str, Any]], object],
) -> HttpResponse | None:
    """Show the form about ``rows``, or, when it comes back filled in, do ``deed(row, cleaned_data)`` to each of them."""
    chosen = list(rows[: MOST_AT_ONCE + 1])
    if len(chosen) > MOST_AT_ONCE:
        page.message_user(request, _("Choose at most %(most)d at once.") % {"most": MOST_AT_ONCE}, messages.ERROR)
        return None
    form = form_class(request.POST if "apply" in request.POST else None)
    if form.is_valid():
        do_all(page, request, chosen, lambda row: deed(row, form.cleaned_data))
        return None
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "rows": chosen,
        "form": form,
        "opts": page.model._meta,
        "action": request.POST.get("action", ""),
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/deed.html", context, status=422 if form.is_bound else 200)


def do_all(
    page: "admin.ModelAdmin[Any]", request: HttpRequest, rows: Iterable[Model], deed: Callable[[Any], object]
) -> None:
    """Do it to each row; say how many it was done to, and what was refused and why. A deed that answers False changed
    nothing."""
    done = 0
    for row in rows:
        try:
            done += deed(row) is not False
        except ActionError as error:
            page.message_user(request, f"{row}: {error.message}", messages.ERROR)
    said = ngettext("Done for %(count)d.", "Done for %(count)d.", done) % {"count": done}
    page.message_user(request, said, messages.SUCCESS if done else messages.WARNING)
