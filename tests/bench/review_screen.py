"""The reviewers' screen of a batch of 100,000 payouts, and its list sorted and filtered by each column.

On a temporary PostgreSQL server where its programs are at hand, else on SQLite.
    python -m tests.bench.review_screen pages     the process that is measured; prints JSON
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.bench.measure import Row, row, show
from tests.bench.place import environment, has_postgres, postgres, step

PAYOUTS, EPOCHS = 100_000, 3
SECONDS, TIMES = 0.5, 5


def run() -> list[Row]:
    """Seconds of each page, the middle of five; the slowest of the list's is held to the mark as well."""
    with _place() as env:
        found = json.loads(step(env, "tests.bench.review_screen", "pages").splitlines()[-1])
    size = f"{PAYOUTS:,} payouts, {EPOCHS} epochs of them, {found['database']}"
    lists = found["lists"]
    slowest, *next_ones = sorted(lists, key=lambda name: -lists[name])[:4]
    return [
        row("review: the batch opens", found["review"], "s", most=SECONDS, note=size),
        row(
            "review: the list, slowest order or filter",
            lists[slowest],
            "s",
            most=SECONDS,
            note=f"{slowest}; then {', '.join(next_ones)}",
        ),
        row("review: the list as it opens", lists["sort=-amount"], "s", most=SECONDS),
        row("review: looking for rings, with the engine", found["rings"], "s", note=f"{PAYOUTS:,} members"),
    ]


@contextmanager
def _place() -> Iterator[dict[str, str]]:
    if has_postgres():
        with postgres(DEMO="1") as env:
            yield env
    else:
        with tempfile.TemporaryDirectory(prefix="metya-bench-") as home:
            yield environment(home, DEMO="1")


def _fill() -> None:
    import numpy as np
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from metya.wallets import roles
    from metya.wallets.models import Member
    from rewards.epochs import calendar, parameters, scoring
    from rewards.epochs.models import Epoch
    from rewards.ledger import bulk
    from rewards.payouts.models import Batch, Payout
    from tests import make

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    roles.sync()
    parameters.ensure_first()
    make.member("fay", roles=("reviewer",), is_demo=True)
    now = datetime.now(UTC)
    people = Member.objects.bulk_create(
        (Member(handle=f"m{n * 7919 % PAYOUTS}", onboarded_at=now) for n in range(PAYOUTS)), batch_size=5_000
    )
    random = np.random.default_rng(1)
    before = np.zeros(PAYOUTS, dtype=np.int64)
    for number in range(EPOCHS):
        amounts = (random.pareto(1.1, PAYOUTS) * 2e9 + 1e9).astype(np.int64)
        amounts[random.random(PAYOUTS) < 0.02] = 0
        start, end = calendar.bounds(number)
        figures = {
            "base": 10**15, "multiplier": 10**6, "activity_target": 1_000, "cap": 10**15, "earnings": 0,
            "minimum_payout": 10**9, "interactions": 2_000_000, **scoring.spread(np.sort(amounts[amounts > 0])),
        }  # fmt: skip
        epoch = Epoch.objects.create(
            number=number, starts_at=start, ends_at=end, state="in review", inputs_root="0" * 64, result_root="0" * 64,
            release=10**15, pool=10**15, splits={"influence": 10**15}, figures=figures, closed_at=end + timedelta(minutes=5),
        )  # fmt: skip
        moment = bulk.moment(timezone.now())
        values = zip(people, amounts.tolist(), before.tolist(), strict=True)
        bulk.insert(
            Payout,
            ("epoch", "wallet", "member", "influence", "earned", "amount", "owed", "cumulative", "before", "state", "state_at"),
            (
                (
                    number, f"0x{0xA000000000000000 + place * 7919:040x}", person.pk, 1, amount, amount, 0, amount, last,
                    "in review", moment,
                )
                for place, (person, amount, last) in enumerate(values)
            ),
        )  # fmt: skip
        Batch.objects.create(
            epoch=epoch, count=int((amounts > 0).sum()), total=int(amounts.sum()), checks=_checks(amounts, before)
        )
        before = amounts
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _checks(amounts: Any, before: Any) -> list[dict[str, Any]]:
    """Checks as they are kept: sums, changes, and fifty payouts to look at."""
    total = int(amounts.sum())
    names = ("pool", "parts", "booked", "earned", "due", "amount", "owed_before", "owed_after", "carry")
    change = {
        "count": int((amounts > 0).sum()), "count_before": int((before > 0).sum()), "total": total,
        "total_before": int(before.sum()), "new": int(((before == 0) & (amounts > 0)).sum()),
        "raised": int((amounts > before).sum()), "jumped": int((amounts > 5 * before).sum()),
        "lowered": int((amounts < before).sum()), "gone": int(((before > 0) & (amounts == 0)).sum()),
    }  # fmt: skip
    item = {"wallet": f"0x{0xA000000000000000:040x}", "member": 1, "amount": 1, "before": 0, "note": "reported"}
    return [
        {"code": "sum", "ok": True, "figures": dict.fromkeys(names, total), "items": []},
        {"code": "change", "ok": False, "figures": change, "items": [item] * 50},
    ]


def _pages() -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from metya.wallets.models import Member
    from rewards.payouts.listing import AMOUNTS, SORTS
    from rewards.payouts.models import Batch, Payout

    _fill()
    client = Client(SERVER_NAME="localhost", HTTP_X_FORWARDED_PROTO="https")
    client.force_login(Member.objects.get(handle="fay"))
    batch = Batch.objects.get(epoch=EPOCHS - 1)
    wallet = Payout.objects.filter(epoch=EPOCHS - 1).order_by("-wallet").values_list("wallet", flat=True)[0]

    def seconds(address: str) -> float:
        costs = []
        for _ in range(TIMES + 1):
            begun = time.perf_counter()
            answer = client.get(address, secure=True)
            costs.append(time.perf_counter() - begun)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
        # The first fills caches of templates and plans.
        return round(statistics.median(costs[1:]), 4)

    wishes = [f"sort={sort}" for sort in SORTS]
    wishes += [f"sort={sort}&after={_middle(batch, sort)}" for sort in ("member", "-change", "before")]
    wishes += [f"{name}_from=2&{name}_to=2.1&sort=-change" for name in AMOUNTS]
    wishes += ["q=m99", f"q={wallet[:20]}", "q=m99&sort=-before", "state=held", "state=in+review&sort=member"]
    listed = reverse("admin:rewards_batch_payouts", args=[batch.pk])
    return {
        "review": seconds(reverse("admin:rewards_batch_change", args=[batch.pk])),
        "lists": {wish: seconds(f"{listed}?{wish}") for wish in wishes},
        "rings": _rings(),
        "database": connection.vendor,
    }


def _middle(batch: Any, sort: str) -> str:
    """A place in the middle of an order, as its link names it."""
    value = {"member": "m5", "-change": "0", "before": "2000000000"}[sort]
    return f"{value}.{batch.pk}"


def _rings() -> float:
    """Seconds for the rings of as many members with twenty times as many interactions; without a database."""
    import numpy as np

    from rewards import engine

    random = np.random.default_rng(2)
    size = 20 * PAYOUTS
    source, target = (random.integers(0, PAYOUTS, size).astype(np.int32) for _ in range(2))
    keys = np.unique(source.astype(np.int64) * PAYOUTS + target)
    source, target = (keys // PAYOUTS).astype(np.int32), (keys % PAYOUTS).astype(np.int32)
    apart = source != target
    source, target = source[apart], target[apart]
    wallets = engine.as_wallets([f"0x{n:040x}" for n in range(PAYOUTS)])
    rows = engine.Interactions(
        source, target, np.full(len(source), 1, np.uint8), np.full(len(source), 40, np.int32),
        random.integers(1, 20, len(source)).astype(np.int32),
    )  # fmt: skip
    empty = engine.Balances.from_rows([])
    inputs = engine.Inputs(
        wallets, rows, np.arange(100, dtype=np.int32), empty, engine.Earnings.from_rows([]), engine.DEFAULT_PARAMS,
        engine.Epoch(40, 0, 0), "",
    )  # fmt: skip
    begun = time.perf_counter()
    engine.find_rings(engine.score(inputs))
    return round(time.perf_counter() - begun, 2)


def main(what: str) -> None:
    """`pages`, in the environment that `run` sets; without a word the whole bench."""
    if what != "pages":
        show(run())
        return
    import django

    django.setup()
    print(json.dumps(_pages()))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
