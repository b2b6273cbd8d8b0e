"""One's note about a person, by address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from metya.web import ratelimit
from metya.web.errors import Invalid
from metya.web.http import member_of, wants_json
from social.notes import actions, reads
from social.profiles.models import Profile


@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, handle: str) -> HttpResponseBase:
    """The note as a page, to write and to change; 422 keeps what was typed."""
    member = member_of(request)
    found = Profile.objects.visible_to(member).select_related("member").exclude(pk=member.pk)
    profile = get_object_or_404(found, member__handle=handle.lower())
    text, error, status = reads.note_about(member, profile.member), "", 200
    if request.method == "POST":
        ratelimit.limit("note", str(member.pk), most=60, seconds=60)
        text = request.POST.get("text", "")
        try:
            kept = actions.write(actor=member, about=profile.member, text=text)
        except Invalid as refused:
            if wants_json(request):
                raise
            error, status = refused.message, 422
        else:
            if wants_json(request):
                return JsonResponse({"handle": profile.member.handle, "text": kept})
            messages.success(request, _("Your note is kept.") if kept else _("Your note is gone."))
            return redirect(profile.member)
    context = {"profile": profile, "text": text, "error": error}
    return render(request, "social/notes/note.html", context, status=status)
