"""What waits for moderators: objections to labels."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from metya.ops.waiting import Waiting
from metya.wallets.models import Member
from social.labels.models import Objection
from social.moderation import policy as moderation


def for_moderators(member: Member) -> Iterator[Waiting]:
    """Objections that this moderator may decide, the oldest since when."""
    if not moderation.may_moderate(member):
        return
    rows = Objection.objects.for_(member)
    if count := rows.count():
        text = ngettext("%(count)d objection to a label waits", "%(count)d objections to labels wait", count)
        url = reverse("admin:social_objection_changelist") + "?decided_at__isempty=1"
        yield Waiting(text % {"count": count}, url, rows.earliest("made_at").made_at)
