"""What the hub counts: in memory, by the minute, written whole and beside other processes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.schedule import PERIODIC
from social.live import hub as hubs
from social.live import jobs, meter
from social.live.hub import Hub
from social.live.meter import Meter, rounded
from social.live.models import LiveMinute
from social.live.sockets import Socket
from social.live.upkeep import Upkeep

MOMENT = 1_700_000_040.0  # a whole minute


@pytest.fixture
def clock(monkeypatch):
    """Time that a test moves."""
    now = [MOMENT]
    monkeypatch.setattr(meter.time, "time", lambda: now[0])
    return now


@pytest.mark.parametrize(
    "ms, told",
    [(0, 10), (0.1, 10), (10, 10), (10.1, 20), (200, 200), (201, 250), (1999, 2000), (2000.5, 2500), (9e9, 60_000)],
)
def test_milliseconds_are_rounded_up(ms, told):
    assert rounded(ms) == told


def test_each_minute_is_counted_by_itself(clock):
    one = Meter()
    one.opened(3)
    one.sampled(2)
    one.sampled(4)
    one.delivered(2, 0.004)
    one.delivered(1, 2.1)
    one.dropped()
    clock[0] += 60
    one.sampled(1)
    first, second = (one.minutes[key] for key in sorted(one.minutes))
    assert (first.peak, first.held, first.samples, first.delivered, first.slow, first.dropped) == (4, 6, 2, 3, 1, 1)
    assert dict(first.delays) == {10: 1, 2500: 1} and (second.peak, second.samples) == (1, 1)


@pytest.mark.django_db
def test_writing_again_changes_nothing_and_processes_write_beside_each_other(clock):
    one, other = Meter(), Meter()
    for process in (one, other):
        process.sampled(5)
        process.delivered(1, 0.02)
    with CaptureQueriesContext(connection) as asked:
        assert one.write() == 1
    assert len([each for each in asked.captured_queries if each["sql"].startswith("INSERT")]) == 1
    one.write()
    other.write()
    assert LiveMinute.objects.count() == 2 and set(LiveMinute.objects.values_list("delivered", flat=True)) == {1}
    one.delivered(3, 0.02)
    one.write()
    row = LiveMinute.objects.get(process=one.process)
    assert (row.delivered, row.delays) == (4, {"20": 2}) and row.minute == datetime.fromtimestamp(MOMENT, UTC)
    clock[0] += 60
    one.write()
    one.delivered(1, 0.02)  # between the minute's end and the next look at the clock
    one.write()
    assert LiveMinute.objects.get(process=one.process).delivered == 5
    clock[0] += 60
    one.write()
    assert not one.minutes  # what is over and written is let go
    one.sampled(1)
    one.write()
    assert LiveMinute.objects.filter(process=one.process).count() == 2


@pytest.mark.django_db
def test_a_database_that_is_away_loses_nothing(clock, monkeypatch):
    one = Meter()
    one.opened(1)
    one.delivered(7, 0.01)
    clock[0] += 120
    monkeypatch.setattr(LiveMinute.objects, "bulk_create", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        one.write()
    monkeypatch.undo()
    one.write()
    assert LiveMinute.objects.get().delivered == 7


@pytest.mark.django_db
def test_old_minutes_are_forgotten():
    assert "minutes of the hubs" in {one.name for one in PERIODIC}
    now = timezone.now().replace(second=0, microsecond=0)
    for days in (1, 41):
        LiveMinute.objects.create(process="p", minute=now - timedelta(days=days))
    jobs.forget_minutes.func()
    assert LiveMinute.objects.get().minute == now - timedelta(days=1)


def test_a_hub_counts_what_its_sockets_took(monkeypatch):
    """Without a database: a delivery asks for none."""
    mine = Meter()
    monkeypatch.setattr(hubs, "meter", mine)
    monkeypatch.setattr(Upkeep, "start", lambda self: None)
    got = []

    async def taken(message):
        got.append(message)

    async def gone(message):
        raise OSError

    async def run():
        hub = Hub.here()
        good, bad = Socket(1, "a", taken), Socket(2, "b", gone)
        for socket in (good, bad):
            hub._add(socket)
            hub.accepted(socket)
            hub.hint(socket, "feed", 5)
            hub.hint(socket, "notifications", 6)
        while len(got) < 2 or hub.background:
            await asyncio.sleep(0.01)
        stuck = Socket(3, "c", taken)
        hub._add(stuck)
        stuck.sending_since = hub.loop.time() - hubs.SLOW_SECONDS - 1
        hub.drop_stuck()
        for socket in (good, bad):
            hub.remove(socket)

    asyncio.run(run())
    total = [sum(getattr(one, name) for one in mine.minutes.values()) for name in ("delivered", "dropped", "slow")]
    assert total == [2, 1, 0] and max(one.peak for one in mine.minutes.values()) == 3
    assert sum(sum(one.delays.values()) for one in mine.minutes.values()) == 1
