"""Makes the virtual environment; runs with the system's Python and nothing else installed.

    python3 metya/ops/bootstrap.py run|dev

Does nothing when the environment already holds what the requirement files ask for.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
NEEDS = (3, 11)
FILES = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}
# What the requirements pull in, at the versions that were tried together.
CONSTRAINTS = "constraints.txt"


def fail(message: str) -> None:
    """One clear line, exit code 1."""
    sys.exit("metya: " + message)


def stamp(profile: str) -> str:
    """What the environment must have been made from."""
    digest = hashlib.sha256(sys.version.encode())
    for name in [*FILES[profile], CONSTRAINTS]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def up_to_date(profile: str) -> bool:
    """Whether an earlier run finished for the same files (the dev environment holds the run environment too)."""
    return any(
        (VENV / ("made-for-" + name)).is_file() and (VENV / ("made-for-" + name)).read_text() == stamp(name)
        for name in ({"run": ("run", "dev"), "dev": ("dev",)}[profile])
    )


def has_pip(python: Path) -> bool:
    """Whether an environment was made to its end, not interrupted half-way."""
    if not python.exists():
        return False
    asked = [str(python), "-m", "pip", "--version"]
    return subprocess.call(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def main() -> None:
    """Check Python, make the environment, install, remember."""
    profile = sys.argv[1] if len(sys.argv) > 1 else "run"
    if profile not in FILES:
        fail("usage: bootstrap.py run|dev")
    if sys.version_info[:2] < NEEDS:
        fail(
            "Python %d.%d or newer is needed; this is %s. Install it, or name it: make run PYTHON=python3.12"
            % (*NEEDS, sys.version.split()[0])
        )
    if up_to_date(profile):
        return
    print("metya: preparing the Python environment (once; about two minutes) …", flush=True)
    python = VENV / "bin" / "python"
    if not has_pip(python) and subprocess.call([sys.executable, "-m", "venv", str(VENV)]) != 0:
        fail(
            "the virtual environment cannot be made: install Python's venv module (Debian: apt-get install python3-venv)"
        )
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["-c", str(ROOT / CONSTRAINTS)]
    for name in FILES[profile]:
        command += ["-r", str(ROOT / name)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        explain(done.stdout)
    for other in ("run", "dev"):
        mark = VENV / ("made-for-" + other)
        if mark.exists():
            os.unlink(mark)
    (VENV / ("made-for-" + profile)).write_text(stamp(profile))


def explain(output: str) -> None:
    """The one line that says why pip failed, with its log kept beside."""
    log = ROOT / "var" / "install.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(output)
    if shutil.which("cc") is None and shutil.which("gcc") is None and ("gcc" in output or "compiler" in output):
        fail("a package has to be compiled here and there is no C compiler (Debian: apt-get install build-essential)")
    if "No space left" in output:
        fail("the disk is full; the environment needs about 900 MB")
    lines = [line for line in output.splitlines() if "error" in line.lower()] or output.splitlines()[-1:]
    fail(
        "the requirements could not be installed: %s (all of it: var/install.log)"
        % (lines[0].strip() if lines else "?")
    )


if __name__ == "__main__":
    main()
