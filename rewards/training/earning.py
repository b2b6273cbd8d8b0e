"""Pay for training in an epoch's earnings.csv: given for the files that are frozen, noted in the transaction that closes them.

Paid is what was released before the epoch ended, to members with a wallet who are not suspended; whoever has left is paid to
the wallet they left. Oldest round first, within a round by number in its record, each amount whole: at the first one that
the training account does not hold any more it stops, and that one is the first of the next epoch.
"""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from rewards.epochs.earnings import Earning
from rewards.epochs.errors import Overtaken
from rewards.epochs.models import Epoch
from rewards.epochs.wallets import payout_wallets
from rewards.ledger.accounts import TRAINING
from rewards.ledger.reads import balance
from rewards.training.models import PayState, TrainingPay

SOURCE = "training"
BATCH = 500


def answer(epoch: int) -> list[Earning]:
    """What the files of an epoch say of training."""
    return [_earning(pay) for pay in _payable(epoch)]


def noted(epoch: int, given: list[Earning]) -> None:
    """The epoch is closed with these: they are paid with it, once. Raises Overtaken when it would be others by now."""
    rows = list(_payable(epoch, lock=True))
    if [_earning(pay) for pay in rows] != given:
        raise Overtaken(_("Pay for training was decided while the epoch was being closed."), data={"epoch": epoch})
    now = timezone.now()
    for pay in rows:
        pay.state, pay.epoch_id, pay.paid_at = PayState.PAID, epoch, now
    TrainingPay.objects.bulk_update(rows, ["state", "epoch", "paid_at", "wallet"], batch_size=BATCH)


def _payable(epoch: int, *, lock: bool = False) -> Iterator[TrainingPay]:
    """Rows with the wallet of this moment, as far as the account reaches."""
    ends_at = Epoch.objects.values_list("ends_at", flat=True).get(pk=epoch)
    found = TrainingPay.objects.payable(ends_at)
    rows = list(found.select_for_update(of=("self",)) if lock else found)
    if not rows:
        return
    wallets, left = payout_wallets(), balance(TRAINING)
    for pay in rows:
        pay.wallet = wallets.get(pay.member_id, "")
        if not pay.wallet:
            continue
        if pay.grains > left:
            break
        left -= pay.grains
        yield pay


def _earning(pay: TrainingPay) -> Earning:
    return Earning(pay.wallet, SOURCE, pay.grains)
