"""The community's model in public: what is in use, what changed, every round and its record."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metya.web import ratelimit
from metya.web.absolute import absolute
from metya.web.decorators import public
from metya.web.errors import Invalid
from metya.web.http import member_of, viewer_of
from metya.web.paging import cursor_from
from metya.web.public_files import public_file
from social.training import ballots, folders, pictures, reads
from social.training.models import Round


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What orders everybody's "For you", how well, and how it came to be."""
    page = reads.rounds_page(cursor_from(request.GET.get("before")))
    if getattr(request, "htmx", False):
        response = render(request, "social/training/_rounds.html", {"page": page})
    else:
        now = reads.now(viewer_of(request))
        context = {"now": now, "page": page, "curve": pictures.curve(now.shown), "groups": pictures.groups(now.shown)}
        response = render(request, "social/training/index.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@public
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One finished round: the verdict, what changed, and its files."""
    found = reads.round_page(number, viewer_of(request))
    if found is None:
        raise Http404
    drawn = {"curve": pictures.curve(found.told), "groups": pictures.groups(found.told)}
    return render(request, "social/training/round.html", {"found": found, "base": _base(number), **drawn})


@require_POST
def vote(request: HttpRequest, number: int) -> HttpResponse:
    """``say``: "for" or "against"; 302 back to the round. 404 where nothing is or was voted on."""
    member = member_of(request)
    ratelimit.limit("model-vote", str(member.pk), most=60, seconds=60)
    said = {"for": True, "against": False}.get(request.POST.get("say", ""))
    if said is None:
        raise Invalid(_("Say whether you are for it or against it."), data={"field": "say"})
    try:
        ballots.vote(actor=member, number=number, supports=said)
    except Round.DoesNotExist as none:
        raise Http404 from none
    messages.success(request, _("Your vote counts. You can change it until the vote ends."))
    return redirect("training:round", number)


@public
@require_safe
def how_to_verify(request: HttpRequest, number: int) -> HttpResponse:
    """The commands that fetch a round's record and compute it again, as plain text."""
    found = reads.round_page(number)
    if found is None or not found.files:
        raise Http404
    context = {"found": found, "base": _base(number)}
    return render(request, "social/training/verify.txt", context, content_type="text/plain; charset=utf-8")


@public
@require_safe
def file(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """One file of a round's record, as it is: it never changes."""
    found = reads.record_of(number)
    if found is None or name not in folders.names(folders.directory(number)):
        raise Http404
    return public_file(request, folders.directory(number) / name, f"{found.record_sha256}-{name}")


def _base(number: int) -> str:
    return absolute(f"/ranking/{number}/")
