"""Exports that make themselves: the page for managers, and the link in their mails."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.errors import ActionError, NotAllowed
from metya.web.http import member_of
from rewards.reports.pages import for_readers, page
from rewards.schedules import actions, links, policy, reads
from rewards.schedules.forms import ScheduleForm
from rewards.schedules.models import Schedule

Deed = Callable[..., bool]
DEEDS: dict[str, Deed] = {
    "pause": actions.pause,
    "resume": actions.resume,
    "delete": actions.delete,
    "restore": actions.restore,
}


@never_cache
@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def schedules(request: HttpRequest) -> HttpResponseBase:
    """The form, and one's own schedules; 422 keeps what was typed."""
    member = member_of(request)
    form = ScheduleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not policy.may_schedule(member):
            raise NotAllowed(_("You may not export."))
        ratelimit.limit("report-schedule", str(member.pk), most=60, seconds=3600)
        if form.is_valid() and form.save(member) is not None:
            messages.success(request, _("Planned. A link comes by mail whenever it is made."))
            return redirect("reports:schedules")
    context: dict[str, Any] = {
        "form": form,
        "lines": reads.lines(member),
        "address": actions.address_of(member),
        "most": actions.MOST,
    }
    return page(request, "schedules", _("Scheduled exports"), context, status=422 if form.errors else 200)


@for_readers
@require_POST
def deed(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Pause, resume, delete or bring back one's own; another's is not there."""
    member = member_of(request)
    schedule = Schedule.objects.filter(pk=pk, member=member).first()
    if schedule is None or what not in DEEDS:
        raise Http404
    said = {
        "pause": _("Paused. Nothing is made until you resume it."),
        "resume": _("It goes on from the next time."),
        "delete": _("Deleted. For a day you can bring it back below."),
        "restore": _("It is back."),
    }
    try:
        done = DEEDS[what](actor=member, schedule=schedule)
    except ActionError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said[what]) if done else messages.info(request, _("Nothing had to be changed."))
    return redirect("reports:schedules")


@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button; by POST, from it or from a mail program (RFC 8058), the schedule is paused. The signed link is all
    that is asked for."""
    ratelimit.limit("schedule-link", ratelimit.client_bucket(request), most=60, seconds=60)
    schedule = links.of_stop(token)
    if schedule is not None and request.method == "POST":
        actions.stop(schedule=schedule)
    context = {"found": schedule is not None, "done": schedule is not None and request.method == "POST"}
    return render(request, "rewards/schedules/stop.html", context, status=200 if schedule else 404)
