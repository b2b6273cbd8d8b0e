"""Asking for exports, watching them, cancelling and fetching them."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.members.downloads import pieces as file_pieces
from metya.ops import audit
from metya.wallets.models import Member
from metya.web import ratelimit, streaming
from metya.web.errors import ActionError, Conflict, Invalid, NotAllowed
from metya.web.http import member_of
from rewards.reports import exporting, jobs, links, policy
from rewards.reports.datasets import DATASETS, Wanted
from rewards.reports.formats import TYPES
from rewards.reports.forms import ExportForm
from rewards.reports.models import Export
from rewards.reports.pages import for_readers, page

SHOWN = 20


@never_cache
@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HttpRequest) -> HttpResponseBase:
    """The form, and one's own exports with how far they are. CSV is sent at once, the others are written by a job."""
    member = member_of(request)
    form = ExportForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            return _begin(request, member, form)
        except (Invalid, Conflict, NotAllowed) as error:
            field = error.data.get("field") or ("personal" if error.status == 403 else None)
            form.add_error(field if field in form.fields else None, error.message)
    context = {"form": form, "datasets": DATASETS.values(), **_mine(member)}
    return page(request, "exports", _("Exports"), context, status=422 if form.errors else 200)


def _begin(request: HttpRequest, member: Member, form: ExportForm) -> HttpResponseBase:
    data = form.cleaned_data
    ratelimit.limit("report-export", str(member.pk), most=60, seconds=3600)
    asked: dict[str, Any] = {"name": data["name"], "wanted": form.wanted, "personal": data["personal"]}
    if data["format"] == "csv":
        export, sent = exporting.send_csv(actor=member, **asked)
        return streaming.streamed(request, sent, TYPES[export.format], _name(export))
    with transaction.atomic():
        export = exporting.ask(actor=member, format=data["format"], **asked)
        jobs.write_export.enqueue(export.pk)
    messages.success(request, _("The export is being written. You are told when it is ready."))
    return redirect("reports:exports")


def _as_file(response: StreamingHttpResponse, export: Export) -> StreamingHttpResponse:
    return streaming.as_file(response, TYPES[export.format], _name(export))


def _name(export: Export) -> str:
    return f"{export.name}-{export.asked_at:%Y-%m-%d}-{export.pk}.{export.format}"


@never_cache
@for_readers
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """The list of one's exports alone, asked for while one is under way."""
    return render(request, "admin/reports/_exports.html", _mine(member_of(request)))


def _mine(member: Member) -> dict[str, Any]:
    found = list(Export.objects.filter(asked_by=member).order_by("-pk")[:SHOWN])
    lines = [
        (one, links.sign(one) if one.fetchable and policy.may_fetch(member, one) else "", _filters(one))
        for one in found
    ]
    return {
        "lines": lines,
        "moving": any(one.under_way for one in found),
        "may_personal": policy.may_export(member, personal=True),
    }


def _filters(export: Export) -> list[str]:
    """What was asked for, in words; nothing where it was everything."""
    wanted, said = Wanted.from_json(export.filters), []
    start, end = (date_format(day, _("j M Y")) if day else "…" for day in (wanted.start, wanted.end))
    if wanted.start or wanted.end:
        said.append(_("%(start)s to %(end)s") % {"start": start, "end": end})
    if wanted.people:
        said.append(_("without machines"))
    if wanted.only:
        known = DATASETS.get(export.name)
        said.append(str(dict(known.choices).get(wanted.only, wanted.only)) if known else wanted.only)
    return said


@for_readers
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop one's own export."""
    export = get_object_or_404(Export, pk=pk)
    if exporting.cancel(actor=member_of(request), export=export):
        messages.success(request, _("Cancelled. Nothing of it is kept."))
    else:
        messages.info(request, _("It was over already."))
    return redirect("reports:exports")


@never_cache
@for_readers
@require_safe
def fetch(request: HttpRequest, signed: str) -> HttpResponseBase:
    """The file, by a link that is good for a day, to whoever asked for it and still may."""
    member = member_of(request)
    if (pk := links.read(signed)) is None:
        raise _gone()
    export = Export.objects.filter(pk=pk).first()
    if export is None or export.asked_by_id != member.pk:
        raise Http404
    if not policy.may_fetch(member, export):
        raise NotAllowed(_("Your role does not allow this export any more."))
    path = exporting.path_of(export)
    if not export.fetchable or not path.is_file():
        raise _gone()
    if request.method == "GET":
        with transaction.atomic():
            audit.record(member, "reports.export_fetched", export)
    response: StreamingHttpResponse = (
        StreamingHttpResponse(file_pieces(path)) if hasattr(request, "scope") else FileResponse(path.open("rb"))
    )
    response["Content-Length"] = str(export.size)
    return _as_file(response, export)


def _gone() -> ActionError:
    return ActionError(_("This link is over: files are kept for a day. Export it again."), code="gone", status=410)
