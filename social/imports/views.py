"""Importing by address: a file is sent, then its progress is shown."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from metya.web import ratelimit
from metya.web.http import member_of, wants_json
from social.imports import jobs, reads
from social.imports.forms import ImportForm


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """The form and the last imports; 422 with the file, the line and the reason for one that cannot be read."""
    member = member_of(request)
    form = ImportForm(request.POST or None, request.FILES or None, actor=member)
    if request.method == "POST":
        ratelimit.limit("import", str(member.pk), most=20, seconds=3600)
        with transaction.atomic():
            made = form.save() if form.is_valid() else None
            if made is not None:
                jobs.run.enqueue(made.pk)
        if made is not None:
            return redirect(made)
    context = {"form": form, "imports": reads.latest(member)}
    return render(request, "social/imports/index.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is; for htmx the part that moves."""
    one = reads.import_of(member_of(request), pk)
    if one is None:
        raise Http404
    if wants_json(request):
        return JsonResponse({"id": pk, "done": one.done, "total": one.total, "finished": one.finished_at is not None})
    fragment = getattr(request, "htmx", False)
    template = "social/imports/_progress.html" if fragment else "social/imports/detail.html"
    return render(request, template, {"one": one})
