"""Muted words and conversations by address."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from social.mutes import actions
from social.mutes.models import MutedThread, MutedWord
from social.posts import actions as posts
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
PATH = "/settings/muted/words/"


def test_muting_a_word(alice, bob, as_member):
    posts.publish(actor=alice, text="the marathon")
    client = as_member(bob)
    assert "No muted words" in client.get(PATH).content.decode()
    answer = client.post(PATH, {"text": " Marathon ", "span": "week", "spares_followed": ""})
    assert answer["Location"] == PATH
    page = client.get(PATH).content.decode()
    assert "<b>Marathon</b>" in page and "until" in page
    assert "the marathon" not in client.get("/").content.decode()
    word = MutedWord.objects.get()
    assert client.post(f"{PATH}{word.pk}/remove/", headers=HTMX).content == b""
    assert client.post(f"{PATH}{word.pk}/remove/")["Location"] == PATH
    assert "the marathon" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"text": ""}, "Write the word"), ({"text": "x" * 101}, "too long"), ({"text": "typed", "span": "year"}, "year"),
     ({"text": "a\x00b"}, "Null characters")],
)  # fmt: skip
def test_bad_input_keeps_what_was_typed(bob, as_member, fields, said):
    answer = as_member(bob).post(PATH, {"spares_followed": "on", **fields})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "checked" in page
    assert not MutedWord.objects.exists()


def test_nobody_reaches_anothers_words(alice, bob, as_member):
    word = actions.mute_word(actor=alice, text="marathon")
    client = as_member(bob)
    assert "marathon" not in client.get(PATH).content.decode()
    client.post(f"{PATH}{word.pk}/remove/")
    assert MutedWord.objects.exists() and client.get(f"{PATH}{word.pk}/remove/").status_code == 405
    assert Client().post(PATH, {"text": "x"})["Location"].startswith("/sign-in/")


def test_a_conversation(alice, bob, carol, as_member):
    post = posts.publish(actor=alice, text="opening", visibility="followers")
    client = as_member(bob)
    assert f"/posts/{post.pk}/hush/" in client.get(f"/posts/{post.pk}/").content.decode()
    assert f"/posts/{post.pk}/unhush/" in client.post(f"/posts/{post.pk}/hush/", headers=HTMX).content.decode()
    assert client.post(f"/posts/{post.pk}/hush/", headers=JSON).json() == {"id": post.pk, "muted": True}
    assert "opening" in client.get(PATH).content.decode()
    assert client.get(f"/posts/{post.pk}/hush/").status_code == 405
    assert as_member(carol).post(f"/posts/{post.pk}/hush/").status_code == 404
    assert Client().post(f"/posts/{post.pk}/hush/")["Location"].startswith("/sign-in/")
    client.post("/@alice/unfollow/")
    assert "opening" not in client.get(PATH).content.decode()
    make.follow(bob, alice)
    assert client.post(f"/posts/{post.pk}/unhush/", {"next": PATH})["Location"] == PATH
    assert not MutedThread.objects.exists()


def test_home_of_who_mutes_words_and_has_news_takes_at_most_eight_queries(alice, bob, as_member):
    client = as_member(bob)
    client.get("/")
    found = []
    for more in (3, 27):
        for number in range(more):
            actions.mute_word(actor=bob, text=f"word {more} {number}")
            posts.publish(actor=alice, text=f"@bob hello word {more} {number}x")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        found.append(len(queries))
    assert found[0] == found[1] <= 8


def test_a_page_of_which_nothing_is_left_leads_on(alice, bob, as_member):
    posts.publish(actor=alice, text="an old quiet morning")
    for _one in range(21):
        posts.publish(actor=alice, text="marathon")
    actions.mute_word(actor=bob, text="marathon")
    page = as_member(bob).get("/").content.decode()
    assert "Load more" in page and "Your home is quiet" not in page


def test_the_list_of_words_takes_the_same_queries(alice, bob, as_member):
    client = as_member(bob)
    client.get(PATH)
    found = []
    for more in (3, 27):
        for number in range(more):
            actions.mute_word(actor=bob, text=f"word {more} {number}")
            actions.mute_thread(actor=bob, post=make.post(alice))
        with CaptureQueriesContext(connection) as queries:
            client.get(PATH)
        found.append(len(queries))
    assert found[0] == found[1]
