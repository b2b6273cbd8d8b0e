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


@register.filter
def nano(pico: int | None) -> str:
    """A value in pico-nats as whole nano-nats with its sign: +1,234, −56, 0."""
    if pico is None:
        return ""
    whole = (abs(pico) + 500) // 1_000
    sign = "" if not whole else "+" if pico > 0 else "−"
    return sign + number_format(whole, force_grouping=True)


@register.filter
def nats(value: float | None) -> str:
    """A gain in nats, with as many decimals as tell it from nothing: 0.0213, −0.0004."""
    if value is None:
        return ""
    return number_format(round(value, 4), 4).replace("-", "−")
