"""Which posts are marked as written with the assistant: the server keeps the drafts and compares, whatever the form says."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Invalid
from social.assistant.likeness import stems_from
from social.assistant.models import Choice, DraftPair, HalfState
from social.assistant.prompts import taken

# Drafts of the last week are compared with, the newest first, and the one that the composer names, however old.
SINCE, MOST = timedelta(days=7), 20


def pair_behind(author: Member, text: str, named: int | None = None) -> DraftPair | None:
    """The pair of drafts from one of which ``text`` stems, also if another was chosen, or none. No query for those who never
    asked for drafts. Raises Invalid for a pair ``named`` that is not the author's.
    """
    own, since = DraftPair.objects.of(author).prefetch_related("halves"), timezone.now() - SINCE
    pairs: list[DraftPair] = []
    if named is not None:
        pairs = list(own.filter(pk=named))
        if not pairs:
            message = _("This suggestion is not known any more. Send it again to post it as it stands.")
            raise Invalid(message, data={"field": "assisted"})
    drafted_at = author.profile.drafted_at
    if drafted_at is not None and drafted_at > since:
        pairs += own.since(since).exclude(pk=named or 0).order_by("-pk")[:MOST]
    return next((pair for pair in pairs if _behind(pair, text, named)), None)


def _behind(pair: DraftPair, text: str, named: int | None) -> bool:
    if pair.cleared_at is not None:  # its words are gone; who named it took it
        return pair.pk == named and pair.choice in (Choice.A, Choice.B)
    drafts = [half.text for half in pair.halves.all() if half.state == HalfState.DONE]
    return any(stems_from(text, taken(pair.ask, draft, pair.text), pair.text) for draft in drafts)
