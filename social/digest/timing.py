"""When the next mail is due: in the member's morning, not for everyone at once."""

from datetime import datetime, time, timedelta

from django.utils.timezone import get_default_timezone

from metya.members import preferences, zones
from metya.wallets.models import Member
from social.digest.models import Frequency

HOUR = 7


def next_due(member: Member, frequency: str, now: datetime) -> datetime | None:
    """The first morning after ``now`` by the member's clock (a Monday for a weekly mail); None when it is off."""
    if frequency == Frequency.OFF:
        return None
    zone = zones.zone(preferences.of(member).zone) or get_default_timezone()
    here = now.astimezone(zone)
    # Each at a minute of their own within the hour, so that the mails do not leave all together.
    at = time(HOUR, member.pk % 60)
    day = here.date() + timedelta(days=here.time() >= at)
    if frequency == Frequency.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return datetime.combine(day, at, tzinfo=zone)
