"""The notifications page, the bell's number, and marking as read.

Reading the page changes nothing by itself (GET is safe): it carries a form that marks everything up to the newest shown
as read. With JavaScript the form is sent once the page is really in view; without, it is a button.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets.models import Member
from metya.web.errors import Invalid
from metya.web.http import local_path, member_of, wants_json
from metya.web.paging import cursor_from
from social.follows import reads as asking
from social.notifications import actions, reads
from social.notifications.models import SHOWS


@require_safe
@vary_on_headers("HX-Request")
def page(request: HttpRequest) -> HttpResponse:
    """Newest first, narrowed by ``?show=``; ``?before=&upto=`` is the next page, for htmx its rows alone."""
    before, upto = cursor_from(request.GET.get("before")), cursor_from(request.GET.get("upto"))
    member = member_of(request)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    shown = reads.notifications_page(member, before, upto=upto, show=show)
    waiting = reads.bell_label(asking.request_count(member)) if before is None and show in ("", "follows") else ""
    fragment = before is not None and getattr(request, "htmx", False)
    template = "social/notifications/_rows.html" if fragment else "social/notifications/list.html"
    context = {"page": shown, "first": before is None, "waiting": waiting, "show": show, "upto": upto or shown.newest}
    return render(request, template, context)


@require_safe
@vary_on_headers("HX-Request")
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Everyone of whom one line tells, the latest first."""
    before = cursor_from(request.GET.get("before"))
    told, shown = reads.told_people(member_of(request), pk, before)
    if told is None:
        raise Http404
    fragment = before is not None and getattr(request, "htmx", False)
    template = "social/notifications/_people.html" if fragment else "social/notifications/people.html"
    return render(request, template, {"told": told, "page": shown})


@require_safe
@never_cache
def count(request: HttpRequest) -> JsonResponse:
    """JSON ``{unread, label, text, latest}`` for the bell: ``unread`` up to 100, ``latest`` the newest id."""
    return JsonResponse(_bell(member_of(request)))


@require_POST
def read(request: HttpRequest) -> HttpResponseBase:
    """Mark as read, up to the id ``up_to`` and of what ``show`` names when given; back to the page, or the bell for JSON."""
    raw = request.POST.get("up_to", "")
    if raw and not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise Invalid(_("Up to which notification? That is not a number."), data={"field": "up_to"})
    member = member_of(request)
    actions.mark_read(actor=member, up_to=int(raw) if raw else None, kinds=SHOWS.get(request.POST.get("show", ""), ()))
    if wants_json(request):
        return JsonResponse(_bell(member))
    return redirect(local_path(request.POST.get("next"), "/notifications/"))


def _bell(member: Member) -> dict[str, int | str]:
    bell = reads.bell_of(member)
    unread = bell.unread
    text = ngettext("%(count)d unread notification", "%(count)d unread notifications", unread) % {"count": unread}
    return {"unread": unread, "label": reads.bell_label(unread), "text": text, "latest": bell.latest}
