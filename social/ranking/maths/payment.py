"""From values to grains, in whole numbers throughout.

pool = min(budget, rate · lower bound of the gain), nothing when the bound is not above zero. 30 % of it go in equal
parts for each accepted item, up to a number of items a member; 70 % in proportion to what a member's examples were
worth, as far as that is above zero after what the member carries from earlier rounds. Nobody gets more than their cap of
the pool in all. What cannot be given under the caps stays unpaid.

Values come as whole pico-nats and weigh in nano-nats (halves up). Two machines differ in a value by far less than a
pico-nat, so they round to the same nano-nats, and all that follows is whole numbers: the same snapshot gives the same
grains anywhere. The recorded values are what is paid by; `verify` holds each to within two pico-nats of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from social.ranking.maths.errors import RankingError

BASIS_POINTS = 10_000
VALUE_BP = 7_000
ITEM_CAP = 50
MEMBER_CAP_BP = 1_000
_PICO_IN_NANO = 1_000


@dataclass(frozen=True, slots=True)
class Shares:
    """What each member is paid and carries on (at most zero), in the order given; together `pool` with what is left."""

    pool: int
    grains: tuple[int, ...]
    balances: tuple[int, ...]
    left: int


def pool_of(budget: int, rate: int, lower_nano: int) -> int:
    """Grains of a round: `rate` for each nano-nat that the loss has surely fallen by, within the budget."""
    if budget < 0 or rate < 0:
        raise RankingError("Budget and rate must not be negative.", code="negative-amount")
    return min(budget, rate * lower_nano) if lower_nano > 0 else 0


def shares(
    values: Sequence[int],
    accepted_items: Sequence[int],
    budget: int,
    rate: int,
    lower_bound: int,
    *,
    carried: Sequence[int] | None = None,
    value_bp: int = VALUE_BP,
    item_cap: int = ITEM_CAP,
    member_cap_bp: int = MEMBER_CAP_BP,
) -> Shares:
    """Grains for each member of `values` (pico-nats, in a fixed order) and `accepted_items` (after duplicates are gone).

    `lower_bound` is the gain's in nano-nats, `carried` the members' balances, at most zero, in pico-nats.
    """
    before = [0] * len(values) if carried is None else list(carried)
    if not len(values) == len(accepted_items) == len(before):
        raise RankingError("Each member needs a value, a number of items and a balance.", code="wrong-shape")
    if any(items < 0 for items in accepted_items) or any(balance > 0 for balance in before):
        raise RankingError("Items must not be negative, nor balances above zero.", code="negative-amount")
    if not (0 <= value_bp <= BASIS_POINTS and 0 <= member_cap_bp <= BASIS_POINTS and item_cap >= 0):
        raise RankingError("A part of the pool must be within 0 and 10,000 basis points.", code="bad-part")
    worth = [value + balance for value, balance in zip(values, before, strict=True)]
    pool = pool_of(budget, rate, lower_bound)
    by_value = pool * value_bp // BASIS_POINTS
    room = [pool * member_cap_bp // BASIS_POINTS] * len(worth)
    equal = split(pool - by_value, [min(items, item_cap) for items in accepted_items], room)
    room = [most - given for most, given in zip(room, equal, strict=True)]
    earned = split(by_value, [weighed(value) for value in worth], room)
    grains = tuple(one + other for one, other in zip(equal, earned, strict=True))
    return Shares(pool, grains, tuple(min(0, value) for value in worth), pool - sum(grains))


def weighed(worth: int) -> int:
    """Pico-nats as they weigh in the part by value: whole nano-nats above nothing, halves up."""
    return max(0, (worth + _PICO_IN_NANO // 2) // _PICO_IN_NANO)


# rewards/engine/allocation.py divides as well, by cumulative rounding with one cap for all. Social may not import
# rewards, and here each member's room differs, since two parts of the pool share one cap.
def split(amount: int, weights: Sequence[int], room: Sequence[int]) -> list[int]:
    """`amount` in proportion to `weights`, nobody more than their room: who would get more gets that, and the rest is
    split anew over the others; single grains go by largest remainder, equal ones to who comes first."""
    given = [0] * len(weights)
    open_to = [place for place, weight in enumerate(weights) if weight > 0 and room[place] > 0]
    left = amount
    while open_to:
        total = sum(weights[place] for place in open_to)
        full = [place for place in open_to if left * weights[place] > room[place] * total]
        if not full:
            break
        for place in full:
            given[place] = room[place]
            left -= room[place]
        closed = set(full)
        open_to = [place for place in open_to if place not in closed]
    else:
        return given
    rest = left
    for place in open_to:
        given[place] = left * weights[place] // total
        rest -= given[place]
    by_remainder = sorted(open_to, key=lambda place: (-(left * weights[place] % total), place))
    for place in by_remainder[:rest]:
        given[place] += 1
    return given
