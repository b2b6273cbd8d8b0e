"""Whether search finds a member."""

from django.db import transaction

from metya.ops import audit
from metya.wallets.models import Member
from social.profiles.models import Profile


@transaction.atomic
def set_searchable(*, actor: Member, searchable: bool) -> None:
    """Let search find the member and what they write, or not; from the next search on."""
    if Profile.objects.filter(member=actor, searchable=not searchable).update(searchable=searchable):
        audit.record(actor, "search.opt_in" if searchable else "search.opt_out", actor)
