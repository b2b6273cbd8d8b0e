"""`make run` itself: what it says when it cannot, and that its children end with it."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from metya.ops import supervisor
from tests import database
from tests.metya.test_env import ROOT
from tests.ports import free_port


def supervise(*arguments: str, data, **variables: str) -> "subprocess.Popen[str]":
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "metya.ops.supervisor", "--no-demo", *arguments],
        cwd=ROOT, env={**keep, "DATA_DIR": str(data), "PYTHONWARNINGS": "ignore", **variables},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def test_a_busy_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        site = supervise("--port", str(port), data=tmp_path)
        said, _ = site.communicate(timeout=60)
    assert site.returncode == 1
    assert said.strip() == f"metya: port {port} is in use; try: make run PORT={port + 1}"


@pytest.mark.parametrize("asked", ["0", "65536", "-1", "abc", "80.5", "²", "9" * 9999])
def test_what_is_no_port_is_said_in_one_line(asked):
    with pytest.raises(SystemExit, match=r"^metya: \S+ is not a port; use 1 to 65535\.$"):
        supervisor.port_of(asked, "127.0.0.1")


def test_a_port_of_the_system_is_not_called_busy(monkeypatch):
    class Refused(socket.socket):
        def bind(self, address):
            raise PermissionError

    monkeypatch.setattr(supervisor.socket, "socket", Refused)
    with pytest.raises(SystemExit, match="port 80 is for the system's own servers"):
        supervisor.port_of("80", "127.0.0.1")


def test_a_folder_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(SystemExit, match="nothing can be written to .*file .*; set DATA_DIR"):
        supervisor.data_folder()


def test_a_bad_setting_is_one_of_the_last_lines(tmp_path):
    site = supervise("--port", str(free_port()), data=tmp_path, GENESIS_DATE="soon", CHAIN_RPC_URL="http://127.0.0.1:9")
    said, _ = site.communicate(timeout=60)
    assert site.returncode == 1
    assert said.splitlines()[0].startswith("metya: GENESIS_DATE='soon' is not a date") and "Traceback" not in said


@pytest.mark.parametrize("given", [{"DEMO": "0"}, {"DEMO": ""}, {"DEMO": "off", "DEBUG": "0"}])
def test_outside_the_demo_there_is_no_local_chain(tmp_path, monkeypatch, capsys, given):
    """Its keys are everybody's, so a site that is no demo would refuse to start with it."""
    monkeypatch.setattr(supervisor.subprocess, "Popen", lambda *args, **kwargs: pytest.fail("a chain was started"))
    site = supervisor.Site(tmp_path, dict(given))
    site.start_chain()
    assert "CHAIN_RPC_URL" not in site.env and "no local chain outside the demo" in capsys.readouterr().out


def test_in_the_demo_there_is_one_where_node_is(tmp_path, monkeypatch):
    class Chain:
        stdout = io.StringIO("ready\n")

    monkeypatch.setattr(supervisor.shutil, "which", lambda name: "/usr/bin/node")
    monkeypatch.setattr(supervisor.subprocess, "Popen", lambda *args, **kwargs: Chain())
    site = supervisor.Site(tmp_path, {"DEMO": "1"})
    site.start_chain()
    assert site.env["CHAIN_ID"] == "31337" and site.env["CHAIN_RPC_URL"].startswith("http://127.0.0.1:")


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="POSIX process groups")
def test_it_serves_and_ends_its_children(tmp_path):
    port = free_port()
    # Tables as a start would make them, which the other tests waited for already.
    shutil.copy(database.tables(), tmp_path / "metya.sqlite3")
    # A chain address that nobody answers: the site must come up all the same.
    site = supervise("--port", str(port), data=tmp_path, CHAIN_RPC_URL="http://127.0.0.1:9", CHAIN_ID="1")
    url = f"http://127.0.0.1:{port}/healthz?only=database,jobs"
    try:
        deadline = time.monotonic() + 90
        body: dict[str, str] = {}
        while time.monotonic() < deadline and site.poll() is None and body.get("status") != "ok":
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:
                    body = json.load(answer)
            except OSError:
                time.sleep(0.2)
        assert body == {"status": "ok", "database": "ok", "jobs": "ok"}
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(site.pid)], capture_output=True, text=True
        ).stdout.split()
        assert children
        site.send_signal(signal.SIGINT)
        said, _ = site.communicate(timeout=30)
        assert site.returncode == 0, said
        for child in children:
            assert not os.path.exists(f"/proc/{child}"), f"{child} outlived its parent: {said}"
        key = tmp_path / "secret_key"
        assert key.stat().st_mode & 0o077 == 0
    finally:
        if site.poll() is None:
            site.kill()
