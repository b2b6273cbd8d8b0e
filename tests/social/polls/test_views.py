"""Polls by address."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from social.polls import actions
from social.polls.models import Poll, PollVote
from tests import make
from tests.social.polls.test_actions import ask, counts, end

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
ASKED = {"text": "Which way?", "choice": ["Ridge", "Ferry", ""], "poll_hours": "6"}


def test_asking(alice, bob, as_member):
    assert as_member(alice).post("/posts/", ASKED | {"poll_multiple": "on"}).status_code == 302
    poll = Poll.objects.get()
    assert (poll.choices, poll.multiple, poll.counts) == (["Ridge", "Ferry"], True, [0, 0])
    page = as_member(bob).get("/").content.decode()
    assert "Ridge" in page and f"/posts/{poll.pk}/vote/" in page and "0 people voted" in page
    assert as_member(alice).post("/posts/", {"text": "no poll", "choice": ["", ""]}).status_code == 302
    assert Poll.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"choice": ["Ridge"]}, {"choice": ["Ridge", "ridge"]}, {"poll_hours": "5"}])
def test_what_was_typed_is_kept(alice, as_member, wrong):
    answer = as_member(alice).post("/posts/", ASKED | wrong, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Which way?" in page and 'value="Ridge"' in page
    assert not Poll.objects.exists()


def test_voting(alice, bob, carol, as_member):
    post = ask(alice)
    path = f"/posts/{post.pk}/vote/"
    assert as_member(bob).post(path, {"choice": "1"})["Location"] == f"/posts/{post.pk}/"
    fragment = as_member(carol).post(path, {"choice": "1"}, headers=HTMX).content.decode()
    assert "100\u00a0%" in fragment and "2 people voted" in fragment and "<html" not in fragment
    assert as_member(bob).post(path, {"choice": "0"}, headers=JSON).json()["code"] == "voted"
    assert as_member(bob).post(path, {"choice": "1"}, headers=JSON).json()["counts"] == [0, 2, 0]
    for choice in ("", "x", "7", "-1", "1e3", "٣"):
        assert as_member(make.member()).post(path, {"choice": choice}, headers=JSON).status_code == 422, choice
    assert as_member(bob).get(path).status_code == 405
    assert Client().post(path, {"choice": "0"}).status_code == 302
    assert as_member(bob).post(f"/posts/{make.post(alice).pk}/vote/", {"choice": "0"}).status_code == 404
    assert counts(post) == ([0, 2, 0], 2)


def test_strangers_neither_vote_nor_look(alice, carol, as_member):
    post = ask(alice, visibility="followers")
    assert as_member(carol).post(f"/posts/{post.pk}/vote/", {"choice": "0"}).status_code == 404
    assert as_member(carol).get(f"/posts/{post.pk}/results/").status_code == 404
    assert Client().get(f"/posts/{post.pk}/results/").status_code == 404


def test_looking_before_voting(alice, carol, as_member):
    post = ask(alice)
    assert "See the results" in as_member(carol).get(f"/posts/{post.pk}/").content.decode()
    assert "poll-bar" in as_member(carol).get(f"/posts/{post.pk}/results/", headers=HTMX).content.decode()
    assert "poll-bar" in Client().get(f"/posts/{post.pk}/results/").content.decode()


def test_polls_cost_no_queries_of_their_own(alice, bob, as_member):
    client = as_member(bob)
    client.get("/")
    found = []
    for build in (make.post, ask, ask):
        for _one in range(10):
            build(alice)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        found.append(len(queries))
    assert found[0] == found[1] == found[2] <= 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share one in-memory database on SQLite")
def test_many_votes_at_once_are_all_counted(alice):
    post = ask(alice)
    voters = [make.member() for _ in range(12)]

    def vote(voter):
        try:
            for _again in range(2):
                actions.vote(actor=voter, post=post, choices=[voter.pk % 3])
        finally:
            connection.close()

    threads = [threading.Thread(target=vote, args=(voter,)) for voter in voters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers, people = counts(post)
    assert sum(numbers) == people == PollVote.objects.count() == 12


@pytest.mark.parametrize("late", [False, True])
def test_a_form_that_is_out_of_date_gives_way_to_the_results_and_the_reason(alice, bob, carol, as_member, late):
    post = ask(alice)
    path, said = f"/posts/{post.pk}/vote/", "This poll is over." if late else "You voted already"
    client = as_member(bob)
    as_member(carol).post(path, {"choice": "1"})
    if late:
        end(post)
    else:
        client.post(path, {"choice": "1"})
    answer = client.post(path, {"choice": "0"}, headers=HTMX)
    fragment = answer.content.decode()
    assert answer.status_code == 422 and "HX-Retarget" not in answer and "<html" not in fragment
    assert said in fragment and "100\u00a0%" in fragment and "<form" not in fragment
    plain = client.post(path, {"choice": "0"})
    page = plain.content.decode()
    assert plain.status_code == 409 and said in page and "100\u00a0%" in page and f"/posts/{post.pk}/" in page
    assert client.post(path, {"choice": "0"}, headers=JSON).json()["code"] == ("over" if late else "voted")
    assert Poll.objects.get().counts == [0, 1 if late else 2, 0]
