"""What a page fetches after a hint about posts on its screen."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metya.web.errors import ActionError
from metya.web.http import member_of
from social.live import reads
from social.templatetags.metya import compact

MAX_POSTS = 100


@require_safe
@never_cache
def post_counts(request: HttpRequest) -> JsonResponse:
    """``?ids=1,2`` → ``{"posts": {"1": {"likes": "12", "replies": "", "reposts": "1.2K"}}}``: the numbers as cards write them.

    Posts that the member may not see are left out.
    """
    parts = [part for part in request.GET.get("ids", "").split(",") if part]
    if len(parts) > MAX_POSTS or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise ActionError(
            _("Give up to %(most)d post numbers, separated by commas.") % {"most": MAX_POSTS}, code="bad-ids"
        )
    counts = reads.post_counts(member_of(request), [int(part) for part in parts])
    shown = {post: {name: compact(count) for name, count in each.items()} for post, each in counts.items()}
    return JsonResponse({"posts": shown})
