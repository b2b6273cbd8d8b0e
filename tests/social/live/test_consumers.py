"""`/live/` as a page meets it: who gets in, what ends it, what it hears."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.utils import timezone

from metya.wallets.signals import session_ended
from social.follows.models import Block, Follow
from social.live import publish, reads, upkeep
from social.live.hub import Hub
from social.live.sockets import Code
from social.notifications import actions as notifications
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_no_poll")]


@sync_to_async
def in_database(work, *args, **kwargs):
    """Run a change as a request thread would: in a transaction, publishing when it commits."""
    with transaction.atomic():
        return work(*args, **kwargs)


def write(author, text="Hello", **fields):
    """A post, or a reply, told of as the actions of posts do."""
    post = make.post(author, text, **fields)
    if post.in_reply_to_id:
        publish.thread(post.root_id, post.pk)
    else:
        publish.feed(post)
    return post


# --- getting in ------------------------------------------------------------------------------------------------------


async def test_a_signed_in_member_gets_in(page, bob):
    await page(bob)
    assert set(Hub.here().members) == {bob.pk}


@pytest.mark.parametrize(
    "session", [None, "", "0123456789abcdefghijklmnopqrstuv", "../../etc/passwd", "é" * 40, "a" * 500]
)
async def test_a_visitor_is_refused(visit, db, session):
    connected, _ = await (await visit(session=session)).connect()
    assert not connected


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        ("http://testserver", True),
        ("https://testserver", False),
        ("http://testserver:81", False),
        ("http://evil.example", False),
        ("http://testserver.evil.example", False),
        ("http://evil.example/http://testserver", False),
        ("null", False),
        ("", False),
        ("http://[", False),
    ],
)
async def test_a_foreign_page_is_refused(visit, bob, origin, welcome):
    connected, _ = await (await visit(bob, origin=origin)).connect()
    assert connected == welcome


async def test_another_name_of_this_host_is_this_site(visit, bob, settings):
    settings.SITE_URL = "http://metya.example"
    connected, _ = await (await visit(bob, origin="http://testserver")).connect()
    assert connected
    settings.ALLOWED_HOSTS = ["metya.example"]
    connected, _ = await (await visit(bob, origin="http://testserver")).connect()
    assert not connected


async def test_another_path_is_refused(visit, bob):
    connected, _ = await (await visit(bob, path="/elsewhere/")).connect()
    assert not connected


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"suspended_until": timezone.now() + timezone.timedelta(days=1)}],
)
async def test_a_member_who_ended_is_refused(visit, bob, change):
    unopened = await visit(bob)
    await sync_to_async(type(bob).objects.filter(pk=bob.pk).update)(**change)
    connected, _ = await unopened.connect()
    assert not connected


async def test_a_session_of_another_secret_is_refused(visit, bob):
    unopened = await visit(bob)

    def forge():
        from importlib import import_module

        from django.conf import settings

        store = import_module(settings.SESSION_ENGINE).SessionStore(unopened.session)
        store["_auth_user_hash"] = "0" * 64
        store.save()

    await sync_to_async(forge)()
    connected, _ = await unopened.connect()
    assert not connected


async def test_without_a_database_it_is_refused_quietly(visit, bob, monkeypatch):
    def away(key):
        raise DatabaseError("gone")

    monkeypatch.setattr(reads, "member_of_session", away)
    connected, _ = await (await visit(bob)).connect()
    assert not connected


# --- being ended -----------------------------------------------------------------------------------------------------


async def test_signing_out_closes_the_sockets_of_that_session(page, visit, bob, as_member):
    here, there = await page(bob), await page(bob)
    client = await sync_to_async(as_member)(bob)
    client.cookies["session"] = here.session
    await sync_to_async(client.logout)()
    assert await here.closed_with() == Code.ENDED
    assert await there.silent()
    connected, _ = await (await visit(session=here.session)).connect()
    assert not connected


async def test_a_session_that_is_ended_elsewhere_closes_at_once(page, bob):
    here, there = await page(bob), await page(bob)
    await in_database(session_ended.send, sender=None, session_key=here.session)
    assert await here.closed_with() == Code.ENDED
    assert await there.silent()


async def test_suspension_closes_at_once(page, bob):
    tab = await page(bob)
    await in_database(publish.ended, bob.pk)
    assert await tab.closed_with() == Code.ENDED


@pytest.mark.parametrize("how", ["session", "expired", "suspended", "left"])
async def test_an_end_that_nobody_told_of_is_noticed(page, bob, carol, how):
    tab, other = await page(bob), await page(carol)

    def end():
        if how == "session":
            Session.objects.filter(session_key=tab.session).delete()
        elif how == "expired":
            Session.objects.filter(session_key=tab.session).update(expire_date=timezone.now())
        elif how == "suspended":
            type(bob).objects.filter(pk=bob.pk).update(suspended_until=timezone.now() + timezone.timedelta(days=1))
        else:
            type(bob).objects.filter(pk=bob.pk).update(is_active=False)

    await sync_to_async(end)()
    await Hub.here().upkeep.end_ended()
    assert await tab.closed_with() == Code.ENDED
    assert await other.silent()


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"text_data": "not json"}, Code.MALFORMED),
        ({"text_data": "[]"}, Code.MALFORMED),
        ({"text_data": '{"posts":["1; DROP TABLE"]}'}, Code.MALFORMED),
        ({"text_data": "[" * 4000}, Code.MALFORMED),
        ({"text_data": "x" * 1_000_000}, Code.TOO_BIG),
        ({"bytes_data": b"\x00\xff"}, Code.UNSUPPORTED),
    ],
)
async def test_nonsense_ends_the_connection_with_a_code(page, bob, frame, code):
    tab = await page(bob)
    await tab.send_to(**frame)
    assert await tab.closed_with() == code
    assert not Hub.here().sockets


async def test_a_flood_is_closed(page, bob, monkeypatch):
    asked = []
    monkeypatch.setattr(reads, "missed", lambda *args: asked.append(args) or {})
    tab = await page(bob)
    for number in range(1000):
        await tab.send_to(text_data=json.dumps({"since": {"feed": number}}))
    assert await tab.closed_with() == Code.FLOOD
    assert len(asked) <= 20


# --- hints -----------------------------------------------------------------------------------------------------------


async def test_a_post_reaches_followers_and_the_author_but_no_stranger(page, alice, bob, carol):
    alices, bobs, carols = [await page(person) for person in (alice, bob, carol)]
    post = await in_database(write, alice)
    assert await bobs.hint() == {"t": "feed", "id": post.pk}
    assert await alices.hint() == {"t": "feed", "id": post.pk}
    assert await carols.silent()


async def test_nothing_is_told_of_what_was_rolled_back(page, alice, bob):
    bobs = await page(bob)

    def fail():
        write(alice)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await in_database(fail)
    assert await bobs.silent()


async def test_a_new_follower_hears_the_next_post(page, until, alice, carol):
    carols = await page(carol)
    await in_database(write, alice)

    def follow():
        Follow.objects.create(source=carol, target=alice)
        publish.interest(carol.pk)

    await in_database(follow)
    await until(lambda: alice.pk in Hub.here().authors)
    post = await in_database(write, alice)
    assert await carols.hint() == {"t": "feed", "id": post.pk}


async def test_a_reply_reaches_who_has_the_thread_open(page, until, alice, bob, carol):
    root = await in_database(make.post, alice)
    carols, bobs = await page(carol), await page(bob)
    await carols.say(thread=root.pk)
    await until(lambda: root.pk in Hub.here().threads)
    reply = await in_database(write, bob, "Yes", in_reply_to=root, root=root)
    assert await carols.hint() == {"t": "thread", "id": root.pk, "post": reply.pk}
    assert await bobs.silent()


async def test_counts_of_posts_on_screen(page, until, alice, carol):
    shown, other = await in_database(make.post, alice), await in_database(make.post, alice)
    carols = await page(carol)
    await carols.say(posts=[shown.pk])
    asked = {"t": "post", "id": shown.pk, "ids": [shown.pk]}
    assert await carols.hint() == asked, "what changed before the post was watched is asked for as well"
    await in_database(publish.post_counts, other.pk)
    await in_database(publish.post_counts, shown.pk)
    assert await carols.hint() == asked
    await carols.say(posts=[shown.pk, other.pk])
    await until(lambda: other.pk in Hub.here().posts)
    assert await carols.silent(), "scrolling asks nothing"


async def test_followers_only_posts_stay_secret(page, until, alice, bob, carol):
    secret = await in_database(make.post, alice, visibility="followers")
    shown = await in_database(make.post, alice)
    bobs, carols = await page(bob), await page(carol)
    await carols.say(posts=[secret.pk, shown.pk], thread=secret.pk)
    await bobs.say(posts=[secret.pk], thread=secret.pk)
    hub = Hub.here()
    await until(lambda: shown.pk in hub.posts and secret.pk in hub.posts)
    assert (await carols.hint())["ids"] == [shown.pk]
    assert (await bobs.hint())["ids"] == [secret.pk]
    assert len(hub.posts[secret.pk]) == len(hub.threads[secret.pk]) == 1
    await in_database(publish.post_counts, secret.pk)
    await in_database(write, alice, "More", in_reply_to=secret, root=secret, visibility="followers")
    await in_database(write, alice, visibility="followers")
    assert {(await bobs.hint())["t"] for _ in range(3)} == {"post", "thread", "feed"}
    assert await carols.silent()


async def test_one_whom_the_author_blocks_hears_nothing(page, alice, carol):
    root = await in_database(make.post, alice)
    await in_database(Follow.objects.create, source=carol, target=alice)
    await in_database(Block.objects.create, source=alice, target=carol)
    own = await in_database(make.post, carol)
    carols = await page(carol)
    await carols.say(posts=[root.pk, own.pk], thread=root.pk)
    assert (await carols.hint())["ids"] == [own.pk]
    await in_database(write, alice)
    await in_database(write, alice, "More", in_reply_to=root, root=root)
    await in_database(publish.post_counts, root.pk)
    assert await carols.silent()


async def test_the_bell(page, alice, bob):
    alices, bobs = await page(alice), await page(bob)
    await in_database(notifications.notify, member=alice, kind="follow", actor=bob, key="follow:1")
    newest = await sync_to_async(alice.notifications.get)()
    assert await alices.hint() == {"t": "notifications", "id": newest.pk}
    await in_database(notifications.mark_read, actor=alice)
    assert await alices.hint() == {"t": "notifications", "id": newest.pk}
    assert await bobs.silent()


# --- resuming --------------------------------------------------------------------------------------------------------


async def test_what_was_missed_is_hinted_at_once(page, alice, bob):
    seen = await in_database(make.post, alice, "seen")
    root = await in_database(make.post, alice, "root")
    reply = await in_database(make.post, alice, "reply", in_reply_to=root, root=root)
    await in_database(notifications.notify, member=bob, kind="mention", actor=alice, key="mention:1")
    bell = await sync_to_async(bob.notifications.get)()
    bobs = await page(bob)
    await bobs.say(since={"feed": seen.pk, "notifications": 0, "thread": root.pk}, thread=root.pk)
    got = [await bobs.hint() for _ in range(3)]
    assert {"t": "feed", "id": root.pk} in got, "answers are not part of home"
    assert {"t": "notifications", "id": bell.pk} in got
    assert {"t": "thread", "id": root.pk, "post": reply.pk} in got


async def test_nothing_is_hinted_when_nothing_was_missed(page, alice, bob, carol):
    post = await in_database(make.post, alice)
    await in_database(make.post, carol)
    bobs = await page(bob)
    await bobs.say(since={"feed": post.pk, "notifications": 0, "thread": 0}, thread=post.pk)
    assert await bobs.silent()


# --- the safety net --------------------------------------------------------------------------------------------------


async def test_the_poll_finds_what_a_command_beside_the_server_wrote(page, alice, bob, until):
    await in_database(make.post, alice, "before")
    bobs = await page(bob)
    own = Hub.here().upkeep
    await until(lambda: own.last_post)
    post = await in_database(make.post, alice)
    bell = await in_database(bob.notifications.create, kind="notice", text="Hello", key="notice:1")
    await own.poll()
    got = [await bobs.hint() for _ in range(2)]
    assert {"t": "feed", "id": post.pk} in got
    assert {"t": "notifications", "id": bell.pk} in got
    await own.poll()
    assert await bobs.silent()


async def test_no_socket_catches_up_before_the_poll_has_begun(page, bob, monkeypatch):
    """The poll passes over what it finds at its beginning: a page that asked just before that would never hear of it."""
    real = upkeep.in_thread

    def slow_bells(function):
        async def call(*args):
            await asyncio.sleep(1.0 if function is reads.notifications_after else 0)
            return await real(function)(*args)

        return call

    monkeypatch.setattr(upkeep, "in_thread", slow_bells)
    bobs = await page(bob)
    await bobs.say(since={"notifications": 0})
    assert await bobs.silent()
    bell = await in_database(bob.notifications.create, kind="notice", text="Hello", key="notice:1")
    await Hub.here().upkeep.poll()
    assert await bobs.hint() == {"t": "notifications", "id": bell.pk}


async def test_the_poll_runs_by_itself_and_survives_an_error(page, alice, bob, monkeypatch):
    monkeypatch.setattr(upkeep, "POLL_SECONDS", 0.05)
    real, failed = reads.posts_after, []

    def once_away(last):
        if len(failed) == 1:
            failed.append(last)
            raise DatabaseError("gone")
        failed.append(last)
        return real(last)

    monkeypatch.setattr(reads, "posts_after", once_away)
    bobs = await page(bob)
    while len(failed) < 3:
        await asyncio.sleep(0.01)
    post = await in_database(make.post, alice)
    assert (await bobs.hint())["id"] == post.pk
