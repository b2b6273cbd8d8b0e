"""Redis may go away: what it counts is then counted by each process alone."""

import pytest

from metya.web import ratelimit
from metya.web.cache import CountingCache
from metya.web.errors import TooMany
from tests.ports import free_port


@pytest.fixture
def away():
    """A cache whose Redis is not there."""
    return CountingCache(f"redis://127.0.0.1:{free_port()}/0", {"OPTIONS": {"socket_connect_timeout": 1}})


def test_everything_that_is_asked_of_it_still_works(away):
    assert away.get("a", 7) == 7
    assert away.add("a", 0, timeout=60) and not away.add("a", 5)
    assert (away.incr("a"), away.get("a")) == (1, 1)
    away.set("b", [1.5], 60)
    assert away.get("b") == [1.5] and away.delete("b") and away.get("b") is None
    with pytest.raises(ValueError):
        away.incr("never-seen")


def test_floods_are_still_stopped(away, monkeypatch):
    monkeypatch.setattr(ratelimit, "cache", away)
    for _ in range(2):
        ratelimit.limit("test", "a", most=2, seconds=3600)
    with pytest.raises(TooMany):
        ratelimit.limit("test", "a", most=2, seconds=3600)


def test_once_redis_is_back_it_counts_again(away, monkeypatch):
    class Back:
        def get(self, key, default):
            return "of Redis"

    away.set("a", "own")
    assert away.get("a") == "own"
    monkeypatch.setattr(away, "_cache", Back(), raising=False)
    assert away.get("a") == "of Redis"


def test_other_errors_are_not_hidden(away, monkeypatch):
    class Broken:
        def get(self, key, default):
            raise TypeError

    monkeypatch.setattr(away, "_cache", Broken(), raising=False)
    with pytest.raises(TypeError):
        away.get("a")
