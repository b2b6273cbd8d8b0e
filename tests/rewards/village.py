"""A small community whose deeds are placed on days of epochs, with verbs that read as prose in the tests."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from metya.wallets.models import Member
from rewards.epochs import actions, calendar
from rewards.epochs.models import Epoch
from rewards.payouts.models import Batch, Payout
from social.interactions.models import Interaction
from tests import make

MET = 10**9


def on(epoch: int, hour: int = 12) -> datetime:
    """An hour of an epoch's day."""
    return calendar.bounds(epoch)[0] + timedelta(hours=hour)


def after(epoch: int) -> datetime:
    """When an epoch can be closed."""
    return calendar.bounds(epoch)[1] + timedelta(minutes=5)


def deed(source: Member, target: Member, kind: str, epoch: int, times: int = 1) -> None:
    """`source` does something to `target` on an epoch's day."""
    Interaction.objects.bulk_create(
        Interaction(source=source, target=target, kind=kind, at=on(epoch, 1 + at % 22)) for at in range(times)
    )


def people(count: int, prefix: str = "p") -> list[Member]:
    """Members with wallets of their own, the same in every run."""
    return [make.member(f"{prefix}{number}", signer=make.key(500_000 + number)) for number in range(count)]


def lively_day(everyone: list[Member], epoch: int) -> None:
    """Everybody likes the next three, replies to the next, and reposts the first."""
    for place, person in enumerate(everyone):
        for step in (1, 2, 3):
            other = everyone[(place + step) % len(everyone)]
            if other != person:
                deed(person, other, "like", epoch, 1 + (place + step) % 3)
        if everyone[(place + 1) % len(everyone)] != person:
            deed(person, everyone[(place + 1) % len(everyone)], "reply", epoch)
        if place:
            deed(person, everyone[0], "repost", epoch)


def ring(epoch: int) -> list[Member]:
    """Forty people on an ordinary day, and five who only like and repeat each other; two of the forty support one of them."""
    crowd, five = people(40), [make.member(f"r{n}", signer=make.key(700_000 + n)) for n in range(5)]
    chance = random.Random(3)
    for person in crowd:
        for other in chance.sample(crowd, 9):
            if other != person:
                deed(person, other, chance.choice(["like", "reply", "repost"]), epoch, chance.randrange(1, 4))
    for one in five:
        for other in five:
            if one != other:
                deed(one, other, "repost", epoch, 4)
                deed(one, other, "like", epoch, 6)
    for trusting in crowd[:2]:
        deed(trusting, five[0], "reply", epoch, 2)
    return five


def close(epoch: int) -> Epoch:
    """The day is over: closed, computed, booked, in review."""
    actions.open_epochs_until(after(epoch))
    return actions.advance(Epoch.objects.get(pk=epoch), now=after(epoch))


def close_all(numbers: Iterable[int]) -> None:
    for number in numbers:
        close(number)


def payout(epoch: int, member: Member) -> Payout:
    """The member's payout of an epoch."""
    return Payout.objects.get(epoch=epoch, member=member)


def batch(epoch: int) -> Batch:
    """The live batch of an epoch."""
    return Batch.objects.live().get(epoch=epoch)
