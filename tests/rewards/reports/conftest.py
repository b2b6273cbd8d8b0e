"""Hand-made days: what happened is written row by row, so that each figure can be computed in the head."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rewards.reports import rollups
from rewards.reports.models import DayFigure, DaySpread
from social.interactions.models import Interaction
from tests import make

DAY = date(2026, 3, 10)


def at(day: date = DAY, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """A moment of a UTC day."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)


def before(days: int) -> date:
    return DAY - timedelta(days=days)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def person(handle: str, joined: datetime | None = None, **fields):
    """A member who joined, and chose a handle, long before unless said otherwise."""
    moment = joined or at(date(2026, 1, 5))
    one = make.member(handle, joined_at=moment, **fields)
    type(one).objects.get_queryset().filter(pk=one.pk).update(onboarded_at=moment)
    return one


def post(author, moment, **fields):
    return make.post(author, created_at=moment, **fields)


def reply(author, to, moment):
    return make.post(author, created_at=moment, in_reply_to=to, root=to.root or to)


def deed(source, target, kind="like", moment=None, **fields):
    return Interaction.objects.create(source=source, target=target, kind=kind, at=moment or at(), **fields)


def figure(name: str, day: date = DAY, people: bool = False) -> int | None:
    return DayFigure.objects.filter(day=day, people=people, name=name).values_list("value", flat=True).first()


def spread(name: str, day: date = DAY, people: bool = False) -> dict:
    return DaySpread.objects.get(day=day, people=people, name=name).counts


def count(*days: date) -> None:
    for day in sorted(days or (DAY,)):
        rollups.count_day(day)


@pytest.fixture
def trio(db):
    """Ada, Ben and Cyn, here since January."""
    return person("ada"), person("ben"), person("cyn")
