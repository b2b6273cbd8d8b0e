"""/notifications/ and its two addresses, by URL."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from social.notifications import actions
from social.notifications.models import Notification
from tests import make

PAGE, COUNT, READ = (reverse(f"notifications:{name}") for name in ("list", "count", "read"))
JSON = {"Accept": "application/json"}


@pytest.fixture
def all_kinds(alice, bob):
    post = make.post(bob, "What do <b>you</b> think?")
    for kind in ("follow", "like", "reply", "mention", "quote", "repost"):
        about = None if kind == "follow" else post
        actions.notify(member=alice, kind=kind, actor=bob, post=about, key=f"{kind}:1")
    actions.notify(member=alice, kind="payout", text="12.40 MET is yours", url="/rewards/", key="payout:1")
    actions.notify(member=alice, kind="notice", text="The rules changed", url="/help/", key="notice:1")
    return post


def test_every_kind_has_its_words(as_member, alice, all_kinds):
    text = as_member(alice).get(PAGE).content.decode()
    for words in ("followed you", "liked your post", "replied to you", "mentioned you", "quoted you", "reposted you"):
        assert f"<b>Bob</b> {words}" in text
    assert "12.40 MET is yours" in text
    assert "The rules changed" in text
    assert "What do &lt;b&gt;you&lt;/b&gt; think?" in text
    assert f'href="/posts/{all_kinds.pk}/"' in text
    assert 'href="/@bob/"' in text
    assert 'href="/rewards/"' in text


def test_looking_changes_nothing(as_member, alice, all_kinds):
    client = as_member(alice)
    client.get(PAGE)
    client.get(PAGE)
    assert Notification.objects.of(alice).unread().count() == 8
    assert client.get(COUNT).json()["unread"] == 8


def test_marking_as_read_without_javascript(as_member, alice, all_kinds):
    client = as_member(alice)
    newest = alice.notifications.latest("pk").pk
    assert f'name="up_to" value="{newest}"' in client.get(PAGE).content.decode()
    later = Notification.objects.create(member=alice, kind="notice", text="late", key="late")
    answer = client.post(READ, {"up_to": newest})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert list(Notification.objects.of(alice).unread()) == [later]
    client.post(READ)
    assert "Mark all as read" not in client.get(PAGE).content.decode()


def test_marking_as_read_with_javascript_answers_with_the_bell(as_member, alice, all_kinds):
    answer = as_member(alice).post(READ, headers=JSON)
    assert answer.json() == {
        "unread": 0,
        "label": "",
        "text": "0 unread notifications",
        "latest": alice.notifications.latest("pk").pk,
    }
    again = as_member(alice).post(READ, headers=JSON)
    assert again.json() == answer.json()


@pytest.mark.parametrize("up_to", ["x", "-1", "1.5", "٣", "9" * 30, "1;"])
def test_nonsense_is_refused_and_nothing_is_read(as_member, alice, all_kinds, up_to):
    answer = as_member(alice).post(READ, {"up_to": up_to}, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert Notification.objects.of(alice).unread().count() == 8


def test_next_leads_to_a_page_of_this_site(as_member, alice):
    for bad in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert as_member(alice).post(READ, {"next": bad})["Location"] == PAGE


def test_a_stranger_reads_and_marks_only_their_own(as_member, alice, carol, all_kinds):
    client = as_member(carol)
    page = client.get(PAGE).content.decode()
    assert "followed you" not in page
    assert "Nothing yet" in page
    client.post(READ, {"up_to": alice.notifications.latest("pk").pk})
    assert Notification.objects.of(alice).unread().count() == 8


@pytest.mark.parametrize("path", [PAGE, COUNT, READ])
def test_visitors_are_sent_to_sign_in(client, db, path):
    answer = client.post(path) if path == READ else client.get(path)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize(("method", "path"), [("post", PAGE), ("post", COUNT), ("get", READ), ("put", READ)])
def test_the_wrong_verb(as_member, alice, method, path):
    assert getattr(as_member(alice), method)(path).status_code == 405


def test_load_more_is_a_link_and_a_fragment(as_member, alice, bob):
    for number in range(25):
        actions.notify(member=alice, kind="notice", text=f"number {number}.", key=f"notice:{number}")
    client = as_member(alice)
    first = client.get(PAGE)
    cursor = alice.notifications.order_by("-pk")[19].pk
    newest = alice.notifications.latest("pk").pk
    assert f'href="?before={cursor}&amp;upto={newest}"' in first.content.decode()
    assert "HX-Request" in first["Vary"]
    whole = client.get(PAGE, {"before": cursor}).content.decode()
    part = client.get(PAGE, {"before": cursor}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert part.strip().startswith('<div id="notifications-')
    for text in (whole, part):
        assert text.count('<li id="notification-') == 5
        assert "number 0." in text
        assert "number 5." not in text
    past = client.get(PAGE, {"before": 1}).content.decode()
    assert "That was all" in past


@pytest.mark.parametrize("before", ["x", "-3", "1e5", "9" * 40])
def test_a_damaged_page_link(as_member, alice, before):
    assert as_member(alice).get(PAGE, {"before": before}).status_code == 400


def test_the_same_queries_at_any_length(as_member, alice):
    client = as_member(alice)
    client.get(PAGE)  # notes the session once

    def queries(rows):
        for _ in range(rows):
            actor = make.member()
            actions.notify(member=alice, kind="reply", actor=actor, post=make.post(actor), key=f"reply:{actor.pk}")
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        return len(asked)

    assert queries(3) == queries(17)
