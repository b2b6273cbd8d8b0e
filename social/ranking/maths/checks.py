"""What checks of a recorded round share: how far two machines may differ, and how a difference is told."""

from social.ranking.maths.heldout import NANO, Gain

SLACK = 2
"""By how many of the last published digits two machines may differ."""
EFFICIENCY = 1e-4

Check = tuple[str, str | None]
"""What was checked; None when it agrees, else how it differs."""


def unless(agrees: bool, words: str) -> str | None:
    return None if agrees else words


def gain_check(said: dict[str, int], gain: Gain, of: str = "validators") -> Check:
    """The recorded gain and bounds (nano-nats) against those computed here."""
    own = {"lower": gain.lower, "mean": gain.mean, "upper": gain.upper}
    wrong = [name for name, value in own.items() if abs(said[name] - value * NANO) > SLACK]
    wrong += ["members"] * (said["members"] != gain.members)
    told = ", ".join(f"{name} {own.get(name, gain.members)}" for name in wrong)
    return f"gain and its bounds over {gain.members} {of}", unless(not wrong, f"here {told}")


def recorded(said: dict[str, int]) -> Gain:
    """A recorded gain as the rules read it."""
    return Gain(said["mean"] / NANO, said["lower"] / NANO, said["upper"] / NANO, said["members"])
