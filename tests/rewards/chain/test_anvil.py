"""Starting the development chain: what it keeps, and what it says when it cannot."""

import json
import shutil
import socket

import pytest
from django.conf import settings
from web3 import HTTPProvider, Web3

from rewards.chain import anvil

HOME = settings.BASE_DIR / "var" / "anvil"


@pytest.mark.chain
def test_the_state_survives_a_restart(_anvil, tmp_path):
    state = tmp_path / "state.json"
    chain = anvil.start(HOME, state=state)
    web3 = Web3(HTTPProvider(chain.url))
    giver, taker = web3.eth.accounts[:2]
    before = web3.eth.get_balance(taker)
    web3.eth.wait_for_transaction_receipt(web3.eth.send_transaction({"from": giver, "to": taker, "value": 7}))
    hashes = [web3.eth.get_block(number)["hash"] for number in (0, 1)]
    chain.stop()
    assert chain.process.returncode is not None
    again = anvil.start(HOME, state=state)
    try:
        web3 = Web3(HTTPProvider(again.url))
        assert web3.eth.get_balance(taker) == before + 7
        assert [web3.eth.get_block(number)["hash"] for number in (0, 1)] == hashes
    finally:
        again.stop()


@pytest.mark.chain
def test_a_busy_port_is_one_clear_line(_anvil):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(anvil.AnvilUnavailable, match="port .* is in use"):
            anvil.start(HOME, port=other.getsockname()[1])


@pytest.mark.chain
def test_a_bad_argument_is_reported_by_its_first_line(_anvil):
    with pytest.raises(anvil.AnvilUnavailable, match="unexpected argument"):
        anvil.start(HOME, arguments=("--no-such-thing",))


def test_missing_node_is_said_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(anvil.AnvilUnavailable, match=r"node and npm are needed .*Node\.js 20"):
        anvil.install(tmp_path)


def test_an_unknown_machine_is_said_at_once(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "pdp11")
    with pytest.raises(anvil.AnvilUnavailable, match="not offered for .* on pdp11"):
        anvil.platform_name()


def test_a_download_that_is_another_file_is_not_used(tmp_path, monkeypatch):
    def packed(command, cwd, **_):
        (cwd / "anvil.tgz").write_bytes(b"something else")
        return anvil.subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(anvil.subprocess, "run", packed)
    monkeypatch.setattr(anvil, "platform_name", lambda: "linux-amd64")
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/npm")
    with pytest.raises(anvil.AnvilUnavailable, match="not the expected file"):
        anvil.install(tmp_path)
    assert not list(tmp_path.glob("anvil-*"))


def test_half_a_state_file_gives_way_to_the_last_good_one(tmp_path):
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"block": 1}))
    assert anvil.usable_state(state) == ""
    state.write_text('{"block": ')
    assert "last good copy" in anvil.usable_state(state)
    assert json.loads(state.read_text()) == {"block": 1}
    assert (tmp_path / "state.broken.json").read_text() == '{"block": '


def test_half_a_state_file_without_a_copy_means_a_new_chain(tmp_path):
    state = tmp_path / "state.json"
    state.write_text("")
    assert "a new chain begins" in anvil.usable_state(state)
    assert not state.exists()
