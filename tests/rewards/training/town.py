"""A town with money for training, and rounds whose values are written down by hand or learned in earnest."""

from datetime import timedelta

from django.utils import timezone

from metya.wallets.models import Member
from rewards import engine
from rewards.epochs import actions, earnings, files
from rewards.ledger.accounts import EMISSION, TRAINING
from rewards.ledger.actions import transfer
from rewards.training import allotting
from rewards.training.models import TrainingPay
from social.ranking import payment
from social.training.models import MemberValue, Round
from tests.rewards import village

MET = village.MET


class Town:
    """Rounds are finished on the day of an epoch, at noon."""

    def __init__(self) -> None:
        actions.open_epochs_until(timezone.now())
        self.people: list[Member] = []
        self.given = 0

    def endow(self, grains: int) -> None:
        """So much is in the account for training."""
        self.given += 1
        transfer(source=EMISSION, target=TRAINING, amount=grains, key=f"test:endowed:{self.given}")

    def live(self, count: int) -> list[Member]:
        """People with wallets."""
        self.people = village.people(count)
        return self.people

    def round(self, values: list[int], pool: int, *, on: int = 0, state: str = "done", items: int = 10) -> Round:
        """A round in which each of the people was worth so many nano-nats."""
        number = Round.objects.count() + 1
        done = state == "done"
        one = Round.objects.create(
            number=number, state=state, finished_at=village.on(on), pool=pool if done else 0, budget=pool,
            gain=0.02, gain_low=0.01, gain_high=0.03, examples=len(values) * items, members=len(values),
        )  # fmt: skip
        pico = [value * 1_000 for value in values]
        shares = payment.shares(pico, [items] * len(values), pool, pool, 1, member_cap_bp=10_000)
        rows = [
            MemberValue(
                round=one,
                member=member,
                number=at,
                phi=pico[at],
                items=items,
                grains=shares.grains[at],
                balance=shares.balances[at],
            )
            for at, member in enumerate(self.people[: len(values)])
        ]
        MemberValue.objects.bulk_create(rows)
        return one

    def pay(self, one: Round, member: Member) -> TrainingPay:
        return TrainingPay.objects.select_related("round", "member").get(round=one, member=member)

    def released(self, values: list[int], pool: int, *, on: int = 0) -> Round:
        """A round whose week is over before the end of its day."""
        one = self.round(values, pool, on=on)
        allotting.allot(one)
        TrainingPay.objects.filter(round=one).update(held_until=village.on(on))
        allotting.release_due(village.on(on) + timedelta(hours=1))
        return one

    def states(self, one: Round) -> list[str]:
        return list(TrainingPay.objects.filter(round=one).order_by("number").values_list("state", flat=True))

    def earned(self, epoch: int) -> dict[str, int]:
        """What earnings.csv of a closed epoch says."""
        found = engine.read_inputs(files.directory(epoch)).earnings
        return {
            raw.decode(): int(amount) for raw, amount in zip(found.wallet.tolist(), found.amount.tolist(), strict=True)
        }

    def asked(self, epoch: int) -> list[earnings.Earning]:
        """What the files would say if they were frozen now."""
        return [earning for _noted, given in earnings.ask(epoch) for earning in given]
