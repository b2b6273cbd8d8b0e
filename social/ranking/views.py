"""Steering by address: why a post was shown, the sliders with their preview, presets, and the settings of the feed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.errors import ActionError, NotAllowed
from metya.web.forms import refused
from metya.web.http import member_of
from social.consent import grants
from social.consent.models import Purpose
from social.feeds.sides import FOR_YOU_PAGE
from social.groups import reads as groups
from social.moderation.policy import may_moderate
from social.ranking import actions, policy, reads
from social.ranking.forms import PresetForm, SteerForm, UnshareForm, WishesForm
from social.ranking.models import Preset
from social.ranking.presets import BUILT_IN


@require_safe
@vary_on_headers("HX-Request")
def why(request: HttpRequest, slate: int, post: int) -> HttpResponse:
    """Why a post stood in one's own "For you"; the fragment for htmx, else the page."""
    member = member_of(request)
    shown = reads.slate_of(member, slate)
    found = reads.explanation(member, shown, post) if shown is not None else None
    if found is None:
        raise Http404
    template = "social/ranking/_why.html" if getattr(request, "htmx", False) else "social/ranking/why.html"
    return render(request, template, {"why": found})


@require_http_methods(["GET", "HEAD", "POST"])
def steer(request: HttpRequest) -> HttpResponseBase:
    """The sliders. ``?preset=`` puts its values there, unsaved; the button "Preview" works without scripts."""
    member = member_of(request)
    stored = reads.steering_of(member)
    if request.method == "POST":
        ratelimit.limit("steer", str(member.pk), most=60, seconds=60)
        form = SteerForm(request.POST)
        if not form.is_valid():
            return _steer_page(request, member, form, status=422)
        if "preview" in request.POST:
            return _steer_page(request, member, form)
        actions.steer(actor=member, sliders=form.sliders, quotas=form.quotas)
        messages.success(request, _("Your feed follows these sliders now."))
        return redirect(FOR_YOU_PAGE)
    chosen = request.GET.get("preset")
    if chosen:
        found = reads.preset_values(member, chosen)
        if found is None:
            raise Http404
        name, sliders, quotas = found
        form = SteerForm(sliders=sliders, quotas=quotas)
        return _steer_page(request, member, form, preset=name, another=reads.shared_by_another(member, chosen))
    return _steer_page(request, member, SteerForm(sliders=stored.sliders, quotas=stored.quotas))


@require_safe
@never_cache
def preview(request: HttpRequest) -> HttpResponse:
    """The first of the feed as these sliders would make it; 422 says which value is wrong."""
    member = member_of(request)
    ratelimit.limit("preview", str(member.pk), most=120, seconds=60)
    form = SteerForm(request.GET)
    context = {"form": form, "preview": _previewed(member, form)}
    return render(request, "social/ranking/_preview.html", context, status=200 if form.is_valid() else 422)


@require_POST
def reset(request: HttpRequest) -> HttpResponseBase:
    """All sliders and quotas back to the usual."""
    member = member_of(request)
    ratelimit.limit("steer", str(member.pk), most=60, seconds=60)
    actions.reset(actor=member)
    messages.success(request, _("Everything is back to the usual."))
    return redirect("ranking:steer")


@require_http_methods(["GET", "HEAD", "POST"])
def presets(request: HttpRequest) -> HttpResponseBase:
    """One's own and those that others share; a POST keeps how one steers now under ``name``."""
    member = member_of(request)
    form = PresetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        ratelimit.limit("preset", str(member.pk), most=30, seconds=60)
        stored = reads.steering_of(member)
        if form.is_valid() and form.save(member, stored.sliders, stored.quotas):
            messages.success(request, _("The preset is kept."))
            return redirect("ranking:presets")
    context = {
        "form": form,
        "own": reads.own_presets(member),
        "shared": reads.shared_presets(member),
        "built_in": BUILT_IN,
        "moderates": may_moderate(member),
    }
    return render(request, "social/ranking/presets.html", context, status=422 if form.errors else 200)


@require_POST
def preset(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """share, unshare, copy, delete."""
    member = member_of(request)
    ratelimit.limit("preset", str(member.pk), most=30, seconds=60)
    one = get_object_or_404(reads.usable_by(member).select_related("owner"), pk=pk)
    if verb == "copy":
        made = actions.copy(actor=member, preset=one)
        messages.success(request, _("“%(name)s” is yours now.") % {"name": made.name})
    else:
        _change(member, one, verb)
        messages.success(request, _DONE[verb]())
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect("ranking:presets")


@require_http_methods(["GET", "HEAD", "POST"])
def unshare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``reason``: moderators end the sharing of a preset."""
    actor = member_of(request)
    one = get_object_or_404(Preset.objects.filter(shared=True).select_related("owner"), pk=pk)
    if not policy.may_unshare(actor, one):
        raise NotAllowed(_("Moderators end the sharing of presets of others."))
    form = UnshareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.unshare(actor=actor, preset=one, reason=form.cleaned_data["reason"])
        except ActionError as error:
            refused(form, error)
        else:
            messages.success(request, _("The preset is not shared any more, and its owner was told."))
            return redirect("ranking:presets")
    context = {"preset": one, "form": form}
    return render(request, "social/ranking/unshare.html", context, status=422 if form.errors else 200)


_DONE = {
    "share": lambda: _("Everyone can use this preset now."),
    "unshare": lambda: _("This preset is yours alone now. Copies that others made stay theirs."),
    "delete": lambda: _("The preset is deleted."),
}


def _change(member: Member, one: Preset, verb: str) -> None:
    if not policy.may_change(member, one):
        raise Http404
    if verb == "delete":
        actions.delete(actor=member, preset=one)
    else:
        actions.share(actor=member, preset=one, shared=verb == "share")


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponseBase:
    """How often one is asked, and whether one's posts are recommended."""
    member = member_of(request)
    if request.method == "POST":
        form = WishesForm(request.POST)
        if form.is_valid():
            form.save(member)
            messages.success(request, _("Saved."))
            return redirect("ranking:settings")
    else:
        stored = reads.steering_of(member)
        form = WishesForm(initial={"ask": stored.ask, "hidden": not reads.recommended(member)})
    return render(request, "social/ranking/settings.html", {"form": form}, status=422 if form.errors else 200)


def _steer_page(
    request: HttpRequest,
    member: Member,
    form: SteerForm,
    *,
    preset: str = "",
    another: Preset | None = None,
    status: int = 200,
) -> HttpResponse:
    """``another``: the preset whose values stand there, if somebody else shares it."""
    allowed = grants.active(member, Purpose.FEATURES) is not None
    context = {
        "form": form,
        "parts": form.parts(allowed=allowed),
        "preview": _previewed(member, form),
        "preset": preset,
        "another": another,
        "may_unshare": another is not None and policy.may_unshare(member, another),
        "built_in": BUILT_IN,
        "own": reads.own_presets(member),
        "allowed": allowed,
        "way": reverse("ranking:preview"),
        "groups": groups.offered(reads.steering_of(member)),
    }
    return render(request, "social/ranking/steer.html", context, status=status)


def _previewed(member: Member, form: SteerForm) -> reads.Preview | None:
    return reads.preview(member, form.sliders, form.quotas) if form.is_valid() else None
