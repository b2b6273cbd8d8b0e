"""Who a session belongs to, with what every page shows of them (profile, preferences, unread conversations), in one query."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from metya.wallets.models import Member
from metya.web.prepared import Prepared
from social.messages.lists import with_unread

_signed_in = Prepared(
    lambda pk: with_unread(Member.objects.get_queryset().select_related("profile", "preferences").filter(pk=pk)), "pk"
)


class MemberBackend(AuthenticationBackend):  # type: ignore[misc]
    def get_user(self, user_id: Any) -> Member | None:
        """The member of a session; None for one who left."""
        member = next(iter(_signed_in(pk=int(user_id))), None)
        return member if member is not None and self.user_can_authenticate(member) else None
