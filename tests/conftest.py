"""The cast: alice writes, bob follows her, carol is a stranger, mona moderates, fay and finn review payouts, cole manages."""

import gc
import os
import time
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.backends.sqlite3.base import DatabaseOperations
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from metya.wallets.models import Member
from metya.web import ratelimit
from tests import database, make

# A busy machine is not a finding: no test of this house judges by the clock.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")

# What is the same with any database, live layer and chain: pure calculations, the language of pages, the rules of the house,
# who may open what, the embedded set-up, and in a browser all but what is live, searched or paid. `make test` runs it;
# `make services-test`, which follows, need not do so again (unless it is asked for: ALL=1).
SAME_EVERYWHERE = (
    *("rewards/engine/", "language/", "test_structure.py", "test_design.py", "browser/"),
    *(
        "metya/wallets/test_role_matrix.py",
        "metya/ops/test_supervisor.py",
        "metya/ops/test_garbage.py",
        "metya/web/test_style.py",
        "metya/members/test_suspended.py",
        "social/looks/test_views.py",
        "social/messages/test_wall.py",
        "social/posts/test_images.py",
        "social/posts/test_render.py",
        "social/previews/test_pages.py",
        "social/outgoing/",
    ),
    *(
        f"social/ranking/test_{name}.py"
        for name in (
            *("cards", "ease", "evaluate_ranking", "evaluation", "features", "learning"),
            *("payment", "record", "scoring", "valuation"),
        )
    ),
    *(f"social/assistant/test_{name}.py" for name in ("endpoint", "likeness", "strength")),
)
AGAIN = tuple(
    f"browser/test_{name}.py"
    for name in ("claim", "live", "messages", "notifications", "search", "social", "walks", "whole_loop")
)


# Thousands of tests are loaded and stay: looking at them again and again was a third of a run.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """A run of several processes has a name that the first of them knows as well."""
    if config.getoption("testrunuid", None) is None and not hasattr(config, "workerinput"):
        config.option.testrunuid = uuid4().hex


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        database.forget(config.option.testrunuid)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Before the test database is made."""
    database.prepare()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # A real browser on a busy machine may miss its moment. A fault of the product fails twice; the summary tells each repeat.
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=1))
    if not os.environ.get("ONCE_IS_ENOUGH"):
        return
    here = Path(__file__).parent
    paths = {item: str(item.path.relative_to(here)) for item in items}
    once = {item for item, path in paths.items() if path.startswith(SAME_EVERYWHERE) and not path.startswith(AGAIN)}
    config.hook.pytest_deselected(items=list(once))
    items[:] = [item for item in items if item not in once]


# Kept by triggers alone, which are lifted while the other tables are emptied.
INDEX = ("social_postwords", "social_personwords")
_flush = DatabaseOperations.execute_sql_flush


def _flush_with_triggers(self, statements):
    """Emptying the tables after a test on SQLite is a DELETE, which the ledger's trigger refuses: lift it meanwhile."""
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
    try:
        _flush(self, [*statements, *(f"DELETE FROM {name}" for name in INDEX)])
    finally:
        with self.connection.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)


DatabaseOperations.execute_sql_flush = _flush_with_triggers

_truncate = PostgresOperations.sql_flush


def _delete(self, style, tables, *, reset_sequences=False, allow_cascade=False):
    """TRUNCATE makes new files for every table and index; nearly empty ones are emptied faster row by row. That needs a
    superuser, since the ledger refuses it."""
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        superuser = cursor.fetchone()[0] == "on"
    if reset_sequences or not superuser:
        return _truncate(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
    deletes = [f"DELETE FROM {self.quote_name(table)}" for table in (*tables, *INDEX)]
    return ["; ".join(("SET LOCAL session_replication_role = replica", *deletes))]


PostgresOperations.sql_flush = _delete


@pytest.fixture(autouse=True)
def _fresh():
    """Nothing kept, and no language left over from the last request of another test."""
    cache.clear()
    translation.deactivate()


@pytest.fixture
def _still_windows(monkeypatch):
    """The windows of rate limits do not move on while a busy machine sends a flood."""
    moment = time.time() // 3600 * 3600 + 1
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=lambda: moment))


@pytest.fixture
def alice(db) -> Member:
    return make.member("alice")


@pytest.fixture
def bob(db, alice: Member) -> Member:
    person = make.member("bob")
    make.follow(person, alice)
    return person


@pytest.fixture
def carol(db) -> Member:
    return make.member("carol")


@pytest.fixture
def mona(db) -> Member:
    return make.member("mona", roles=("moderator",))


@pytest.fixture
def fay(db) -> Member:
    return make.member("fay", roles=("reviewer",))


@pytest.fixture
def finn(db) -> Member:
    return make.member("finn", roles=("reviewer",))


@pytest.fixture
def cole(db) -> Member:
    return make.member("cole", roles=("manager",))


@pytest.fixture
def as_member():
    """A function that gives a client signed in as a member."""

    def sign_in(person: Member, **kwargs) -> Client:
        client = Client(**kwargs)
        client.force_login(person)
        return client

    return sign_in
