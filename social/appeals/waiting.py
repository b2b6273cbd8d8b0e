"""What waits for moderators: appeals."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from metya.ops.waiting import Waiting
from metya.wallets.models import Member
from social.appeals.models import Appeal
from social.moderation import policy


def for_moderators(member: Member) -> Iterator[Waiting]:
    """Appeals that this moderator may decide, the oldest since when."""
    if not policy.may_moderate(member):
        return
    rows = Appeal.objects.for_(member)
    if count := rows.count():
        text = ngettext("%(count)d appeal waits", "%(count)d appeals wait", count) % {"count": count}
        yield Waiting(text, reverse("appeals-desk:index"), rows.earliest("made_at").made_at)
