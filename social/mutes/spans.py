"""For how long something is muted."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metya.web.errors import Invalid

_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
CHOICES = [
    ("", gettext_lazy("For good")),
    ("hour", gettext_lazy("1 hour")),
    ("day", gettext_lazy("1 day")),
    ("week", gettext_lazy("1 week")),
]


def until_of(span: str) -> datetime | None:
    """When a mute of this length ends that begins now; None for one for good (empty). Raises Invalid."""
    if span and span not in _LENGTHS:
        raise Invalid(_("Mute for an hour, a day, a week or for good."), data={"field": "for"})
    return timezone.now() + _LENGTHS[span] if span else None
