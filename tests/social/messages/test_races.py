"""Many at once: one conversation of two, one message a form, eight people in a group, twenty strangers a day."""

import pytest

from metya.web.errors import ActionError
from social.messages import actions
from social.messages.models import Conversation, Message, Participant
from tests import make
from tests.social.posts.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def couple():
    one, other = make.member(), make.member()
    make.follow(one, other)
    make.follow(other, one)
    return one, other


def test_two_write_to_each_other_first_at_the_same_time():
    one, other = couple()
    at_once(
        *(
            lambda who=who: actions.start(actor=who[0], people=[who[1]], text="Hi")
            for who in [(one, other), (other, one)] * 4
        )
    )
    talk = Conversation.objects.get()
    assert Message.objects.filter(conversation=talk).count() == 8 and Participant.objects.count() == 2


def test_a_form_sent_many_times_at_once_is_one_message():
    one, other = couple()
    talk = actions.start(actor=one, people=[other], text="Hi")
    made = at_once(*[lambda: actions.send(actor=one, conversation=talk, text="Once", client_key="k")] * 8)
    assert len({message.pk for message in made}) == 1 and Message.objects.count() == 2


def test_a_group_sent_many_times_at_once_is_one():
    one, other = couple()
    third = make.member()
    at_once(*[lambda: actions.start(actor=one, people=[other, third], text="Hi", client_key="k")] * 6)
    assert Conversation.objects.count() == 1 == Message.objects.count()


def test_a_group_does_not_grow_beyond_eight():
    one, other = couple()
    group = actions.start(actor=one, people=[other, make.member()], text="Hi")
    people = [make.member() for _number in range(8)]
    for person in people:
        make.follow(person, one)
        make.follow(person, other)
    at_once(
        *(
            lambda who=who, person=person: actions.add(actor=who, conversation=group, people=[person])
            for person in people
            for who in (one, other)
        )
    )
    assert Participant.objects.filter(conversation=group).count() == 8


def test_no_more_than_twenty_strangers_at_once():
    one = make.member()
    for _number in range(17):
        actions.start(actor=one, people=[make.member()], text="Hi")
    strangers = [make.member() for _number in range(8)]
    ends = at_once(*(lambda who=who: actions.start(actor=one, people=[who], text="Hi") for who in strangers))
    assert sum(isinstance(end, ActionError) for end in ends) == 5
    assert Participant.objects.filter(invited_by=one).count() == 20 == Conversation.objects.count()
