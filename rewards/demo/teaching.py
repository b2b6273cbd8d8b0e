"""What the rounds of training of the demo paid, as the minute's job would have made it at the time."""

from rewards.training import allotting
from rewards.training.models import TrainingPay
from social.demo.planting import Planted, Say
from social.training.models import Round


def pay(planted: Planted, say: Say) -> None:
    """Rows for each round; what the first allotted was let go by the second, and comes with the epoch that closes next."""
    made, released = allotting.advance(planted.community.now)
    for one in Round.objects.finished():
        TrainingPay.objects.filter(round=one).update(made_at=one.finished_at)
        let_go = TrainingPay.objects.filter(held_until_round=one.number, released_at__isnull=False)
        let_go.update(released_at=one.finished_at)
    say(f"{made} amounts for examples, {released} of them on their way")
