"""The tables of the tests are migrated once for all processes of a run, then copied: that costs as much as hundreds of tests.

On SQLite the migrated file stays in the machine's folder for scratch files under a name that tells of every migration, and the
next run copies it as well. On PostgreSQL it is a database of this run alone, dropped at its end.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection

_DAYS = 7 * 24 * 3600
_PLACE = Path(tempfile.gettempdir())


def prepare() -> None:
    """Have the test database of this process made as a copy of a migrated one."""
    creation = connection.creation
    if settings.ON_SQLITE:
        made = tables()
        original = creation._create_test_db

        def copied(*args, **kwargs):
            name = original(*args, **kwargs)
            shutil.copy(made, name)
            return name

        creation._create_test_db = copied
    elif run := os.environ.get("PYTEST_XDIST_TESTRUNUID"):
        connection.settings_dict["TEST"]["TEMPLATE"] = _database(run)


def forget(run: str) -> None:
    """Drop what PostgreSQL kept for a run."""
    if not settings.ON_SQLITE:
        with _server() as cursor:
            for name in (_name(run), f"{_name(run)}_draft"):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        _lock(_name(run)).unlink(missing_ok=True)


def tables() -> Path:
    """The file of SQLite with every table, made by the first who asks."""
    made = _PLACE / f"metya-tables-{_migrations()}.sqlite3"
    with _alone(made.stem):
        if not made.exists():
            _clear()
            draft = made.with_suffix(f".{os.getpid()}")
            _migrate(f"sqlite:///{draft}")
            # Of one file alone: what stands in the log beside it would not be copied.
            draft.replace(made)
        os.utime(made)
    return made


def _database(run: str) -> str:
    """The database of PostgreSQL with every table."""
    name = _name(run)
    with _alone(name), _server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            draft = f"{name}_draft"
            cursor.execute(f'DROP DATABASE IF EXISTS "{draft}"')
            cursor.execute(f'CREATE DATABASE "{draft}"')
            _migrate(f"{_address()}/{draft}")
            cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def _name(run: str) -> str:
    return f"metya_tables_{run[:16]}"


@contextmanager
def _server() -> Iterator[psycopg.Cursor]:
    """Not the database of the tests, which may not be there."""
    with psycopg.connect(f"{_address()}/postgres", autocommit=True) as link, link.cursor() as cursor:
        yield cursor


def _address() -> str:
    return os.environ["DATABASE_URL"].rsplit("/", 1)[0]


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """The first process makes it, the others wait for it."""
    with _lock(name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lock(name: str) -> Path:
    return _PLACE / f"{name}.lock"


def _migrate(url: str) -> None:
    """In a process of its own, which ends with every connection closed, as PostgreSQL wants of what is copied."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")} | {"DATABASE_URL": url}
    command = [sys.executable, "-m", "django", "migrate", "--no-input", "-v0", "--settings", "tests.settings"]
    subprocess.run(command, env=env, check=True, cwd=Path(__file__).parent.parent)


def _migrations() -> str:
    """The same as long as every migration of every app is."""
    found = hashlib.sha256(django.__version__.encode())
    for app in sorted(apps.get_app_configs(), key=lambda one: one.name):
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            found.update(f"{app.name}/{file.name}\n".encode() + file.read_bytes())
    return found.hexdigest()[:16]


def _clear() -> None:
    """What no run has asked for in a week."""
    for file in _PLACE.glob("metya-tables-*"):
        if file.stat().st_mtime < time.time() - _DAYS:
            file.unlink(missing_ok=True)
