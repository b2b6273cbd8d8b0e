"""Removing the preview of a link by address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from metya.web import ratelimit
from metya.web.http import local_path, member_of, wants_json
from social.posts import reads
from social.posts.models import Post
from social.previews import actions


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The row of verbs without this one, and the preview taken out of the page, for htmx; else back to where it was."""
    member = member_of(request)
    ratelimit.limit("verb", str(member.pk), most=300, seconds=60)
    post = get_object_or_404(Post.objects.own_or_visible_to(member).present().originals(), pk=pk)
    actions.remove(actor=member, post=post)
    if wants_json(request):
        return JsonResponse({"id": pk, "preview": False})
    if getattr(request, "htmx", False):
        card = reads.card_of(member, pk)
        if card is not None:
            return render(request, "social/previews/_removed.html", {"card": card})
    messages.success(request, _("The link preview is removed."))
    return redirect(local_path(request.POST.get("next"), post.get_absolute_url()))
