"""kill -9 of the web server, the job worker, the epoch's close and PostgreSQL at random moments, under load.

Afterwards debits equal credits, every acknowledged write is there exactly once, and the epochs close to the roots that an
undisturbed computation gives.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.cluster import Cluster
from tests.metya.test_env import ROOT
from tests.ports import free_port

pytestmark = pytest.mark.services
ROUNDS = 14
on_services = pytest.mark.skipif(settings.ON_SQLITE, reason="runs in make services-test, where PostgreSQL is")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


class Writer(threading.Thread):
    """Posts as a member would who presses the button again until it worked; remembers what the site acknowledged."""

    def __init__(self, base: str, session: str, name: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.base, self.session, self.label, self.stopping = base, session, name, stop
        self.acknowledged: list[str] = []
        self.refused: list[str] = []
        self.opener = urllib.request.build_opener(NoRedirect)

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            text = f"{self.label} writes number {number}"
            while not self.stopping.is_set() and not self.send(text, f"{self.label}-{number}"):
                time.sleep(0.1)
            number += 1

    def send(self, text: str, key: str) -> bool:
        token = "a" * 32
        body = urllib.parse.urlencode(
            {"text": text, "visibility": "public", "client_key": key, "csrfmiddlewaretoken": token}
        )
        cookie = f"session={self.session}; csrftoken={token}"
        request = urllib.request.Request(
            f"{self.base}/posts/", data=body.encode(), headers={"Cookie": cookie, "Referer": self.base}
        )
        try:
            self.opener.open(request, timeout=5)
        except urllib.error.HTTPError as answer:
            if answer.code == 302 and "/posts/" in answer.headers.get("Location", ""):
                self.acknowledged.append(text)
                return True
            if answer.code < 500 and answer.code != 429:
                self.refused.append(f"{answer.code} {answer.headers.get('Location', '')}")
        except OSError:
            pass
        return False


class Site:
    """The processes, each of which may be killed and is then started again."""

    def __init__(self, cluster: Cluster, home: Path) -> None:
        self.cluster, self.home, self.port = cluster, home, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.env = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "DATABASE_URL": cluster.url, "DATABASE_POOL": "4", "DATA_DIR": str(home), "SITE_URL": self.base,
            "SECRET_KEY": "k" * 60, "DJANGO_SETTINGS_MODULE": "metya.settings", "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.generation = 0

    def command(self, name: str) -> list[str]:
        self.generation += 1
        web = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "-v", "0", "metya.asgi:application"]
        return {
            "web": [sys.executable, *web],
            "worker": [sys.executable, "manage.py", "run_worker"],
            "hammer": [
                sys.executable,
                "-m",
                "tests.kill_roles",
                "hammer",
                str(self.home / "hammer.log"),
                str(self.generation),
            ],
            "close": [sys.executable, "manage.py", "close_epoch"],
        }[name]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.cluster.url) as database:
            return database.execute(query).fetchall()

    def start(self, name: str) -> None:
        null = subprocess.DEVNULL
        self.running[name] = subprocess.Popen(self.command(name), cwd=ROOT, env=self.env, stdout=null, stderr=null)

    def kill(self, name: str) -> None:
        process = self.running[name]
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.base}/healthz?only=database", timeout=2)
                return
            time.sleep(0.2)
        raise AssertionError("the site did not come up")


@pytest.fixture
def site(tmp_path: Path):
    cluster = Cluster()
    cluster.start()
    made = Site(cluster, tmp_path)
    made.env["GENESIS_DATE"] = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 4 * 86_400))
    try:
        yield made
    finally:
        for name in made.running:
            made.kill(name)
        cluster.remove()


@on_services
def test_nothing_acknowledged_is_lost_and_nothing_is_booked_twice(site: Site):
    assert (done := site.run("manage.py", "migrate", "-v", "0")).returncode == 0, done.stderr
    sessions = site.home / "sessions.json"
    assert (done := site.run("-m", "tests.kill_roles", "prepare", str(sessions))).returncode == 0, done.stderr
    for name in ("web", "worker", "hammer", "close"):
        site.start(name)
    site.wait()
    stop = threading.Event()
    writers = [Writer(site.base, key, f"w{n}", stop) for n, key in enumerate(json.loads(sessions.read_text()))]
    for writer in writers:
        writer.start()
    dice = random.Random(os.environ.get("KILL_SEED", "1"))
    for _ in range(ROUNDS):
        time.sleep(dice.uniform(0.2, 1.6))
        victim = dice.choice(["web", "worker", "hammer", "close", "close", "cluster"])
        if victim == "cluster":
            site.cluster.kill()
            site.cluster.start()
        else:
            site.kill(victim)
            site.start(victim)
    site.wait()
    time.sleep(3)
    stop.set()
    for writer in writers:
        writer.join(timeout=30)
        assert not writer.refused, writer.refused[:3]
        assert len(writer.acknowledged) > 5, "the test wrote next to nothing"
    for name in ("hammer", "close", "worker"):
        site.kill(name)
    check_posts(site, writers)
    check_ledger(site)
    check_epochs(site)


def check_posts(site: Site, writers: list[Writer]) -> None:
    """Each acknowledged post is there once."""
    with psycopg.connect(site.cluster.url) as database:
        rows = database.execute(
            "SELECT text, count(*) FROM social_post WHERE text LIKE '%writes number%' GROUP BY text"
        ).fetchall()
    found = dict(rows)
    for writer in writers:
        assert [text for text in writer.acknowledged if found.get(text) != 1] == []
    assert set(found.values()) == {1}, "a post was made twice"


def check_ledger(site: Site) -> None:
    """Balances add up to nothing, equal their rows, and each acknowledged transfer is there."""
    logged = (site.home / "hammer.log").read_text().split("\n")[:-1]
    assert len(logged) > 50
    made = {key for (key,) in site.rows("SELECT key FROM rewards_transfer")}
    [(total,)] = site.rows("SELECT sum(balance) FROM rewards_account")
    assert [key for key in logged if key not in made] == []
    assert total == 0
    done = site.run("manage.py", "check_ledger")
    assert done.returncode == 0, done.stdout + done.stderr


def check_epochs(site: Site) -> None:
    """One more run finishes what was interrupted; the public files agree with a computation of their own."""
    done = site.run("manage.py", "close_epoch")
    assert done.returncode == 0, done.stdout + done.stderr
    with psycopg.connect(site.cluster.url) as database:
        epochs = database.execute(
            "SELECT number, result_root FROM rewards_epoch WHERE result_root <> '' ORDER BY number"
        ).fetchall()
        doubles = database.execute(
            "SELECT epoch_id, count(*) FROM rewards_batch GROUP BY epoch_id HAVING count(*) > 1"
        ).fetchall()
    assert [number for number, _ in epochs] == [0, 1, 2, 3]
    assert doubles == []
    for number, root in epochs:
        folder = site.home / "epochs" / str(number)
        done = site.run("-m", "rewards.engine", "verify", str(folder))
        assert done.returncode == 0, done.stdout
        assert json.loads((folder / "result.json").read_text())["result_root"] == root
