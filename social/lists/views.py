"""Lists by address: one's own, a list's posts and people, and putting people in."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets.models import Member
from metya.web import ratelimit, undo
from metya.web.decorators import public
from metya.web.http import local_path, member_of, viewer_of, wants_json
from metya.web.paging import cursor_from
from metya.web.undo import Undo
from social.follows.reads import person_card
from social.lists import actions, policy, reads
from social.lists.forms import ListForm
from social.lists.models import MemberList
from social.profiles.models import Profile


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own lists."""
    member = member_of(request)
    return render(request, "social/lists/index.html", {"lists": reads.own_lists(member), "owner": member})


@public
@require_safe
def of_member(request: HttpRequest, handle: str) -> HttpResponse:
    """The public lists of a member."""
    viewer = viewer_of(request)
    profiles = Profile.objects.visible_to(viewer).select_related("member")
    owner = get_object_or_404(profiles, member__handle=handle.lower()).member
    return render(request, "social/lists/index.html", {"lists": reads.public_lists(viewer, owner), "owner": owner})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Make a list; ``?person=handle`` puts that person in at once."""
    member = member_of(request)
    person = _person(member, request.GET.get("person"))
    form = ListForm(request.POST or None, actor=member)
    if request.method == "POST":
        ratelimit.limit("list", str(member.pk), most=30, seconds=60)
        made = form.save() if form.is_valid() else None
        if made is not None:
            if person is not None:
                actions.add(actor=member, one=made, member=person)
            return redirect(made)
    status = 422 if form.errors else 200
    return render(request, "social/lists/edit.html", {"form": form, "person": person}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change one's own list; 422 keeps what was typed."""
    member = member_of(request)
    one = _own(member, pk)
    form = ListForm(request.POST or None, actor=member, one=one)
    if request.method == "POST" and form.is_valid() and form.save():
        messages.success(request, _("The list is changed."))
        return redirect(one)
    return render(request, "social/lists/edit.html", {"form": form, "list": one}, status=422 if form.errors else 200)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete one's own list."""
    member = member_of(request)
    one = _own(member, pk)
    actions.delete(actor=member, one=one)
    messages.success(request, _("The list “%(name)s” is deleted.") % {"name": one.name})
    return redirect("lists:index")


@public
@require_safe
@vary_on_headers("HX-Request", "Cookie")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the people in a list say."""
    viewer = viewer_of(request)
    view = _view(viewer, pk)
    before = cursor_from(request.GET.get("before"))
    page = reads.feed_page(viewer, pk, before)
    if before is not None and getattr(request, "htmx", False):
        return render(request, "social/posts/_cards.html", {"page": page})
    context = {"view": view, "page": page, "tab": "posts", "first": before is None}
    return render(request, "social/lists/detail.html", context)


@public
@require_safe
@vary_on_headers("HX-Request", "Cookie")
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in a list."""
    viewer = viewer_of(request)
    view = _view(viewer, pk)
    before = cursor_from(request.GET.get("before"))
    page = reads.people_page(viewer, pk, before)
    fragment = before is not None and getattr(request, "htmx", False)
    template = "social/lists/_people.html" if fragment else "social/lists/detail.html"
    context = {"view": view, "page": page, "tab": "people", "first": before is None}
    return render(request, template, context)


@require_POST
def entry(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """add, remove: ``handle`` in or out of one's own list; out of a public one also oneself."""
    member = member_of(request)
    ratelimit.limit("list-entry", str(member.pk), most=300, seconds=60)
    one = get_object_or_404(MemberList.objects.visible_to(member), pk=pk)
    handle = (request.POST.get("handle") or request.POST.get("undo", "")).strip().lstrip("@").lower()
    # Whoever left or was blocked since is still taken out.
    known = Member.objects.filter(handle=handle) if name == "remove" else _visible(member).filter(handle=handle)
    person = known.first()
    if person is None:
        message = _("There is nobody with the handle @%(handle)s.") % {"handle": handle[:40]}
        if wants_json(request):
            return JsonResponse({"code": "unknown", "message": message}, status=404)
        messages.error(request, message)
        return redirect("lists:people", pk=pk)
    (actions.add if name == "add" else actions.remove)(actor=member, one=one, member=person)
    if wants_json(request):
        return JsonResponse({"list": pk, "handle": handle, "listed": name == "add"})
    message = _("@%(handle)s is out of the list.") % {"handle": handle}
    way_back = (
        Undo(reverse("lists:add", args=[pk]), handle) if name == "remove" and policy.may_change(member, one) else None
    )
    if getattr(request, "htmx", False):
        if undo.wanted(request):
            message = _("@%(handle)s is in the list.") % {"handle": handle}
            context = {"list": one, "person": person_card(member, person), "message": message}
            return render(request, "social/lists/_back.html", context)
        if request.POST.get("part") == "row":
            context = {"pk": person.pk, "message": message, "undo": way_back}
            return render(request, "social/lists/_gone.html", context)
        choice = reads.Choice(one, name == "add")
        return render(request, "social/lists/_choice.html", {"choice": choice, "person": person})
    if way_back and not undo.wanted(request):
        undo.offer(request, message, way_back)
    return redirect(local_path(request.POST.get("next"), f"/lists/{pk}/people/"))


@require_safe
def choose(request: HttpRequest, handle: str) -> HttpResponse:
    """In which of one's own lists a person is, each with a button."""
    member = member_of(request)
    person = get_object_or_404(_visible(member), handle=handle.lower())
    context = {"person": person, "choices": reads.choices_for(member, person)}
    return render(request, "social/lists/choose.html", context)


def _view(viewer: Member | None, pk: int) -> reads.ListView:
    view = reads.list_view(viewer, pk)
    if view is None:
        raise Http404
    return view


def _own(member: Member, pk: int) -> MemberList:
    """404 for a list that is not there for ``member``, and for one of somebody else: only its owner has these pages."""
    one = get_object_or_404(MemberList.objects.visible_to(member), pk=pk)
    if not policy.may_change(member, one):
        raise Http404
    return one


def _visible(viewer: Member) -> QuerySet[Member]:
    return Member.objects.filter(pk__in=Profile.objects.visible_to(viewer).values("pk"))


def _person(member: Member, handle: str | None) -> Member | None:
    return get_object_or_404(_visible(member), handle=handle.lower()) if handle else None
