"""Reporting, and what becomes of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.errors import NotAllowed, TooMany
from metya.web.http import local_path, member_of, wants_json
from metya.web.paging import cursor_from
from social.assistant.reads import said_of_style
from social.lists.models import MemberList
from social.moderation import policy, reads
from social.moderation.forms import ReportForm
from social.moderation.models import About, Kind
from social.posts.models import Post, PostImage
from social.profiles.models import Profile
from social.ranking.reads import said_of_preset


@require_http_methods(["GET", "HEAD", "POST"])
def report_post(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The form, and what it sends: ``rule``, ``note``, ``also``; about the picture that ``image`` names, if any."""
    posts = Post.objects.visible_to(member_of(request)).present().originals().select_related("author")
    post = get_object_or_404(posts, pk=pk)
    asked = request.POST.get("image", request.GET.get("image", ""))
    if not asked:
        return _report(request, post.author, post)
    image = next((one for one in post.pictures if str(one.pk) == asked), None)
    if image is None:
        raise Http404
    return _report(request, post.author, image)


@require_http_methods(["GET", "HEAD", "POST"])
def report_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """As ``report_post``."""
    lists = MemberList.objects.visible_to(member_of(request)).select_related("owner")
    one = get_object_or_404(lists, pk=pk)
    return _report(request, one.owner, one)


@require_http_methods(["GET", "HEAD", "POST"])
def report_member(request: HttpRequest, handle: str) -> HttpResponseBase:
    """As ``report_post``; ``?style=`` or ``?preset=``: of which style or shared preset of theirs it is, with which the note then
    begins; it is kept beside the words of the profile, whatever becomes of it."""
    actor = member_of(request)
    profiles = Profile.objects.visible_to(actor).select_related("member")
    member = get_object_or_404(profiles, member__handle=handle.lower()).member
    style, preset = (cursor_from(request.GET.get(name)) for name in ("style", "preset"))
    said = said_of_style(actor, member, style) if style else said_of_preset(actor, member, preset) if preset else ""
    return _report(request, member, None, said)


@require_safe
def own_reports(request: HttpRequest) -> HttpResponse:
    """What the member reported, and what became of it."""
    member = member_of(request)
    page = reads.own_reports(member, cursor_from(request.GET.get("before")))
    rows = [(report, reads.address(report)) for report in page.items]
    decided = reads.decided_about(member) if "before" not in request.GET else []
    context = {
        "page": page,
        "rows": rows,
        "decisions": decided,
        "mute": reads.mute_of(member),
        "first": "before" not in request.GET,
    }
    return render(request, "social/moderation/own_reports.html", context)


def _report(
    request: HttpRequest, member: Member, about: Post | PostImage | MemberList | None, note: str = ""
) -> HttpResponseBase:
    actor = member_of(request)
    if not policy.may_report(actor, member):
        raise NotAllowed(_("You cannot report yourself."))
    post = about.post if isinstance(about, PostImage) else about if isinstance(about, Post) else None
    image = about if isinstance(about, PostImage) else None
    one = about if isinstance(about, MemberList) else None
    back = (post or one or member).get_absolute_url()
    posted = request.method == "POST"
    known = reads.waiting_report(actor, _subject(member, about))
    form = ReportForm(request.POST if posted else None, initial={"note": note})
    slowed: TooMany | None = None
    if posted:
        try:
            ratelimit.limit("report", str(actor.pk), most=20, seconds=3600)
            if form.is_valid() and form.report(actor, member, about, note.strip()):
                return _thanks(request, back, known=known is not None)
        except TooMany as error:
            slowed = error
            form.add_error(None, error.message)
        if wants_json(request):
            if slowed:
                raise slowed
            return JsonResponse({"code": "invalid", "errors": form.errors}, status=422)
    status = slowed.status if slowed else 422 if posted else 200
    context = {"form": form, "member": member, "post": post, "image": image, "list": one, "back": back, "known": known}
    response = render(request, "social/moderation/report.html", context, status=status)
    if slowed:
        response["Retry-After"] = str(slowed.data["retry_after"])
    return response


def _subject(member: Member, about: Post | PostImage | MemberList | None) -> About:
    kinds = {Post: Kind.POST, PostImage: Kind.IMAGE, MemberList: Kind.LIST}
    return About(kinds[type(about)], about.pk) if about is not None else About(Kind.PROFILE, member.pk)


def _thanks(request: HttpRequest, default: str, *, known: bool) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"reported": True})
    if known:
        messages.info(request, _("You reported this before, and it waits for a moderator. Nothing was added to it."))
    else:
        messages.success(request, _("Thank you. The moderators will look at it."))
    return redirect(local_path(request.POST.get("next"), default))
