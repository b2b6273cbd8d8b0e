"""Publishing: after the commit, once, from any thread, and to every hub of the process."""

import asyncio
import threading

import pytest
from django.db import transaction

from social.live import carrier, publish
from tests import make


@pytest.fixture
def sent(monkeypatch):
    events = []
    monkeypatch.setattr(carrier, "send", events.append)
    return events


@pytest.fixture
def committed(django_capture_on_commit_callbacks, sent):
    """What a change publishes when it commits."""

    def run(work, *args):
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            work(*args)
            assert sent == []
        return sent

    return run


def test_a_post_is_told_of_by_ids(committed, alice):
    post = make.post(alice, visibility="followers")
    assert committed(publish.feed, post) == [
        {"t": "feed", "id": post.pk, "author": alice.pk, "audience": alice.pk, "answers": 0}
    ]


def test_a_reply_carries_what_the_hub_judges_by(committed, alice, bob):
    root = make.post(alice)
    reply = make.post(bob, in_reply_to=root, root=root)
    event = {"t": "thread", "id": root.pk, "post": reply.pk, "author": bob.pk, "audience": 0, "answers": 0}
    assert committed(publish.thread, root.pk, reply.pk) == [event]


def test_a_reply_to_a_post_for_followers_names_its_audience(committed, alice, bob):
    root = make.post(alice, visibility="followers")
    reply = make.post(bob, in_reply_to=root, root=root, visibility="followers", audience=alice)
    readers = {"author": bob.pk, "audience": alice.pk, "answers": alice.pk}
    event = {"t": "thread", "id": root.pk, "post": reply.pk, **readers}
    assert committed(publish.thread, root.pk, reply.pk) == [event]


def test_a_reply_that_is_not_there_is_not_told_of(committed, alice):
    assert committed(publish.thread, 1, 999) == []


def test_counts(committed, db):
    assert committed(publish.post_counts, 5) == [{"t": "post", "id": 5}]


def test_bells_of_many_are_few_events(committed, alice):
    row = alice.notifications.create(kind="notice", text="x", key="x")
    events = committed(publish.notifications, alice.pk, *range(10_000, 11_000))
    assert [len(event["newest"]) for event in events] == [500, 500, 1]
    assert [alice.pk, row.pk] in events[0]["newest"]
    assert [10_000, 0] in events[0]["newest"]


def test_interest_and_ends(committed, db):
    def change():
        publish.interest(1, 2)
        publish.interest()
        publish.ended(3)
        publish.session_ended("abc")

    *others, session = committed(change)
    assert others == [{"t": "interest", "members": [1, 2]}, {"t": "ended", "member": 3}]
    assert "abc" not in str(session), "a session key must not travel"
    assert session == {"t": "ended", "session": publish.session_mark("abc")}


@pytest.mark.django_db(transaction=True)
def test_a_failure_to_publish_does_not_fail_the_change(alice, monkeypatch, caplog):
    def fail(event):
        raise RuntimeError("no loop")

    monkeypatch.setattr(carrier, "send", fail)
    with transaction.atomic():
        publish.feed(make.post(alice))
    publish.feed(make.post(alice))
    assert caplog.text.count("RuntimeError: no loop") == 2


@pytest.fixture
def in_memory(monkeypatch):
    layer = carrier.InMemoryChannelLayer()
    monkeypatch.setattr(carrier, "get_channel_layer", lambda: layer)


async def test_another_thread_reaches_the_hub_on_its_own_loop(in_memory):
    loop, got = asyncio.get_running_loop(), asyncio.Queue()

    def take(event):
        got.put_nowait((event, threading.current_thread()))

    carrier.attach(loop, take)
    try:
        threading.Thread(target=carrier.send, args=({"t": "post", "id": 1},)).start()
        event, thread = await asyncio.wait_for(got.get(), 5)
    finally:
        carrier.detach(loop)
    assert event == {"t": "post", "id": 1}
    assert thread is threading.current_thread()


async def test_a_loop_that_was_closed_is_forgotten(in_memory):
    dead = asyncio.new_event_loop()
    carrier.attach(dead, lambda event: None)
    dead.close()
    carrier.send({"t": "post", "id": 1})
    assert dead not in carrier._takers


def test_without_a_hub_nothing_happens(in_memory):
    carrier.send({"t": "post", "id": 1})
