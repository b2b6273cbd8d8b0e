"""The hub without a network or a database: who is told what, how often, and what a slow socket holds."""

import asyncio
import json

import pytest

from social.live import hub as hubs
from social.live import reads
from social.live.hub import Hub
from social.live.publish import session_mark
from social.live.reads import Interest
from social.live.sockets import Code, Socket
from social.live.upkeep import Upkeep

ALICE, BOB, CAROL = 1, 2, 3


class World:
    """Stands for the database."""

    def __init__(self):
        self.follows = {BOB: {ALICE}}
        self.hidden = {}
        self.secret = set()

    def interest_of(self, member):
        hidden = frozenset(self.hidden.get(member, ()))
        return Interest(member, (frozenset(self.follows.get(member, ())) - hidden) | {member}, hidden)

    def may_watch(self, member, ids):
        return ids - self.secret


@pytest.fixture
def world(monkeypatch):
    made = World()
    monkeypatch.setattr(reads, "interest_of", made.interest_of)
    monkeypatch.setattr(reads, "may_watch", made.may_watch)
    monkeypatch.setattr(hubs, "in_thread", at_once)
    monkeypatch.setattr(Upkeep, "start", lambda self: (self.tried.set(), self.begun.set()))
    return made


def at_once(function):
    async def call(*args):
        await asyncio.sleep(0)
        return function(*args)

    return call


class Wire:
    """The sending end of a socket: notes what arrives, and may be stuck."""

    def __init__(self):
        self.got: asyncio.Queue = asyncio.Queue()
        self.free = asyncio.Event()
        self.free.set()
        self.aborted = False

    async def send(self, message):
        await self.free.wait()
        self.got.put_nowait((asyncio.get_running_loop().time(), message))

    async def hint(self):
        async with asyncio.timeout(5):
            _, message = await self.got.get()
        return json.loads(message["text"])

    def abort(self):
        self.aborted = True


async def open_socket(member, session="s"):
    wire = Wire()
    socket = Socket(member, session, wire.send, wire.abort)
    hub = Hub.here()
    await hub.open(socket)
    hub.accepted(socket)
    return hub, socket, wire


def feed(number, author=ALICE, audience=0):
    return {"t": "feed", "id": number, "author": author, "audience": audience, "answers": 0}


async def test_followers_are_told_and_strangers_are_not(world):
    hub, _, bobs = await open_socket(BOB)
    _, _, carols = await open_socket(CAROL)
    hub.take(feed(10))
    assert await bobs.hint() == {"t": "feed", "id": 10}
    assert carols.got.empty()


async def test_one_event_heard_twice_is_one_hint(world):
    hub, _, bobs = await open_socket(BOB)
    hub.take(feed(10))
    hub.take(feed(10))
    hub.take({"t": "post", "id": 1})
    await bobs.hint()
    hub.take(feed(10))
    await asyncio.sleep(hubs.PAUSE_SECONDS * 1.5)
    assert bobs.got.empty()


async def test_a_burst_is_two_flushes_the_first_at_once(world):
    hub, _, bobs = await open_socket(BOB)
    began = hub.loop.time()
    for number in range(1, 500):
        hub.take(feed(number))
        if number % 50 == 0:
            await asyncio.sleep(0)
    first, second = await bobs.got.get(), await bobs.got.get()
    # At once: before the burst was over. The pause counts from then, however late this test hears of it.
    assert json.loads(first[1]["text"])["id"] < 499
    assert second[0] - began >= hubs.PAUSE_SECONDS * 0.9
    assert json.loads(second[1]["text"]) == {"t": "feed", "id": 499}
    await asyncio.sleep(hubs.PAUSE_SECONDS * 1.5)
    assert bobs.got.empty()


async def test_kinds_travel_together_in_one_flush(world):
    hub, socket, bobs = await open_socket(BOB)
    hub.watch(socket, frozenset({7, 8}), 20)
    hub.take(feed(10))
    await bobs.hint()
    hub.take(feed(11))
    hub.take({"t": "post", "id": 8})
    hub.take({"t": "post", "id": 7})
    hub.take({"t": "post", "id": 7})
    hub.take({"t": "notifications", "newest": [[BOB, 5], [CAROL, 6]]})
    hub.take({"t": "thread", "id": 20, "post": 21, "author": CAROL, "audience": 0, "answers": 0})
    got = [await bobs.hint() for _ in range(4)]
    assert {"t": "feed", "id": 11} in got
    assert {"t": "post", "id": 7, "ids": [7, 8]} in got
    assert {"t": "notifications", "id": 5} in got
    assert {"t": "thread", "id": 20, "post": 21} in got
    assert bobs.got.empty()


async def test_a_slow_socket_holds_flags_and_not_a_queue(world):
    hub, socket, bobs = await open_socket(BOB)
    _, _, others = await open_socket(BOB, "another")
    hub.watch(socket, frozenset(range(100, 110)), 0)
    bobs.free.clear()
    hub.take(feed(1))
    await others.hint()
    for number in range(2, 5000):
        hub.take(feed(number))
        hub.take({"t": "post", "id": 100 + number % 20})
    assert socket.flags == {"feed": 4999}
    assert len(socket.counted) == 10
    assert len(hub.ready) + len(hub.resting) <= 2
    assert (await others.hint())["id"] == 4999, "one slow socket must not hold up the others"
    bobs.free.set()
    assert [(await bobs.hint())["id"] for _ in range(3)] == [1, 4999, 100]
    assert bobs.got.empty()


async def test_a_stuck_socket_is_given_up(world, monkeypatch, until):
    monkeypatch.setattr(hubs, "SLOW_SECONDS", 0.05)
    hub, socket, bobs = await open_socket(BOB)
    bobs.free.clear()
    hub.take(feed(1))
    await until(lambda: socket.sending_since)
    hub.drop_stuck()
    assert not bobs.aborted
    await asyncio.sleep(0.06)
    hub.drop_stuck()
    assert bobs.aborted
    assert socket not in hub.sockets
    assert not hub.members and not hub.authors


async def test_a_broken_wire_disturbs_nobody(world):
    hub, socket, _ = await open_socket(BOB)
    _, _, others = await open_socket(BOB, "another")

    async def gone(message):
        raise ConnectionResetError

    socket.send = gone
    hub.take(feed(1))
    assert (await others.hint())["id"] == 1


async def test_following_and_unfollowing_change_who_is_told(world):
    hub, _, carols = await open_socket(CAROL)
    hub.take(feed(1))
    world.follows[CAROL] = {ALICE}
    hub.take({"t": "interest", "members": [CAROL]})
    await asyncio.gather(*hub.background)
    hub.take(feed(2))
    assert await carols.hint() == {"t": "feed", "id": 2}
    world.follows[CAROL] = set()
    hub.take({"t": "interest", "members": [CAROL]})
    await asyncio.gather(*hub.background)
    assert set(hub.authors) == {CAROL}
    hub.take(feed(3))
    await asyncio.sleep(hubs.PAUSE_SECONDS * 1.5)
    assert carols.got.empty()


async def test_a_block_takes_posts_and_thread_from_the_screen(world):
    hub, socket, bobs = await open_socket(BOB)
    hub.watch(socket, frozenset({7, 8}), 20)
    world.hidden[BOB], world.secret = {ALICE}, {7, 20}
    hub.take({"t": "interest", "members": [BOB]})
    await asyncio.gather(*hub.background)
    assert (socket.posts, socket.thread) == ({8}, 0)
    assert ALICE not in hub.authors
    hub.take({"t": "post", "id": 7})
    hub.take({"t": "thread", "id": 20, "post": 30, "author": ALICE, "audience": 0, "answers": 0})
    hub.take({"t": "post", "id": 8})
    assert await bobs.hint() == {"t": "post", "id": 8, "ids": [8]}


@pytest.mark.parametrize(
    ("member", "author", "audience", "answers", "told"),
    [
        (BOB, CAROL, 0, 0, True),  # everyone
        (BOB, CAROL, CAROL, 0, False),  # bob does not follow carol
        (BOB, ALICE, ALICE, 0, True),  # bob follows alice
        (BOB, CAROL, ALICE, 0, True),  # carol answers alice's followers-only post
        (BOB, BOB, CAROL, 0, True),  # bob's own answer
        (CAROL, ALICE, ALICE, CAROL, True),  # alice answers carol
        (CAROL, ALICE, ALICE, BOB, False),
        (CAROL, BOB, ALICE, 0, False),
    ],
)
async def test_replies_for_followers_reach_those_followers_only(world, member, author, audience, answers, told):
    hub, socket, wire = await open_socket(member)
    hub.watch(socket, frozenset({1}), 20)
    event = {"t": "thread", "id": 20, "post": 21, "author": author, "audience": audience, "answers": answers}
    hub.take(event)
    hub.take({"t": "post", "id": 1})
    assert (await wire.hint())["t"] == ("thread" if told else "post")


@pytest.mark.parametrize(("member", "told"), [(BOB, True), (CAROL, False), (ALICE, True)])
async def test_what_is_for_chosen_people_reaches_them_alone(world, member, told):
    """Following the author is not enough, and neither is being of no interest to them."""
    world.follows[CAROL] = {ALICE}
    hub, _, wire = await open_socket(member)
    hub.take(feed(10) | {"audience": ALICE, "chosen": [ALICE, BOB]})
    hub.take({"t": "notifications", "newest": [[member, 5]]})
    got = [await wire.hint() for _ in range(2 if told else 1)]
    assert ({"t": "feed", "id": 10} in got) == told


async def test_following_who_answers_a_post_for_others_followers_tells_nothing(world):
    world.follows[CAROL] = {BOB}
    hub, _, carols = await open_socket(CAROL)
    hub.take(feed(5, author=BOB, audience=ALICE))
    hub.take(feed(6, author=BOB))
    assert await carols.hint() == {"t": "feed", "id": 6}


async def test_a_blocked_author_does_not_show_in_a_thread(world):
    world.hidden[BOB] = {CAROL}
    hub, socket, bobs = await open_socket(BOB)
    hub.watch(socket, frozenset({1}), 20)
    hub.take({"t": "thread", "id": 20, "post": 21, "author": CAROL, "audience": 0, "answers": 0})
    hub.take({"t": "post", "id": 1})
    assert (await bobs.hint())["t"] == "post"


async def test_leaving_leaves_nothing_behind(world):
    hub, socket, _ = await open_socket(BOB)
    hub.watch(socket, frozenset({7}), 20)
    hub.remove(socket)
    hub.remove(socket)
    assert not any((hub.sockets, hub.authors, hub.members, hub.posts, hub.threads, hub.resting))
    assert hub.teller is None
    assert Hub.here() is not hub


async def test_the_eleventh_socket_of_a_member_replaces_the_first(world):
    wires = [await open_socket(BOB, str(number)) for number in range(hubs.SOCKETS_PER_MEMBER + 1)]
    hub = wires[0][0]
    _, message = await asyncio.wait_for(wires[0][2].got.get(), 5)
    assert message == {"type": "websocket.close", "code": Code.REPLACED}
    assert len(hub.members[BOB]) == hubs.SOCKETS_PER_MEMBER


async def test_a_session_or_a_member_that_ended_is_closed(world):
    hub, _, first = await open_socket(BOB, "one")
    _, _, second = await open_socket(BOB, "two")
    _, _, third = await open_socket(CAROL, "three")
    hub.take({"t": "ended", "session": session_mark("one")})
    assert (await first.got.get())[1]["code"] == Code.ENDED
    assert second.got.empty()
    hub.take({"t": "ended", "member": CAROL})
    assert (await third.got.get())[1]["code"] == Code.ENDED
    assert set(hub.members) == {BOB}


@pytest.mark.parametrize("event", [{}, {"t": "feed"}, {"t": "notifications", "newest": 5}, {"t": "ended"}, [], None])
async def test_a_malformed_event_is_passed_over(world, event):
    hub, _, bobs = await open_socket(BOB)
    hub.take(event)
    hub.take(feed(3))
    assert (await bobs.hint())["id"] == 3


async def test_the_memory_of_ids_is_bounded(world):
    hub, _, _ = await open_socket(BOB)
    for number in range(10_000):
        hub.upkeep.is_new("feed", number)
    assert len(hub.upkeep.known["feed"]) == 2_000
    assert not hub.upkeep.is_new("feed", 9_999)


def test_codes_are_those_that_a_server_may_send():
    assert all(4000 <= code < 5000 for code in Code)
