"""Starts anvil, the development chain, from its pinned npm platform package.

npm only downloads the package; the binary is started directly, takes 0.2 s and 20 MB, and keeps its state in one JSON
file between runs. Nothing here is used when `CHAIN_RPC_URL` names a real chain.
"""

import base64
import hashlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

VERSION = "1.7.1"
CHAIN_ID = 31337
READY_SECONDS = 20
SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "win32"}
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
# What the download must hash to where it was tried; elsewhere npm's own integrity check has to do.
SHA512 = {
    "linux-amd64": "+XmShybEaxfCrr0OUUZwYEy2OnYZt5pHH9TzBtLv3+VrK0O/ANuNSVEahqNhKHlgX7GRJ59383ofNhxkRWIYTg==",
}


class AnvilUnavailable(Exception):
    """The development chain cannot be had here; the message says why and what to do."""


@dataclass(frozen=True)
class Anvil:
    """A running development chain."""

    url: str
    process: "subprocess.Popen[bytes]"
    note: str = ""  # what had to be done to an unreadable state, for the person at the terminal

    def stop(self) -> None:
        """Ends the chain after it has written its state; waits for it."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def platform_name() -> str:
    """The suffix of the npm package for this machine, such as `linux-amd64`; AnvilUnavailable when there is none."""
    system, machine = SYSTEMS.get(sys.platform), MACHINES.get(platform.machine().lower())
    if system is None or machine is None:
        raise AnvilUnavailable(f"anvil is not offered for {sys.platform} on {platform.machine()}.")
    return f"{system}-{machine}"


def install(home: Path) -> Path:
    """The path of the anvil binary under `home`, fetched with npm when it is not there yet.

    Raises AnvilUnavailable when npm is missing or the download fails.
    """
    name = platform_name()
    folder = home / f"anvil-{VERSION}-{name}"
    binary = folder / "bin" / ("anvil.exe" if name.startswith("win32") else "anvil")
    if binary.is_file():
        return binary
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise AnvilUnavailable("node and npm are needed for the development chain (Node.js 20 or newer).")
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as scratch:
        package = _unpack(_download(npm, name, Path(scratch)), Path(scratch))
        # Two processes may install at once: the first rename wins, the other finds the binary there.
        try:
            os.replace(package, folder)
        except OSError:
            if not binary.is_file():
                raise
    return binary


def _download(npm: str, name: str, scratch: Path) -> Path:
    command = [npm, "pack", f"@foundry-rs/anvil-{name}@{VERSION}", "--silent", "--pack-destination", str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=scratch, check=False)  # noqa: S603
    archives = list(scratch.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        reason = next(iter(done.stderr.strip().splitlines()), f"npm pack ended with {done.returncode}")
        raise AnvilUnavailable(f"npm could not download anvil {VERSION} for {name}: {reason}")
    digest = base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
    if SHA512.get(name, digest) != digest:
        raise AnvilUnavailable(f"The download of anvil {VERSION} for {name} is not the expected file; not using it.")
    return archives[0]


def _unpack(archive: Path, scratch: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(scratch, filter="data")
    return scratch / "package"


def usable_state(state: Path) -> str:
    """Makes `state` a file that anvil can load, or absent; returns what had to be done, or an empty string.

    A crash in the middle of a write leaves half a file, which anvil refuses: the copy of the last good start takes
    its place, or a new chain begins.
    """
    backup = state.with_suffix(".last-good.json")
    if not state.exists():
        return ""
    if _is_json(state):
        shutil.copyfile(state, backup)
        return ""
    os.replace(state, state.with_suffix(".broken.json"))
    if not _is_json(backup):
        return "The state of the development chain was unreadable; a new chain begins."
    shutil.copyfile(backup, state)
    return "The state of the development chain was unreadable; it goes on from the last good copy."


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def start(home: Path, port: int = 0, state: Path | None = None, arguments: tuple[str, ...] = ()) -> Anvil:
    """Installs anvil under `home` if need be, starts it on 127.0.0.1 and waits until it answers.

    port 0 takes a free one; `state` is loaded, written every second and on `stop`. Raises AnvilUnavailable.
    """
    port, note = _free_port(port), ""
    command = [str(install(home)), "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(CHAIN_ID), "--quiet"]
    if state is not None:
        state.parent.mkdir(parents=True, exist_ok=True)
        note = usable_state(state)
        command += ["--state", str(state), "--state-interval", "1"]
    command += arguments
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=complaints)  # noqa: S603
        anvil = Anvil(url=f"http://127.0.0.1:{port}", process=process, note=note)
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(anvil.url):
            if process.poll() is not None or time.monotonic() > deadline:
                anvil.stop()
                complaints.seek(0)
                said = complaints.read().decode(errors="replace").strip().splitlines()
                raise AnvilUnavailable(f"anvil did not start on port {port}: {said[0] if said else 'no answer'}")
            time.sleep(0.05)
    return anvil


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise AnvilUnavailable(f"anvil did not start: port {port} is in use.") from error
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}).encode()
    request = urllib.request.Request(url, data=call, headers={"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=1) as response:  # noqa: S310
            return bool(json.load(response)["result"] == hex(CHAIN_ID))
    except (OSError, urllib.error.URLError, ValueError, KeyError):
        return False
