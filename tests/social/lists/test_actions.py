"""Lists: making them, choosing who is in them, and what a block does to them."""

import pytest

from metya.web.errors import ActionError
from social.follows import actions as follows
from social.lists import actions
from social.lists.models import ListMember, MemberList
from tests import make


@pytest.fixture
def friends(alice):
    return actions.make(actor=alice, name="Friends", about="From the ridge")


def held(one):
    return set(ListMember.objects.filter(list=one).values_list("member__handle", flat=True))


def test_a_list_is_made_changed_and_deleted(alice, friends):
    assert (friends.name, friends.about, friends.public, friends.size) == ("Friends", "From the ridge", False, 0)
    actions.edit(actor=alice, one=friends, name=" Ridge  walkers ", about="", public=True)
    friends.refresh_from_db()
    assert (friends.name, friends.about, friends.public) == ("Ridge walkers", "", True)
    actions.delete(actor=alice, one=friends)
    assert not MemberList.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "fine", "about": "x" * 301}, "about"),
        ({"name": "Friends"}, "name"),
    ],
)
def test_bad_input_names_its_field(alice, friends, fields, field):
    with pytest.raises(ActionError) as refused:
        actions.make(actor=alice, **fields)
    assert refused.value.data["field"] == field
    assert MemberList.objects.count() == 1


def test_two_people_may_use_one_name(bob, friends):
    assert actions.make(actor=bob, name="Friends").owner == bob


def test_there_is_an_end_to_lists_and_to_people(alice, bob, carol, friends, monkeypatch):
    monkeypatch.setattr(actions, "MAX_LISTS", 1)
    with pytest.raises(ActionError, match="Delete one first"):
        actions.make(actor=alice, name="Another")
    monkeypatch.setattr(actions, "MAX_PEOPLE", 1)
    actions.add(actor=alice, one=friends, member=bob)
    actions.add(actor=alice, one=friends, member=bob)  # is in it already
    with pytest.raises(ActionError) as refused:
        actions.add(actor=alice, one=friends, member=carol)
    assert refused.value.code == "full" and held(friends) == {"bob"}


def test_adding_and_removing_twice_is_once(alice, bob, friends):
    for _again in range(2):
        actions.add(actor=alice, one=friends, member=bob)
    friends.refresh_from_db()
    assert held(friends) == {"bob"} and friends.size == 1
    for _again in range(2):
        actions.remove(actor=alice, one=friends, member=bob)
    friends.refresh_from_db()
    assert held(friends) == set() and friends.size == 0


def test_only_the_owner_changes_a_list_and_everybody_may_leave_it(alice, bob, carol, friends):
    actions.add(actor=alice, one=friends, member=bob)
    actions.add(actor=alice, one=friends, member=carol)
    for deed in (
        lambda: actions.edit(actor=bob, one=friends, name="Mine", about="", public=True),
        lambda: actions.delete(actor=bob, one=friends),
        lambda: actions.add(actor=bob, one=friends, member=alice),
        lambda: actions.remove(actor=bob, one=friends, member=carol),
    ):
        with pytest.raises(ActionError, match="owner"):
            deed()
    actions.remove(actor=bob, one=friends, member=bob)
    assert held(friends) == {"carol"}


def test_a_block_takes_each_out_of_the_others_lists(alice, bob, carol, friends):
    his = actions.make(actor=bob, name="His")
    for one, member in ((friends, bob), (friends, carol), (his, alice), (his, carol)):
        actions.add(actor=one.owner, one=one, member=member)
    follows.block(actor=alice, target=bob)
    assert held(friends) == held(his) == {"carol"}
    assert set(MemberList.objects.values_list("size", flat=True)) == {1}
    with pytest.raises(ActionError) as refused:
        actions.add(actor=alice, one=friends, member=bob)
    assert refused.value.code == "gone"


def test_who_is_suspended_makes_none(bob):
    bob.is_active = False
    with pytest.raises(ActionError, match="cannot make lists"):
        actions.make(actor=bob, name="x")
    assert make.member().lists.count() == 0
