"""What everyone is told of payouts that were held."""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count

from rewards.payouts.models import Hold
from social.transparency.held import Held


def held_between(first: date, last: date) -> Held:
    """Holds that were placed on those days (UTC), and what they are now; one query."""
    start = datetime.combine(first, time(), UTC)
    end = datetime.combine(last + timedelta(days=1), time(), UTC)
    rows = Hold.objects.filter(placed_at__gte=start, placed_at__lt=end).order_by()
    counts = dict(rows.values_list("state").annotate(Count("pk")))
    return Held(
        placed=sum(counts.values()),
        standing=counts.get(Hold.State.ACTIVE, 0),
        released=counts.get(Hold.State.RELEASED, 0) + counts.get(Hold.State.CANCELLED, 0),
        forfeited=counts.get(Hold.State.FORFEITED, 0),
    )
