"""Closing an epoch of 100,000 members and two million interactions, end to end, in a process of its own.

On PostgreSQL (a temporary server) with DATABASE_URL set to anything of it, else on SQLite; both in a temporary folder.
    python -m tests.bench.epoch_close fill|close     the processes; `close` is measured and prints JSON
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.bench.measure import Row, row
from tests.bench.place import environment, postgres, step

MEMBERS, INTERACTIONS = 100_000, 2_000_000
SECONDS, MEGABYTES = 60, 1_500


def run() -> list[Row]:
    """Seconds and memory of close_epoch, and of each of its steps."""
    with _place() as env:
        step(env, "tests.bench.epoch_close", "fill")
        found = json.loads(step(env, "tests.bench.epoch_close", "close").splitlines()[-1])
    size = f"{MEMBERS:,} members, {INTERACTIONS:,} interactions, {found['database']}"
    return [
        row("epoch close end to end", found["seconds"], "s", most=SECONDS, note=size),
        row("epoch close, most memory", found["megabytes"], "MB", most=MEGABYTES, note=f"{found['paid']:,} paid"),
        row("the same, processor time of the process", found["cpu"], "s"),
        *(row(f"of it: {name}", seconds, "s") for name, seconds in found["steps"].items()),
        row("submit and approve the batch", found["review"], "s", note=f"{found['paid']:,} payouts"),
    ]


@contextmanager
def _place() -> Iterator[dict[str, str]]:
    """The environment of a site that began thirty days ago."""
    genesis = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        with postgres(GENESIS_DATE=genesis) as env:
            yield env
    else:
        with tempfile.TemporaryDirectory(prefix="metya-bench-") as home:
            yield environment(home, GENESIS_DATE=genesis)


def _fill(members: int, interactions: int) -> None:
    """A community with a heavy tail: few are heard by many."""
    import numpy as np
    from django.core.management import call_command
    from django.db import connection

    from metya.wallets.models import Member, Wallet
    from rewards.epochs import calendar

    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    people = Member.objects.bulk_create(
        (
            Member(handle=f"m{n}", onboarded_at=now, joined_at=now - timedelta(seconds=members - n))
            for n in range(members)
        ),
        batch_size=5_000,
    )
    wallets = Wallet.objects.bulk_create(
        (
            Wallet(member=person, address=f"0x{0xA000000000000000 + place * 7919:040x}")
            for place, person in enumerate(people)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        pairs = [(wallet.pk, wallet.member_id) for wallet in wallets]
        cursor.executemany("UPDATE wallets_member SET payout_wallet_id = %s WHERE id = %s", pairs)
    random = np.random.default_rng(1)
    ids = np.array([person.pk for person in people])
    kinds = np.array(["like", "like", "like", "like", "reply", "repost", "quote"])
    start = calendar.bounds(0)[0]
    left = interactions
    while left:
        size = min(left, 100_000)
        source = random.integers(0, members, size)
        few = (random.pareto(1.1, size) * members / 200).astype(np.int64) % members
        target = np.where(random.random(size) < 0.5, few, random.integers(0, members, size))
        target = np.where(target == source, (target + 1) % members, target)
        moment = random.integers(0, 28 * 86_400, size)
        kind = kinds[random.integers(0, len(kinds), size)]
        moments = (start + timedelta(seconds=second) for second in moment.tolist())
        rows = zip(ids[source].tolist(), ids[target].tolist(), kind.tolist(), moments, strict=True)
        _insert((s, t, k, True, connection.ops.adapt_datetimefield_value(at)) for s, t, k, at in rows)
        left -= size


def _insert(rows: Any) -> None:
    """Interactions past the ORM, which would take minutes to make two million of them."""
    from django.db import connection, transaction

    names = "source_id, target_id, kind, public, at"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY social_interaction ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO social_interaction ({names}) VALUES (%s, %s, %s, %s, %s)", rows)


def _close() -> dict[str, Any]:
    from django.db import connection

    from metya.wallets.models import Member
    from rewards import engine
    from rewards.epochs import actions, calendar, files, freezing
    from rewards.epochs.models import Epoch
    from rewards.ledger import checking
    from rewards.payouts import actions as review
    from rewards.payouts import preparing
    from rewards.payouts.checklist import POINTS
    from rewards.payouts.models import Batch
    from tests import make

    steps: dict[str, float] = {}

    def timed(module: Any, name: str, label: str) -> None:
        whole = getattr(module, name)

        def measured(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter()
            answer = whole(*args, **kwargs)
            steps[label] = round(steps.get(label, 0) + time.perf_counter() - begun, 2)
            return answer

        setattr(module, name, measured)

    timed(freezing, "window", "count the window in the database")
    timed(engine, "write_inputs", "write the inputs")
    timed(engine, "read_inputs", "read the inputs")
    timed(engine, "score", "compute")
    timed(engine, "write_explanations", "write the explanations")
    timed(actions, "transfer_many", "book the transfers")
    timed(preparing, "add_rows", "write the payout rows")
    timed(preparing.checks, "run", "check the batch")
    # The days before are closed first, empty, so that the window of 28 days is full.
    late = calendar.bounds(27)[1] + timedelta(minutes=5)
    actions.open_epochs_until(late)
    Epoch.objects.filter(number__lt=27).update(state="in review", inputs_root="0" * 64, result_root="0" * 64)
    freezing.last_payouts = lambda epoch: None
    begun, cpu = time.perf_counter(), time.process_time()
    epoch = actions.advance(Epoch.objects.get(pk=27), now=late)
    seconds, used = time.perf_counter() - begun, time.process_time() - cpu
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if checking.differences() or not engine.verify(files.directory(27)).ok:
        raise RuntimeError("the closed epoch is not right")
    fay, finn = make.member("fay", roles=("reviewer",)), make.member("finn", roles=("reviewer",))
    batch, begun = Batch.objects.get(), time.perf_counter()
    batch = review.submit(actor=Member.objects.get(pk=fay.pk), batch=batch, points=POINTS)
    review.approve(actor=finn, batch=batch, content_hash=batch.content_hash, confirmed=True, points=POINTS)
    epoch.refresh_from_db()
    return {
        "seconds": round(seconds, 1),
        "cpu": round(used, 1),
        "megabytes": round(megabytes),
        "paid": epoch.members_paid,
        "review": round(time.perf_counter() - begun, 1),
        "database": connection.vendor,
        "steps": steps,
    }


def main(what: str) -> None:
    """`fill` or `close`, in the environment that `run` sets."""
    import django

    django.setup()
    if what == "fill":
        _fill(MEMBERS, INTERACTIONS)
    else:
        print(json.dumps(_close()))


if __name__ == "__main__":
    main(sys.argv[1])
