"""A block is asked first, and has a way back like everything else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.wallets.models import Member
from social.follows.models import Block, Follow, FollowRequest
from social.lists import actions as lists
from social.lists.actions import MAX_PEOPLE
from social.lists.models import ListMember, MemberList
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def listed(alice, bob, carol):
    """alice and carol in the lists of each other and of bob; one of alice's is full but for the place that carol leaves."""
    for owner, people in ((alice, [carol]), (carol, [alice, bob]), (bob, [alice])):
        one = lists.make(actor=owner, name=f"{owner.handle.title()}'s")
        for person in people:
            lists.add(actor=owner, one=one, member=person)
    full = lists.make(actor=alice, name="Full")
    MemberList.objects.filter(pk=full.pk).update(size=MAX_PEOPLE - 1)
    lists.add(actor=alice, one=full, member=carol)
    return in_lists()


def test_a_plain_form_is_asked_first_on_a_page(alice, carol, as_member):
    make.follow(alice, carol)
    client = as_member(carol)
    asked = client.post("/@alice/block/", {"next": "/explore/"})
    assert asked["Location"] == "/@alice/block/?next=%2Fexplore%2F" and not Block.objects.exists()
    page = client.get(asked["Location"]).content.decode()
    assert "their follow does not come back" in page and 'name="sure"' in page
    assert 'name="next" value="/explore/"' in page and '<a class="btn quiet" href="/explore/"' in page
    assert client.post("/@alice/block/", {"sure": "yes", "next": "/explore/"})["Location"] == "/explore/"
    assert Block.objects.get().target == alice and not Follow.objects.exists()
    assert 'formaction="/@alice/unblock/"' in client.get("/explore/").content.decode()


def test_the_page_leads_nowhere_else_and_is_no_way_to_block_oneself(alice, carol, as_member):
    page = as_member(carol).get("/@alice/block/?next=https://evil.example/").content.decode()
    assert 'name="next" value="/@alice/"' in page and 'href="https://evil' not in page
    assert as_member(alice).get("/@alice/block/").status_code == 403
    assert as_member(carol).get("/@nobody_here/block/").status_code == 404


def test_a_block_taken_back_follows_again(alice, carol, as_member):
    make.follow(carol, alice)
    make.follow(alice, carol)
    client = as_member(carol)
    answer = client.post("/@alice/block/", headers=HTMX).content.decode()
    assert 'hx-post="/@alice/unblock/"' in answer and 'value="followed"' in answer
    for _again in range(2):
        client.post("/@alice/unblock/", {"undo": "followed"}, headers=HTMX)
        assert not Block.objects.exists()
        assert list(Follow.objects.values_list("source", "target")) == [(carol.pk, alice.pk)]


def test_who_did_not_follow_does_not_follow_afterwards(alice, carol, as_member):
    client = as_member(carol)
    assert 'value="1"' in client.post("/@alice/block/", headers=HTMX).content.decode()
    client.post("/@alice/unblock/", {"undo": "1"}, headers=HTMX)
    assert not Block.objects.exists() and not Follow.objects.exists()


def test_a_locked_account_is_not_asked_anew_behind_ones_back(alice, carol, as_member):
    make.follow(carol, alice)
    Profile.objects.filter(member=alice).update(locked=True)
    client = as_member(carol)
    assert 'value="1"' in client.post("/@alice/block/", headers=HTMX).content.decode()
    client.post("/@alice/unblock/", {"undo": "1"}, headers=HTMX)
    assert not FollowRequest.objects.exists()


def test_from_their_page_the_way_back_leads_there_again(alice, carol, as_member):
    client = as_member(carol)
    client.post("/@alice/block/", {"part": "page"}, headers=HTMX)
    assert 'value="page"' in client.get("/").content.decode()
    back = client.post("/@alice/unblock/", {"undo": "page"}, headers=HTMX)
    assert back["HX-Redirect"] == "/@alice/" and client.get("/@alice/").status_code == 200


@pytest.mark.parametrize("mark", ["followed", "followed,page", "followed,drawn"])
def test_a_block_is_taken_back_although_there_is_nobody_to_follow_any_more(alice, carol, as_member, mark):
    make.follow(carol, alice)
    client = as_member(carol)
    client.post("/@alice/block/", headers=HTMX)
    Block.objects.create(source=alice, target=carol)
    assert client.post("/@alice/unblock/", {"undo": mark}, headers=HTMX).status_code < 400
    assert not Block.objects.filter(source=carol).exists() and not Follow.objects.exists()


def in_lists():
    return sorted(ListMember.objects.values_list("list__name", "member__handle"))


def sizes():
    return dict(MemberList.objects.values_list("name", "size"))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_block_taken_back_puts_both_into_each_others_lists_again(alice, bob, carol, as_member, scripts):
    before = listed(alice, bob, carol)
    client, kind = as_member(carol), {"headers": HTMX} if scripts else {}
    for _twice in range(2):  # the second press blocks no more, and forgets nothing
        said = client.post("/@alice/block/", {"sure": "yes"}, **kind).content.decode()
        assert in_lists() == [("Bob's", "alice"), ("Carol's", "bob")]
    assert "Alice" not in said  # in which private lists one was is not told
    for _twice in range(2):
        client.post("/@alice/unblock/", {"undo": "1"}, **kind)
        assert in_lists() == before and sizes() == {"Alice's": 1, "Bob's": 1, "Carol's": 2, "Full": MAX_PEOPLE}


def test_nobody_is_put_into_lists_where_it_would_not_be_as_before(alice, bob, carol, as_member):
    listed(alice, bob, carol)
    client, rest = as_member(carol), [("Bob's", "alice"), ("Carol's", "bob")]
    client.post("/@alice/block/", headers=HTMX)
    Block.objects.create(source=alice, target=carol)
    client.post("/@alice/unblock/", {"undo": "1"}, headers=HTMX)
    assert in_lists() == rest


def test_what_a_block_before_this_one_emptied_is_long_settled(alice, bob, carol, as_member):
    listed(alice, bob, carol)
    client, rest = as_member(carol), [("Bob's", "alice"), ("Carol's", "bob")]
    client.post("/@alice/block/", headers=HTMX)
    Block.objects.all().delete()  # ended elsewhere
    client.post("/@alice/block/", headers=HTMX)
    client.post("/@alice/unblock/", {"undo": "1"}, headers=HTMX)
    assert in_lists() == rest
    # The list of another pair is nobody's to fill.
    lists.rejoin(carol, alice, MemberList.objects.filter(owner=bob).values_list("pk", flat=True))
    assert in_lists() == rest


@pytest.mark.parametrize("mark", ["page", "1"])
def test_where_the_other_blocks_in_turn_the_way_back_says_so(alice, carol, as_member, mark):
    client = as_member(carol)
    client.post("/@alice/block/", headers=HTMX)
    Block.objects.create(source=alice, target=carol)
    back = client.post("/@alice/unblock/", {"undo": mark}, headers=HTMX)
    assert back.status_code == 200 and "HX-Redirect" not in back
    assert "Their page is not open to you now." in back.content.decode()


def test_and_without_scripts_it_leads_home(alice, carol, as_member):
    client = as_member(carol)
    for next_page, where in (("/@alice/", "/"), ("/settings/blocked/", "/settings/blocked/")):
        client.post("/@alice/block/", {"sure": "yes"})
        Block.objects.create(source=alice, target=carol)
        assert client.post("/@alice/unblock/", {"next": next_page, "undo": "1"})["Location"] == where
        assert "Their page is not open to you now." in client.get(where).content.decode()
        Block.objects.all().delete()


def test_who_locked_the_account_since_is_not_asked_anew_either(alice, carol, as_member):
    make.follow(carol, alice)
    client = as_member(carol)
    client.post("/@alice/block/", headers=HTMX)
    Profile.objects.filter(member=alice).update(locked=True)
    client.post("/@alice/unblock/", {"undo": "followed"}, headers=HTMX)
    assert not Block.objects.exists() and not Follow.objects.exists() and not FollowRequest.objects.exists()


def test_the_page_shows_nothing_of_who_is_not_to_be_seen(alice, carol, as_member):
    make.follow(carol, alice)
    Profile.objects.filter(member=alice).update(name="Alice in person", picture="faces/x.webp")
    client = as_member(carol)
    page = client.get("/@alice/block/").content.decode()
    assert "Alice in person" in page and "faces/x.webp" in page
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    page = client.get("/@alice/block/").content.decode()
    assert 'name="sure"' in page and "Alice in person" not in page and "faces/x.webp" not in page
