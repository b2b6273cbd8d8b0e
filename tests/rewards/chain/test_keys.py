"""The updater's key: where it may come from, what is refused, and that it never shows."""

import json
import traceback

import pytest
from eth_account import Account
from eth_utils import keccak

from rewards.chain import checks, keys, rpc
from tests import make

SECRET = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"


@pytest.fixture
def real_chain(settings):
    settings.CHAIN_ID, settings.ALLOW_DEVELOPMENT_CHAIN = 8453, False
    settings.UPDATER_KEY_PASSWORD = ""
    return settings


@pytest.mark.parametrize("form", [SECRET, f"0x{SECRET}", f" 0x{SECRET.upper()}\n".replace("0X", "0x")])
def test_a_raw_key_is_taken_with_and_without_prefix(real_chain, form: str):
    real_chain.UPDATER_KEY = form
    assert keys.updater().address == Account.from_key(SECRET).address


def test_a_key_file_is_opened_with_its_password(real_chain):
    stored = Account.encrypt(SECRET, "correct horse", iterations=2)
    real_chain.UPDATER_KEY, real_chain.UPDATER_KEY_PASSWORD = json.dumps(stored), "correct horse"
    assert keys.updater().address == Account.from_key(SECRET).address


@pytest.mark.parametrize(
    ("secret", "password", "said"),
    [
        ("", "", "set UPDATER_KEY or UPDATER_KEY_FILE"),
        (SECRET[:-1], "", "64 hex digits"),
        (SECRET + "00", "", "64 hex digits"),
        ("z" * 64, "", "64 hex digits"),
        ("0" * 64, "", "64 hex digits"),
        ("f" * 64, "", "64 hex digits"),
        ("{}", "", "set UPDATER_KEY_PASSWORD"),
        ("{}", "x", "could not be opened"),
        ("{broken", "x", "could not be opened"),
        (json.dumps(Account.encrypt(SECRET, "right", iterations=2)), "wrong", "could not be opened"),
    ],
)
def test_what_is_no_key_is_refused_without_showing_it(real_chain, secret: str, password: str, said: str):
    real_chain.UPDATER_KEY, real_chain.UPDATER_KEY_PASSWORD = secret, password
    with pytest.raises(keys.KeyUnavailable) as caught:
        keys.updater()
    told = "".join(traceback.format_exception(caught.value))
    assert said in told
    for hidden in (secret, secret[:16], SECRET[:16]):
        assert len(hidden) < 16 or hidden not in told


def test_keys_that_everyone_knows_work_on_the_development_chain_only(settings):
    settings.CHAIN_ID, settings.ALLOW_DEVELOPMENT_CHAIN, settings.UPDATER_KEY = 31337, True, ""
    assert keys.is_well_known(keys.updater().address)
    settings.UPDATER_KEY = keys.DEVELOPMENT_KEY
    assert keys.is_well_known(keys.updater().address)
    for chain_id, allowed in ((31337, False), (1, True), (1, False)):
        settings.CHAIN_ID, settings.ALLOW_DEVELOPMENT_CHAIN = chain_id, allowed
        with pytest.raises(keys.KeyUnavailable, match="everyone knows"):
            keys.updater()
        settings.UPDATER_KEY = ""
        with pytest.raises(keys.KeyUnavailable, match="No updater key"):
            keys.updater()
        settings.UPDATER_KEY = keys.DEVELOPMENT_KEY


def test_the_test_mnemonics_accounts_and_the_cast_are_well_known():
    Account.enable_unaudited_hdwallet_features()
    words = " ".join(["test"] * 11 + ["junk"])
    for number in range(20):
        derived = Account.from_mnemonic(words, account_path=f"m/44'/60'/0'/0/{number}").address
        assert keys.is_well_known(derived), number
    assert keys.is_well_known(Account.from_key(keccak(text="metya demo cast mona")).address)
    assert not keys.is_well_known(make.key(77).address)


def test_the_development_chain_is_refused_outside_development(settings):
    settings.CHAIN_RPC_URL, settings.CHAIN_ID = "http://127.0.0.1:9", 31337
    settings.ALLOW_DEVELOPMENT_CHAIN = True
    assert checks.development_chain_only_in_development() == []
    settings.ALLOW_DEVELOPMENT_CHAIN = False
    assert [error.id for error in checks.development_chain_only_in_development()] == ["rewards.E001"]
    with pytest.raises(rpc.ChainDown, match="refused outside DEBUG and DEMO"):
        rpc.connect()


@pytest.mark.chain
def test_no_key_is_in_the_database_the_log_or_an_error(site, caplog, settings):
    signer = make.key(77)
    settings.UPDATER_KEY = signer.key.to_0x_hex()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    caplog.set_level("DEBUG")
    site.follow()  # the contract refuses this key: it does not hold the role
    assert "AccessControlUnauthorizedAccount" in site.intent().error
    digits = settings.UPDATER_KEY[2:]
    assert digits not in caplog.text
    for model in (type(site.intent()),):
        for row in model.objects.values():
            assert digits not in repr(row)
