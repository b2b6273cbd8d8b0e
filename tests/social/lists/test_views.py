"""Lists by address."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from social.follows import actions as follows
from social.lists import actions
from social.lists.models import MemberList
from tests import make

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def mine(alice, bob):
    one = actions.make(actor=alice, name="Close ones")
    actions.add(actor=alice, one=one, member=bob)
    return one


@pytest.fixture
def shown(alice, bob):
    one = actions.make(actor=alice, name="Mapmakers", about="They walk", public=True)
    actions.add(actor=alice, one=one, member=bob)
    return one


def test_making_changing_and_deleting_one(alice, carol, as_member):
    client = as_member(alice)
    assert "Make a list" in client.get("/lists/").content.decode()
    assert client.get("/lists/new/?person=carol").status_code == 200
    response = client.post("/lists/new/?person=carol", {"name": "Walkers", "about": "Slow", "public": "on"})
    made = MemberList.objects.get()
    assert response["Location"] == f"/lists/{made.pk}/" and made.public and made.size == 1
    assert "Walkers" in client.get("/lists/").content.decode()
    assert client.post(f"/lists/{made.pk}/edit/", {"name": "Runners", "about": ""})["Location"] == f"/lists/{made.pk}/"
    made.refresh_from_db()
    assert (made.name, made.public) == ("Runners", False)
    assert client.post(f"/lists/{made.pk}/delete/")["Location"] == "/lists/"
    assert client.get(f"/lists/{made.pk}/").status_code == 404


def test_bad_input_is_kept(alice, mine, as_member):
    client = as_member(alice)
    for path in ("/lists/new/", f"/lists/{mine.pk}/edit/"):
        response = client.post(path, {"name": "x" * 60, "about": "typed", "owner": "2", "size": "99"})
        assert response.status_code == 422
        page = response.content.decode()
        assert "too long" in page and "typed" in page and "x" * 60 in page
    assert client.post("/lists/new/", {"name": "Close ones"}).status_code == 422
    assert client.get("/lists/new/?person=nobody_there").status_code == 404


def test_a_private_list_is_nobodys_business(alice, bob, carol, mine, as_member):
    make.post(bob, "from bob")
    assert "from bob" in as_member(alice).get(f"/lists/{mine.pk}/").content.decode()
    for client in (as_member(bob), as_member(carol)):
        for path in ("", "people/", "edit/"):
            assert client.get(f"/lists/{mine.pk}/{path}").status_code == 404, path
        for verb in ("add", "remove", "delete"):
            assert client.post(f"/lists/{mine.pk}/{verb}/", {"handle": "carol"}).status_code == 404, verb
        assert "Close ones" not in client.get("/@alice/lists/").content.decode()
    assert Client().get(f"/lists/{mine.pk}/").status_code == 404
    assert mine.entries.count() == 1


def test_a_public_list_is_for_everyone_to_see_and_for_its_owner_to_change(alice, bob, carol, shown, as_member):
    make.post(bob, "from bob")
    for client in (Client(), as_member(carol)):
        page = client.get(f"/lists/{shown.pk}/").content.decode()
        assert "from bob" in page and "They walk" in page and "edit" not in page
        assert "@bob" in client.get(f"/lists/{shown.pk}/people/").content.decode()
        assert "Mapmakers" in client.get("/@alice/lists/").content.decode()
    stranger = as_member(carol)
    assert stranger.get(f"/lists/{shown.pk}/edit/").status_code == 404
    for verb, status in (("add", 403), ("remove", 403), ("delete", 404)):
        assert stranger.post(f"/lists/{shown.pk}/{verb}/", {"handle": "bob"}).status_code == status, verb
    assert Client().post(f"/lists/{shown.pk}/add/", {"handle": "bob"}).status_code == 302
    # Whoever is in it may leave it.
    page = as_member(bob).get(f"/lists/{shown.pk}/").content.decode()
    assert "Take me out" in page
    assert as_member(bob).post(f"/lists/{shown.pk}/remove/", {"handle": "bob"}).status_code == 302
    assert not shown.entries.exists()


def test_a_block_hides_the_list_and_its_people(alice, bob, carol, shown, as_member):
    make.post(bob, "from bob")
    follows.block(actor=carol, target=bob)
    page = as_member(carol).get(f"/lists/{shown.pk}/").content.decode()
    assert "from bob" not in page
    assert "@bob" not in as_member(carol).get(f"/lists/{shown.pk}/people/").content.decode()
    follows.block(actor=alice, target=carol)
    assert as_member(carol).get(f"/lists/{shown.pk}/").status_code == 404
    assert as_member(carol).get("/@alice/lists/").status_code == 404


def test_followers_only_posts_in_a_list_are_for_followers(alice, bob, carol, shown, as_member):
    make.post(bob, "among us", visibility="followers")
    make.follow(carol, bob)
    assert "among us" in as_member(carol).get(f"/lists/{shown.pk}/").content.decode()
    assert "among us" not in as_member(alice).get(f"/lists/{shown.pk}/").content.decode()


def test_choosing_the_lists_of_a_person(alice, bob, carol, mine, as_member):
    client = as_member(alice)
    page = client.get("/@carol/lists/choose/").content.decode()
    assert "Close ones" in page and f"/lists/{mine.pk}/add/" in page
    assert f"/lists/{mine.pk}/remove/" in client.get("/@bob/lists/choose/").content.decode()
    row = client.post(f"/lists/{mine.pk}/add/", {"handle": "carol"}, headers=HTMX).content.decode()
    assert "In it" in row and "<html" not in row
    assert client.post(f"/lists/{mine.pk}/add/", {"handle": "@Carol"}, headers=JSON).json()["listed"] is True
    gone = client.post(f"/lists/{mine.pk}/add/", {"handle": "no one"}, follow=True)
    assert "There is nobody with the handle" in gone.content.decode()
    assert client.post(f"/lists/{mine.pk}/add/", {"handle": "x"}, headers=JSON).status_code == 404
    assert client.get("/@nobody_here/lists/choose/").status_code == 404
    away = client.post(f"/lists/{mine.pk}/add/", {"handle": "carol", "next": "https://elsewhere.example/"})
    assert away["Location"] == f"/lists/{mine.pk}/people/"
    assert client.get(f"/lists/{mine.pk}/add/").status_code == 405


@pytest.mark.parametrize("path", ["/lists/{}/", "/lists/{}/people/"])
def test_the_number_of_queries_does_not_depend_on_the_length(alice, shown, as_member, path):
    client = as_member(alice)
    client.get("/")
    found = []
    for more in (3, 27):
        for _one in range(more):
            person = make.member()
            actions.add(actor=alice, one=shown, member=person)
            make.post(person)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path.format(shown.pk)).status_code == 200
        found.append(len(queries))
    assert found[0] == found[1] <= 9
    page = client.get(path.format(shown.pk)).content.decode()
    before = page.split("?before=")[1].split('"')[0]
    more = client.get(f"{path.format(shown.pk)}?before={before}", headers=HTMX).content.decode()
    assert more.strip() and "<html" not in more


def test_taken_out_of_a_list_and_put_back(alice, bob, mine, as_member):
    client = as_member(alice)
    answer = client.post(f"/lists/{mine.pk}/remove/", {"handle": "bob", "part": "row"}, headers=HTMX).content.decode()
    assert f'hx-post="/lists/{mine.pk}/add/"' in answer and 'value="bob"' in answer and not mine.entries.exists()
    back = client.post(f"/lists/{mine.pk}/add/", {"undo": "bob"}, headers=HTMX)
    assert f'hx-target="#in-{bob.pk}"' in back.content.decode() and "HX-Refresh" not in back
    assert mine.entries.get().member == bob
    client.post(f"/lists/{mine.pk}/remove/", {"handle": "bob"})
    assert f'formaction="/lists/{mine.pk}/add/"' in client.get(f"/lists/{mine.pk}/people/").content.decode()
    assert client.post(f"/lists/{mine.pk}/add/", {"undo": "bob"})["Location"] == f"/lists/{mine.pk}/people/"
