"""Asking for a download and handing it out: the part of the views that members and suspended members share."""

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse

from metya.members import downloads, jobs
from metya.members.models import Download
from metya.ops import audit
from metya.wallets.models import Member
from metya.web import ratelimit

DAY = 86_400


def ask(member: Member) -> None:
    """A new download and the job that makes it. Raises Conflict while another is being made, TooMany."""
    ratelimit.limit("download", str(member.pk), most=3, seconds=DAY)
    with transaction.atomic():
        made = downloads.ask(actor=member)
        jobs.make_download.enqueue(made.pk)


def handed(request: HttpRequest, member: Member, token: str) -> StreamingHttpResponse:
    """The member's own file, piece by piece; that it was fetched is noted. 404 for any other."""
    ratelimit.limit("fetch-download", str(member.pk), most=30, seconds=3600)
    found = Download.objects.ready().filter(member=member, token=token).first()
    path = downloads.path_of(found) if found is not None else None
    if found is None or path is None or not path.is_file():
        raise Http404
    if request.method == "GET":
        with transaction.atomic():
            audit.record(member, "members.fetch_download", found)
    # Only an asynchronous server reads an asynchronous file piece by piece, and only another reads a plain one so.
    response: StreamingHttpResponse = (
        StreamingHttpResponse(downloads.pieces(path)) if hasattr(request, "scope") else FileResponse(path.open("rb"))
    )
    response["Content-Type"] = "application/zip"
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = f'attachment; filename="{member.handle}-{found.asked_at:%Y-%m-%d}.zip"'
    response["Content-Encoding"] = "identity"  # packed already
    return response
