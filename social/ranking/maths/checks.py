"""What checks of a recorded round share: how far two machines may differ, and how a difference is told."""

from collections.abc import Sequence

import numpy as np

from social.ranking.maths.arrays import Floats, Ints
from social.ranking.maths.design import GRID
from social.ranking.maths.heldout import NANO, Gain
from social.ranking.maths.valuation import PICO

SLACK = 2
"""By how many of the last published digits two machines may differ."""
EFFICIENCY = 1e-4

Check = tuple[str, str | None]
"""What was checked; None when it agrees, else how it differs."""


def unless(agrees: bool, words: str) -> str | None:
    return None if agrees else words


def learned_check(what: str, own: Floats, said: Floats) -> Check:
    """Recorded weights against those learned here."""
    off = float(np.abs(own - said).max(initial=0.0))
    return what, unless(off <= SLACK / GRID, f"they differ by {off:.3g}")


def values_check(what: str, own: Ints, said: Ints, file: str) -> Check:
    """Recorded values (pico-nats) against those computed here; `file` has a row for each."""
    far = np.abs(own - said)
    row, most = int(far.argmax()) if len(far) else 0, int(far.max(initial=0))
    return f"values of {len(far)} {what}", unless(most <= SLACK, f"{file}:{row + 2} differs by {most} pico-nats")


def sum_check(said: Ints, gained: float, utility: int) -> Check:
    """Recorded values against what they are parts of: `gained` in nats as computed here, `utility` in pico-nats as recorded."""
    short = abs(int(said.sum()) - gained * PICO) / PICO
    enough = short <= EFFICIENCY * abs(gained) + len(said) / PICO and abs(utility - gained * PICO) <= SLACK
    return f"values add up to the gain {gained:.9f}", unless(enough, f"they miss it by {short:.3g}")


def first_other(own: Sequence[int], said: Sequence[int]) -> int | None:
    """The first place where two rows of numbers differ."""
    return next((at for at, pair in enumerate(zip(own, said, strict=True)) if pair[0] != pair[1]), None)


def gain_check(said: dict[str, int], gain: Gain, of: str = "validators") -> Check:
    """The recorded gain and bounds (nano-nats) against those computed here."""
    own = {"lower": gain.lower, "mean": gain.mean, "upper": gain.upper}
    wrong = [name for name, value in own.items() if abs(said[name] - value * NANO) > SLACK]
    wrong += ["members"] * (said["members"] != gain.members)
    told = ", ".join(f"{name} {own.get(name, gain.members)}" for name in wrong)
    return f"gain and its bounds over {gain.members} {of}", unless(not wrong, f"here {told}")
