"""The help page: open to everyone, and true about the rules it states."""

import re

import pytest
from django.conf import settings
from django.test import Client

from rewards.payouts.models import PayoutState

pytestmark = pytest.mark.django_db


def test_open_to_visitors_and_members(client: Client, bob, as_member):
    assert client.get("/help/").status_code == 200
    assert as_member(bob).get("/help/").status_code == 200
    assert client.post("/help/").status_code == 405


def test_it_explains_each_state_a_member_can_meet(client: Client):
    text = client.get("/help/").content.decode()
    explained = set(re.findall(r"<dt>([^<]*)</dt>", text))
    assert {state.label.split(" (")[0] for state in PayoutState} | {"estimate"} == explained


def test_it_names_every_key_and_no_other(client: Client):
    """The table on the page, the dialog that ? opens, and the script that listens."""
    text = client.get("/help/").content.decode()
    table, dialog = re.findall(r'<th scope="row">(<kbd>.*?)</th>', text), re.findall(r"<dt>(<kbd>.*?)</dt>", text)
    assert sorted(table) == sorted(dialog)
    script = (settings.BASE_DIR / "static" / "js" / "keys.js").read_text()
    plain, after = (re.search(rf"const {name} = {{(.*?)}};", script, re.S)[1] for name in ("plain", "afterG"))
    keys = {key.strip('"') for key in re.findall(r'(?:^|\s)("."|\w): [\w(]', plain)}
    told = {key for words in table for key in re.findall(r"<kbd>(.*?)</kbd>", words) if "<kbd>g</kbd>" not in words}
    assert told - {"Esc"} == keys
    told_after_g = {re.findall(r"<kbd>(.*?)</kbd>", words)[1] for words in table if "<kbd>g</kbd>" in words}
    assert told_after_g == set(re.findall(r"(\w): \(\) =>", after))


def test_every_anchor_of_the_contents_exists(client: Client):
    text = client.get("/help/").content.decode()
    for anchor in re.findall(r'href="#(\w+)"', text):
        assert f'id="{anchor}"' in text, anchor
