"""A PostgreSQL server and a data folder of a bench's own, and the processor time that processes took."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from tests.cluster import Cluster
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


def has_postgres() -> bool:
    """Whether the programs of a PostgreSQL server are at hand."""
    return bool(shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


def environment(home: str, **more: str) -> dict[str, str]:
    """What a production process finds, its data in the folder ``home``."""
    own = {
        "DJANGO_SETTINGS_MODULE": "metya.settings",
        "DATA_DIR": home,
        "DEBUG": "0",
        "DEMO": "0",
        "SECRET_KEY": secrets.token_hex(32),
        "LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
    }
    return {name: value for name, value in os.environ.items() if name != "REDIS_URL"} | own | more


@contextmanager
def postgres(**more: str) -> Iterator[dict[str, str]]:
    """The environment of a site on a temporary PostgreSQL server, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="metya-bench-") as home:
        server = Cluster()
        try:
            server.start()
            yield environment(home, DATABASE_URL=server.url, **more)
        finally:
            server.remove()


@contextmanager
def demo_site() -> Iterator[tuple[str, dict[str, str]]]:
    """A demo community that is served as a first user would, without a chain: its address, and its environment."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="metya-bench-") as home:
        env = environment(home, DEMO="1", EMBEDDED_WORKER="1", SITE_URL=f"http://127.0.0.1:{port}")
        env.pop("DATABASE_URL", None)
        for number, words in enumerate((("migrate", "-v0"), ("seed_demo",), ("collectstatic", "--no-input", "-v0"))):
            done = subprocess.run(
                [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, check=False
            )
            if done.returncode:
                raise RuntimeError(f"step {number}: {done.stderr.decode()[-500:]}")
        child = subprocess.Popen(
            [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "metya.asgi:application"],
            cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/explore/", child)
            yield f"http://127.0.0.1:{port}", env
        finally:
            child.terminate()
            child.wait(timeout=20)


def _wait(url: str, child: "subprocess.Popen[bytes]") -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline and child.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            sleep(0.2)
    raise RuntimeError("the site did not come up")


def step(env: dict[str, str], module: str, *arguments: str) -> str:
    """Run a module as a process of its own; what it printed. Raises RuntimeError with its last words."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout


def cpu_of(pids: Iterable[int]) -> float:
    """Seconds of processor time that these processes have used, by the kernel's account (in ticks of 10 ms)."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for number in found:
        children = Path(f"/proc/{number}/task/{number}/children")
        found += [int(child) for child in children.read_text().split()]
    return found
