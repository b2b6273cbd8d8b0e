"""Between two people, by address."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from social.follows.models import Block, Follow, Mute
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
VERBS = ("follow", "unfollow", "block", "unblock", "mute", "unmute")


@pytest.mark.parametrize("verb", VERBS)
def test_verbs(alice, carol, as_member, verb):
    Follow.objects.create(source=carol, target=alice) if verb == "unfollow" else None
    Block.objects.create(source=carol, target=alice) if verb == "unblock" else None
    Mute.objects.create(source=carol, target=alice) if verb == "unmute" else None
    client = as_member(carol)
    for _again in range(2):
        response = client.post(f"/@Alice/{verb}/", {"next": "/explore/", "sure": "yes"})
        assert response.status_code == 302 and response["Location"] == "/explore/"
    there = {"follow": Follow, "block": Block, "mute": Mute}[verb.removeprefix("un")]
    assert there.objects.filter(source=carol, target=alice).exists() is not verb.startswith("un")


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_are_posted_by_members_about_members(alice, carol, as_member, client, verb):
    assert as_member(carol).get(f"/@alice/{verb}/").status_code == (200 if verb == "block" else 405)
    assert client.post(f"/@alice/{verb}/")["Location"].startswith("/sign-in/")
    assert as_member(carol).post(f"/@nobody_here/{verb}/").status_code == 404
    assert as_member(carol, enforce_csrf_checks=True).post(f"/@alice/{verb}/").status_code == 403
    assert not Follow.objects.exists() and not Block.objects.exists() and not Mute.objects.exists()


@pytest.mark.parametrize("verb", ["follow", "block", "mute"])
def test_not_oneself(alice, as_member, verb):
    response = as_member(alice).post(f"/@alice/{verb}/", headers=JSON)
    assert (response.status_code, response.json()["code"]) == (403, "not-allowed")


def test_fragments(alice, carol, as_member):
    client = as_member(carol)
    button = client.post("/@alice/follow/", headers=HTMX).content.decode()
    assert "Following" in button and "/@alice/unfollow/" in button and "<html" not in button
    assert "/@alice/follow/" in client.post("/@alice/unfollow/", headers=HTMX).content.decode()
    assert client.post("/@alice/follow/", headers=JSON).json() == {
        "handle": "alice",
        "following": True,
        "muting": False,
    }


@pytest.mark.parametrize("verb", ["mute", "block"])
def test_a_feed_loses_the_cards_of_whom_one_leaves_out(alice, carol, as_member, verb):
    answer = as_member(carol).post(f"/@alice/{verb}/", {"next": "/explore/"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in text and "@alice" in text and "data-toast" in text
    assert json.loads(answer["HX-Trigger"]) == {"leftout": {"pk": alice.pk, "out": True}}


def test_a_profile_changes_in_its_place(alice, carol, as_member):
    client = as_member(carol)
    muted = client.post("/@alice/mute/", {"part": "menu"}, headers=HTMX).content.decode()
    assert "/@alice/unmute/" in muted and ">Muted<" in muted and "<html" not in muted
    heard = client.post("/@alice/unmute/", {"part": "menu"}, headers=HTMX).content.decode()
    assert "/@alice/mute/" in heard and ">Muted<" not in heard


@pytest.mark.parametrize("verb", ["mute", "block"])
def test_a_row_of_the_avoided_goes(alice, carol, as_member, verb):
    client = as_member(carol)
    client.post(f"/@alice/{verb}/", {"sure": "yes"})
    answer = client.post(f"/@alice/un{verb}/", {"part": "row"}, headers=HTMX)
    assert (answer.status_code, answer.content) == (200, b"")
    assert not Block.objects.exists() and not Mute.objects.exists()


def test_a_block_leads_to_a_page_that_is_there(alice, carol, as_member):
    client = as_member(carol)
    for where, to in (("/@alice/", "/"), ("/@alice/likes/", "/"), ("/posts/1/", "/"), ("/explore/", "/explore/")):
        assert client.post("/@alice/block/", {"next": where, "sure": "yes"})["Location"] == to
        client.post("/@alice/unblock/")


def test_whom_one_blocked_is_unblocked_from_the_list(alice, carol, as_member):
    client = as_member(carol)
    client.post("/@alice/block/", {"sure": "yes"})
    assert client.get("/@alice/").status_code == 404
    page = client.get("/settings/blocked/").content.decode()
    assert "/@alice/unblock/" in page
    client.post("/@alice/unblock/")
    assert client.get("/@alice/").status_code == 200


def test_people(alice, bob, carol, as_member):
    make.follow(alice, bob)
    client = as_member(carol)
    assert "@bob" in client.get("/@alice/followers/").content.decode()
    assert "@bob" in client.get("/@Alice/following/").content.decode()
    assert client.get("/@nobody_here/followers/").status_code == 404


@pytest.mark.parametrize("which", ["followers", "following"])
def test_people_come_in_pages(alice, bob, as_member, which):
    for number in range(25):
        person = make.member(f"person_{number:02}")
        make.follow(*((person, alice) if which == "followers" else (alice, person)))
    client = as_member(alice)
    page = client.get(f"/@alice/{which}/").content.decode()
    assert "person_24" in page and "person_00" not in page
    cursor = page.split('href="?before=')[1].split('"')[0]
    part = client.get(f"/@alice/{which}/?before={cursor}", headers=HTMX).content.decode()
    assert "person_00" in part and "person_24" not in part and "<html" not in part


def test_the_number_of_queries_does_not_depend_on_the_length(alice, as_member):
    client = as_member(alice)
    client.get("/")
    for path in ("/@alice/followers/", "/settings/blocked/", "/settings/muted/"):
        found = []
        for more in (3, 27):
            for _one in range(more):
                person = make.member()
                Follow.objects.create(source=person, target=alice)
                Block.objects.create(source=alice, target=make.member())
                Mute.objects.create(source=alice, target=person)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        assert found[0] == found[1]


def test_suggestions_leave_out_whom_one_knows_or_avoids(alice, bob, carol, as_member):
    dana = make.member("dana")
    client = as_member(bob)
    client.post("/@carol/mute/")
    client.post("/@dana/block/", {"sure": "yes"})
    page = client.get("/people/suggested/").content.decode()
    assert not any(f"@{name}" in page for name in ("alice", "bob", "carol", "dana"))
    assert dana.handle == "dana"


def test_unfollowing_and_muting_come_with_a_way_back(alice, carol, as_member):
    client = as_member(carol)
    client.post("/@alice/follow/")
    answer = client.post("/@alice/unfollow/", headers=HTMX).content.decode()
    assert 'hx-post="/@alice/follow/"' in answer and "data-undo" in answer
    back = client.post("/@alice/follow/", {"undo": "1"}, headers=HTMX).content.decode()
    assert f"form[data-bond='{alice.pk}']" in back and Follow.objects.count() == 1
    client.post("/@alice/unfollow/", {"next": "/explore/"})
    assert 'formaction="/@alice/follow/"' in client.get("/explore/").content.decode()
    answer = client.post("/@alice/mute/", headers=HTMX).content.decode()
    assert 'hx-post="/@alice/unmute/"' in answer
    back = client.post("/@alice/unmute/", {"undo": "1"}, headers=HTMX)
    assert json.loads(back["HX-Trigger"]) == {"leftout": {"pk": alice.pk, "out": False}}
    assert "HX-Refresh" not in back and not Mute.objects.exists()


def test_unfollowing_a_locked_account_is_asked_first_and_not_undone(alice, carol, as_member):
    make.follow(carol, alice)
    Profile.objects.filter(member=alice).update(locked=True)
    client = as_member(carol)
    assert 'hx-confirm="Unfollow @alice?' in client.get("/@alice/").content.decode()
    assert "data-undo" not in client.post("/@alice/unfollow/", headers=HTMX).content.decode()


def test_a_block_from_their_page_leads_home(alice, carol, as_member):
    answer = as_member(carol).post("/@alice/block/", {"part": "page"}, headers=HTMX)
    assert answer["HX-Redirect"] == "/" and Block.objects.exists()
