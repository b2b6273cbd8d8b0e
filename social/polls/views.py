"""Voting by address, and looking at the results first."""

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.errors import Conflict, Invalid
from metya.web.http import local_path, member_of, viewer_of, wants_json
from social.polls import actions, reads
from social.posts.models import Post


@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``choice`` (repeated where several are possible): the results as a fragment or JSON, else back to the post.
    Who voted elsewhere meanwhile, or comes late, gets the results with that reason."""
    member = member_of(request)
    ratelimit.limit("vote", str(member.pk), most=120, seconds=60)
    post = get_object_or_404(Post.objects.visible_to(member).present(), pk=pk, poll__isnull=False)
    try:
        poll = actions.vote(actor=member, post=post, choices=_numbers(request))
    except Conflict as refusal:
        if refusal.code not in ("voted", "over") or wants_json(request):
            raise
        return _as_it_stands(request, member, post, refusal)
    if wants_json(request):
        return JsonResponse({"id": pk, "counts": poll.counts, "voters": poll.voters})
    if getattr(request, "htmx", False):
        return render(request, "social/polls/_poll.html", {"poll": reads.poll_of(member, pk)})
    return redirect(local_path(request.POST.get("next"), post.get_absolute_url()))


@public
@require_safe
def results(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The results before one's own vote, as a fragment; without htmx, the post's page with them."""
    viewer = viewer_of(request)
    post = get_object_or_404(Post.objects.visible_to(viewer).present(), pk=pk, poll__isnull=False)
    card = reads.poll_of(viewer, pk, asked=True)
    if getattr(request, "htmx", False):
        return render(request, "social/polls/_poll.html", {"poll": card})
    return render(request, "social/polls/results.html", {"poll": card, "post": post})


def _as_it_stands(request: HttpRequest, member: Member, post: Post, refusal: Conflict) -> HttpResponseBase:
    """The form is out of date: the results in its place, with why the vote was not taken."""
    context = {"poll": reads.poll_of(member, post.pk), "post": post, "refused": refusal.message}
    if getattr(request, "htmx", False):
        return render(request, "social/polls/_poll.html", context, status=422)  # what htmx puts in, unlike other errors
    return render(request, "social/polls/results.html", context, status=refusal.status)


def _numbers(request: HttpRequest) -> list[int]:
    raw = request.POST.getlist("choice")
    if len(raw) > 20 or not all(one.isascii() and one.isdigit() and len(one) < 4 for one in raw):
        raise Invalid(_("That choice is not in this poll."), data={"field": "choice"})
    return [int(one) for one in raw]
