"""What the settings show of a member's devices, and what of all that happens is pushed to them."""

from dataclasses import dataclass

from allauth.usersessions.models import UserSession

from metya.wallets.models import Member
from social.push import keys
from social.push.models import PushChoice, PushDevice


@dataclass(frozen=True)
class Devices:
    """``here`` is the one of this session, ``others`` the rest, the latest first; ``key`` is what browsers subscribe to."""

    key: str
    here: PushDevice | None
    others: list[PushDevice]


def devices_of(member: Member, session: UserSession | None) -> Devices:
    """One query."""
    rows = list(PushDevice.objects.live().filter(member=member).order_by("-pk"))
    here = next((row for row in rows if session is not None and row.session_id == session.pk), None)
    return Devices(keys.public_key(), here, [row for row in rows if row is not here])


def device_of(member: Member, pk: int) -> PushDevice | None:
    return PushDevice.objects.filter(member=member, pk=pk).first()


def choices_of(member: Member) -> dict[str, bool]:
    """What the member chose, by kind; one query."""
    return dict(PushChoice.objects.filter(member=member).values_list("kind", "wanted"))


def wants(member: Member, kind: str, *, otherwise: bool = True) -> bool:
    """Whether a kind is pushed to the member; ``otherwise`` where they chose nothing. One query."""
    chosen = PushChoice.objects.filter(member=member, kind=kind).values_list("wanted", flat=True).first()
    return otherwise if chosen is None else chosen
