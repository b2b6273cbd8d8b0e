"""The production settings: clean by Django's own check, strict headers and cookies, errors without detail."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tests.metya.test_env import ROOT

PRODUCTION = {
    "SECRET_KEY": "production-like-key-0123456789-abcdefghij-ABCDEFGHIJ",
    "SITE_URL": "https://metya.example",
    "PATH": "/usr/bin:/bin",
    "PYTHONWARNINGS": "ignore",
}


def run(*command: str, data: Path) -> subprocess.CompletedProcess[str]:
    env = {**PRODUCTION, "DATA_DIR": str(data)}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_check_deploy_is_clean(tmp_path):
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_cookies_are_bound_to_the_host_and_https(tmp_path):
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE']='metya.settings'\n"
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_HSTS_SECONDS >= 31536000, s.SESSION_COOKIE_HTTPONLY, s.DEBUG, s.ALLOW_DEVELOPMENT_CHAIN)"
    )
    done = run("-c", code, data=tmp_path)
    assert done.stdout.split() == [
        "__Host-session",
        "__Host-csrftoken",
        "True",
        "True",
        "True",
        "True",
        "False",
        "False",
    ]


@pytest.mark.django_db
def test_policy_has_no_unsafe_source():
    policy = Client().get("/healthz")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "*" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "host"), [(300_000, "testserver"), (1, "evil.example")])
def test_what_cannot_be_read_gets_a_page_that_says_so(length, host):
    form = "application/x-www-form-urlencoded"
    answer = Client().post("/sign-out/", "next=" + "x" * length, content_type=form, headers={"host": host})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "nothing was done" in text and "evil" not in text and "Suspicious" not in text


@pytest.mark.django_db
def test_error_pages_tell_nothing(client: Client, monkeypatch):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "urlpatterns" not in answer.content.decode() and "Traceback" not in answer.content.decode()

    def broken(*args, **kwargs):
        raise RuntimeError("the secret detail")

    monkeypatch.setattr("metya.ops.health.report", broken)
    client.raise_request_exception = False
    answer = client.get("/healthz")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "secret detail" not in text and "RuntimeError" not in text
    assert answer["X-Request-Id"]
