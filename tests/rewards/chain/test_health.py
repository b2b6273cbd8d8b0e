"""What /healthz says of the chain."""

import pytest

from tests.rewards.chain.site import Site


def test_a_site_without_a_chain_is_not_down_for_it(db, client, settings):
    settings.CHAIN_RPC_URL = ""
    assert client.get("/healthz").json()["chain"] == "off"


@pytest.mark.chain
def test_a_chain_that_does_not_answer_is_named(site: Site, client, settings):
    site.follow()
    assert client.get("/healthz").json()["chain"] == "ok"
    settings.CHAIN_RPC_URL = "http://127.0.0.1:9"
    site.follow()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["chain"]) == (503, "down")
