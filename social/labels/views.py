"""Labels by address: those of a post, of a labeller, and what a reader wants to meet."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.errors import NotAllowed
from metya.web.http import member_of, viewer_of
from metya.web.paging import cursor_from
from social.labels import actions, policy, reads
from social.labels.forms import ObjectionForm, PutForm
from social.labels.models import Choice, Labelling
from social.posts.models import Post
from social.profiles.models import Profile


@require_http_methods(["GET", "HEAD", "POST"])
def of_post(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What stands on a post and why; a labeller's form for one more (``label``, ``reason``, ``days``)."""
    viewer = member_of(request)
    posts = Post.objects.visible_to(viewer).present().originals().select_related("author__profile")
    post = get_object_or_404(posts, pk=pk)
    form = PutForm(request.POST if request.method == "POST" else None) if policy.may_label(viewer, post) else None
    if request.method == "POST":
        ratelimit.limit("label", str(viewer.pk), most=60, seconds=3600)
        if form is None:
            raise NotAllowed(_("Only labellers put labels, on public posts of others."))
        if form.is_valid() and form.put(viewer, post):
            messages.success(request, _("The label stands, and the author was told."))
            return redirect("labels:of-post", post.pk)
    context = {"post": post, "said": reads.on_post(viewer, post), "form": form}
    status = form.status if form is not None and form.errors else 200
    return render(request, "social/labels/of_post.html", context, status=status)


@require_POST
def change(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """remove, put-back: one's own label."""
    actor = member_of(request)
    ratelimit.limit("label", str(actor.pk), most=60, seconds=3600)
    labelling = get_object_or_404(Labelling.objects.filter(labeller=actor).select_related("post__author"), pk=pk)
    (actions.remove if name == "remove" else actions.put_back)(actor=actor, labelling=labelling)
    return redirect("labels:of-post", labelling.post_id)


@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``text``: what the author says against a label on their post."""
    actor = member_of(request)
    rows = Labelling.objects.filter(post__author=actor).select_related("label", "labeller", "post__author", "objection")
    labelling = get_object_or_404(rows, pk=pk)
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        ratelimit.limit("object", str(actor.pk), most=30, seconds=3600)
        if form.is_valid() and form.send(actor, labelling):
            messages.success(request, _("Your objection is in. A moderator looks at it, and you are told the outcome."))
            return redirect("labels:of-post", labelling.post_id)
    context = {"one": labelling, "form": form, "open": _open(labelling)}
    return render(request, "social/labels/object.html", context, status=form.status if form.errors else 200)


def _open(labelling: Labelling) -> bool:
    return labelling.stands and getattr(labelling, "objection", None) is None


@public
@require_safe
def of_labeller(request: HttpRequest, handle: str) -> HttpResponse:
    """What a labeller said, and how often an objection was right, so that readers can judge before they subscribe."""
    viewer = viewer_of(request)
    profiles = Profile.objects.visible_to(viewer).select_related("member")
    labeller = get_object_or_404(profiles, member__handle=handle.lower()).member
    if not policy.is_labeller(labeller):
        raise Http404
    page = reads.by_labeller(viewer, labeller, cursor_from(request.GET.get("before")))
    context = {"labeller": labeller, "page": page, "record": reads.record_of(labeller)}
    return render(request, "social/labels/of_labeller.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponseBase:
    """``follow``: ids of labellers; ``label-<id>``: how to meet it."""
    member = member_of(request)
    if request.method == "POST":
        ratelimit.limit("labels", str(member.pk), most=60, seconds=60)
        follow = [
            int(one) for one in request.POST.getlist("follow") if one.isascii() and one.isdigit() and len(one) < 18
        ]
        wishes = {one.label.pk: request.POST.get(f"label-{one.label.pk}", one.choice) for one in reads.wishes(member)}
        actions.choose(actor=member, follow=follow, choices=wishes)
        messages.success(request, _("Saved."))
        return redirect("labels:settings")
    context = {
        "offers": reads.offers(member),
        "wishes": reads.wishes(member),
        "choices": Choice.choices,
        "said": reads.on_own(member),
    }
    return render(request, "social/labels/settings.html", context)
