"""What the transparency page is told of held payouts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rewards.payouts import holding
from rewards.payouts.models import Hold
from rewards.payouts.publicly import held_between
from social.transparency import held
from social.transparency.held import Held
from tests.rewards import village

pytestmark = pytest.mark.django_db


def test_holds_are_told_by_what_became_of_them(in_review, office):
    today, week = timezone.now().date(), timedelta(days=7)
    assert held_between(today, today) == Held(0, 0, 0, 0)
    hold = holding.place(actor=office.first, payout=village.payout(0, in_review[0]), reason="Looks like a ring")
    holding.place(actor=office.first, payout=village.payout(0, in_review[1]), reason="Looks like a ring")
    assert held_between(today - week, today) == Held(placed=2, standing=2, released=0, forfeited=0)
    holding.release(actor=office.second, hold=hold, note="It is none")
    assert held_between(today - week, today) == Held(placed=2, standing=1, released=1, forfeited=0)
    Hold.objects.filter(pk=hold.pk).update(placed_at=timezone.now() - week)
    assert held_between(today, today) == Held(placed=1, standing=1, released=0, forfeited=0)


def test_the_page_knows_whom_to_ask():
    assert held_between in held._sources
