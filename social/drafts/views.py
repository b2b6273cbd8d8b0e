"""Drafts by address: kept while typing, listed, opened in the composer, let go."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metya.web import ratelimit, undo
from metya.web.http import member_of
from metya.web.paging import cursor_from, page_by_id
from metya.web.undo import Undo
from social.drafts import actions
from social.drafts.models import Draft


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What one is writing, the latest begun first, and what waits for its hour."""
    before = cursor_from(request.GET.get("before"))
    page = page_by_id(Draft.objects.of(member_of(request)), before)
    fragment = before is not None and getattr(request, "htmx", False)
    template = "social/drafts/_drafts.html" if fragment else "social/drafts/index.html"
    return render(request, template, {"page": page, "first": before is None})


@require_POST
def save(request: HttpRequest) -> HttpResponseBase:
    """Called while typing, with the composer's fields: ``{"id": …}``, or null when there is nothing to keep."""
    member = member_of(request)
    ratelimit.limit("draft", str(member.pk), most=120, seconds=60)
    draft = actions.save(actor=member, key=request.POST.get("client_key", ""), fields=dict(request.POST.lists()))
    return JsonResponse({"id": draft.pk if draft else None})


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let a draft go, with a way back; its row leaves the page for htmx."""
    actions.let_go(actor=member_of(request), pk=pk)
    message, way_back = _("The draft is deleted."), Undo(reverse("drafts:restore", args=[pk]))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "social/drafts/_gone.html", {"pk": pk, "message": message, "undo": way_back})
    undo.offer(request, message, way_back)
    return redirect("drafts:index")


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back a draft that was let go a moment ago; its row for htmx."""
    draft = actions.take_back(actor=member_of(request), pk=pk)
    if request.htmx:  # type: ignore[attr-defined]
        context = {"draft": draft, "message": _("The draft is back.")}
        return render(request, "social/drafts/_back.html", context)
    return redirect("drafts:index")


@require_POST
def unschedule(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Do not post it by itself."""
    actions.unschedule(actor=member_of(request), pk=pk)
    messages.success(request, _("It will not be posted by itself."))
    return redirect("drafts:index")
