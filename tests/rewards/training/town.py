"""A town with money for training, and rounds whose values are written down by hand or learned in earnest."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from metya.wallets.models import Member
from rewards import engine
from rewards.epochs import actions, earnings, files
from rewards.ledger.accounts import EMISSION, TRAINING
from rewards.ledger.actions import transfer
from rewards.training import allotting
from rewards.training.models import PayKind, TrainingPay
from social.assistant.models import StyleCard
from social.ranking.maths import payment
from social.training.models import MemberValue, Part, Round, StyleShare, StyleValue
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

    def dress(self, one: Round, parts: list[tuple[int, int, str, int]], pool: int) -> list[StyleCard]:
        """The round pays `pool` for styles too: (style, person, "author" or "vote", grains) by their places. Budgets grow."""
        authors = {style: person for style, person, part, _grains in parts if part == Part.AUTHOR}
        first = StyleCard.objects.count()
        cards = [
            StyleCard.objects.create(author=self.people[authors[style]], name=f"Style {first + style}", state="in_use")
            for style in sorted(authors)
        ]
        for at, card in enumerate(cards):
            grains = sum(amount for style, _person, _part, amount in parts if style == at)
            StyleValue.objects.create(round=one, card=card, number=at, phi=(at + 1) * 10**6, choices=7, grains=grains)
        StyleShare.objects.bulk_create(
            StyleShare(
                round=one, card=cards[style], member=self.people[person], number=person, part=part, grains=grains
            )
            for style, person, part, grains in parts
            if grains
        )
        given = sum(grains for *_who, grains in parts)
        styles = {
            "pays": True, "choices": 100, "members": 20, "validators": 10, "answers": 60, "cards": len(cards), "given": given,
            "gain": 0.05, "low": 0.02, "high": 0.08, "loss": 0.6, "reasons": [], "rules": {}, "strengths": {},
        }  # fmt: skip
        Round.objects.filter(pk=one.pk).update(styles_pool=pool, styles=styles, budget=F("budget") + pool)
        one.refresh_from_db()
        return cards

    def pay(self, one: Round, member: Member, kind: str = PayKind.EXAMPLES) -> TrainingPay:
        return TrainingPay.objects.select_related("round", "member").get(round=one, member=member, kind=kind)

    def released(self, values: list[int], pool: int, *, on: int = 0) -> Round:
        """A round whose week is over before the end of its day."""
        one = self.round(values, pool, on=on)
        allotting.allot(one)
        # From the first moment of its day: what a reviewer lets go is judged by the clock of the test.
        TrainingPay.objects.filter(round=one).update(held_until=village.on(on, 0))
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
