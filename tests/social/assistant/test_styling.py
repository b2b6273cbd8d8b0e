"""Styles: proposing, votes that bring them into use and out of it, withdrawing, removing."""

import pytest

from metya.ops.models import AuditEvent
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.assistant import reads, styling
from social.assistant.models import AssistantConfig, CardState, StyleCard, StyleVote
from social.notifications.models import Notification
from tests import make
from tests.metya.wallets.test_races import at_once
from tests.social.assistant.conftest import style

pytestmark = pytest.mark.django_db


def propose(author, **fields):
    return styling.propose(actor=author, **{"name": "Terse", "instruction": "Short sentences.", "example": ""} | fields)


def test_proposed_and_voted_into_use(alice, config):
    AssistantConfig.objects.update(votes_needed=2)
    card = propose(alice, name="  Terse ")
    assert (card.state, card.name) == (CardState.PROPOSED, "Terse")
    people = [make.member() for _number in range(3)]
    styling.vote(actor=people[0], card=card, value=1)
    styling.vote(actor=people[0], card=card, value=1)
    styling.vote(actor=people[1], card=card, value=-1)
    card.refresh_from_db()
    assert card.state == CardState.PROPOSED
    styling.vote(actor=people[1], card=card, value=1)
    card.refresh_from_db()
    assert card.state == CardState.IN_USE
    assert Notification.objects.filter(member=alice).count() == 1
    row = reads.card_row(people[1], card.pk)
    assert (row.votes_for, row.votes_against, row.mine) == (2, 0, 1)
    styling.vote(actor=people[1], card=card, value=0)
    assert reads.card_row(people[1], card.pk).mine == 0
    card.refresh_from_db()
    assert card.state == CardState.IN_USE  # out of use only when more are against it


def test_more_against_than_for_retire_it(alice, bob, carol):
    card = style(alice)
    styling.vote(actor=bob, card=card, value=1)
    styling.vote(actor=carol, card=card, value=-1)
    assert styling.vote(actor=bob, card=card, value=-1).state == CardState.RETIRED
    with pytest.raises(NotAllowed):
        styling.vote(actor=carol, card=card, value=1)


def test_nobody_votes_on_their_own(alice, carol):
    card = propose(alice)
    with pytest.raises(NotAllowed):
        styling.vote(actor=alice, card=card, value=1)
    with pytest.raises(Invalid):
        styling.vote(actor=carol, card=card, value=2)
    assert not StyleVote.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"instruction": " "}, "instruction"),
        ({"instruction": "x" * 401}, "instruction"),
        ({"instruction": "a\u202eb"}, "instruction"),
        ({"example": "x" * 401}, "example"),
    ],
)
def test_what_cannot_be_proposed(alice, fields, field):
    with pytest.raises(Invalid) as caught:
        propose(alice, **fields)
    assert caught.value.data["field"] == field


def test_names_stand_once_and_few_wait_for_votes(alice, carol):
    propose(alice)
    with pytest.raises(Invalid):
        propose(carol, name="TERSE")
    for name in ("Two", "Three"):
        propose(alice, name=name)
    with pytest.raises(Conflict):
        propose(alice, name="Four")
    styling.withdraw(actor=alice, card=StyleCard.objects.get(name="Terse"))
    propose(alice, name="Terse")


def test_withdrawn_by_its_author_alone(alice, carol):
    card = style(alice)
    with pytest.raises(NotAllowed):
        styling.withdraw(actor=carol, card=card)
    for _twice in range(2):
        styling.withdraw(actor=alice, card=card)
    assert StyleCard.objects.get().state == CardState.RETIRED


def test_moderators_remove_with_a_reason(alice, carol, mona):
    card = style(alice)
    with pytest.raises(NotAllowed):
        styling.remove(actor=carol, card=card, reason="x")
    with pytest.raises(Invalid):
        styling.remove(actor=mona, card=card, reason=" ")
    assert styling.remove(actor=mona, card=card, reason="It mocks somebody")
    assert styling.remove(actor=mona, card=card, reason="Again") is False
    assert AuditEvent.objects.get(verb="assistant.remove_style").data["reason"] == "It mocks somebody"
    assert "It mocks somebody" in Notification.objects.get(member=alice).said
    assert StyleCard.objects.visible_to(alice).exists()
    assert StyleCard.objects.visible_to(mona).exists()
    assert not StyleCard.objects.visible_to(carol).exists()


def test_whoever_withdraws_a_style_first_does_not_keep_its_words_there(alice, carol, mona):
    card = style(alice)
    styling.withdraw(actor=alice, card=card)
    assert StyleCard.objects.visible_to(carol).exists()
    assert styling.remove(actor=mona, card=card, reason="It mocks somebody")
    assert not StyleCard.objects.visible_to(carol).exists()


def test_a_moderator_does_not_remove_their_own(mona):
    with pytest.raises(NotAllowed):
        styling.remove(actor=mona, card=style(mona), reason="x")


@pytest.mark.django_db(transaction=True)
def test_votes_at_once_are_all_counted(alice):
    card = propose(alice)
    people = [make.member() for _number in range(5)]
    at_once([lambda who=who: styling.vote(actor=who, card=card, value=1) for who in people])
    card.refresh_from_db()
    assert card.state == CardState.IN_USE
    assert StyleVote.objects.count() == 5
    assert Notification.objects.filter(member=alice).count() == 1
