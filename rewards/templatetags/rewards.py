"""Template filters of rewards."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def bp(points: int | str | None) -> str:
    """Basis points as a percentage: 9400 → 94 %, 41 → 0.41 %."""
    if points in (None, ""):
        return ""
    return _percent(int(points or 0) / 10_000)


@register.filter
def percent(share: float | str | None) -> str:
    """A share of one as a percentage with as many decimals as it needs."""
    return "" if share in (None, "") else _percent(float(share or 0))


def _percent(share: float) -> str:
    value = share * 100
    places = 0 if value >= 10 or value == 0 else 1 if value >= 1 else 2 if value >= 0.1 else 4
    # number_format alone cuts off, and 12.86 would read 12.
    text = number_format(round(value, places), places, force_grouping=True)
    return f"{text}\u00a0%"
