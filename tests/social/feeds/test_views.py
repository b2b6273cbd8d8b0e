"""Home, explore, tags and bookmarks by address."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from social.follows import actions as follows
from social.posts import actions
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def test_a_visitor_reads_what_metya_is_and_what_people_say(alice, client):
    make.post(alice, "in the open")
    make.post(alice, "among us", visibility="followers")
    page = client.get("/").content.decode()
    assert "members own" in page and "in the open" in page and "among us" not in page and "/sign-in/" in page


def test_home_says_what_to_do_when_it_is_empty(alice, carol, as_member):
    page = as_member(carol).get("/").content.decode()
    assert "Your home is quiet" in page and "/@alice/follow/" in page


def test_home_with_nothing_but_ones_own_posts_still_says_what_to_do(alice, carol, as_member):
    make.post(carol, "Is anybody here?")
    page = as_member(carol).get("/").content.decode()
    assert "Is anybody here?" in page and "Your home is quiet" in page and "/@alice/follow/" in page
    follows.follow(actor=carol, target=alice)
    make.post(alice, "I am")
    page = as_member(carol).get("/").content.decode()
    assert "I am" in page and "Your home is quiet" not in page


def test_home_takes_at_most_eight_queries_at_any_length(alice, bob, carol, as_member):
    client = as_member(bob)
    client.get("/")  # the session is noted once
    found = []
    for more in (3, 27):
        for _one in range(more):
            quoted = make.post(carol, "x")
            actions.repost(actor=alice, post=actions.publish(actor=carol, text="quoting", quote_of=quoted))
            make.post(alice, "plain")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        found.append(len(queries))
    assert found[0] == found[1] <= 8


@pytest.mark.parametrize("path", ["/", "/explore/", "/tags/tag/", "/bookmarks/", "/@alice/"])
def test_more_by_link_and_by_fragment(alice, bob, as_member, path):
    for number in range(25):
        post = actions.publish(actor=alice, text=f"number {number:02} #tag")
        actions.bookmark(actor=bob, post=post)
    client = as_member(bob)
    page = client.get(path).content.decode()
    assert "number 24" in page and "number 04" not in page
    link = re.search(r'href="(\?before=\d+)"', page)[1]
    whole = client.get(path + link).content.decode()
    assert "number 04" in whole and "number 05" not in whole and "<html" in whole
    part = client.get(path + link, headers=HTMX).content.decode()
    assert "number 00" in part and "number 05" not in part and "<html" not in part and 'href="?before=' not in part


@pytest.mark.parametrize("path", ["/", "/explore/", "/tags/tag/", "/bookmarks/", "/@alice/", "/@alice/followers/"])
@pytest.mark.parametrize("query", ["?before=x", "?before=-5", "?before=1.5", "?before=9999999999999999999"])
def test_damaged_page_links(alice, bob, as_member, path, query):
    actions.publish(actor=alice, text="#tag")
    assert as_member(bob).get(path + query).status_code == 400


def test_how_many_are_new(alice, bob, as_member):
    client = as_member(bob)
    old = make.post(alice, "old")
    assert client.get(f"/feeds/newer/?since={old.pk}", headers=JSON).json() == {"count": 0, "since": old.pk}
    new = make.post(alice, "new")
    assert client.get(f"/feeds/newer/?since={old.pk}", headers=JSON).json()["count"] == 1
    button = client.get(f"/feeds/newer/?since={old.pk}", headers=HTMX).content.decode()
    assert "1 new post" in button and f'data-feed-since="{old.pk}"' in button
    cards = client.get(f"/?since={old.pk}", headers=HTMX).content.decode()
    assert "new" in cards and f'data-feed-since="{new.pk}"' in cards and 'id="newer"' in cards and "<html" not in cards
    assert client.get("/feeds/newer/").status_code == 400 == client.get("/feeds/newer/?since=x").status_code


@pytest.mark.parametrize("path", ["/bookmarks/", "/feeds/newer/?since=1", "/people/suggested/"])
def test_for_members_only(client, db, path):
    response = client.get(path)
    assert response.status_code == 302 and response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", ["/", "/explore/", "/tags/tag/", "/bookmarks/", "/feeds/newer/"])
def test_reading_is_not_posting(alice, as_member, path):
    assert as_member(alice).post(path).status_code == 405


def test_tags_are_found_however_they_are_written(alice, client):
    actions.publish(actor=alice, text="#Süß")
    for path in ("/tags/s%C3%BCss/", "/tags/S%C3%9CSS/", "/tags/s%C3%BC%C3%9F/"):
        assert b"S\xc3\xbc\xc3\x9f" in client.get(path).content
    for path in ("/tags/unheard/", "/tags/" + "x" * 101 + "/", "/tags/%00/", "/tags/%E2%80%AE/"):
        assert client.get(path).status_code == 404


def test_bookmarks_are_mine_alone(alice, bob, carol, as_member):
    actions.bookmark(actor=bob, post=make.post(alice, "pear tree"))
    assert b"pear tree" in as_member(bob).get("/bookmarks/").content
    assert b"pear tree" not in as_member(carol).get("/bookmarks/").content
