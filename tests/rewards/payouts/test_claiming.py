"""What the claim page says when the contract would take no claim, and how a claim is followed whatever the wallet did."""

import re

import pytest
from django.utils import timezone
from eth_utils import keccak

from rewards.chain.artifacts import abi
from tests.metya.test_env import ROOT
from tests.rewards import village
from tests.rewards.payouts.test_views import chain, claimable  # noqa: F401

GRAIN = 10**9


@pytest.fixture
def ines(claimable):  # noqa: F811
    return claimable[0]


def test_a_paused_contract_is_said_and_nothing_is_offered(as_member, ines, chain):  # noqa: F811
    chain("Paused", final=False)
    body = as_member(ines).get("/rewards/claim/").text
    assert "the guardian has stopped the contract" in body
    assert "data-claim-start hidden disabled" in body
    assert "Download the proof" in body
    chain("Unpaused", final=False)
    body = as_member(ines).get("/rewards/claim/").text
    assert "the guardian has stopped the contract" not in body
    assert "data-claim-start hidden>" in body


def test_between_two_roots_one_waits(as_member, ines, chain):  # noqa: F811
    newer = chain("RootAccepted", epoch=1, final=False)
    body = as_member(ines).get("/rewards/claim/").text
    assert "has just come into force" in body
    assert "data-claim-start hidden disabled" in body
    newer.final_at = timezone.now()
    newer.save()
    assert "has just come into force" not in as_member(ines).get("/rewards/claim/").text


def test_a_dearer_form_of_the_same_claim_counts(as_member, ines, chain):  # noqa: F811
    """Wallets replace what hangs by a transaction of another hash; and anyone may claim for an account."""
    wallet, amount = ines.payout_wallet.address, village.payout(0, ines).amount
    sent, client = "0x" + "ab" * 32, as_member(ines)

    def status(cumulative: object) -> str:
        return client.get(f"/rewards/claim/status/?wallet={wallet}&tx={sent}&cumulative={cumulative}").text

    assert "data-claim-again" in status(amount * GRAIN)
    row = chain("Claimed", wallet=wallet, amount=amount)
    row.data = {"cumulative": str(amount * GRAIN)}
    row.save()
    assert "data-claim-final" in status(amount * GRAIN)
    assert row.tx_hash in status(amount * GRAIN)
    for other in (status(amount * GRAIN + 1), status("")):
        assert "data-claim-again" in other and sent in other
    assert f"cumulative={amount * GRAIN + 1}" in status(amount * GRAIN + 1)  # and it is asked for again


@pytest.mark.parametrize("cumulative", ["-1", "1.5", "many", "9" * 79, "0x10"])
def test_what_is_no_amount_is_refused(as_member, ines, cumulative: str):
    wallet = ines.payout_wallet.address
    path = f"/rewards/claim/status/?wallet={wallet}&tx=0x{'ab' * 32}&cumulative={cumulative}"
    response = as_member(ines).get(path)
    assert (response.status_code, "not an amount in wei" in response.text) == (400, True)


def test_another_wallets_transaction_is_not_ones_own(as_member, ines, claimable, chain):  # noqa: F811
    row = chain("Claimed", wallet=claimable[1].payout_wallet.address, amount=5)
    path = f"/rewards/claim/status/?wallet={ines.payout_wallet.address}&tx={row.tx_hash}"
    assert "data-claim-final" not in as_member(ines).get(path).text


def test_the_page_knows_the_contracts_errors_by_their_first_bytes():
    script = (ROOT / "static/js/claim.js").read_text()
    known = re.search(r"// .*: ([\w, ]+)\.\n  const ERRORS = \{(.*)\}", script)
    names, selectors = known[1].split(", "), re.findall(r"\b[0-9a-f]{8}\b", known[2])
    inputs = {entry["name"]: entry["inputs"] for entry in abi("MetyaDistributor") if entry["type"] == "error"}
    signatures = [f"{name}({','.join(part['type'] for part in inputs[name])})" for name in names]
    assert selectors == [keccak(text=signature)[:4].hex() for signature in signatures]
