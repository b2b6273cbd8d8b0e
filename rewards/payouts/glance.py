"""The figures of a batch at a glance: where the total comes from, what changed, how it is spread, and its files."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from metya.web.charts import Bar, columns
from metya.web.numbers import met, met_exact
from rewards.charts import short
from rewards.epochs import files
from rewards.epochs.models import Epoch
from rewards.payouts.models import Batch

BACK = 14


@dataclass(frozen=True)
class Step:
    """A line of the way from the release to the total: its rule in words and numbers, and what comes out."""

    name: str
    rule: str
    amount: str


@dataclass(frozen=True)
class Change:
    """A figure now, before, and the difference, as they are read; ``look`` when the difference is unusual."""

    name: str
    now: str
    before: str
    difference: str


@dataclass(frozen=True)
class Picture:
    """A picture whose title says the finding, and the same as rows of a table."""

    title: str
    drawing: SafeString
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class File:
    """A public file of the epoch. Bytes and hex."""

    name: str
    size: int
    sha256: str


def formula(epoch: Epoch, checks: list[dict[str, Any]]) -> list[Step]:
    """From the release to the amounts, each line with its numbers; empty for an epoch that was never computed."""
    figures, sums = epoch.figures, _figures(checks, "sum")
    if not figures or not sums:
        return []
    base, part = int(figures["base"]), int(figures["multiplier"])
    full = base * part // 10**6
    released = _("%(base)s base × %(active)s active ÷ %(target)s, at most double") % {
        "base": met(base),
        "active": _count(epoch.active),
        "target": _count(int(figures["activity_target"])),
    }
    if full != epoch.release:
        released += " " + _("(%(full)s; the year has no more left to release)") % {"full": met(full)}
    influence = int(epoch.splits["influence"])
    others = epoch.pool - influence
    return [
        Step(_("Released"), released, met_exact(epoch.release)),
        Step(_("Pool"), _("released + %(carry)s carried in") % {"carry": met(epoch.carry_in)}, met_exact(epoch.pool)),
        Step(
            _("For influence"),
            _("pool − %(others)s for training, nodes and the treasury") % {"others": met(others)},
            met_exact(influence),
        ),
        Step(
            _("Earned"),
            _("for influence − %(carry)s that the cap of %(cap)s a member leaves + %(other)s other earnings")
            % {"carry": met(epoch.carry_out), "cap": met(int(figures["cap"])), "other": met(int(figures["earnings"]))},
            met_exact(sums["earned"]),
        ),
        Step(
            _("Paid"),
            _("earned + %(before)s owed from before − %(after)s below the minimum of %(least)s, owed on")
            % {
                "before": met(sums["owed_before"]),
                "after": met(sums["owed_after"]),
                "least": met(int(figures["minimum_payout"])),
            },
            met_exact(sums["amount"]),
        ),
    ]


def changes(epoch: Epoch, before: Epoch | None) -> list[Change]:
    """The epoch's figures beside those of the one before; empty for the first."""
    if before is None or not before.figures:
        return []
    now, then = epoch.figures, before.figures
    money = [
        (_("Paid"), int(now.get("total", 0)), int(then.get("total", 0))),
        (_("Pool"), epoch.pool, before.pool),
        (_("Middle payout"), int(now.get("median", 0)), int(then.get("median", 0))),
    ]
    counts = [
        (_("Payouts"), int(now.get("count", 0)), int(then.get("count", 0))),
        (_("Active members"), epoch.active, before.active),
        (_("Interactions that count"), int(now.get("interactions", 0)), int(then.get("interactions", 0))),
    ]
    shares = [
        (_("Share of the top 20"), int(now.get("top20_bp", 0)), int(then.get("top20_bp", 0))),
        (_("Share of the top 1 %"), int(now.get("top1_bp", 0)), int(then.get("top1_bp", 0))),
        (_("Gini coefficient"), int(now.get("gini_bp", 0)), int(then.get("gini_bp", 0))),
        (_("Reach"), epoch.reach_bp, before.reach_bp),
    ]
    rows = [
        Change(name, met(one), met(other), _signed(met(abs(one - other)), one - other)) for name, one, other in money
    ]
    rows += [
        Change(name, _count(one), _count(other), _signed(_count(abs(one - other)), one - other))
        for name, one, other in counts
    ]
    return rows + [
        Change(name, _share(one), _share(other), _signed(_share(abs(one - other)), one - other))
        for name, one, other in shares
    ]


def moved(checks: list[dict[str, Any]]) -> Picture:
    """How many payouts fell away, fell, stayed, rose and are new, against the epoch before."""
    found = _figures(checks, "change")
    if not found.get("count_before"):
        return Picture(_("There is no epoch before to compare with"), SafeString(""), [])
    jumped, raised = found["jumped"], found["raised"] - found["jumped"]
    same = found["count"] - found["new"] - found["raised"] - found["lowered"]
    groups = [
        (_("gone"), found["gone"]),
        (_("lower"), found["lowered"]),
        (_("same"), same),
        (_("higher"), raised),
        (_("over fivefold"), jumped),
        (_("new"), found["new"]),
    ]
    most = max(groups, key=lambda group: group[1])
    title = _("Most payouts are %(what)s: %(count)s; new: %(new)s, gone: %(gone)s") % {
        "what": most[0],
        "count": _count(most[1]),
        "new": _count(found["new"]),
        "gone": _count(found["gone"]),
    }
    bars = [Bar(count, name, name == most[0]) for name, count in groups]
    return Picture(title, columns(bars, title, note=_count(most[1])), [(name, _count(count)) for name, count in groups])


def spread(epoch: Epoch) -> Picture:
    """How the amounts are spread, in groups of equal ratio."""
    figures = epoch.figures
    groups = figures.get("bars", [])
    if not groups:
        return Picture(_("Nobody reached the smallest payout"), SafeString(""), [])
    last, most = len(groups) - 1, max(range(len(groups)), key=lambda place: groups[place][2])
    title = _("The middle payout is %(middle)s; the top 20 get %(top)s of all") % {
        "middle": met(int(figures["median"])),
        "top": _share(int(figures["top20_bp"])),
    }
    bars = [
        Bar(count, short(low) if place == 0 else short(high - 1) if place == last else "", place == most)
        for place, (low, high, count) in enumerate(groups)
    ]
    rows = [(f"{met(low)} – {met(high - 1)}", _count(count)) for low, high, count in groups]
    return Picture(title, columns(bars, title, note=_count(groups[most][2]), axis=_("MET")), rows)


def totals(batch: Batch) -> Picture:
    """The totals of the last batches with this one marked."""
    rows = Batch.objects.live().filter(epoch__lte=batch.epoch_id).order_by("-epoch")[:BACK]
    found = [(row.epoch_id, row.total) for row in rows][::-1]
    if not any(epoch == batch.epoch_id for epoch, _total in found):
        found.append((batch.epoch_id, batch.total))
    title = _title(batch, found[-2][1] if len(found) > 1 else None)
    bars = [
        Bar(total, str(epoch) if place in (0, len(found) - 1) else "", epoch == batch.epoch_id)
        for place, (epoch, total) in enumerate(found)
    ]
    label = _("Totals of the batches of epochs %(first)d to %(last)d: %(title)s") % {
        "first": found[0][0],
        "last": found[-1][0],
        "title": title,
    }
    # As wide as the column beside the batch, so that its words are read in their own size.
    drawing = columns(bars, label, note=short(batch.total), width=280, height=120)
    return Picture(title, drawing, [(str(epoch), met(total)) for epoch, total in reversed(found)])


def _title(batch: Batch, before: int | None) -> str:
    if before is None:
        return _("The first batch")
    if not before:
        return _("The batch before paid nothing")
    if abs(batch.total - before) * 1_000 < before:
        return _("About as much as the batch before")
    part = abs(batch.total - before) * 100 / before
    more = batch.total > before
    words = _("%(part)s %% more than the batch before") if more else _("%(part)s %% less than the batch before")
    return words % {"part": number_format(part, 1 if part < 100 else 0, force_grouping=True)}


def files_of(epoch: Epoch) -> list[File]:
    """The epoch's files as they were noted when they were written."""
    known = epoch.files
    return [File(name, int(known[name]["size"]), str(known[name]["sha256"])) for name in files.PUBLIC if name in known]


def _figures(checks: list[dict[str, Any]], code: str) -> dict[str, int]:
    return next((check["figures"] for check in checks if check["code"] == code), {})


def _count(value: int) -> str:
    return number_format(value, force_grouping=True)


def _share(points: int) -> str:
    return number_format(points / 100, 2) + "\u00a0%"


def _signed(text: str, difference: int) -> str:
    return "0" if not difference else f"+{text}" if difference > 0 else f"−{text}"
