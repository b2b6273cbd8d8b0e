"""What every bench needs: CPU time, peak memory, and rows for the table."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Row = dict[str, Any]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall seconds; for a command also its peak memory in MB."""

    cpu: float
    wall: float
    rss_mb: float = 0.0


def timed(work: Callable[[], Result], repeat: int = 1) -> tuple[Result, Cost]:
    """The last result of `work` and the least cost of `repeat` runs in this process."""
    costs = []
    for _ in range(repeat):
        cpu, wall = time.process_time(), time.perf_counter()
        result = work()
        costs.append(Cost(time.process_time() - cpu, time.perf_counter() - wall))
    return result, min(costs, key=lambda cost: cost.cpu)


def command(arguments: Sequence[str], **options: Any) -> Cost:
    """What a command costs, by the kernel's account of that one process. Raises RuntimeError when it fails."""
    wall = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - wall, usage.ru_maxrss / 1024)


def python(code: str, *arguments: str) -> Cost:
    """What a piece of Python costs in a fresh interpreter."""
    return command([sys.executable, "-c", code, *arguments])


def peak_mb() -> float:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(
    name: str, value: float, unit: str, *, most: float | None = None, least: float | None = None, note: str = ""
) -> Row:
    """One line of the table; `most` or `least` is the mark it is held to."""
    value, mark, ok = float(value), "", None
    if most is not None:
        mark, ok = f"≤ {most:g}", value <= most
    if least is not None:
        mark, ok = f"≥ {least:g}", value >= least
    return {"name": name, "value": value, "unit": unit, "mark": mark, "ok": ok, "note": note}


def show(rows: list[Row]) -> None:
    """Print rows of one module that is run on its own."""
    for one in rows:
        verdict = {True: "ok", False: "MISSED", None: ""}[one["ok"]]
        print(f"{one['name']:70} {one['value']:12.6g} {one['unit']:8} {one['mark']:>10} {verdict} {one['note']}")
