"""Onboarding: handle, name and picture, three people to follow. Only the handle is needed; the rest can be skipped."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from metya.members import languages
from metya.web import ratelimit
from metya.web.http import local_path, member_of
from social.follows import nearby as people
from social.posts.uploads import oversized
from social.profiles.forms import HandleForm, ProfileForm
from social.profiles.middleware import AFTER
from social.profiles.models import Profile

STEPS = 3
SUGGESTED = 6


@require_http_methods(["GET", "HEAD", "POST"])
def handle(request: HttpRequest) -> HttpResponseBase:
    """Step 1: choose a handle. Whoever has one goes on."""
    member = member_of(request)
    if member.onboarded_at is not None:
        return redirect("profiles:welcome-profile")
    form = HandleForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        ratelimit.limit("handle", str(member.pk), most=30, seconds=60)
        if form.is_valid() and form.choose(member):
            languages.keep(actor=member)
            return redirect("profiles:welcome-profile")
        status = 422
    context = {"form": form, "step": 1, "steps": STEPS, "suggestions": form.suggestions}
    return render(request, "social/profiles/welcome_handle.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponseBase:
    """Step 2: name and picture."""
    member = member_of(request)
    if member.onboarded_at is None:
        return redirect("profiles:welcome")
    form = ProfileForm.of(Profile.objects.get(member=member), member)
    status = 200
    if request.method == "POST":
        form = ProfileForm(request.POST, request.FILES, actor=member, oversized=oversized(request))
        if form.is_valid() and form.save():
            return redirect("profiles:welcome-people")
        status = 422
    return render(
        request, "social/profiles/welcome_profile.html", {"form": form, "step": 2, "steps": STEPS}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
def follow_some(request: HttpRequest) -> HttpResponseBase:
    """Step 3: people to follow; then to where the member was going."""
    member = member_of(request)
    if member.onboarded_at is None:
        return redirect("profiles:welcome")
    if request.method == "POST":
        return redirect(local_path(request.session.pop(AFTER, None), "/"))
    found = people.suggestions(member, SUGGESTED)
    if not found:
        return redirect(local_path(request.session.pop(AFTER, None), "/"))
    return render(request, "social/profiles/welcome_people.html", {"people": found, "step": 3, "steps": STEPS})
