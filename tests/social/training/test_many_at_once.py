"""Several at once: one round, and no consent slips between the last look and the storing."""

import threading
from uuid import uuid4

import pytest
from django.db import connection

from social.assistant import actions as assistant
from social.assistant import styling
from social.assistant.models import DraftPair, StyleCard, StyleVote
from social.comparisons.models import Example
from social.consent import actions as consent
from social.consent.models import Grant
from social.ranking.models import ModelVersion, Slate
from social.training import running, snapshot, storing
from social.training.models import MemberValue, Mode, Round, RoundState, StyleValue, Switch
from tests.metya.wallets.test_races import at_once
from tests.social.training import village

pytestmark = pytest.mark.django_db(transaction=True)


def test_begun_at_once_it_is_one_round():
    found = at_once([running.begin] * 5)
    assert len([one for one in found if one is not None]) == 1 and Round.objects.count() == 1


def test_none_begins_beside_one_that_is_just_being_stored_for_a_vote(monkeypatch):
    """What that one may pay is promised to nobody before the vote is over."""
    Switch.objects.create(pk=1, mode=Mode.VOTE)
    village.village()
    running.computed(1)
    real, inside, begun = storing.store, threading.Event(), []

    def slow(*args):
        inside.set()
        threading.Event().wait(0.5)
        return real(*args)

    monkeypatch.setattr(storing, "store", slow)

    def begin():
        inside.wait(60)
        begun.append(running.begin())

    at_once([running.train, begin])
    assert begun == [None] and Round.objects.get().state == RoundState.VOTING


def test_a_withdrawal_during_the_storing_waits_for_it_and_counts_from_the_next_round(monkeypatch):
    """It is neither lost nor half honoured: what is stored was allowed until it was stored."""
    members = village.village(40, 10)
    drawn = set(running.computed(1).result.members.tolist())
    leaver = next(one for one in members if one.pk in drawn)
    real, inside, left = storing.store, threading.Event(), []

    def slow(*args):
        inside.set()
        threading.Event().wait(0.5)
        left.append(Grant.objects.open().of(leaver).filter(purpose="train").exists())
        return real(*args)

    monkeypatch.setattr(storing, "store", slow)

    def leave():
        inside.wait(60)
        return consent.withdraw(actor=leaver, purpose="train")

    at_once([running.train, leave])
    assert left == [True], "it had to wait"
    assert Round.objects.get().state == RoundState.DONE and MemberValue.objects.filter(member=leaver).exists()
    assert leaver.pk not in snapshot.take().training.members


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_feeds_are_shown_and_answered_while_a_round_is_stored(monkeypatch):
    """Their rows refer to the version in use and to consents, which the storing holds still."""
    village.village(40, 10)
    running.computed(1)
    real, inside, done = storing.store, threading.Event(), threading.Event()

    def slow(*args):
        inside.set()
        assert done.wait(10), "pages waited for the storing"
        return real(*args)

    monkeypatch.setattr(storing, "store", slow)

    def live():
        inside.wait(60)
        said = Example.objects.order_by("pk").first()
        numbers = {"posts": b"", "x": b"", "weights": b"", "features_version": "x"}
        Slate.objects.create(member=said.member, version=ModelVersion.objects.get(), chain=uuid4(), **numbers)
        said.pk, said.winner_id, said.loser_id = None, said.loser_id, said.winner_id
        said.save(force_insert=True)
        done.set()

    at_once([running.train, live])
    assert Round.objects.get().state == RoundState.DONE and Slate.objects.count() == 1


@pytest.mark.parametrize("deed", ["choices", "vote", "style"])
def test_what_is_taken_back_of_styles_during_the_storing_waits_for_it(monkeypatch, deed):
    village.village(40, 10)
    cards = village.wardrobe()
    choosers, voters = village.people(40), village.people(1)
    village.dress(choosers, cards)
    village.vote_for(cards[0], voters)
    leaver, voter, author = choosers[0], voters[0], cards[0].author
    there = {
        "choices": DraftPair.objects.filter(member=leaver, shared=True),
        "vote": StyleVote.objects.filter(member=voter),
        "style": StyleCard.objects.usable().filter(pk=cards[0].pk),
    }[deed]
    take_back = {
        "choices": lambda: assistant.prefer(actor=leaver, uses=True, shares=False),
        "vote": lambda: styling.vote(actor=voter, card=cards[0], value=0),
        "style": lambda: styling.withdraw(actor=author, card=cards[0]),
    }[deed]
    real, inside, left = storing.store, threading.Event(), []

    def slow(*args):
        inside.set()
        threading.Event().wait(0.5)
        left.append(there.exists())
        return real(*args)

    monkeypatch.setattr(storing, "store", slow)

    def leave():
        inside.wait(60)
        return take_back()

    at_once([running.train, leave])
    assert left == [True], "it had to wait"
    assert Round.objects.get().state == RoundState.DONE and StyleValue.objects.exists() and not there.exists()
