"""How shares are written."""

import pytest

from rewards.templatetags.rewards import bp, percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (0.1286, "13"),
        (0.1243, "12"),
        (0.0908, "9.1"),
        (0.00416, "0.42"),
        (0.9999, "100"),
        (0.00004, "0.0040"),
    ],
)
def test_a_share_is_rounded_not_cut_off(share, text):
    assert percent(share) == f"{text}\u00a0%"


def test_basis_points():
    assert (bp(9_400), bp(41), bp(None)) == ("94\u00a0%", "0.41\u00a0%", "")
