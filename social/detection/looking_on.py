"""Every detector that is switched on looks at one post, or at the rings of an epoch."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from metya.wallets.models import Member
from social.detection import kinds, rings, signalling
from social.detection.kinds import Found
from social.detection.looking import Look, keep_print, one_seen_by_all, running
from social.detection.models import Detector, Kind

logger = logging.getLogger(__name__)


def look_at(post_id: int) -> int:
    """How many signals it gave. What is deleted, not for everyone or by somebody who is gone is not looked at; the same state
    of a post is signalled once by each detector. Raises the first error after every detector had its turn."""
    post = one_seen_by_all(post_id)
    if post is None:
        return 0
    look, given = Look(post), 0
    failed: list[Exception] = []
    keep_print(look)
    for detector in running():
        try:
            found = kinds.judge(detector.kind, detector.params, look)
            if found is not None:
                given += signalling.record(detector, signalling.of_post(detector, post), found) is not None
        except Exception as wrong:  # one that fails does not keep the others from looking
            logger.exception("detector %s failed at post %s", detector.pk, post_id)
            failed.append(wrong)
    if failed:
        raise failed[0]
    return given


def look_at_rings(epoch: int) -> int:
    """How many signals the rings of an epoch gave: one about each member who is here."""
    detectors = list(Detector.objects.running().filter(kind=Kind.RING).select_related("rule").order_by("pk"))
    if not detectors:
        return 0
    given = 0
    for ring in rings.of_epoch(epoch):
        people = Member.objects.active().filter(pk__in=ring.members).order_by("pk")
        for member in people:
            for detector in detectors:
                quiet = timedelta(days=detector.params["days"])
                thing = signalling.of_member(member, ring.epoch, quiet)
                given += signalling.record(detector, thing, of_ring(ring, people)) is not None
    return given


def of_ring(ring: rings.Ring, people: Iterable[Member]) -> Found:
    """The finding about a ring, with who is in it."""
    found = kinds.ring(ring.epoch, len(ring.members), ring.inside)
    return Found(found.reason, " ".join(f"@{one.handle}" for one in people))
