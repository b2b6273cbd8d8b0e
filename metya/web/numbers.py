"""Numbers as people read them, in the language that is spoken: amounts of MET, and counts in little space."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import pgettext

GRAINS = 10**9
_NBSP = "\u00a0"


def met(grains: int | None, unit: str = "MET") -> str:
    """Grains as MET to read: two decimals, cut and never rounded up; a dust amount says so.

    Without the unit (``|met:""``) only where a table's head names it.
    """
    return _amount(grains, 2, unit)


def met_exact(grains: int | None) -> str:
    """Grains as MET to check: all nine decimals."""
    return _amount(grains, 9)


def _amount(grains: int | None, places: int, unit: str = "MET") -> str:
    if not isinstance(grains, int):
        return ""
    unit = f"{_NBSP}{unit}" if unit else ""
    value = Decimal(grains) / GRAINS
    if value and abs(value) < Decimal(1).scaleb(-places):
        least = number_format(Decimal(1).scaleb(-places), decimal_pos=places)
        return f"{'>' if value < 0 else '<'}{_NBSP}{'−' if value < 0 else ''}{least}{unit}"
    number = number_format(abs(value), decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{'−' if value < 0 else ''}{number}{unit}"


def grouped(count: int | None) -> str:
    """A whole number with its thousands apart: 12,345."""
    return "" if count is None else number_format(count, decimal_pos=0, use_l10n=True, force_grouping=True)


def decimals(value: float, places: int = 1) -> str:
    """With so many decimals, below zero with a sign as wide as a figure: 28.1, −4.0."""
    return number_format(round(value, places) or 0.0, places).replace("-", "−")


def compact(count: int | None) -> str:
    """A counter in the space of four digits: nothing for 0, 950, 1.2K, 34K, 5.6M."""
    number = int(count or 0)
    if number <= 0:
        return ""
    for limit in (1_000_000, 1_000):
        if number >= limit:
            tenths = number * 10 // limit
            text = f"{tenths // 10}" if tenths >= 100 or tenths % 10 == 0 else number_format(Decimal(tenths) / 10, 1)
            return shortened(text, limit)
    return str(number)


def shortened(number: str, unit: int) -> str:
    """A number of thousands, millions or billions (``unit``): 1.2K in English, with a word in languages that have no letter."""
    if unit == 1_000:
        return pgettext("short number", "%(number)sK") % {"number": number}
    if unit == 1_000_000:
        return pgettext("short number", "%(number)sM") % {"number": number}
    return pgettext("short number", "%(number)sB") % {"number": number}
