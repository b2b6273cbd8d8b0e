"""Live fan-out: one post to 1,000 and 5,000 open pages, beside a raw broadcast of the same text in the same run.

Three processes on this machine: the server, the pages, and this one that gives the word. A rate is pages told in a second,
from the publishing to the last page; both servers are asked in turn, so that a busy moment hits both.
"""

import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.bench.measure import Row, row
from tests.bench.place import ROOT, cpu_of, environment

PORT = 8670
PAUSE = 1.15  # a socket is told at most once a second
SIZES = {1_000: (9, 0.050), 5_000: (5, 0.250)}  # pages: (rounds, p95 mark in seconds)
MARKS = {"daphne": 0.2, "uvicorn": 0.6}  # of the raw broadcast's rate


class Process:
    """A script that answers a line with a line."""

    def __init__(self, *command: str, env: dict[str, str]) -> None:
        self.child = subprocess.Popen(
            (sys.executable, "-m", *command),
            cwd=ROOT,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def until_ready(self) -> list[str]:
        """The lines before ``ready``."""
        lines = []
        for line in self.child.stdout or ():
            if line.strip() == "ready":
                return lines
            lines.append(line)
        raise RuntimeError("a process of the bench ended before it was ready")

    def say(self, text: str = "\n") -> None:
        assert self.child.stdin
        self.child.stdin.write(text)
        self.child.stdin.flush()

    def ask(self) -> str:
        self.say()
        return self.answer()

    def answer(self) -> str:
        assert self.child.stdout
        return self.child.stdout.readline()

    def cpu(self) -> float:
        """Seconds of processor time used so far."""
        return cpu_of([self.child.pid])


@contextmanager
def process(*command: str, env: dict[str, str]) -> Iterator[Process]:
    started = Process(*command, env=env)
    try:
        yield started
    finally:
        started.child.kill()
        started.child.wait()


class Stage:
    """A server with its pages."""

    def __init__(self, stack: ExitStack, server: Process, count: int, port: int, env: dict[str, str]) -> None:
        self.server, self.count = server, count
        cookies = server.until_ready() or ["\n"] * count
        self.pages = stack.enter_context(process("tests.bench.live.pages", str(port), str(count), env=env))
        self.pages.say("".join(cookies))
        self.pages.until_ready()
        self.rates: list[float] = []
        self.waits: list[float] = []

    def round(self) -> None:
        """One post, and the moment each page learned of it."""
        self.pages.say()
        began = float(self.server.ask())
        moments = json.loads(self.pages.answer())
        if len(moments) != self.count:
            raise RuntimeError(f"only {len(moments)} of {self.count} pages were told")
        self.rates.append(self.count / (max(moments) - began))
        self.waits += [moment - began for moment in moments]

    def p95(self) -> float:
        return statistics.quantiles(self.waits, n=20)[-1]


def measure(kind: str, count: int, rounds: int) -> tuple[Stage, Stage, float]:
    """(ours, raw, processor seconds of ours for each page told) after ``rounds`` in turn."""
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="metya-bench-"))
        env = environment(scratch, SITE_URL=f"http://127.0.0.1:{PORT}")
        env.pop("DATABASE_URL", None)
        site = stack.enter_context(process("tests.bench.live.site", str(PORT), str(count), kind, env=env))
        ours = Stage(stack, site, count, PORT, env)
        server = stack.enter_context(process("tests.bench.live.raw", str(PORT + 1), env=env))
        raw = Stage(stack, server, count, PORT + 1, env)
        ours.round()  # warm
        raw.round()
        ours.rates, ours.waits, raw.rates = [], [], []
        used = 0.0
        for _ in range(rounds):
            time.sleep(PAUSE)
            before = site.cpu()
            ours.round()
            used += site.cpu() - before
            raw.round()
        return ours, raw, used / rounds / count


def run() -> list[Row]:
    """Rows for `make bench`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    rows: list[Row] = []
    # uvicorn is not among the requirements: measured where somebody installed it.
    kinds = [kind for kind in MARKS if importlib.util.find_spec(kind)]
    for kind in kinds:
        for count, (rounds, wait) in SIZES.items():
            rows += _rows(kind, count, wait, *measure(kind, count, rounds))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return rows


def _rows(kind: str, count: int, wait: float, ours: Stage, raw: Stage, cpu: float) -> list[Row]:
    rate, best = statistics.median(ours.rates), statistics.median(raw.rates)
    name = f"live, {count:,} sockets, {kind}"
    told = f"{rate:,.0f}/s against {best:,.0f}/s; {cpu * 1e6:.0f} µs CPU a socket"
    late = f"raw {raw.p95() * 1000:.0f} ms; the mark is for an idle machine"
    return [
        row(f"{name}: of a raw broadcast", rate / best, "ratio", least=MARKS[kind], note=told),
        row(f"{name}: p95 from publish to page", 1000 * ours.p95(), "ms", most=1000 * wait, note=late),
    ]
