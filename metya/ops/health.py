"""What is up and what is down."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

import redis
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from metya.ops.models import PeriodicRun

HEARTBEAT = "worker heartbeat"
STALE = timedelta(seconds=60)


@dataclass(frozen=True)
class Part:
    """``state`` is "ok", "off" (not configured), "down" or "unknown" (not asked); ``detail`` is for the log alone."""

    state: str
    detail: str = ""


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Part("ok")


def _jobs() -> Part:
    """Up when a worker wrote its heartbeat within the last minute."""
    beat = PeriodicRun.objects.filter(name=HEARTBEAT).values_list("last_at", flat=True).first()
    if beat is None or timezone.now() - beat > STALE:
        return Part("down", f"no worker since {beat}")
    return Part("ok")


def _redis() -> Part:
    """Down when rate limits are counted by each process alone; live hints then wait for the slow poll."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except redis.RedisError as error:
        return Part("down", str(error))
    return Part("ok")


_parts: dict[str, Callable[[], Part]] = {"database": _database, "jobs": _jobs}
if settings.REDIS_URL:
    _parts["redis"] = _redis


def register(name: str, check: Callable[[], Part]) -> None:
    """Let another part of the site (the chain) report here."""
    _parts[name] = check


def names() -> set[str]:
    """The parts that can be asked for."""
    return set(_parts)


def beat() -> None:
    """Note that a worker is alive."""
    now = timezone.now()
    far = now + timedelta(days=36_500)
    PeriodicRun.objects.update_or_create(
        name=HEARTBEAT, defaults={"last_at": now}, create_defaults={"last_at": now, "next_at": far}
    )


def report(only: Iterable[str] = ()) -> dict[str, Part]:
    """The state of every part, or of those named in ``only``; without the database the others are not asked."""
    wanted = set(only)
    found: dict[str, Part] = {}
    for name, check in _parts.items():
        if wanted and name not in wanted:
            continue
        if "database" in found and found["database"].state == "down":
            found[name] = Part("unknown", "the database is down")
            continue
        try:
            found[name] = check()
        except Error as error:
            found[name] = Part("down", str(error))
    return found
