"""What a member's own feedback does to their own feed: their residual is fitted anew from all of it, at once.

It needs no consent beyond the tap itself, which says that it will do so; no other member's feed is touched.
"""

import logging

import numpy as np

from metya.wallets.models import Member
from social.comparisons.models import Example, Kind
from social.ranking import champions
from social.ranking.maths import learning
from social.ranking.maths.arrays import Floats
from social.ranking.maths.errors import RankingError
from social.ranking.maths.features import FEATURES_VERSION, KEYS
from social.ranking.models import Steering
from social.ranking.packed import floats_in, packed
from social.ranking.readers import slider_row

logger = logging.getLogger(__name__)
# The newest that count: more would change little and take longer than a tap should.
MOST = 200
# How strongly each counts here. A tap is up to four examples, an answer is one.
_STRENGTH = {Kind.PAIR: 2.0, Kind.MORE: 1.0, Kind.LESS: 1.0}


def locked_steering(member: Member) -> Steering:
    """The member's row, which everything that changes their feedback waits for; inside a transaction."""
    Steering.objects.get_or_create(member=member)
    return Steering.objects.select_for_update(no_key=True).get(member=member)


def refit(steering: Steering) -> None:
    """Fit and store the residual, in the transaction of what changed. Numbers that cannot be used leave none."""
    rows = Example.objects.of(steering.member).current().order_by("-pk").values_list("z", "kind")[:MOST]
    found = [(bytes(z), _STRENGTH[Kind(kind)]) for z, kind in rows]
    delta = None
    if found:
        try:
            delta = packed(_residual(steering, found))
        except (RankingError, ValueError):
            logger.exception("The feedback of member %s cannot be fitted", steering.member_id)
    steering.delta, steering.delta_version = delta, FEATURES_VERSION if delta else ""
    steering.save(update_fields=["delta", "delta_version"])


def _residual(steering: Steering, found: list[tuple[bytes, float]]) -> Floats:
    """δ for s = m · (θ + b + δ) · x: what a slider turns off is not learned from."""
    z = floats_in(b"".join(one for one, _strength in found)).reshape(-1, len(KEYS))
    strengths = np.array([strength for _z, strength in found])
    turned = z * slider_row(steering.sliders)
    return learning.residual(turned, strengths, champions.in_use().weights.of(steering.group or None))
