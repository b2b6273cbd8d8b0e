"""Bookmarks and their folders by address; nobody else sees any of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.http import local_path, member_of
from metya.web.paging import cursor_from
from social.bookmarks import actions, reads
from social.bookmarks.forms import FilingForm, FolderForm
from social.bookmarks.models import Folder
from social.feeds.reads import bookmarks_page
from social.posts.models import Post
from social.posts.reads import card_of

_BOTH = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@vary_on_headers("HX-Request")
def bookmarks(request: HttpRequest) -> HttpResponse:
    """What the member kept for later, and the folders above it."""
    member, before = member_of(request), cursor_from(request.GET.get("before"))
    page = bookmarks_page(member, before)
    if before is not None and getattr(request, "htmx", False):
        return render(request, "social/posts/_cards.html", {"page": page})
    folders = reads.folders_of(member) if before is None else []
    context = {"page": page, "folders": folders, "first": before is None}
    return render(request, "social/bookmarks/bookmarks.html", context)


@require_safe
@vary_on_headers("HX-Request")
def folder(request: HttpRequest, pk: int) -> HttpResponse:
    """What lies in one folder."""
    member, before = member_of(request), cursor_from(request.GET.get("before"))
    found = _own(member, pk)
    page = reads.folder_page(member, found, before)
    if before is not None and getattr(request, "htmx", False):
        return render(request, "social/posts/_cards.html", {"page": page})
    return render(request, "social/bookmarks/folder.html", {"folder": found, "page": page, "first": before is None})


@_BOTH
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """A new folder, or another name for one; 422 keeps what was typed."""
    member = member_of(request)
    found = _own(member, pk) if pk is not None else None
    if request.method != "POST":
        form = FolderForm(initial={"name": found.name if found else ""})
        return render(request, "social/bookmarks/edit.html", {"form": form, "folder": found})
    ratelimit.limit("bookmarks", str(member.pk), most=120, seconds=60)
    form = FolderForm(request.POST)
    saved = form.save(member, found) if form.is_valid() else None
    if saved is None:
        return render(request, "social/bookmarks/edit.html", {"form": form, "folder": found}, status=422)
    return redirect("bookmarks:folder", saved.pk)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The folder goes, its posts stay bookmarked."""
    member = member_of(request)
    found = _own(member, pk)
    actions.delete_folder(actor=member, folder=found)
    messages.success(
        request, _("The folder “%(name)s” is deleted. Its posts are still bookmarked.") % {"name": found.name}
    )
    return redirect("bookmarks:all")


@_BOTH
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """In which folders a post lies; 302 back to ``next`` or the bookmarks, 422 keeps what was chosen."""
    member = member_of(request)
    post = get_object_or_404(Post.objects.visible_to(member).present().originals(), pk=pk)
    back = local_path(request.POST.get("next") or request.GET.get("next"), "/bookmarks/")
    form = FilingForm.of(member, post)
    status = 200
    if request.method == "POST":
        ratelimit.limit("bookmarks", str(member.pk), most=120, seconds=60)
        form = FilingForm(request.POST, actor=member, post=post)
        if form.is_valid() and form.save():
            messages.success(request, _("Bookmarked."))
            return redirect(back)
        status = 422
    context = {"form": form, "card": card_of(member, pk), "back": back}
    return render(request, "social/bookmarks/file.html", context, status=status)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Think better of removing a bookmark: ``undo`` are the folders it lay in; of those, what is still there."""
    member = member_of(request)
    ratelimit.limit("bookmarks", str(member.pk), most=120, seconds=60)
    post = get_object_or_404(Post.objects.visible_to(member).present().originals(), pk=pk)
    ids = [int(part) for part in request.POST.get("undo", "").split(",") if part.isascii() and part.isdigit()]
    wanted = [one for one in ids[: actions.MOST] if one < 2**63]
    actions.file(actor=member, post=post, folders=list(Folder.objects.of(member).filter(pk__in=wanted)))
    if request.htmx:  # type: ignore[attr-defined]
        context = {"card": card_of(member, pk), "message": _("Bookmarked."), "level": "success"}
        return render(request, "social/bookmarks/_again.html", context)
    return redirect(local_path(request.POST.get("next"), "/bookmarks/"))


def _own(member: Member, pk: int) -> Folder:
    return get_object_or_404(Folder.objects.of(member), pk=pk)
