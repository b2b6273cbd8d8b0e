"""Reading a home at a million posts and 100 follows, and the admin's list of them, on PostgreSQL.

What is measured is the site's own TimelineReader: processor time of the database's process, by the kernel's account.
    python -m tests.bench.timeline_sql fill|read     the processes; `read` prints JSON
"""

import json
import statistics
import sys
from time import perf_counter

from tests.bench.measure import Row, row
from tests.bench.place import cpu_of, has_postgres, postgres, step

MEMBERS, POSTS, FOLLOWS, TIMES = 20_000, 1_000_000, 100, 2_000
DATABASE_MS, ADMIN_MS, LISTS = 1.5, 500, 7


def run() -> list[Row]:
    """The first page, a page further back, what is new, and the admin's list."""
    if not has_postgres():
        return [row("timeline, 1 M posts", float("nan"), "ms", note="not measured: no PostgreSQL at hand")]
    with postgres(SITE_URL="http://127.0.0.1:8000", DEMO="1") as env:
        step(env, "django", "collectstatic", "--no-input", "-v0")
        step(env, "tests.bench.timeline_sql", "fill")
        found = json.loads(step(env, "tests.bench.timeline_sql", "read"))
    note = f"database CPU of {TIMES:,} reads by different members"
    rows = [
        row(f"timeline, 1 M posts, {FOLLOWS} follows: {what}", spent, "ms", most=DATABASE_MS, note=note)
        for what, spent in found["cpu"].items()
    ]
    return [*rows, row("admin list of 1 M posts", found["admin"], "ms", most=ADMIN_MS, note=f"median of {LISTS}")]


def _read() -> dict[str, object]:
    """Milliseconds of the database's process for each read."""
    from django.db import connection

    from social.feeds.timeline import TimelineReader

    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    spent = {}
    for what, bounds in (
        ("first page", {}),
        ("a page of last month", {"before": POSTS // 2}),
        ("what is new", {"since": POSTS - POSTS // 100}),
    ):
        for member in range(1, 101):
            TimelineReader(member).rows(21, **bounds)
        before, found = cpu_of([backend]), 0
        for place in range(TIMES):
            found += len(TimelineReader(1 + place * 7 % MEMBERS).rows(21, **bounds))
        spent[what] = 1_000 * (cpu_of([backend]) - before) / TIMES
        if found < 15 * TIMES:
            raise RuntimeError(f"{what}: only {found} entries in {TIMES} reads")
    return {"cpu": spent, "admin": _admin()}


def _admin() -> float:
    """Median milliseconds of the first page of posts in the admin, as its client waits for it."""
    from django.test import Client

    from metya.wallets.models import Member

    staff = Member.objects.order_by("pk")[0]
    Member.objects.filter(pk=staff.pk).update(is_staff=True, is_superuser=True, is_demo=True)
    client, waits = Client(headers={"host": "127.0.0.1"}), []
    client.force_login(Member.objects.get(pk=staff.pk))
    for _ in range(LISTS):
        begun = perf_counter()
        answer = client.get("/admin/social/post/")
        waits.append(1_000 * (perf_counter() - begun))
        if answer.status_code != 200:
            raise RuntimeError(f"the admin answered {answer.status_code}")
    return statistics.median(waits)


def main(what: str) -> None:
    """`fill` or `read`, in the environment of `run`."""
    import django

    django.setup()
    from tests.bench.filling import community

    if what == "fill":
        community(members=MEMBERS, posts=POSTS, follows=FOLLOWS, likes=0)
    else:
        print(json.dumps(_read()))


if __name__ == "__main__":
    main(sys.argv[1])
