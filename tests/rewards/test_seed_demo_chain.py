"""seed_demo beside a chain: the past is published, Ines can claim at once, and her wallet can pay the fee."""

import os
from io import StringIO

import pytest
from django.core.management import call_command

from metya.wallets.models import Member
from rewards.chain import anvil
from rewards.chain.rpc import connect
from rewards.demo import history
from rewards.ledger.checking import differences
from rewards.payouts.models import Batch, BatchState
from social.notifications.models import Notification

pytestmark = [pytest.mark.chain, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chain(settings, tmp_path):
    try:
        running = anvil.start(settings.BASE_DIR / "var" / "anvil")
    except anvil.AnvilUnavailable as reason:
        if os.environ.get("REQUIRE_CHAIN") == "1":
            pytest.fail(f"CHAIN TESTS NOT RUN: {reason}")
        pytest.skip(f"CHAIN TESTS NOT RUN: {reason}")
    settings.DEMO, settings.GENESIS_DATE, settings.ALLOW_DEVELOPMENT_CHAIN = True, "", True
    settings.CHAIN_RPC_URL, settings.CHAIN_ID, settings.CHAIN_CONFIRMATIONS = running.url, 31337, 1
    settings.UPDATER_KEY, settings.ROOT_DELAY_SECONDS = "", 0
    settings.EPOCHS_DIR, settings.MEDIA_ROOT = tmp_path / "epochs", tmp_path / "media"
    yield running
    running.stop()


def test_the_past_is_claimable(chain):
    out = StringIO()
    call_command("seed_demo", members=30, posts=80, days=4, stdout=out)
    assert "3 batches published and claimable" in out.getvalue()
    states = dict(Batch.objects.values_list("epoch", "state"))
    assert states == {0: "claimable", 1: "claimable", 2: "claimable", 3: BatchState.DRAFT}
    ines = Member.objects.get(handle="ines")
    assert ines.payouts.filter(state="claimable", amount__gt=0).exists()
    assert connect().balance(ines.payout_wallet.address) > 10**18
    told = Notification.objects.filter(member=ines, kind="payout")
    assert told.count() == 3
    moments = list(Notification.objects.order_by("pk").values_list("created_at", flat=True))
    assert moments == sorted(moments)
    assert differences() == []


def test_a_chain_that_does_not_answer_stops_nothing(chain, settings):
    settings.CHAIN_RPC_URL = "http://127.0.0.1:9"
    assert history.publish().startswith("the approved payouts wait to be published: ")
