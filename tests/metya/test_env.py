"""Environment variables: nonsense is refused with the variable's name; the README's table is the truth."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from metya import env

# What runs before, or without, the settings.
ENTRANCES = ("env.py", "supervisor.py", "bootstrap.py", "asgi.py", "wsgi.py")
ROOT = Path(__file__).resolve().parent.parent.parent


def test_flag(monkeypatch):
    for raw, value in (("1", True), ("yes", True), ("TRUE", True), ("0", False), ("", False), ("off", False)):
        monkeypatch.setenv("X", raw)
        assert env.flag("X") is value
    monkeypatch.setenv("X", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="X="):
        env.flag("X")


def test_integer(monkeypatch):
    assert env.integer("X_UNSET", 5) == 5
    monkeypatch.setenv("X", "12")
    assert env.integer("X", 5, high=12) == 12
    for raw in ("12.5", "a", "99"):
        monkeypatch.setenv("X", raw)
        with pytest.raises(ImproperlyConfigured, match="X="):
            env.integer("X", 5, high=12)


@pytest.mark.parametrize("raw", ["ftp://x", "javascript:alert(1)", "no-url", "http://[::1"])
def test_url_refuses(monkeypatch, raw):
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match="X="):
        env.url("X")


def test_pairs(monkeypatch):
    monkeypatch.setenv("X", "1=https://a.example, 8453=https://b.example/key")
    assert env.pairs("X") == {1: "https://a.example", 8453: "https://b.example/key"}
    monkeypatch.setenv("X", "mainnet=https://a.example")
    with pytest.raises(ImproperlyConfigured, match="CHAIN_ID=URL"):
        env.pairs("X")


@pytest.mark.parametrize("raw", ["1=ftp://a", "=http://a", "²=http://a", "0=http://a", f"{2**63}=http://a"])
def test_pairs_refuses(monkeypatch, raw):
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match="CHAIN_ID=URL"):
        env.pairs("X")


def test_numbers(monkeypatch):
    assert env.numbers("X_UNSET", "1,10") == [1, 10]
    monkeypatch.setenv("X", " 1, 8453,")
    assert env.numbers("X") == [1, 8453]


@pytest.mark.parametrize("raw", ["1;10", "1 10", "mainnet", "²", "0", "-1", "1.0", str(2**63)])
def test_numbers_drops_nothing(monkeypatch, raw):
    monkeypatch.setenv("X", f"1,{raw}")
    with pytest.raises(ImproperlyConfigured, match="X: "):
        env.numbers("X")


def test_choice(monkeypatch):
    monkeypatch.setenv("X", "debug")
    assert env.choice("X", "INFO", ("DEBUG", "INFO")) == "DEBUG"
    monkeypatch.setenv("X", "loud")
    with pytest.raises(ImproperlyConfigured, match="none of DEBUG, INFO"):
        env.choice("X", "INFO", ("DEBUG", "INFO"))


@pytest.mark.parametrize(
    "raw", ["https://metya.example", "http://127.0.0.1:8000", "http://[::1]:8000", "https://a.example/"]
)
def test_origin(monkeypatch, raw):
    monkeypatch.setenv("X", raw)
    assert env.origin("X") == raw.rstrip("/")


@pytest.mark.parametrize(
    "raw",
    [
        "https://metya.example/social", "https://Metya.example", "https://metya.example:443", "http://metya.example:80",
        "https://metya.example:99999", "https://u:p@metya.example", "https://metya.example?x=1", "https:///x", "https://:8000",
    ],
)  # fmt: skip
def test_origin_is_what_the_address_bar_shows(monkeypatch, raw):
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match="X="):
        env.origin("X")


def test_secret_from_a_file(monkeypatch, tmp_path):
    file = tmp_path / "key"
    file.write_text("from a file\n")
    monkeypatch.setenv("X_FILE", str(file))
    assert env.secret("X") == "from a file"
    monkeypatch.setenv("X", "direct")
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.secret("X")
    monkeypatch.delenv("X")
    monkeypatch.setenv("X_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="X_FILE"):
        env.secret("X")


@pytest.mark.parametrize(("kept", "why"), [(b" \n", "is empty"), (b"\xff\xfe", "UTF-8")])
def test_a_secret_file_without_a_secret_is_refused(monkeypatch, tmp_path, kept, why):
    """An empty mount must not pass for "no key given"."""
    file = tmp_path / "key"
    file.write_bytes(kept)
    monkeypatch.setenv("X_FILE", str(file))
    with pytest.raises(ImproperlyConfigured, match=f"X_FILE.*{why}"):
        env.secret("X", "default")


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` with nothing in the environment but these."""
    command = [sys.executable, "manage.py", "check"]
    path = {"PATH": "/usr/bin:/bin", "PYTHONWARNINGS": "ignore", **variables}
    return subprocess.run(command, cwd=ROOT, env=path, capture_output=True, text=True, check=False)


def test_no_start_without_a_secret_key(tmp_path):
    done = start(DATA_DIR=str(tmp_path))
    assert done.returncode != 0
    assert done.stderr.startswith("metya: SECRET_KEY is not set"), "one line, no traceback"
    assert len(done.stderr.splitlines()) == 1


def test_a_bad_date_and_a_bad_url_name_themselves(tmp_path):
    done = start(DATA_DIR=str(tmp_path), SECRET_KEY="x" * 50, GENESIS_DATE="yesterday")
    assert done.returncode != 0 and "GENESIS_DATE" in done.stderr
    done = start(DATA_DIR=str(tmp_path), SECRET_KEY="x" * 50, SITE_URL="metya.example")
    assert done.returncode != 0 and "SITE_URL" in done.stderr
    (tmp_path / "file").touch()
    done = start(DATA_DIR=str(tmp_path / "file" / "var"), SECRET_KEY="x" * 50)
    assert done.returncode != 0 and done.stderr.startswith("metya: DATA_DIR=") and "directory" in done.stderr


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("smtp://ann:p%40ss@mail.example", ("mail.example", 587, "ann", "p@ss", True, False)),
        ("smtps://mail.example:4650", ("mail.example", 4650, "", "", False, True)),
        ("smtp-plain://127.0.0.1", ("127.0.0.1", 25, "", "", False, False)),
    ],
)
def test_mail_server(monkeypatch, raw, expected):
    assert env.mail_server("X_UNSET") == {}
    monkeypatch.setenv("X", raw)
    assert tuple(env.mail_server("X").values()) == expected


@pytest.mark.parametrize(
    "raw",
    ["mail.example", "http://mail.example", "smtp://", "smtp://a:b/c@mail.example", "smtp://h:99999", "smtp://h?x=1"],
)
def test_mail_server_refuses_without_repeating_the_password(monkeypatch, raw):
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured, match="X is not") as error:
        env.mail_server("X")
    assert "b/c" not in str(error.value)


def test_a_bad_push_key_or_contact_names_itself(tmp_path):
    done = start(DATA_DIR=str(tmp_path), SECRET_KEY="x" * 50, VAPID_PRIVATE_KEY="nonsense")
    assert done.returncode != 0 and done.stderr.startswith("metya: VAPID_PRIVATE_KEY") and "nonsense" not in done.stderr
    done = start(DATA_DIR=str(tmp_path), SECRET_KEY="x" * 50, VAPID_CONTACT="me")
    assert done.returncode != 0 and "VAPID_CONTACT" in done.stderr


def test_the_readme_lists_every_setting_and_no_other():
    readme = (ROOT / "README.md").read_text()
    table = readme.split("## Settings", 1)[1].split("\n## ", 1)[0]
    listed = set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
    sources = [path for package in ("metya", "social", "rewards") for path in (ROOT / package).rglob("*.py")]
    read = {name for path in sources for name in re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", path.read_text())}
    assert listed == read
    assert "os.environ" not in "".join(path.read_text() for path in sources if path.name not in ENTRANCES)
