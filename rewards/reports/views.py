"""What managers read, at /admin/reports/."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.web.absolute import absolute
from metya.web.errors import Invalid
from metya.web.http import member_of
from rewards.reports import actions, catalogue, cohorts, jobs, reads, rollups
from rewards.reports.forms import SPANS, MachineForm, PeriodForm
from rewards.reports.metrics import Family
from rewards.reports.pages import for_readers, page, title_of


@never_cache
@for_readers
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """The main figure of everything."""
    form, status = _asked(request)
    report = reads.report(form.period, catalogue.front(), rollups.today())
    return page(request, "dashboard", pgettext("figures", "Reports"), _framed(request, form, report), status=status)


@never_cache
@for_readers
@require_safe
def family(request: HttpRequest, name: str) -> HttpResponse:
    """All figures of one family, each with its definition, its days and what is behind it."""
    if name not in {one.value for one in Family}:
        raise Http404
    which = Family(name)
    form, status = _asked(request)
    report = reads.report(form.period, catalogue.of(which), rollups.today())
    context = _framed(request, form, report) | {"family": which}
    if which is Family.PEOPLE:
        context["people"] = reads.people(form.period)
    elif which is Family.CONTENT:
        context["topics"] = reads.topics(form.period)
    elif which is Family.RETENTION:
        found = cohorts.cohorts(rollups.today(), people=form.period.people)
        context |= {"cohorts": found, "ages": range(max((len(one.shares) for one in found), default=0))}
    elif which is Family.REWARDS:
        context["payouts"] = reads.payouts_by_state()
    return page(request, "family", title_of(which), context, status=status)


@never_cache
@for_readers
@require_safe
def month(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """A month on paper: the main figures with their pictures, topics and people. A running month up to yesterday."""
    period = reads.month(year, number, rollups.today(), people=request.GET.get("who") != "all")
    if period is None:
        raise Http404
    report = reads.report(period, catalogue.front(), rollups.today())
    context = {
        "report": report,
        "topics": reads.topics(period),
        "people": reads.people(period),
        "earlier": reads.month_before(period.first),
        "public_address": absolute(reverse("transparency:index")),
    }
    return page(request, "month", _("Monthly report"), context)


@never_cache
@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def machines(request: HttpRequest) -> HttpResponseBase:
    """Which accounts are machines."""
    form = MachineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.mark(actor=member_of(request), handle=form.cleaned_data["handle"])
        except Invalid as error:
            form.add_error("handle", error.message)
        else:
            _count_again(request, made, _("It counts as a machine from now on. The days are being counted again."))
            return redirect("reports:machines")
    context = {"form": form, "accounts": reads.machine_accounts()}
    return page(request, "machines", _("Machine accounts"), context, status=422 if form.errors else 200)


@for_readers
@require_POST
def unmark(request: HttpRequest, member: int) -> HttpResponse:
    """A person after all."""
    made = actions.unmark(actor=member_of(request), member_id=member)
    _count_again(request, made, _("It counts as a person again. The days are being counted again."))
    return redirect("reports:machines")


def _count_again(request: HttpRequest, changed: bool, words: str) -> None:
    if changed:
        jobs.go_on_counting.enqueue()
        messages.success(request, words)
    else:
        messages.info(request, _("Nothing has changed: it was so already."))


def _asked(request: HttpRequest) -> tuple[PeriodForm, int]:
    form = PeriodForm(request.GET)
    return form, 200 if form.is_valid() else 422


def _framed(request: HttpRequest, form: PeriodForm, report: reads.Report) -> dict[str, Any]:
    """``kept``: what was asked for, to be carried along to the other pages."""
    kept = request.GET.urlencode() if form.is_valid() else ""
    yesterday = rollups.today() - timedelta(days=1)
    return {"form": form, "report": report, "spans": SPANS, "kept": f"?{kept}" if kept else "", "newest": yesterday}
