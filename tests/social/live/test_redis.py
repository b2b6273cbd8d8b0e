"""Hints between processes, over Redis."""

import asyncio
import json
import os
import sys

import pytest
from channels.layers import get_channel_layer

from social.live import carrier, reads, upkeep
from social.live.hub import Hub
from social.live.reads import Interest
from social.live.sockets import Socket
from tests.social.live.test_hub import Wire, at_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="needs REDIS_URL"),
]


@pytest.fixture(autouse=True)
def _no_database(monkeypatch):
    monkeypatch.setattr("social.live.hub.in_thread", at_once)
    monkeypatch.setattr(upkeep, "in_thread", at_once)
    monkeypatch.setattr(reads, "interest_of", lambda member: Interest(member, frozenset({1, member}), frozenset()))
    monkeypatch.setattr(reads, "may_watch", lambda member, ids: ids)
    monkeypatch.setattr(reads, "newest_ids", lambda: (0, 0))
    monkeypatch.setattr(reads, "posts_after", lambda last: [])
    monkeypatch.setattr(reads, "notifications_after", lambda last: [])


@pytest.fixture
async def follower(until):
    """The wire of a follower of member 1 in this process."""
    wire, hub = Wire(), Hub.here()
    socket = Socket(2, "s", wire.send, wire.abort)
    await hub.open(socket)
    hub.accepted(socket)
    await until(lambda: hub.upkeep.listening)
    yield wire
    tasks = list(hub.upkeep.tasks)
    hub.remove(socket)
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def other_process():
    """Another process with a follower of its own."""
    script = os.path.join(os.path.dirname(__file__), "other_process.py")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.getcwd()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=env
    )
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"
    yield process
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 15)


def feed(number):
    return {"t": "feed", "id": number, "author": 1, "audience": 1, "answers": 0}


async def test_a_hint_reaches_the_sockets_of_both_processes(follower, other_process):
    carrier.send(feed(7))
    assert await follower.hint() == {"t": "feed", "id": 7}
    assert json.loads(await asyncio.wait_for(other_process.stdout.readline(), 5)) == {"t": "feed", "id": 7}


async def test_what_another_process_publishes_is_heard_here(follower, other_process):
    other_process.stdin.write(json.dumps(feed(8)).encode() + b"\n")
    assert await follower.hint() == {"t": "feed", "id": 8}
    assert json.loads(await asyncio.wait_for(other_process.stdout.readline(), 5)) == {"t": "feed", "id": 8}


async def test_one_subscription_whatever_the_number_of_sockets(follower):
    hub = Hub.here()
    more = [Socket(number, "s", Wire().send) for number in range(10, 40)]
    for socket in more:
        await hub.open(socket)
    layer = get_channel_layer()
    members = await layer.connection(0).zrange(f"{layer.prefix}:group:{carrier.GROUP}", 0, -1)
    assert len([name for name in members if name.decode() == hub.upkeep.channel]) == 1
    assert len(members) == 1
    for socket in more:
        hub.remove(socket)


async def test_a_lost_membership_is_renewed(follower):
    layer, own = get_channel_layer(), Hub.here().upkeep
    await layer.group_discard(carrier.GROUP, own.channel)
    await own.rejoin()
    carrier.send(feed(9))
    assert (await follower.hint())["id"] == 9


async def test_without_redis_publishing_neither_fails_nor_waits(monkeypatch, caplog):
    class Away:
        async def group_send(self, group, message):
            raise ConnectionRefusedError("no Redis")

    monkeypatch.setattr(carrier, "get_channel_layer", Away)
    carrier.send(feed(10))
    await asyncio.to_thread(carrier.drain)
    assert "a live hint was not sent (ConnectionRefusedError" in caplog.text


async def test_listening_goes_on_after_redis_was_away(follower, monkeypatch, until):
    monkeypatch.setattr(upkeep, "RETRY_SECONDS", 0.05)
    layer, own = get_channel_layer(), Hub.here().upkeep
    real, failed = layer.receive, []

    async def fail_once(channel):
        if not failed:
            failed.append(channel)
            raise ConnectionResetError("Redis went away")
        return await real(channel)

    monkeypatch.setattr(layer, "receive", fail_once)
    carrier.send(feed(11))
    assert (await follower.hint())["id"] == 11
    carrier.send(feed(12))
    assert (await follower.hint())["id"] == 12
    assert failed and own.listening
