"""The search page and the choice of being found, by address."""

import re

import pytest

from social.posts import actions as posts
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_a_visitor_finds_what_is_public(alice, client):
    posts.publish(actor=alice, text="honey for all #honey")
    posts.publish(actor=alice, text="honey for us", visibility="followers")
    page = client.get("/search/?q=honey").content.decode()
    assert "honey for all" in page and "honey for us" not in page and "noindex" in page and "<html" in page
    assert "@alice" in client.get("/search/?q=ali&tab=people").content.decode()
    assert "/tags/honey/" in client.get("/search/?q=hon&tab=tags").content.decode()


def test_the_empty_page_says_how_to_search(alice, as_member):
    for client_page in (as_member(alice).get("/search/"), as_member(alice).get("/search/?q=%20&tab=people")):
        page = client_page.content.decode()
        assert "from:ines" in page and "autofocus" in page and "Nothing found" not in page


def test_nothing_found_and_hints(alice, as_member):
    client = as_member(alice)
    assert "Nothing found" in client.get("/search/?q=unheard").content.decode()
    page = client.get("/search/?q=lang:en+from:nobody_x").content.decode()
    assert "no operator lang:" in page and "nobody called @nobody_x" in page
    assert "not only what to leave out" in client.get("/search/?q=-wasps").content.decode()


@pytest.mark.parametrize("tab", ["posts", "people", "tags"])
def test_more_by_link_and_by_fragment(alice, bob, as_member, tab):
    for number in range(25):
        person = make.member(f"honey_{number:02}")
        posts.publish(actor=person, text=f"honey number {number:02} #honey{number:02}")
    client = as_member(bob)
    page = client.get(f"/search/?q=honey&tab={tab}").content.decode()
    first, last = ("honey19", "honey20") if tab == "tags" else ("honey_05", "honey_04")
    assert first in page and last not in page
    link = re.search(r'href="(\?q=honey&amp;tab=\w+&amp;(?:before|after)=\w+)"', page)[1].replace("&amp;", "&")
    whole = client.get("/search/" + link).content.decode().split('<form id="deeds"')[0]
    assert last in whole and first not in whole and "<html" in whole
    part = client.get("/search/" + link, headers=HTMX).content.decode()
    assert last in part and first not in part and "<html" not in part and 'id="found"' not in part


def test_while_typing_only_what_was_found_comes(alice, as_member):
    posts.publish(actor=alice, text="honey")
    part = as_member(alice).get("/search/?q=hon&tab=posts", headers=HTMX).content.decode()
    assert part.lstrip().startswith('<div id="found"') and "honey" in part and "<html" not in part


def test_what_is_typed_is_never_markup(alice, client):
    page = client.get("/search/", {"q": '"><script>alert(1)</script> x:<b>'}).content.decode()
    assert "<script>alert" not in page and "<b>:" not in page


@pytest.mark.parametrize(
    "query",
    [
        "q=%00%00", "q=" + "a%20" * 500, "q=" + "x" * 5000, "q=%22", "q=*", "q=%F0%9F%90%9D", "q=from:", "q=NOT", "q=-",
        "q=a&tab=nonsense", "q=%27%3B--", "q=since:99999-99-99", "q=until:2999-12-31", "q=since:1970-01-01", "q=(%20|%20!",
        "q=a&tab=tags&after=%00", "q=a&tab=people&before=999999999999999999", "q=%ED%A0%80", "q=%5C%5C%27:*", "q=%23%23a",
    ],
)  # fmt: skip
def test_whatever_is_asked_is_answered(alice, client, query):
    posts.publish(actor=alice, text="a honey")
    for tab in ("", "&tab=people", "&tab=tags"):
        assert client.get(f"/search/?{query}{tab if 'tab=' not in query else ''}").status_code == 200


def test_damaged_page_links_and_wrong_verbs(alice, client):
    assert client.get("/search/?q=a&before=x").status_code == 400
    assert client.post("/search/", {"q": "a"}).status_code == 405


def test_searching_is_slowed_down(alice, client, as_member):
    answers = [client.get("/search/?q=a").status_code for _number in range(61)]
    assert answers[:60] == [200] * 60 and answers[60] == 429
    assert as_member(alice).get("/search/?q=a").status_code == 200
    assert client.get("/search/?q=a", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_keeping_oneself_out_of_search(alice, bob, as_member, client):
    member = as_member(alice)
    assert "Keep me out of search" in member.get("/settings/profile/").content.decode()
    for _again in range(2):
        assert member.post("/settings/search/", {"searchable": "no"})["Location"] == "/settings/profile/"
    page = member.get("/settings/profile/").content.decode()
    assert "Let search find me" in page and not Profile.objects.get(member=alice).searchable
    assert Profile.objects.get(member=bob).searchable
    assert member.post("/settings/search/", {"searchable": "perhaps"}).status_code == 422
    assert member.get("/settings/search/").status_code == 405
    assert client.post("/settings/search/", {"searchable": "no"})["Location"].startswith("/sign-in/")
    member.post("/settings/search/", {"searchable": "yes"})
    assert Profile.objects.get(member=alice).searchable


def test_the_field_stands_on_explore_and_beside_home(alice, as_member):
    client = as_member(alice)
    for path in ("/", "/explore/", "/search/"):
        assert client.get(path).content.decode().count('role="search"') == 1, path


@pytest.mark.parametrize(("typed", "handle"), [("@ali", "ali"), ("honey @Alice", "alice"), ("@ali honey @bob", "ali")])
def test_a_handle_under_posts_leads_to_people(alice, client, typed, handle):
    posts.publish(actor=alice, text="honey for @alice")
    page = client.get("/search/", {"q": typed}).content.decode()
    assert f"Looking for @{handle}?" in page
    link = re.search(r'href="(\?q=%40\w+&amp;tab=people)"', page)[1].replace("&amp;", "&")
    assert link == f"?q=%40{handle}&tab=people"
    people = client.get("/search/" + link).content.decode()
    assert 'href="/@alice/"' in people and "Looking for" not in people


@pytest.mark.parametrize("typed", ["alice", "mail@alice", "@", "@not-a-handle", "-@alice", "from:@alice", '"@alice"'])
def test_what_is_no_handle_does_not(alice, client, typed):
    assert "Looking for" not in client.get("/search/", {"q": typed}).content.decode()
