"""How much MET an epoch releases, in grains: halving each year, scaled by activity, capped within the year."""

from collections.abc import Iterator
from dataclasses import dataclass

from rewards.engine.limits import BASIS_POINTS, EPOCHS_PER_YEAR, INFLUENCE_SUPPLY
from rewards.engine.params import Splits

MILLION = 10**6
MOST_ACTIVITY = 2 * MILLION


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the schedule: its budget, what is out at its end if all is released, and its first daily base."""

    number: int
    first_epoch: int
    budget: int
    cumulative: int
    base: int


def year_budget(year: int) -> int:
    """B(y): the most that year `year` (from 0) can release."""
    return INFLUENCE_SUPPLY >> (year + 1)


def base(epoch: int) -> int:
    """The release of an epoch at exactly the target activity."""
    year, day = divmod(epoch, EPOCHS_PER_YEAR)
    budget = year_budget(year)
    return budget * (day + 1) // EPOCHS_PER_YEAR - budget * day // EPOCHS_PER_YEAR


def most_released_before(epoch: int) -> int:
    """The most that can have been released in the year before this epoch."""
    year, day = divmod(epoch, EPOCHS_PER_YEAR)
    return year_budget(year) * day // EPOCHS_PER_YEAR


def multiplier(active: int, target: int) -> int:
    """Activity in millionths of the target, at most two million."""
    return min(MOST_ACTIVITY, MILLION * active // max(1, target))


def release(epoch: int, *, active: int, target: int, released_this_year: int) -> int:
    """What the epoch releases: quiet days can be made up within the year, the year's budget cannot be passed."""
    year, day = divmod(epoch, EPOCHS_PER_YEAR)
    left = year_budget(year) * (day + 1) // EPOCHS_PER_YEAR - released_this_year
    return min(left, base(epoch) * multiplier(active, target) // MILLION)


def split_pool(pool: int, splits: Splits) -> Splits:
    """The pool divided by basis points; the treasury takes the remainders. The parts add up to `pool`."""
    influence = pool * splits.influence // BASIS_POINTS
    nodes = pool * splits.nodes // BASIS_POINTS
    training = pool * splits.training // BASIS_POINTS
    return Splits(influence, nodes, training, pool - influence - nodes - training)


def emission_schedule(years: int) -> Iterator[Year]:
    """The first `years` years, for charts."""
    cumulative = 0
    for number in range(years):
        budget = year_budget(number)
        cumulative += budget
        first = number * EPOCHS_PER_YEAR
        yield Year(number, first, budget, cumulative, base(first))
