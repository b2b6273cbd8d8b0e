"""Settings of the test run: SQLite and in-memory by default; DATABASE_URL and REDIS_URL switch to the services."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("DEBUG", "0")
os.environ.setdefault("SECRET_KEY", "a-key-for-the-tests-only-0123456789-abcdefghijklmnop")
os.environ.setdefault("SITE_URL", "http://testserver")
# A folder for each process: those of a parallel run must not meet in each other's files.
_scratch = tempfile.mkdtemp(prefix="metya-tests-")
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
os.environ["DATA_DIR"] = _scratch
os.environ.setdefault("GENESIS_DATE", "2026-01-01")
os.environ.setdefault("LOG_LEVEL", "WARNING")
# Processes of a parallel run must not share counters, sessions or live hints.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
if os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{8 + int(_worker) % 8}"

from metya.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if ON_SQLITE:  # noqa: F405
    # A file, not shared memory: threads then meet the same locks as in real life.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # noqa: F405
else:
    # A pool keeps connections to the test database open while it is being dropped.
    del DATABASES["default"]["OPTIONS"]["pool"]  # noqa: F405
    # No test pulls the plug of the database's machine: what is committed need not be on its disk.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"  # noqa: F405
