"""A PostgreSQL server of one's own that a test may kill: a temporary cluster on a free port of the loopback address."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.ports import free_port


def _binaries() -> Path:
    """Where initdb is: on PATH, or in Debian's folder of the newest version."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not versions:
        raise RuntimeError("initdb is not installed; these tests need PostgreSQL's server programs.")
    return versions[-1].parent


class Cluster:
    """``start``, ``kill`` (as kill -9 does) and ``remove``; ``url`` names its only database."""

    def __init__(self) -> None:
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self.bin = versions[-1] if versions else _binaries()
        self.home = Path(tempfile.mkdtemp(prefix="metya-cluster-"))
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        # The server refuses to run as root.
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(self.home, entry.pw_uid, entry.pw_gid)
        self._run("initdb", "-D", str(self.home / "data"), "-U", "postgres", "-A", "trust", "--no-sync")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.bin / program), *arguments], user=self.user, cwd=self.home, check=True, stdout=subprocess.DEVNULL
        )

    def start(self) -> None:
        """Start, with recovery if it was killed, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=60"
        self._run("pg_ctl", "-D", str(self.home / "data"), "-o", options, "-l", str(self.home / "log"), "-w", "start")

    def kill(self) -> None:
        """End every process of the server at once, without a word."""
        pid = int((self.home / "data" / "postmaster.pid").read_text().splitlines()[0])
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
        doomed = [pid, *map(int, children.stdout.split())]
        for number in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        # A zombie that nobody has collected yet counts as a running server for its successor.
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and any(Path(f"/proc/{number}").exists() for number in doomed):
            time.sleep(0.05)

    def remove(self) -> None:
        """Stop and delete."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self.home / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.home, ignore_errors=True)
