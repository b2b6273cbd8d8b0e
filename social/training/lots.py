"""Who measures a round is drawn by lot, so that nobody can choose to: only members who allow it, a fifth of them at most, with
twenty answers each.

The seed of the lot is made when the round before is over. Its hash stands on the public page until the round is over, then
the seed itself: whoever was drawn can see that nobody was picked by hand.
"""

import hashlib
import secrets

import numpy as np
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_noop

from metya.wallets.models import Member
from social.comparisons.models import Example
from social.consent.models import Grant, Purpose
from social.feeds.sides import FOR_YOU_PAGE
from social.notifications import actions as notifications
from social.notifications.actions import Notice
from social.notifications.models import NotificationKind
from social.notifications.sentences import Sentence
from social.ranking.maths.arrays import Ints
from social.training.models import Draw, Validator
from social.training.snapshot import Rows

# Answers of one validator that count; how many are drawn at least, of how many, and at most.
PAIRS = 20
LEAST, PART, MOST = 10, 5, 2_000
BATCH = 500
_ASKED = Sentence(
    gettext_noop(
        "You were drawn by lot to measure the next model. Answer “which of these two?” in “For you”, up to 20 times."
    )
)


def draw(number: int) -> Draw:
    """The lot of a round, made once."""
    return Draw.objects.get_or_create(number=number, defaults={"seed": _seed()})[0]


def _seed() -> str:
    return secrets.token_hex(32)


def sealed(seed: str) -> str:
    """What is published of a seed before its round is over."""
    return hashlib.sha256(seed.encode()).hexdigest()


def in_order(members: list[int], seed: str) -> list[int]:
    """By the SHA-256 of "seed:member"."""
    return sorted(members, key=lambda pk: (hashlib.sha256(f"{seed}:{pk}".encode()).digest(), pk))


def how_many(of: int) -> int:
    """A fifth, ten at least, and never more than half: somebody has to train."""
    return min(max(LEAST, of // PART), of // 2, MOST)


def drawn(able: list[int], seed: str) -> list[int]:
    """Those whom the lot picks among all who are able, in its order."""
    return in_order(able, seed)[: how_many(len(able))]


def validators(measuring: Rows, seed: str) -> Ints:
    """The members whose answers measure, ascending; the lot decides among all who have any."""
    return np.array(sorted(drawn(np.unique(measuring.members).tolist(), seed)), dtype=np.int64)


def answers(measuring: Rows, chosen: Ints) -> Rows:
    """The newest twenty of each chosen member."""
    rows = measuring.of(np.isin(measuring.members, chosen))
    return rows.of(np.sort(newest(rows.ids, rows.members)))


def newest(ids: Ints, members: Ints) -> Ints:
    """The places of the newest twenty of each member."""
    order = np.lexsort((-ids, members))
    _, first, place = np.unique(members[order], return_index=True, return_inverse=True)
    found: Ints = order[np.arange(len(order)) - first[place] < PAIRS]
    return found


@transaction.atomic
def invite(number: int) -> int:
    """Close the invitations of earlier rounds with what came of them, and ask those drawn for this one; how many."""
    _close_before(number)
    allowing = Grant.objects.active(Purpose.EVALUATE).filter(member__in=Member.objects.active())
    chosen = drawn(list(allowing.values_list("member", flat=True)), draw(number).seed)
    rows = [Validator(member_id=pk, number=number) for pk in chosen]
    Validator.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    notices = [Notice(pk, _ASKED, FOR_YOU_PAGE, f"measure:{number}") for pk in chosen]
    notifications.notify_many(kind=NotificationKind.NOTICE, notices=notices)
    return len(chosen)


def _close_before(number: int) -> None:
    rows = list(Validator.objects.open().filter(number__lt=number))
    if not rows:
        return
    since = min(one.asked_at for one in rows)
    said = Example.objects.filter(
        created_at__gte=since, evaluation__isnull=False, member__in=Validator.objects.open().values("member")
    )
    counts = dict(said.order_by().values_list("member").annotate(Count("pk")))
    for one in rows:
        one.answered, one.closed_at = min(PAIRS, counts.get(one.member_id, 0)), timezone.now()
    Validator.objects.bulk_update(rows, ["answered", "closed_at"], batch_size=BATCH)
