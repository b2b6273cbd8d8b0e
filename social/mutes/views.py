"""Muted words, hashtags and conversations by address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from metya.web import ratelimit
from metya.web.http import local_path, member_of, wants_json
from social.mutes import actions, reads
from social.mutes.forms import WordForm
from social.posts.models import Post


@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest) -> HttpResponseBase:
    """What is muted, and a form for more; 422 keeps what was typed."""
    member = member_of(request)
    form = WordForm(request.POST or None, actor=member)
    if request.method == "POST":
        ratelimit.limit("mute-word", str(member.pk), most=60, seconds=60)
        if form.is_valid() and form.save():
            messages.success(request, _("Muted. It does not reach you any more."))
            return redirect("mutes:words")
    context = {"form": form, "words": reads.word_list(member), "threads": reads.thread_list(member)}
    return render(request, "social/mutes/words.html", context, status=422 if form.errors else 200)


@require_POST
def unmute_word(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One's own word is shown again; of others' words nothing is said."""
    actions.unmute_word(actor=member_of(request), pk=pk)
    if getattr(request, "htmx", False):
        return HttpResponse()
    return redirect("mutes:words")


@require_POST
def thread(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """hush, unhush: stop the notifications of a conversation, or let them come again."""
    member = member_of(request)
    ratelimit.limit("bond", str(member.pk), most=120, seconds=60)
    post = get_object_or_404(Post.objects.own_or_visible_to(member), pk=pk)
    (actions.mute_thread if name == "hush" else actions.unmute_thread)(actor=member, post=post)
    if wants_json(request):
        return JsonResponse({"id": pk, "muted": name == "hush"})
    if getattr(request, "htmx", False):
        return render(request, "social/mutes/_thread.html", {"post": post, "hushed": name == "hush"})
    return redirect(local_path(request.POST.get("next"), f"/posts/{pk}/"))
