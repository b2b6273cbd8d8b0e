"""Pages and posts through the production server: CPU by the kernel's account, not the clock of a busy machine.

A community of 1,000 members, 50,000 posts and 50 follows each on PostgreSQL, served by one granian worker as the README
tells; 8 connections that stay open ask for pages of different members, as wrk would. The client's own time is not in it.
    python -m tests.bench.page_speed fill     the process that fills the database and prints one session a line
"""

import http.client
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from time import monotonic, sleep
from urllib.parse import urlencode

import psycopg

from tests.bench.measure import Row, row
from tests.bench.place import ROOT, cpu_of, family, has_postgres, postgres, step
from tests.ports import free_port

VIEWERS, CONNECTIONS, WARM, TIMES = 100, 8, 100, 400
PAGE_MS, RANKED_MS, POST_MS = 10, 20, 8

Ask = tuple[str, str, dict[str, str], str]  # method, path, headers, body
Asks = Callable[[int], list[Ask]]


def run() -> list[Row]:
    """Home plain and compressed, a profile, explore, and a post sent as a plain form."""
    if not has_postgres():
        return [row("home page of 20 posts: CPU", float("nan"), "ms", note="not measured: no PostgreSQL at hand")]
    port = free_port()
    with postgres(SITE_URL=f"http://127.0.0.1:{port}") as env:
        members = [line.split() for line in step(env, "tests.bench.page_speed", "fill").splitlines()]
        step(env, "django", "collectstatic", "--no-input", "-v0")
        with _served(env, port) as server:
            return _rows(port, server, env["DATABASE_URL"], members)


@contextmanager
def _served(env: dict[str, str], port: int) -> Iterator[int]:
    """The pid of a granian that answers."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "metya.wsgi:application"]
    options = ["--port", str(port), "--workers", "1", "--log-level", "error"]
    child = subprocess.Popen([*command, *options], cwd=ROOT, env=env)
    try:
        deadline = monotonic() + 60
        while not _healthy(port):
            if child.poll() is not None or monotonic() > deadline:
                raise RuntimeError("granian did not come up")
            sleep(0.2)
        yield child.pid
    finally:
        child.terminate()
        child.wait(timeout=20)


def _healthy(port: int) -> bool:
    """Whether the site answers; nothing works off jobs here, which does not matter."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz?only=database")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _rows(port: int, server: int, database: str, members: list[list[str]]) -> list[Row]:
    def get(path: str, **extra: str) -> Asks:
        def asks(count: int) -> list[Ask]:
            of = islice(cycle(members), count)
            return [("GET", path.format(handle=handle), {"Cookie": f"session={key}"} | extra, "") for handle, key in of]

        return asks

    def posts(count: int) -> list[Ask]:
        return [_post(key) for _handle, key in islice(cycle(members), count)]

    def measured(name: str, asks: Asks, status: int = 200, most: float | None = None, peer: str = "") -> Row:
        ours, theirs, size = _measure(port, server, database, asks, status)
        note = f"and {theirs:.1f} ms in PostgreSQL; {size / 1000:.0f} KB{peer}"
        return row(name, ours, "ms", most=most, note=note)

    home = "home page of 20 posts: CPU"
    return [
        measured(home, get("/"), most=PAGE_MS, peer="; Takahē 89 ms"),
        measured(f"{home}, compressed", get("/", **{"Accept-Encoding": "gzip"}), most=PAGE_MS),
        measured("“For you” of 20 ranked posts: CPU", get("/?feed=for-you"), most=RANKED_MS, peer="; 50,000 posts"),
        measured("profile page: CPU", get("/@{handle}/"), peer="; Takahē 93–134 ms"),
        measured("explore: CPU", get("/explore/")),
        measured("writing a post: CPU", posts, 302, POST_MS, peer="; Takahē 26 ms"),
    ]


def _post(session: str) -> Ask:
    token = secrets.token_hex(16)
    text = f"Measured {token}: the early ferry left on time again, see https://example.org/{token[:6]} #ferry"
    headers = {
        "Cookie": f"session={session}; csrftoken={token}",
        "X-CSRFToken": token,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return "POST", "/posts/", headers, urlencode({"text": text, "visibility": "public", "client_key": token})


def _measure(port: int, server: int, database: str, asks: Asks, status: int) -> tuple[float, float, float]:
    """(milliseconds of the server, of PostgreSQL, bytes) for each of TIMES requests, after some to warm up."""
    _ask(port, asks(WARM), status)
    before = cpu_of(family(server)), cpu_of(_backends(database))
    size = _ask(port, asks(TIMES), status)
    after = cpu_of(family(server)), cpu_of(_backends(database))
    ours, theirs = (1_000 * (end - start) / TIMES for start, end in zip(before, after, strict=True))
    return ours, theirs, size / TIMES


def _backends(database: str) -> list[int]:
    """The processes of the server that work for clients, without the one that asks."""
    with psycopg.connect(database) as link:
        mine = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        return [pid for (pid,) in link.execute(mine)]


def _ask(port: int, asks: list[Ask], status: int) -> int:
    """Send them over CONNECTIONS connections; bytes that came back. Raises RuntimeError for another status."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(lambda start: _line(port, asks[start::CONNECTIONS], status), range(CONNECTIONS)))


def _line(port: int, asks: list[Ask], status: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    size = 0
    for method, path, headers, body in asks:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        # Somebody who is not signed in is sent away with a 302 too.
        if answer.status != status or "/sign-in/" in answer.headers.get("Location", ""):
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        size += len(content)
    connection.close()
    return size


def main(what: str) -> None:
    """`fill`, in the environment of `run`."""
    import django

    django.setup()
    from tests.bench.filling import community, sessions

    if what == "fill":
        members = community(members=1_000, posts=50_000, follows=50, likes=200_000)
        for member, key in zip(members, sessions(members[:VIEWERS]), strict=False):
            print(member.handle, key)


if __name__ == "__main__":
    main(sys.argv[1])
