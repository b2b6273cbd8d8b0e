"""Pages about epochs, for everyone: wallets are shown, never which member is behind one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.wallets.models import Member
from metya.web.charts import Bar, columns
from rewards import engine
from rewards.charts import short, steps
from rewards.epochs import calendar, files
from rewards.epochs.models import Epoch
from rewards.payouts.models import Batch, Payout

PAGE = 30
YEARS = 6


@dataclass(frozen=True)
class Line:
    """An epoch in the list."""

    number: int
    state: str
    label: str
    day: datetime
    pool: int
    paid: int
    active: int


@dataclass(frozen=True)
class EpochsPage:
    """``next`` is the number below which the next page begins; ``chart`` the pools of the page, oldest first."""

    lines: list[Line]
    next: int | None
    chart: SafeString
    open: Line | None


def epochs_page(before: int | None) -> EpochsPage:
    """The closed epochs, newest first, and on the first page the open one."""
    rows = Epoch.objects.closed().order_by("-number").defer("files", "figures", "splits")
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = list(rows[: PAGE + 1])
    shown = [_line(epoch) for epoch in found[:PAGE]]
    today = calendar.number_at(timezone.now())
    current = Epoch.objects.filter(number=today, state="open").first() if before is None and today is not None else None
    return EpochsPage(
        lines=shown,
        next=shown[-1].number if len(found) > PAGE else None,
        chart=_pools(shown),
        open=_line(current) if current else None,
    )


def _line(epoch: Epoch) -> Line:
    return Line(
        number=epoch.number,
        state=epoch.state,
        label=str(epoch.get_state_display()),
        day=epoch.starts_at,
        pool=epoch.pool,
        paid=epoch.members_paid,
        active=epoch.active,
    )


def _pools(lines: list[Line]) -> SafeString:
    if len(lines) < 2:
        return SafeString("")
    oldest = list(reversed(lines))
    bars = [
        Bar(line.pool, str(line.number) if place in (0, len(oldest) - 1) else "", place == len(oldest) - 1)
        for place, line in enumerate(oldest)
    ]
    label = _("Pools of epochs %(first)d to %(last)d, the last %(pool)s MET") % {
        "first": oldest[0].number,
        "last": oldest[-1].number,
        "pool": short(oldest[-1].pool),
    }
    return columns(bars, label, note=short(oldest[-1].pool), height=140)


@dataclass(frozen=True)
class File:
    """A public file. Bytes and hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Group:
    """Payouts from ``low`` up to below ``high`` grains; ``here`` when the viewer's is among them."""

    low: int
    high: int
    count: int
    here: bool


@dataclass(frozen=True)
class EpochPage:
    """Everything of an epoch's public page."""

    epoch: Epoch
    label: str
    files: list[File]
    parts: list[tuple[str, int]]
    groups: list[Group]
    spread_title: str
    spread: SafeString
    emission_title: str
    emission: SafeString
    years: list[engine.Year]
    year: int
    batch: Batch | None
    checks_passed: int
    mine: int | None
    before: int | None
    after: int | None


def epoch_page(number: int, viewer: Member | None) -> EpochPage | None:
    """The page of a closed epoch, or None; five queries."""
    epoch = Epoch.objects.closed().filter(pk=number).first()
    if epoch is None:
        return None
    mine = None
    if viewer is not None:
        mine = sum(Payout.objects.of(viewer).filter(epoch=epoch).values_list("amount", flat=True)) or None
    batch = Batch.objects.live().filter(epoch=epoch).first()
    around = set(Epoch.objects.closed().filter(pk__in=[number - 1, number + 1]).values_list("pk", flat=True))
    groups = _groups(epoch.figures, mine)
    years = list(engine.emission_schedule(YEARS))
    return EpochPage(
        epoch=epoch,
        label=str(epoch.get_state_display()),
        files=_files(epoch),
        parts=_parts(epoch),
        groups=groups,
        spread_title=_spread_title(epoch.figures),
        spread=_spread(groups, epoch.figures, mine),
        emission_title=_("Epoch %(number)d is in year %(year)d of a release that halves every year")
        % {"number": number, "year": number // 365 + 1},
        emission=_emission(years, number),
        years=years,
        year=number // 365,
        batch=batch,
        checks_passed=sum(1 for check in batch.checks if check.get("ok")) if batch else 0,
        mine=mine,
        before=number - 1 if number - 1 in around else None,
        after=number + 1 if number + 1 in around else None,
    )


def _files(epoch: Epoch) -> list[File]:
    known: dict[str, Any] = epoch.files
    return [File(name, int(known[name]["size"]), str(known[name]["sha256"])) for name in files.PUBLIC if name in known]


def _parts(epoch: Epoch) -> list[tuple[str, int]]:
    """Where the pool went, in words; the parts add up to it. What members could not be given for the cap is carried."""
    if not epoch.splits:
        return []
    parts = {name: int(part) for name, part in epoch.splits.items()}
    return [
        (_("Members, by influence"), parts["influence"] - epoch.carry_out),
        (_("Training"), parts["training"]),
        (_("Nodes"), parts["nodes"]),
        (_("Treasury"), parts["treasury"]),
        (_("Carried to the next day"), epoch.carry_out),
    ]


def _groups(figures: dict[str, Any], mine: int | None) -> list[Group]:
    bars = figures.get("bars", [])
    return [Group(low, high, count, mine is not None and low <= mine < high) for low, high, count in bars]


def _spread_title(figures: dict[str, Any]) -> str:
    count = int(figures.get("count", 0))
    if not count:
        return _("Nobody reached the smallest payout in this epoch")
    words = ngettext(
        "%(count)s member was paid; the middle one got %(middle)s MET",
        "%(count)s members were paid; the middle one got %(middle)s MET",
        count,
    )
    return words % {"count": number_format(count, force_grouping=True), "middle": short(int(figures["median"]))}


def _spread(groups: list[Group], figures: dict[str, Any], mine: int | None) -> SafeString:
    if not groups:
        return SafeString("")
    last = len(groups) - 1
    bars = [
        Bar(
            group.count,
            short(group.low) if place == 0 else short(group.high - 1) if place == last else "",
            group.here,
        )
        for place, group in enumerate(groups)
    ]
    here = next((place for place, group in enumerate(groups, start=1) if group.here), None)
    label = _("Distribution of %(count)d payouts in %(groups)d groups from %(low)s to %(high)s MET") % {
        "count": int(figures["count"]),
        "groups": len(groups),
        "low": short(groups[0].low),
        "high": short(groups[-1].high - 1),
    }
    if here is not None and mine is not None:
        label += " " + _("You are in group %(group)d.") % {"group": here}
    return columns(bars, label, note=_("you, %(amount)s") % {"amount": short(mine)} if mine else "", axis=_("MET"))


def _emission(years: list[engine.Year], number: int) -> SafeString:
    label = _(
        "What each year may release: %(first)s MET in the first, half of it in the next, and so on. Today marked."
    )
    names = [_("year %(number)d") % {"number": year.number + 1} for year in years]
    note = _("epoch %(number)d") % {"number": number}
    budgets = [year.budget for year in years]
    return steps(budgets, number / 365, label % {"first": short(budgets[0])}, names=names, note=note)
