"""A real EVM for the chain tests: one anvil per test process, a fresh snapshot per test."""

import os

import pytest
from django.conf import settings
from web3 import HTTPProvider, Web3

from rewards.chain import anvil, hooks
from rewards.chain.models import Deployment
from tests.rewards.chain.evm import FIRST, Evm
from tests.rewards.chain.site import Site


@pytest.fixture(scope="session")
def _anvil():
    try:
        chain = anvil.start(settings.BASE_DIR / "var" / "anvil")
    except anvil.AnvilUnavailable as reason:
        message = f"CHAIN TESTS NOT RUN: {reason}"
        if os.environ.get("REQUIRE_CHAIN") == "1":
            pytest.fail(message)
        pytest.skip(message)
    yield chain
    chain.stop()


@pytest.fixture
def web3(_anvil) -> Web3:
    """A web3 on a development chain that is put back afterwards."""
    web3 = Web3(HTTPProvider(_anvil.url))
    snapshot = web3.provider.make_request("evm_snapshot", [])["result"]
    yield web3
    web3.provider.make_request("anvil_dropAllTransactions", [])
    web3.provider.make_request("evm_setAutomine", [True])
    web3.provider.make_request("evm_revert", [snapshot])


@pytest.fixture
def evm(web3) -> Evm:
    """Token and distributor, deployed and funded: delay one hour, first epoch 5."""
    return Evm.deploy(web3)


@pytest.fixture
def heard(monkeypatch) -> list:
    """Every event that became final, as a handler hears it."""
    events: list = []
    monkeypatch.setattr(hooks, "_handlers", [events.append])
    monkeypatch.setattr(hooks, "_guards", [])
    return events


@pytest.fixture
def site(transactional_db, web3, _anvil, settings, heard) -> Site:
    """A site on the development chain: contracts noted, no delay, three confirmations, the usual development key."""
    settings.CHAIN_RPC_URL = _anvil.url
    settings.CHAIN_ID = 31337
    settings.ALLOW_DEVELOPMENT_CHAIN = True
    settings.CHAIN_CONFIRMATIONS = 3
    settings.UPDATER_KEY = ""
    evm = Evm.deploy(web3, delay=0)
    block = web3.eth.block_number
    for kind, contract in (("token", evm.token), ("distributor", evm.distributor)):
        Deployment.objects.create(
            chain_id=31337, kind=kind, address=contract.address.lower(), block=block - 1, first_epoch=FIRST
        )
    return Site(evm, heard)
