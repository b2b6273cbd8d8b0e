"""A member's page, and the settings of one's own."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.errors import Invalid, TooMany
from metya.web.http import local_path, member_of, viewer_of, wants_json
from metya.web.paging import cursor_from
from social.feeds.reads import POSTS
from social.follows import reads as people
from social.posts.uploads import oversized
from social.profiles import actions, reads
from social.profiles.forms import ProfileForm
from social.profiles.models import Profile
from social.sharing.reads import preview_of_person


@public
@require_safe
@vary_on_headers("HX-Request", "Cookie")
def detail(request: HttpRequest, handle: str, tab: str = POSTS) -> HttpResponseBase:
    """A member's posts, replies or likes."""
    if handle != handle.lower():
        return redirect(request.get_full_path().replace(f"@{handle}", f"@{handle.lower()}", 1), permanent=True)
    viewer = viewer_of(request)
    profile = reads.profile_of(viewer, handle)
    if profile is None:
        raise Http404
    before = cursor_from(request.GET.get("before"))
    view = reads.profile_view(viewer, profile, tab, before)
    if before is not None and getattr(request, "htmx", False):
        return render(request, "social/posts/_cards.html", {"page": view.page})
    context = {"view": view, "first": before is None, "sharing": preview_of_person(profile)}
    return render(request, "social/profiles/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponseBase:
    """One's own name, description and picture; 422 (429: too many) keeps what was typed."""
    member = member_of(request)
    profile = Profile.objects.get(member=member)
    if request.method != "POST":
        return render(
            request, "social/profiles/settings.html", {"form": ProfileForm.of(profile, member), "profile": profile}
        )
    form = ProfileForm(request.POST, request.FILES, actor=member, oversized=oversized(request))
    page = {"form": form, "profile": profile}
    try:
        ratelimit.limit("profile", str(member.pk), most=30, seconds=60)
    except TooMany as error:
        if wants_json(request):
            raise
        form.add_error(None, error.message)
        response = render(request, "social/profiles/settings.html", page, status=error.status)
        response["Retry-After"] = str(error.data["retry_after"])
        return response
    if not form.is_valid() or not form.save():
        if wants_json(request):
            return JsonResponse({"code": "invalid", "errors": form.errors}, status=422)
        return render(request, "social/profiles/settings.html", page, status=422)
    messages.success(request, _("Your profile is changed."))
    return redirect("profiles:settings")


@require_POST
def rewards(request: HttpRequest) -> HttpResponseBase:
    """``opted_out`` yes or no: whether the member takes part in rewards."""
    choice = request.POST.get("opted_out")
    if choice not in ("yes", "no"):
        raise Invalid(_("Say yes or no."), data={"field": "opted_out"})
    actions.set_opted_out(actor=member_of(request), opted_out=choice == "yes")
    text = _("You take no part in rewards now.") if choice == "yes" else _("You take part in rewards.")
    messages.success(request, text)
    return redirect(local_path(request.POST.get("next"), "/settings/profile/"))


@require_safe
@vary_on_headers("HX-Request")
def avoided(request: HttpRequest, which: str) -> HttpResponse:
    """Whom the member blocked or muted, each with the way back."""
    before = cursor_from(request.GET.get("before"))
    read = people.blocked_page if which == "blocked" else people.muted_page
    fragment = before is not None and getattr(request, "htmx", False)
    template = "social/profiles/_avoided.html" if fragment else "social/profiles/avoided.html"
    page = read(member_of(request), before)
    return render(request, template, {"page": page, "which": which, "first": before is None})
