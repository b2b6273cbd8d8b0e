"""What the training account may still promise, in grains.

A round may pay at most what the account holds and nobody was promised yet; of that, TRAINING_RATE grains for each nano-nat
by which the held-out loss surely fell. The rate is what the community thinks a better feed is worth; the account is what
there is. Where little is learned the rate decides and the rest stays for later rounds; where much is, the account does.
"""

from django.conf import settings
from django.db.models import Sum

from rewards.ledger.accounts import TRAINING
from rewards.ledger.reads import balance
from rewards.training.models import TrainingPay
from social.training.budget import Budget
from social.training.models import MemberValue, RoundState, StyleShare


def budget() -> Budget:
    """For the round that begins now; four queries.

    What is promised is read first: an epoch that is booked in between then makes the budget too small, never too large.
    """
    owed = promised()
    return Budget(max(0, balance(TRAINING) - owed), settings.TRAINING_RATE, settings.STYLES_RATE)


def promised() -> int:
    """Allotted by finished rounds, also where no row of pay was made yet, and still in the account."""
    allotted = sum(
        int(rows.filter(round__state=RoundState.DONE).aggregate(total=Sum("grains"))["total"] or 0)
        for rows in (MemberValue.objects.all(), StyleShare.objects.all())
    )
    settled = TrainingPay.objects.settled().aggregate(total=Sum("grains"))["total"]
    return allotted - int(settled or 0)
