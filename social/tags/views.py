"""The member's tags, and following one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.web import ratelimit
from metya.web.http import local_path, member_of, wants_json
from metya.web.paging import cursor_from
from social.feeds.reads import seen_tags
from social.posts.models import Tag
from social.posts.render import tag_name
from social.tags import actions, reads

VERBS: dict[str, Callable[..., None]] = {"follow": actions.follow_tag, "unfollow": actions.unfollow_tag}


@require_safe
@vary_on_headers("HX-Request")
def followed(request: HttpRequest) -> HttpResponse:
    """Public posts with the tags that the member follows."""
    before = cursor_from(request.GET.get("before"))
    feed = reads.tags_feed(member_of(request), before)
    if before is not None and getattr(request, "htmx", False):
        return render(request, "social/posts/_cards.html", {"page": feed.page})
    context = {"tags": feed.tags, "page": feed.page, "first": before is None}
    return render(request, "social/tags/followed.html", context)


@require_POST
def verb(request: HttpRequest, name: str, verb: str) -> HttpResponseBase:
    """follow, unfollow: JSON, the button for htmx, else 302 to ``next`` or the tag."""
    member = member_of(request)
    ratelimit.limit("bond", str(member.pk), most=120, seconds=60)
    rows = seen_tags(member) if verb == "follow" else Tag.objects.filter(follows__member=member)
    tag = get_object_or_404(rows, name=tag_name(name))
    VERBS[verb](actor=member, tag=tag)
    following = verb == "follow"
    if wants_json(request):
        return JsonResponse({"tag": tag.name, "following": following})
    if getattr(request, "htmx", False):
        return render(request, "social/tags/_button.html", {"tag": tag.name, "following": following})
    return redirect(local_path(request.POST.get("next"), reverse("feeds:tag", args=[tag.name])))
