"""Signing in, linking and unlinking by hand, with wallets that the browser finds; and the wallet of the demo."""

import re
from urllib.parse import urlsplit

import pytest
from eth_account import Account
from playwright.sync_api import expect

from metya.wallets import demo
from metya.wallets.models import Member, Wallet
from tests import make

pytestmark = pytest.mark.browser
SAY = "[data-wallet-say]"


def arrive(page, path: str) -> None:
    """Wait until the page is at ``path``, whatever its query says."""
    page.wait_for_url(lambda url: urlsplit(url).path == path)


@pytest.fixture
def visit(live_site, injected_wallet):
    """A function: a page at ``path`` in a browser that has a wallet."""

    def open_page(*signers, path="/sign-in/?next=/settings/wallets/", wallets=("Test wallet",), site=live_site, **more):
        page = site.visitor().new_page()
        found = [injected_wallet(page, *signers, name=name, **more) for name in wallets]
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda line: "Content Security" in line.text and page.problems.append(line.text))
        page.goto(path)
        return page, found[0]

    return open_page


def test_a_good_key_signs_in(visit):
    signer = Account.create()
    member = make.member("ines", signer=signer)
    page, wallet = visit(signer)
    expect(page.get_by_text("Signing is free, sends no transaction")).to_be_visible()
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/settings/wallets/")
    expect(page.get_by_text("Linked wallets")).to_be_visible()
    assert wallet.asked == ["eth_requestAccounts", "eth_chainId", "personal_sign"]
    assert wallet.texts[0].startswith(page.url.split("/")[2] + " wants you to sign in with your Ethereum account:\n")
    assert Member.objects.get() == member
    assert page.problems == []


def test_a_new_wallet_is_welcomed(visit):
    page, _ = visit(Account.create())
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/welcome/")
    assert Member.objects.count() == 1


def test_a_wrong_key_is_refused_in_words(visit):
    signer = Account.create()
    page, wallet = visit(signer, signs_with=Account.create())
    page.get_by_role("button", name="Test wallet").click()
    expect(page.locator(SAY)).to_have_text("The signature does not belong to this wallet and this text.")
    assert "/sign-in/" in page.url and not Member.objects.exists()
    wallet.signs_with = None
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/welcome/")


def test_a_rejection_is_explained_and_can_be_thought_over(visit):
    signer = Account.create()
    page, wallet = visit(signer, rejects=True)
    page.get_by_role("button", name="Test wallet").click()
    expect(page.locator(SAY)).to_contain_text("You said no in your wallet, so nothing happened")
    wallet.rejects = False
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/welcome/")


def test_a_page_that_was_open_for_too_long_says_so(visit):
    page, wallet = visit(Account.create())
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Test wallet").click()
    expect(page.locator(SAY)).to_contain_text("This page was open for too long")
    assert "personal_sign" not in wallet.asked and page.problems == []


def test_a_wrong_network_is_explained_before_anything_is_signed(visit):
    page, wallet = visit(Account.create(), chain_id=5)
    page.get_by_role("button", name="Test wallet").click()
    expect(page.locator(SAY)).to_contain_text("Chain 5 is not accepted here. Switch your wallet to one of: 1, 10")
    assert "personal_sign" not in wallet.asked
    wallet.chain_id = 8453
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/welcome/")


def test_two_wallets_offer_a_choice_by_names_that_are_text(visit):
    page, first = visit(Account.create(), wallets=("<img src=x onerror=alert(1)>", "Second wallet"))
    buttons = page.locator("[data-wallet-list] button")
    expect(buttons).to_have_count(2)
    expect(buttons.nth(0)).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("[data-wallet-list] img").evaluate_all("all => all.every(one => one.src.startsWith('data:'))")
    page.get_by_role("button", name="Second wallet").click()
    arrive(page, "/welcome/")
    assert first.asked == [] and page.problems == []


def test_no_wallet_is_said(live_site):
    page = live_site.visitor().new_page()
    page.goto("/sign-in/")
    expect(page.locator(SAY)).to_contain_text("No wallet was found in this browser")


def test_the_keyboard_is_enough(visit):
    page, _ = visit(Account.create())
    page.get_by_role("button", name="Test wallet").focus()
    page.evaluate("document.dispatchEvent(new CustomEvent('metya:wallets', { detail: { settled: true } }))")
    page.keyboard.press("Enter")  # the focus is where it was, though wallets announced themselves again
    arrive(page, "/welcome/")


def test_linking_paying_and_unlinking(visit, live_site):
    old, new = Account.create(), Account.create()
    member = make.member("ines", signer=old)
    page, wallet = visit(old)
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/settings/wallets/")

    wallet.signers = [old, new]
    page.get_by_role("button", name="Link a wallet").click()
    expect(page.locator(".wallet-row")).to_have_count(2)
    assert [re.search(r"(Sign in|Allow the wallet|Link this wallet)", text)[0] for text in wallet.texts] == [
        "Sign in",
        "Allow the wallet",
        "Link this wallet",
    ]
    row = page.locator(".wallet-row", has_text=new.address.lower()[-4:])
    row.get_by_role("button", name="Send payouts here").click()
    expect(row.get_by_text("payouts go here")).to_be_visible()
    member.refresh_from_db()
    assert member.payout_wallet.address == new.address.lower()

    page.locator(".wallet-row", has_text=old.address.lower()[-4:]).get_by_role("button", name="Unlink").click()
    arrive(page, "/sign-in/")
    assert Wallet.objects.linked().get().address == new.address.lower()
    wallet.signers = [new]
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/settings/wallets/")
    expect(page.locator(".wallet-row")).to_have_count(1)
    assert page.problems == []


def test_the_wrong_account_is_named(visit):
    old = Account.create()
    make.member("ines", signer=old)
    page, wallet = visit(old)
    page.get_by_role("button", name="Test wallet").click()
    arrive(page, "/settings/wallets/")
    page.goto("/settings/confirm/?next=/settings/security/app/on/")
    wallet.signers = [Account.create()]
    page.get_by_role("button", name="Sign with a linked wallet").click()
    expect(page.locator(SAY)).to_contain_text(
        f"Switch your wallet to one of your linked accounts: {old.address.lower()[:6]}"
    )
    wallet.signers = [old]
    page.get_by_role("button", name="Sign with a linked wallet").click()
    arrive(page, "/settings/security/app/on/")
    expect(page.locator(".qr")).to_be_visible()


# --- the demo's own wallet ---------------------------------------------------------------------------------------------


@pytest.fixture
def demo_page(demo_site):
    page = demo_site.visitor().new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto("/sign-in/?next=/settings/wallets/")
    return page


def cast(handle: str):
    return next(person for person in demo.CAST if person.handle == handle)


def test_one_press_signs_in_as_one_of_the_cast(demo_page):
    mona = make.member("mona", signer=Account.from_key(cast("mona").key), roles=("moderator",), is_demo=True)
    demo_page.get_by_role("button", name="Sign in as Mona Lindqvist moderator").click()
    arrive(demo_page, "/settings/wallets/")
    expect(demo_page.locator(".wallet-row")).to_contain_text(cast("mona").address[-4:])
    assert mona.wallets.get().last_used_at is not None
    demo_page.goto("/admin/")
    expect(demo_page.get_by_text("you came in without a second factor")).to_be_visible()
    assert demo_page.problems == []


def test_a_new_member_gets_a_key_of_their_own(demo_page):
    demo_page.get_by_role("button", name="As a new member").click()
    arrive(demo_page, "/welcome/")
    assert Wallet.objects.get().address not in demo.well_known()
    demo_page.goto("/explore/")
    demo_page.context.clear_cookies()
    demo_page.goto("/sign-in/")
    demo_page.get_by_role("button", name="Demo wallet").click()
    expect(demo_page.get_by_role("dialog")).to_contain_text("Sign in. Signing is free")
    demo_page.get_by_role("button", name="Sign", exact=True).click()
    arrive(demo_page, "/welcome/")
    assert Member.objects.count() == 1, "the key stayed in this browser"


def test_the_demo_wallet_is_chosen_and_asks_like_any_other(demo_page):
    make.member("ines", signer=Account.from_key(cast("ines").key), is_demo=True)
    demo_page.get_by_role("button", name="Demo wallet").click()
    dialog = demo_page.get_by_role("dialog")
    expect(dialog).to_contain_text("who are you?")
    dialog.get_by_role("button", name="Ines Rocha").click()
    expect(demo_page.get_by_role("dialog")).to_contain_text("Sign in. Signing is free")
    demo_page.get_by_role("button", name="Reject").click()
    expect(demo_page.locator(SAY)).to_contain_text("You said no in your wallet")
    demo_page.get_by_role("button", name="Demo wallet").click()
    demo_page.get_by_role("button", name="Sign", exact=True).click()
    arrive(demo_page, "/settings/wallets/")
    assert demo_page.problems == []


SEND = """async (to) => {
  const [{provider}] = metyaWallet.providers()
  const from = await metyaWallet.account(provider)
  const hash = await provider.request({method: "eth_sendTransaction", params: [{from, to, value: "0x2a", data: "0x"}]})
  for (let i = 0; i < 50; i++) {
    const receipt = await provider.request({method: "eth_getTransactionReceipt", params: [hash]})
    if (receipt) return receipt.status
    await new Promise((done) => setTimeout(done, 100))
  }
}"""


@pytest.mark.chain
def test_the_demo_wallet_sends_transactions_on_the_demo_chain(demo_page, demo_chain):
    from web3 import HTTPProvider, Web3

    if not demo_chain:
        pytest.skip("there is no development chain here")
    demo_page.get_by_role("button", name="As a new member").click()
    arrive(demo_page, "/welcome/")
    make.member("tomasz")
    Member.objects.update(onboarded_at="2026-01-01T00:00:00Z")
    demo_page.goto("/settings/wallets/")
    demo_page.wait_for_function("window.metyaWallet?.providers().length === 1")
    target = Account.create().address
    demo_page.evaluate(f"() => {{ window.sent = ({SEND})('{target}').catch((error) => error.message) }}")
    demo_page.get_by_role("button", name="Send", exact=True).click()
    assert demo_page.evaluate("window.sent") == "0x1"
    assert Web3(HTTPProvider(demo_chain)).eth.get_balance(target) == 42
