"""`make run`: one process that prepares the site, serves it, and ends all its children with it.

    python -m metya.ops.supervisor [--port 8000] [--host 127.0.0.1] [--no-demo]

Imports neither Django nor the settings: it sets the environment that they read.
"""

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 60
STOP_SECONDS = 12
TRUE = ("1", "true", "yes", "on")  # as metya.env reads them


class Stopped(Exception):
    """Ctrl-C or a TERM signal."""


def say(message: str) -> None:
    """One line to the person at the terminal."""
    print(f"metya: {message}", flush=True)


def port_of(asked: str, host: str) -> int:
    """The port to listen on; SystemExit says why not."""
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked[:6]) < 65_536):
        raise SystemExit(f"metya: {asked} is not a port; use 1 to 65535.")
    port = int(asked)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise SystemExit(f"metya: port {port} is for the system's own servers; try: make run PORT=8000") from None
        except OSError:
            raise SystemExit(
                f"metya: port {port} is in use; try: make run PORT={port + 1 if port < 65_535 else 8000}"
            ) from None
    return port


def data_folder() -> Path:
    """Where everything is kept; SystemExit when it cannot be written."""
    data = Path(os.environ.get("DATA_DIR", ROOT / "var"))
    try:
        data.mkdir(parents=True, exist_ok=True)
        why = "" if os.access(data, os.W_OK) else "no permission"
    except OSError as error:
        why = str(error.strerror)
    if why:
        raise SystemExit(f"metya: nothing can be written to {data} ({why}); set DATA_DIR to another folder.")
    return data


def environment(data: Path, host: str, port: int, demo: bool) -> dict[str, str]:
    """The settings of an embedded site; whatever the caller's environment sets wins."""
    key = data / "secret_key"
    if not key.exists():
        # Created readable by its owner only; the session and CSRF signatures of this installation hang on it.
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    own = {
        "DATA_DIR": str(data),
        "SITE_URL": f"http://{host}:{port}",
        "DEMO": "1" if demo else "0",
        "SERVE_MEDIA": "1",
        "EMBEDDED_WORKER": "0" if os.environ.get("REDIS_URL") else "1",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "OPENBLAS_NUM_THREADS": "1",
        "DJANGO_SETTINGS_MODULE": "metya.settings",
    }
    if "SECRET_KEY" not in os.environ and "SECRET_KEY_FILE" not in os.environ:
        own["SECRET_KEY_FILE"] = str(key)
    return {**own, **os.environ}


class Site:
    """The children, in the order in which they were started."""

    def __init__(self, data: Path, env: dict[str, str]) -> None:
        self.data, self.env = data, env
        self.children: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, *command: str, pipe: bool = False) -> "subprocess.Popen[str]":
        """Start a child in its own group, so that Ctrl-C reaches it once, through us."""
        child = subprocess.Popen(
            command, cwd=ROOT, env=self.env, text=True, start_new_session=True, stdout=subprocess.PIPE if pipe else None
        )
        self.children[name] = child
        return child

    def start_chain(self) -> None:
        """The local development chain, unless the environment names a chain, node is missing, or its keys are refused."""
        if self.env.get("CHAIN_RPC_URL"):
            return
        if not any(self.env.get(name, "").strip().lower() in TRUE for name in ("DEMO", "DEBUG")):
            say(
                "no local chain outside the demo: everything works but claiming (set CHAIN_RPC_URL and CHAIN_ID to add it)."
            )
            return
        if shutil.which("node") is None:
            say(
                "no node here, so no local chain: everything works but claiming (install Node.js 20 or newer to add it)."
            )
            return
        port = free_port()
        home, state = self.data / "anvil", self.data / "chain" / "state.json"
        command = (sys.executable, "-m", "rewards.chain", str(home), str(port), str(state))
        chain = self.start("chain", *command, pipe=True)
        line = chain.stdout.readline().strip() if chain.stdout else ""
        if not line.startswith("ready"):
            del self.children["chain"]
            say(f"no local chain: {line or 'it did not start'} Everything works but claiming.")
            return
        if line != "ready":
            say(line.removeprefix("ready "))
        self.env |= {"CHAIN_RPC_URL": f"http://127.0.0.1:{port}", "CHAIN_ID": "31337"}

    def prepare(self, demo: bool) -> None:
        """Tables, static files, contracts and, in an empty demo, the community."""
        command = [sys.executable, "manage.py", "prepare", *(["--demo"] if demo else [])]
        done = subprocess.run(command, cwd=ROOT, env=self.env, check=False)
        if done.returncode != 0:
            raise SystemExit("metya: the site could not be prepared; the lines above say why.")

    def serve(self, host: str, port: int) -> None:
        """The web server, and a job worker beside it where the database allows several writers."""
        command = (sys.executable, "-m", "daphne", "-b", host, "-p", str(port), "--no-server-name", "-v", "0")
        self.start("web", *command, "metya.asgi:application")
        if self.env["EMBEDDED_WORKER"] == "0":
            self.start("worker", sys.executable, "manage.py", "run_worker")

    def wait_until_ready(self, url: str) -> bool:
        """Poll /healthz until every part is up; False when the web server ended instead."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.children["web"].poll() is not None:
                return False
            if is_healthy(url):
                return True
            time.sleep(0.2)
        return True

    def watch(self) -> int:
        """Block until a child ends by itself; its exit code."""
        while True:
            for name, child in self.children.items():
                if (code := child.poll()) is not None:
                    say(f"the {name} process ended (code {code}); stopping.")
                    return code or 1
            time.sleep(0.5)

    def stop(self) -> None:
        """End every child: politely, then not."""
        for child in reversed(self.children.values()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def is_healthy(url: str) -> bool:
    """Whether /healthz answers 200 with status ok."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310
            return bool(json.load(answer)["status"] == "ok")
    except (OSError, ValueError, KeyError):
        return False


def free_port() -> int:
    """A port that is free on the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def on_signal(number: int, frame: FrameType | None) -> None:
    raise Stopped


def main() -> int:
    """Prepare, serve, watch, stop."""
    parser = argparse.ArgumentParser(prog="make run")
    parser.add_argument("--port", default="8000")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--no-demo", dest="demo", action="store_false")
    options = parser.parse_args()
    port, data = port_of(options.port, options.host), data_folder()
    site = Site(data, environment(data, options.host, port, options.demo))
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    url = f"http://{options.host}:{port}"
    try:
        site.start_chain()
        site.prepare(options.demo)
        site.serve(options.host, port)
        if site.wait_until_ready(url):
            say(f"{site.env.get('COMMUNITY_NAME', 'Metya')} is at {url}  (Ctrl-C ends it)")
        return site.watch()
    except Stopped:
        say("stopping …")
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        site.stop()


if __name__ == "__main__":
    sys.exit(main())
