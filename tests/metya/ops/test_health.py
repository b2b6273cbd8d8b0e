"""GET /healthz as a monitor sees it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client
from django.utils import timezone

from metya.ops import health
from metya.ops.models import PeriodicRun
from tests.ports import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts(monkeypatch):
    """Only the parts of the site itself, with a live worker."""
    monkeypatch.setattr(health, "_parts", {"database": health._database, "jobs": health._jobs})
    health.beat()
    return health._parts


def test_all_up(client: Client, parts):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "jobs": "ok"}
    assert "no-store" in answer["Cache-Control"]


def test_a_dead_worker_is_named(client: Client, parts):
    PeriodicRun.objects.filter(name=health.HEARTBEAT).update(last_at=timezone.now() - timedelta(minutes=5))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["down"] == ["jobs"]
    assert client.get("/healthz?only=database").status_code == 200


def test_a_registered_part_counts_and_its_detail_stays_inside(client: Client, parts):
    parts["chain"] = lambda: health.Part("down", "http://user:password@rpc.internal refused")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "ok", "jobs": "ok", "chain": "down", "down": ["chain"]}
    assert "internal" not in answer.content.decode()


def test_off_is_not_down(client: Client, parts):
    parts["chain"] = lambda: health.Part("off")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, DatabaseError])
def test_a_lost_database_is_named_to_everybody(parts, alice, as_member, monkeypatch, error):
    """Also to a browser with a session, which could not be looked up; and nobody waits for it twice."""
    asked = []

    def gone(*args, **kwargs):
        asked.append(1)
        raise error("gone")

    parts["ledger"] = lambda: PeriodicRun.objects.get() and health.Part("ok")
    browsers = [Client(), as_member(alice)]
    with monkeypatch.context() as lost:
        lost.setattr(connection, "cursor", gone)
        answers = [browser.get("/healthz") for browser in browsers]
    for answer in answers:
        assert answer.status_code == 503
        expected = {"database": "down", "jobs": "unknown", "ledger": "unknown", "down": ["database"]}
        assert answer.json() == {"status": "down", **expected}
    assert len(asked) == len(browsers)


def test_a_part_that_the_database_refuses_is_down_and_the_others_are_asked(client: Client, parts):
    def refuses():
        raise OperationalError("no such table")

    parts["ledger"], parts["chain"] = refuses, lambda: health.Part("ok")
    body = client.get("/healthz").json()
    assert (body["ledger"], body["chain"], body["down"]) == ("down", "ok", ["ledger"])


def test_a_part_that_is_not_here_is_said_so(client: Client, parts):
    """Not 200: a monitor with a typing mistake must not hear that all is well."""
    answer = client.get("/healthz?only=database,databse")
    assert answer.status_code == 400
    assert answer.json() == {"code": "unknown-part", "message": "There is no part databse; parts: database, jobs."}


def test_redis_is_a_part_where_it_is_set(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert health._redis().state == "down"


def test_monitors_may_knock_by_address(client: Client, parts):
    assert client.get("/healthz", headers={"host": "10.1.2.3"}).status_code == 200


def test_wrong_verb(client: Client, parts):
    assert client.post("/healthz").status_code == 405


def test_beat_is_idempotent():
    health.beat()
    health.beat()
    assert PeriodicRun.objects.filter(name=health.HEARTBEAT).count() == 1
