"""Time zones: which there are, and the one of a member."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The parts of the world by which the list is grouped; places keep the names of the tz database.
_REGIONS = {
    "Africa": gettext_lazy("Africa"),
    "America": gettext_lazy("America"),
    "Antarctica": gettext_lazy("Antarctica"),
    "Arctic": gettext_lazy("Arctic"),
    "Asia": gettext_lazy("Asia"),
    "Atlantic": gettext_lazy("Atlantic"),
    "Australia": gettext_lazy("Australia"),
    "Europe": gettext_lazy("Europe"),
    "Indian": gettext_lazy("Indian Ocean"),
    "Pacific": gettext_lazy("Pacific"),
    "Brazil": gettext_lazy("Brazil"),
    "Canada": gettext_lazy("Canada"),
    "Chile": gettext_lazy("Chile"),
    "Mexico": gettext_lazy("Mexico"),
    "US": gettext_lazy("United States"),
}


@cache
def names() -> frozenset[str]:
    """Every zone that this machine knows by its place, and UTC."""
    places = {
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
    }
    return frozenset(places | {"UTC"})


@cache
def zone(name: str) -> ZoneInfo | None:
    """The zone of that name; None (the site's own) for none, or one that is not known any more."""
    return ZoneInfo(name) if name in names() else None


@cache
def _regions() -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for name in sorted(names() - {"UTC"}):
        found.setdefault(name.partition("/")[0], []).append(name)
    return list(found.items())


def choices() -> list[tuple[str, object]]:
    """For a list of choices: the browser's own first, then by part of the world."""
    by_region: list[tuple[str, object]] = [
        (
            str(_REGIONS.get(region, region)),
            [(name, name.partition("/")[2].replace("_", " ").replace("/", " / ")) for name in zones],
        )
        for region, zones in _regions()
    ]
    return [("", _("As this browser says")), ("UTC", "UTC"), *by_region]
