"""What every page of reports needs: the front door of the admin, and the frame."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.http import member_of
from rewards.reports import policy
from rewards.reports.metrics import Family

View = Callable[..., HttpResponseBase]


def for_readers(view: View) -> View:
    """Staff with their second factor, and of these only who may read reports now."""

    @wraps(view)
    def inner(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        if not policy.may_read(member_of(request)):
            raise PermissionDenied
        return view(request, *arguments, **named)

    return admin.site.admin_view(inner)


def page(request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of reports in the frame of the admin."""
    member: Member = member_of(request)
    whole = {
        **admin.site.each_context(request),
        "title": title,
        "families": list(Family),
        "may_export": policy.may_export(member),
        "may_mark": policy.may_mark(member),
        **context,
    }
    return render(request, f"admin/reports/{name}.html", whole, status=status)


def title_of(family: Family) -> str:
    return _("Reports: %(family)s") % {"family": family.title}
