"""People through people: mutuals and suggestions; and mutes that end."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from social.follows import actions, jobs, nearby
from social.follows.models import Follow, Mute
from social.follows.reads import bond
from social.posts import actions as posts
from tests import make

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def befriend(viewer, member, count):
    people = [make.member(f"friend_{number}") for number in range(count)]
    for person in people:
        make.follow(viewer, person)
        make.follow(person, member)
    return people


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, ""), (1, "Followed by Friend_0"), (2, "Followed by Friend_1 and Friend_0"),
     (5, "Followed by Friend_4 and 4 others you follow")],
)  # fmt: skip
def test_who_of_those_i_follow_follows_them(alice, carol, as_member, count, said):
    befriend(carol, alice, count)
    make.follow(make.member("other"), alice)
    assert nearby.mutuals_of(carol, alice).text == said
    page = as_member(carol).get("/@alice/").content.decode()
    assert (said in page) if said else ("Followed by" not in page)


def test_those_one_does_not_meet_are_not_named(alice, carol, as_member):
    blocked, gone, seen = befriend(carol, alice, 3)
    actions.block(actor=blocked, target=carol)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    assert nearby.mutuals_of(carol, alice).text == "Followed by Friend_2"
    page = as_member(carol).get("/@alice/mutuals/").content.decode()
    assert "@friend_2" in page and "@friend_0" not in page and "@friend_1" not in page
    assert nearby.mutuals_of(alice, alice).count == nearby.mutuals_of(None, alice).count == 0
    assert seen.handle == "friend_2"


def test_the_list_of_mutuals(alice, carol, as_member, client):
    stranger = as_member(carol)
    stranger.get("/")
    found = []
    for more in (3, 27):
        for _one in range(more):
            person = make.member()
            Follow.objects.create(source=carol, target=person)
            Follow.objects.create(source=person, target=alice)
        with CaptureQueriesContext(connection) as queries:
            assert stranger.get("/@alice/mutuals/").status_code == 200
        found.append(len(queries))
    assert found[0] == found[1]
    assert client.get("/@alice/mutuals/")["Location"].startswith("/sign-in/")
    assert stranger.get("/@nobody_here/mutuals/").status_code == 404
    actions.block(actor=alice, target=carol)
    assert stranger.get("/@alice/mutuals/").status_code == 404


def test_suggestions_come_from_those_one_follows(alice, bob, carol):
    near, popular = make.member("near"), make.member("popular")
    make.follow(alice, near)
    make.follow(make.member("erin"), near)
    type(popular.profile).objects.filter(pk=popular.pk).update(follower_count=900)
    shown = nearby.suggestions(bob, 2)
    assert [card.member.handle for card in shown] == ["near", "popular"]
    assert [card.because for card in shown] == ["Followed by Alice", ""]
    make.follow(bob, carol)
    make.follow(carol, near)
    assert nearby.suggestions(bob, 1)[0].because == "Followed by Alice and 1 other"


def test_suggestions_leave_out_the_asked_the_muted_and_the_hidden(alice, bob):
    for number, deed in enumerate((actions.follow, actions.mute, actions.block)):
        person = make.member(f"near_{number}")
        actions.set_locked(actor=person, locked=True)
        make.follow(alice, person)
        deed(actor=bob, target=person)
    assert not [card for card in nearby.suggestions(bob, 5) if card.member.handle.startswith("near_")]


# --- mutes that end ----------------------------------------------------------------------------------------------


def later(monkeypatch, **span):
    moment = timezone.now() + timezone.timedelta(**span)
    monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.parametrize(("span", "hours"), [("hour", 1), ("day", 24), ("week", 168)])
def test_a_mute_ends(alice, bob, as_member, monkeypatch, span, hours):
    client = as_member(bob)
    make.post(alice, "about maps")
    assert client.post("/@alice/mute/", {"for": span}).status_code == 302
    assert "about maps" not in client.get("/").content.decode()
    assert "Muted until" in client.get("/@alice/").content.decode()
    assert "until" in client.get("/settings/muted/").content.decode()
    later(monkeypatch, hours=hours, minutes=1)
    assert not bond(bob, alice).muting and nearby.mutuals_of(bob, alice).count == 0
    assert "about maps" in as_member(bob).get("/").content.decode()
    posts.like(actor=alice, post=make.post(bob))
    assert bob.notifications.count() == 1
    assert jobs.end_mutes.call() is None and not Mute.objects.exists()


def test_a_mute_for_good_stays_and_its_length_can_change(alice, bob, as_member, monkeypatch):
    client = as_member(bob)
    client.post("/@alice/mute/", {"for": "hour"})
    client.post("/@alice/mute/")
    later(monkeypatch, days=4000)
    jobs.end_mutes.call()
    assert Mute.objects.get().until is None
    assert as_member(bob).post("/@alice/mute/", {"for": "x"}, headers=JSON).status_code == 422
