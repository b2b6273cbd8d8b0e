"""What waits for moderators."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from metya.ops.waiting import Waiting
from metya.wallets.models import Member
from social.moderation import policy
from social.moderation.models import Case


def for_moderators(member: Member) -> Iterator[Waiting]:
    """Open cases, the most pressing since when."""
    cases = Case.objects.for_(member, senior=policy.is_senior(member))
    if policy.may_moderate(member) and (count := cases.count()):
        text = ngettext("%(count)d case is open", "%(count)d cases are open", count) % {"count": count}
        url = reverse("queue:index")
        yield Waiting(text, url, cases.earliest("opened_at").opened_at)
