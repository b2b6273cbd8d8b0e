"""API.md is what other programs rely on."""

import re
from pathlib import Path

from metya.wallets import errors, texts
from metya.wallets.models import Purpose

TEXT = (Path(errors.__file__).parent / "API.md").read_text()


def test_every_code_is_documented_with_its_status():
    documented = {
        name: int(status) for name, status in re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", TEXT, re.MULTILINE)
    }
    common = {"csrf": 403, "bad-json": 400, "too-large": 413, "too-many": 429}
    assert documented == {name: status for name, (status, _) in errors.TABLE.items()} | common


def test_every_purpose_is_documented():
    assert set(re.findall(r"^\| `([a-z-]+)` \| (?:any|a linked|the new) wallet", TEXT, re.MULTILINE)) == set(
        Purpose.values
    )


def test_every_message_can_be_filled():
    values = {
        "field": "x",
        "chain": 1,
        "allowed": "1",
        "domain": "x",
        "uri": "x",
        "until": "x",
        "reason": "x",
        "payouts": 1,
    }
    for name in errors.TABLE:
        assert str(errors.SignInRefused(name, **values).message)


def test_a_field_cannot_inject_a_line():
    for handle in ("a\nb", "a\r", "a\u202e", "é"):
        try:
            texts.statement(Purpose.LINK, handle=handle)
        except ValueError:
            continue
        raise AssertionError(handle)
