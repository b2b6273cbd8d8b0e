"""Reports at a million interactions of ninety days and ten thousand members, on PostgreSQL: the pages, the counting, the exports.

python -m tests.bench.report_export fill|pages     the processes; `pages` prints JSON
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from tests.bench.measure import Cost, Row, command, row
from tests.bench.place import ROOT, cpu_of, has_postgres, postgres, step

MEMBERS, DEEDS, POSTS, DAYS, TIMES = 10_000, 1_000_000, 100_000, 90, 7
PAGE_MS, CSV_S, CSV_MB, PARQUET_S = 300, 20, 50, 15
PAGES = ("", "growth/", "retention/", "content/", "people/", "rewards/", "moderation/")


def run() -> list[Row]:
    """Counting, every page, and each format of an export of all interactions."""
    if not has_postgres():
        return [row("reports, 1 M interactions", float("nan"), "ms", note="not measured: no PostgreSQL at hand")]
    with postgres(SITE_URL="http://127.0.0.1:8000", DEMO="1") as env:
        step(env, "django", "collectstatic", "--no-input", "-v0")
        step(env, "tests.bench.report_export", "fill")
        found = json.loads(step(env, "tests.bench.report_export", "pages"))
        rows = [
            row(
                "reports: counting a day",
                found["day"],
                "s",
                note=f"mean of {DAYS}, {DEEDS // DAYS:,} interactions each",
            ),
        ]
        for name, (waited, spent) in found["pages"].items():
            note = f"28 days, median of {TIMES}; {spent:.0f} ms CPU of site and database"
            rows.append(
                row(f"reports: {name[:-1] or 'overview'}", waited, "ms", most=None if name else PAGE_MS, note=note)
            )
        return rows + _exports(env)


def _exports(env: dict[str, str]) -> list[Row]:
    """The command, against the same of an empty table: what a million rows add in memory."""
    with tempfile.TemporaryDirectory(prefix="metya-export-") as home:

        def export(form: str, *more: str) -> Cost:
            out = str(Path(home) / f"rows.{form}")
            words = ["manage.py", "export_report", "interactions", "--format", form, "--out", out, *more]
            return command([sys.executable, *words], env=env, cwd=ROOT)

        rows = []
        for form, most in (("csv", CSV_S), ("parquet", PARQUET_S), ("xlsx", None)):
            nothing, everything = export(form, "--to", "2001-01-01"), export(form)
            size = (Path(home) / f"rows.{form}").stat().st_size / 1e6
            note = f"{size:.0f} MB, {everything.cpu:.1f} s CPU; starting is {nothing.wall:.1f} s of it"
            rows.append(row(f"export of {DEEDS:,} rows, {form}", everything.wall, "s", most=most, note=note))
            grown = everything.rss_mb - nothing.rss_mb
            rows.append(row(f"export, {form}: memory it grows by", grown, "MB", most=CSV_MB if form == "csv" else None))
        return rows


def _fill() -> None:
    from random import Random

    from django.utils import timezone

    from social.interactions.models import Interaction
    from tests.bench.filling import _copy, community

    people = [one.pk for one in community(members=MEMBERS, posts=POSTS, follows=5, likes=0)]
    chance, now = Random(9), timezone.now()  # noqa: S311
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - timezone.timedelta(days=DAYS)
    gap = timezone.timedelta(days=DAYS) / DEEDS
    kinds = ("like", "like", "like", "reply", "repost", "quote")

    def deeds():
        for place in range(DEEDS):
            source = people[int(len(people) * chance.random() ** 2)]
            target = people[int(len(people) * chance.random() ** 2)]
            target = target if target != source else people[0] if source != people[0] else people[1]
            yield source, target, kinds[place % len(kinds)], start + place * gap, True

    _copy(Interaction, ("source_id", "target_id", "kind", "at", "public"), deeds())


def _pages() -> dict[str, object]:
    """Seconds a day to count, milliseconds a page as its client waits for it."""
    from django.core import signals
    from django.db import close_old_connections, connection
    from django.test import Client

    from metya.wallets.models import Member
    from rewards.reports import rollups
    from rewards.reports.models import ReportDay

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rollups.begin_night()
    days, begun = ReportDay.objects.count(), perf_counter()
    rollups.go_on(seconds=3600)
    day = (perf_counter() - begun) / days
    rollups.count_today()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    staff = Member.objects.order_by("pk")[0]
    Member.objects.filter(pk=staff.pk).update(is_staff=True, is_superuser=True, is_demo=True)
    # The client closes its connection after each answer unless that is left to us.
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Member.objects.get(pk=staff.pk))
    spent = {}
    for name in PAGES:
        waits, cpu = [], process_time() + cpu_of([backend])
        for _ in range(TIMES):
            begun = perf_counter()
            answer = client.get(f"/admin/reports/{name}")
            waits.append(1_000 * (perf_counter() - begun))
            if answer.status_code != 200:
                raise RuntimeError(f"{name} answered {answer.status_code}")
        cpu = process_time() + cpu_of([backend]) - cpu
        spent[name] = statistics.median(waits), 1_000 * cpu / TIMES
    return {"day": day, "pages": spent}


def main(what: str) -> None:
    """`fill` or `pages`, in the environment of `run`."""
    import django

    django.setup()
    if what == "fill":
        _fill()
    else:
        print(json.dumps(_pages()))


if __name__ == "__main__":
    main(sys.argv[1])
