"""Claiming in a real browser with a wallet of every mood; no chain: what it says is written into the site's own copy."""

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from rewards.chain.models import ChainLog
from tests import make
from tests.browser.wallets import InjectedWallet
from tests.rewards import village
from tests.rewards.payouts.conftest import everyone, in_review, office  # noqa: F401
from tests.rewards.payouts.test_views import chain, claimable  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SENT = "0x" + "ab" * 32


class Claimant:
    """Ines at the claim page, with a wallet that the test plays."""

    def __init__(self, member, page: Page, wallet: InjectedWallet, url: str) -> None:
        self.member, self.page, self.wallet, self.url = member, page, wallet, url
        self.open()

    def open(self) -> None:
        self.page.goto(f"{self.url}/rewards/claim/")

    def press(self) -> None:
        self.page.locator("[data-claim-start]").click()

    def hears(self, words: str) -> None:
        expect(self.page.locator("[data-wallet-say]")).to_contain_text(words)


@pytest.fixture
def ines(claimable, context: BrowserContext, page: Page, live_server, enter, injected_wallet) -> Claimant:  # noqa: F811
    member = claimable[0]
    enter(context, member, live_server.url)
    wallet = injected_wallet(page, make.key(500_000), send=lambda asked: SENT)
    return Claimant(member, page, wallet, live_server.url)


def test_a_claim_is_followed_over_a_reload_until_it_is_final(ines: Claimant, chain):  # noqa: F811
    ines.press()
    expect(ines.page.locator(".steps .now")).to_have_text("Included in a block")
    expect(ines.page.locator("[data-claim-start]")).to_be_hidden()
    assert ines.wallet.chain_id == 31337  # it was asked to switch
    ines.open()
    expect(ines.page.locator(".steps .now")).to_have_text("Included in a block")
    amount = village.payout(0, ines.member).amount
    row = chain("Claimed", wallet=ines.member.payout_wallet.address, amount=amount, final=False)
    ChainLog.objects.filter(pk=row.pk).update(tx_hash=SENT)
    expect(ines.page.locator(".steps .now")).to_have_text("Final")
    ChainLog.objects.filter(pk=row.pk).update(final_at=timezone.now())
    expect(ines.page.locator("[data-claim-final]")).to_be_visible()


def test_a_transaction_that_the_wallet_lost_can_be_sent_again(ines: Claimant):
    ines.press()
    ines.page.get_by_role("button", name="Claim again").click()
    expect(ines.page.locator(".steps")).to_have_count(0)
    ines.open()
    expect(ines.page.locator("[data-claim-start]")).to_be_visible()
    ines.press()
    expect(ines.page.locator(".steps")).to_be_visible()
    assert ines.wallet.asked.count("eth_sendTransaction") == 2


@pytest.mark.parametrize(
    ("revert", "words"),
    [
        ("0xd93c0665", "Claims are paused at the moment"),
        ("0x01ac6c1a", "This was claimed already"),
        ("0x09bde339", "A newer root is in force"),
    ],
)
def test_what_the_contract_would_refuse_is_said_before_anything_is_sent(ines: Claimant, revert: str, words: str):
    ines.wallet.revert = revert
    ines.press()
    ines.hears(words)
    assert "eth_sendTransaction" not in ines.wallet.asked
    expect(ines.page.locator("[data-claim-start]")).to_be_enabled()


def test_a_wrong_wallet_a_no_and_a_dead_wallet_are_said(ines: Claimant, claimable):  # noqa: F811
    own, ines.wallet.signers = ines.wallet.signers, [make.key(500_001)]
    ines.press()
    ines.hears("Switch your wallet to")
    ines.wallet.signers, ines.wallet.rejects = own, True
    ines.press()
    ines.hears("You said no in your wallet")
    ines.wallet.rejects, ines.wallet.send = False, lambda asked: "done"
    ines.press()
    ines.hears("The wallet did not send it")
    expect(ines.page.locator("[data-claim-start]")).to_be_enabled()
