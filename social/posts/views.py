"""Posts by address: writing, reading a conversation, and the verbs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets import secondfactor
from metya.wallets.models import Member
from metya.web import ratelimit, undo
from metya.web.decorators import public
from metya.web.errors import ActionError, Invalid, NotAllowed, TooMany
from metya.web.http import came_by_itself, local_path, member_of, viewer_of, wants_json
from metya.web.paging import cursor_from
from metya.web.private import private_picture
from metya.web.undo import Undo
from social.bookmarks.reads import places_of
from social.drafts.models import Draft
from social.drafts.publishing import as_sent
from social.labels import reads as labels
from social.mutes.reads import mutes_thread
from social.posts import actions, pictures, policy, reads, threads
from social.posts.forms import EditForm, PostForm
from social.posts.history import versions_of
from social.posts.images import too_many_bytes
from social.posts.models import Post
from social.posts.reads import PostCard
from social.posts.render import MAX_CHARACTERS
from social.posts.uploads import oversized
from social.posts.writing import replies_limited
from social.sharing.reads import preview_of_post

Verb = Callable[..., Post]


@require_POST
def create(request: HttpRequest) -> HttpResponseBase:
    """Form → 302 to the post (its card for htmx, 201 for JSON); 422 (429: too many) with the form and what was typed."""
    member = member_of(request)
    form = PostForm(request.POST, request.FILES, actor=member, oversized=oversized(request))
    try:
        ratelimit.limit("post", str(member.pk), most=60, seconds=60)
        valid = form.is_valid()
        if valid and form.cleaned_data["post_at"]:
            return _scheduled(request, form)
        post = form.publish() if valid else None
    except TooMany as error:
        if wants_json(request):
            raise
        form.add_error(None, error.message)
        return _refused(request, form, error)
    if post is None:
        return _refused(request, form)
    if wants_json(request):
        return JsonResponse({"id": post.pk, "url": post.get_absolute_url()}, status=201)
    if getattr(request, "htmx", False):
        fresh = PostForm.blank(member, in_reply_to=form.parent)
        card = reads.card_of(member, post.pk)
        return render(request, "social/posts/_created.html", {"card": card, "form": fresh, "fresh": True})
    return redirect(post)


@require_POST
def upload(request: HttpRequest) -> HttpResponseBase:
    """``image``: a picture for the post that is being written, as JSON ``{id, url, width, height}``."""
    member = member_of(request)
    ratelimit.limit("upload", str(member.pk), most=60, seconds=60)
    image = request.FILES.get("image")
    if oversized(request) == "image":
        raise Invalid(too_many_bytes(), data={"field": "image"})
    if not isinstance(image, UploadedFile):
        raise Invalid(_("Choose a picture first."), data={"field": "image"})
    row = pictures.upload(actor=member, image=image)
    found = {"id": row.pk, "url": row.url, "width": row.width, "height": row.height}
    return JsonResponse(found, status=201)


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture that is not for everyone, judged anew at each request and kept by no cache; 404 for who may not see it."""
    viewer = member_of(request)
    image = pictures.picture_of(viewer, pk, confirmed=not viewer.looked_at and secondfactor.verified(request))
    if image is None or (viewer.looked_at and image.post_id is None):  # of a draft: staff who look see none
        raise Http404
    return private_picture(image.file) if image.private else redirect(image.url)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a picture out of the post that is being written."""
    pictures.discard(actor=member_of(request), pk=pk)
    return HttpResponse(status=204)


@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """The composer as a page, also as a reply (``?in_reply_to=``) or a quote (``?quote_of=``); ``?text=`` stands in it."""
    member = member_of(request)
    if "draft" in request.GET:
        return _opened(request, member)
    parent = _asked_for(member, request.GET.get("in_reply_to"))
    quoted = _asked_for(member, request.GET.get("quote_of"))
    if quoted is not None and not policy.may_repeat(member, quoted):
        raise NotAllowed(_("Only public posts can be quoted."), code="not-public")
    form = PostForm.blank(member, in_reply_to=parent, quote_of=quoted)
    # Typed by whoever made the link: shown like a draft, and posted by the member alone.
    form.initial["text"] = request.GET.get("text", "")[: 2 * MAX_CHARACTERS]
    around = _composer(member, form)
    if around.parent is not None and not around.parent.may_reply:
        raise replies_limited()
    # What the service worker keeps is taken only where no other site led here: a form of theirs may have put it there.
    waiting = request.GET.get("pictures") == "wait" and came_by_itself(request)
    return render(request, "social/posts/new.html", vars(around) | {"pictures_wait": waiting})


@public
@require_safe
@vary_on_headers("HX-Request")
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The conversation around a post. ``?after=`` is the next page of replies, ``?since=`` tells htmx of new ones
    (with ``show`` also the replies themselves)."""
    viewer = viewer_of(request)
    since, after = cursor_from(request.GET.get("since")), cursor_from(request.GET.get("after"))
    if since is not None:
        return _news(request, viewer, pk, since)
    thread = threads.thread_page(viewer, pk, after)
    if thread is None:
        post = get_object_or_404(Post.objects.visible_to(viewer), pk=pk)
        return redirect(post)  # a repost has no page of its own
    if wants_json(request):
        return JsonResponse(
            {"posts": [card.counts() | {"html": card.post.html} for card in (thread.card, *thread.replies)]}
        )
    if after is not None and getattr(request, "htmx", False):
        return render(request, "social/posts/_replies.html", {"thread": thread})
    form = PostForm.blank(viewer, in_reply_to=thread.card.post) if viewer and thread.card.may_reply else None
    hushed = viewer is not None and mutes_thread(viewer, thread.root_id)
    sharing = preview_of_post(thread.card.post)
    said = labels.on_post(viewer, thread.card.post) if viewer and thread.card.mine else []
    context = {
        "thread": thread,
        "form": form,
        "first": after is None,
        "hushed": hushed,
        "sharing": sharing,
        "said": said,
    }
    return render(request, "social/posts/detail.html", context)


@require_POST
def verb(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """like, unlike, repost, unrepost, bookmark, unbookmark: counts as JSON, the row of actions for htmx, else 302."""
    member = member_of(request)
    ratelimit.limit("verb", str(member.pk), most=300, seconds=60)
    post = get_object_or_404(Post.objects.visible_to(member).present(), pk=pk)
    way_back = _keep_again(member, post) if name == "unbookmark" else None
    post = VERBS[name](actor=member, post=post)
    if not wants_json(request) and not getattr(request, "htmx", False):
        if way_back:
            undo.offer(request, _("The bookmark is removed."), way_back)
        return redirect(local_path(request.POST.get("next"), post.get_absolute_url()))
    card = reads.card_of(member, post.pk)
    if card is None:
        raise ActionError(_("That post is not there any more."), code="gone", status=404)
    if wants_json(request):
        return JsonResponse(card.counts())
    context = {"card": card, "undo": way_back, "message": _("The bookmark is removed.")}
    return render(request, "social/posts/_actions.html", context)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take one's own post back; a tombstone card for htmx, else 302 to ``next`` (its own page is gone), what it answered, or
    home."""
    member = member_of(request)
    post = get_object_or_404(Post.objects.own_or_visible_to(member), pk=pk)
    parent = post.in_reply_to_id
    deleted = actions.delete(actor=member, post=post)
    if wants_json(request):
        return JsonResponse({"id": pk, "deleted": True})
    # A repost is taken back as it was made; its author finds the way back below the post.
    way_back = Undo(reverse("posts:restore", args=[pk])) if deleted.pk == pk and deleted.undo_until else None
    if getattr(request, "htmx", False):
        context = {"pk": pk, "undo": way_back, "message": _("The post is deleted.")}
        return render(request, "social/posts/_deleted.html", context)
    if way_back:
        undo.offer(request, _("The post is deleted."), way_back)
    default = f"/posts/{parent}/" if parent else "/"
    where = local_path(request.POST.get("next"), default)
    return redirect(default if where.startswith(post.get_absolute_url()) else where)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Bring back one's own post a moment after deleting it; its card for htmx, else 302 to ``next`` or to the post."""
    member = member_of(request)
    post = get_object_or_404(Post.objects.own_or_visible_to(member), pk=pk)
    actions.restore(actor=member, post=post)
    if wants_json(request):
        return JsonResponse({"id": pk, "deleted": False})
    if request.htmx:  # type: ignore[attr-defined]
        if request.htmx.current_url_abs_path == post.get_absolute_url():  # type: ignore[attr-defined]
            return undo.said(request, _("The post is back."))
        context = {"card": reads.card_of(member, pk), "message": _("The post is back."), "level": "success"}
        return render(request, "social/posts/_restored.html", context)
    return redirect(local_path(request.POST.get("next"), post.get_absolute_url()))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change the words of one's own post; 422 keeps what was typed."""
    member = member_of(request)
    post = get_object_or_404(Post.objects.visible_to(member).present(), pk=pk)
    if not policy.may_change(member, post):
        raise NotAllowed(_("Only the author can change a post."))
    if request.method == "POST":
        ratelimit.limit("edit", str(member.pk), most=30, seconds=60)
    words = {"text": post.text, "warning": post.warning, "language": post.language, "no_preview": post.preview_off}
    form = EditForm(request.POST or None, initial=words)
    if request.method == "POST" and form.is_valid() and (changed := form.save(member, post)):
        return redirect(changed)
    return render(request, "social/posts/edit.html", {"form": form, "post": post}, status=422 if form.errors else 200)


@public
@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What a post was before it was changed."""
    post = get_object_or_404(Post.objects.visible_to(viewer_of(request)).present().originals(), pk=pk)
    return render(request, "social/posts/history.html", {"post": post, "versions": versions_of(post)})


VERBS: dict[str, Verb] = {
    "like": actions.like,
    "unlike": actions.unlike,
    "repost": actions.repost,
    "unrepost": actions.unrepost,
    "bookmark": actions.bookmark,
    "unbookmark": actions.unbookmark,
}


def _keep_again(member: Member, post: Post) -> Undo:
    """The way back from removing a bookmark: kept again, in the same folders."""
    original = post.repost_of or post
    folders = sorted(places_of(member, original))
    return Undo(reverse("bookmarks:again", args=[original.pk]), ",".join(map(str, folders)) or "0")


def _scheduled(request: HttpRequest, form: PostForm) -> HttpResponseBase:
    """Kept for its hour: to the list of drafts."""
    draft = form.schedule()
    if draft is None:
        return _refused(request, form)
    messages.success(request, _("It will be posted at the time you chose."))
    if wants_json(request):
        return JsonResponse({"draft": draft.pk, "due_at": draft.due_at}, status=201)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("drafts:index")})
    return redirect("drafts:index")


def _opened(request: HttpRequest, member: Member) -> HttpResponse:
    """The composer as the draft ``?draft=`` left it; 404 for one that is not the member's."""
    draft = get_object_or_404(Draft.objects.of(member), pk=cursor_from(request.GET["draft"]))
    typed = as_sent(draft)
    if draft.due_at is not None:
        typed["post_at"] = localtime(draft.due_at).strftime("%Y-%m-%dT%H:%M")
    form = PostForm.opened(member, typed)
    return render(request, "social/posts/new.html", vars(_composer(member, form)))


def _refused(request: HttpRequest, form: PostForm, slowed: TooMany | None = None) -> HttpResponse:
    """422 with the form, in the place where it stood; 429 for one who is slowed down."""
    if wants_json(request):
        errors = {field: [str(error) for error in found] for field, found in form.errors.items()}
        first = next(iter(errors.values()))[0]
        return JsonResponse({"code": "invalid", "message": first, "errors": errors}, status=422)
    htmx = getattr(request, "htmx", False)
    template = "social/posts/_composer.html" if htmx else "social/posts/new.html"
    around = vars(_composer(form.actor, form))
    response = render(request, template, around, status=slowed.status if slowed else 422)
    if slowed:
        response["Retry-After"] = str(slowed.data["retry_after"])
    if htmx:
        response["HX-Retarget"] = "#composer"
        response["HX-Reswap"] = "outerHTML"
    return response


@dataclass(frozen=True)
class Composer:
    """What the composer shows: the form, and the posts that it answers and quotes."""

    form: PostForm
    parent: PostCard | None
    quoted: PostCard | None


def _composer(member: Member, form: PostForm) -> Composer:
    parent = reads.card_of(member, form.parent.pk) if form.parent else None
    quoted = reads.card_of(member, form.quoted.pk) if form.quoted else None
    return Composer(form, parent, quoted)


def _asked_for(member: Member, raw: str | None) -> Post | None:
    """The post that a parameter names; 404 for one that is not there for ``member``, None when nothing was named."""
    pk = cursor_from(raw)
    if pk is None:
        return None
    post = get_object_or_404(Post.objects.visible_to(member).present().select_related("repost_of"), pk=pk)
    return post.repost_of or post


def _news(request: HttpRequest, viewer: Member | None, pk: int, since: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible_to(viewer), pk=pk)
    found = threads.new_replies(viewer, post, since)
    context = {"post": post, "since": since, "count": len(found)}
    if "show" in request.GET:
        context |= {"cards": found, "since": max([since, *(card.pk for card in found)]), "count": 0}
    return render(request, "social/posts/_news.html", context)
