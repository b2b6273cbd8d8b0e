"""What the manager of the demo gets every Monday."""

from metya.wallets.models import Member
from rewards.reports.models import Format
from rewards.schedules import actions
from rewards.schedules.models import Every, Schedule, Span
from social.digest.models import MailDigest

# A name that no mail ever reaches.
ADDRESS = "cole@metya.example"


def plan() -> Schedule | None:
    """One schedule for cole, at an address that counts as confirmed; None where he is not, or no mail is sent here."""
    cole = Member.objects.get_queryset().filter(handle="cole", is_demo=True).first()
    if cole is None:
        return None
    MailDigest.objects.get_or_create(member=cole, defaults={"address": ADDRESS})
    return actions.create(
        actor=cole, name="figures", format=Format.XLSX, span=Span.WEEK, every=Every.WEEK, weekday=0, hour=6
    )
