"""`make run` on a machine that lacks something: one clear line each."""

import ast
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from metya.ops import bootstrap


@pytest.fixture
def house(monkeypatch, tmp_path):
    """An empty folder with the requirement files."""
    for name in (*bootstrap.FILES["dev"], bootstrap.CONSTRAINTS):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "run"])
    return tmp_path


def said() -> str:
    with pytest.raises(SystemExit) as stopped:
        bootstrap.main()
    line = str(stopped.value.code)
    assert line.startswith("metya: ") and "\n" not in line
    return line


def test_an_old_python_can_read_it_and_is_named(house, monkeypatch):
    ast.parse(Path(bootstrap.__file__).read_text(), feature_version=(3, 6))
    version = namedtuple("version", "major minor micro releaselevel serial")  # noqa: PYI024
    monkeypatch.setattr(sys, "version_info", version(3, 9, 2, "final", 0))
    monkeypatch.setattr(sys, "version", "3.9.2 (default)")
    assert "Python 3.11 or newer is needed; this is 3.9.2." in said()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("error: command 'gcc' failed: No such file or directory", "there is no C compiler"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        (
            "Collecting x\nERROR: No matching distribution found for x==9\nmore",
            "No matching distribution found for x==9",
        ),
        ("", "could not be installed: ?"),
    ],
)
def test_what_stopped_the_installation_is_named_and_its_log_kept(house, monkeypatch, output, words):
    monkeypatch.setattr(bootstrap, "has_pip", lambda python: True)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    failed = subprocess.CompletedProcess([], 1, stdout=output)
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *args, **kwargs: failed)
    assert words in said()
    assert (house / "var" / "install.log").read_text() == output
    assert not bootstrap.up_to_date("run"), "the next start tries again"


def test_a_python_without_venv_is_named(house, monkeypatch):
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *args, **kwargs: 1)
    assert "install Python's venv module" in said()


def test_an_environment_that_was_interrupted_is_made_again(house):
    python = house / ".venv" / "bin" / "python"
    assert not bootstrap.has_pip(python)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(house / ".venv")], check=True)
    assert python.exists() and not bootstrap.has_pip(python)


def test_a_second_start_does_nothing_until_a_requirement_changes(house, monkeypatch):
    (house / ".venv").mkdir()
    (house / ".venv" / "made-for-dev").write_text(bootstrap.stamp("dev"))
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *args, **kwargs: pytest.fail("something was started"))
    bootstrap.main()  # the environment for tests holds what running needs
    (house / "requirements.txt").write_text("new==1")
    assert not bootstrap.up_to_date("run") and not bootstrap.up_to_date("dev")
