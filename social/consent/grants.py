"""What other features ask: whether a member allows a purpose now."""

from metya.wallets.models import Member
from social.consent.models import Grant


def active(member: Member, purpose: str) -> Grant | None:
    """The grant that counts now; one query."""
    return Grant.objects.active(purpose).of(member).first()


def all_active(member: Member) -> dict[str, Grant]:
    """Those that count now, by purpose; one query for all three."""
    return {one.purpose: one for one in Grant.objects.open().of(member) if one.current}
