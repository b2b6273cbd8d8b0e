"""The whole loop as people live it: two members, two reviewers, a chain and nobody helping behind the scenes.

The site runs as `make run` runs it (without the demo community). Only one thing is made up: that a day has passed.
"""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from web3 import HTTPProvider, Web3

from rewards.chain import anvil
from tests.browser.person import Person
from tests.metya.test_env import ROOT
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.chain]
BALANCE_OF = "0x70a08231"


@dataclass
class Town:
    """A running site and its chain."""

    url: str
    env: dict[str, str]
    web3: Web3
    browser: Browser

    def manage(self, *arguments: str, module: str = "") -> str:
        """Run a management command beside the site; its output."""
        start = ["-m", module] if module else ["manage.py"]
        done = subprocess.run(
            [sys.executable, *start, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def person(self, handle: str) -> Person:
        found = Person(self.browser, self.url, self.web3, handle)
        self.web3.provider.make_request("anvil_setBalance", [found.signer.address, hex(10**18)])
        return found


@pytest.fixture
def town(tmp_path: Path, browser: Browser) -> Iterator[Town]:
    try:
        chain = anvil.start(ROOT / "var" / "anvil")
    except anvil.AnvilUnavailable as reason:
        if os.environ.get("REQUIRE_CHAIN") == "1":
            pytest.fail(f"the whole loop needs a chain: {reason}")
        pytest.skip(f"THE WHOLE LOOP WAS NOT TRIED: {reason}")
    port = free_port()
    env = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "DATA_DIR": str(tmp_path), "DEMO": "1", "CHAIN_RPC_URL": chain.url, "CHAIN_ID": "31337", "PYTHONWARNINGS": "ignore",
        "GENESIS_DATE": time.strftime("%Y-%m-%d", time.gmtime()), "SITE_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "metya.settings", "SECRET_KEY": "w" * 60, "EMBEDDED_WORKER": "1", "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    log = (tmp_path / "site.log").open("w")
    command = [sys.executable, "-m", "metya.ops.supervisor", "--no-demo", "--port", str(port)]
    site = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/healthz", site, tmp_path / "site.log")
        yield Town(f"http://127.0.0.1:{port}", env, Web3(HTTPProvider(chain.url)), browser)
    finally:
        site.terminate()
        site.wait(30)
        chain.stop()


def wait_until_up(url: str, site: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and site.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("the site did not come up: " + log.read_text()[-3000:])


def test_speak_be_answered_live_earn_be_reviewed_and_claim(town: Town):
    expect.set_options(timeout=20_000)
    ana, ben = town.person("ana"), town.person("ben")
    ana.join("Ana")
    ben.join("Ben")
    speak_and_be_answered_live(ana, ben)
    town.manage("close_epoch", module="tests.browser.tomorrow")
    fay, finn = town.person("fay"), town.person("finn")
    review(town, fay, finn)
    claim(town, ana)
    for person in (ana, ben, fay, finn):
        assert person.problems == [], person.handle


def speak_and_be_answered_live(ana: Person, ben: Person) -> None:
    """Ben follows Ana; what she writes reaches him, and his answer reaches her, without a reload."""
    ben.page.goto("/@ana/")
    ben.page.locator("#main").get_by_role("button", name="Follow @ana").click()
    expect(ben.page.get_by_role("button", name="Following")).to_be_visible()
    expect(ana.page.locator("[data-bell]").first).to_contain_text("1")
    ben.page.goto("/")
    ana.page.goto("/")
    ana.write("The bakery opens at six tomorrow.")
    ben.page.get_by_role("link", name="1 new post").click()
    post = ben.page.locator(".post", has_text="The bakery opens at six")
    expect(post).to_be_visible()
    ana.page.locator(".post", has_text="The bakery opens at six").locator("time").first.click()
    ana.page.wait_for_url("**/posts/*/")
    post.get_by_role("button", name="Like").click()
    expect(post.get_by_role("button", name="Like", pressed=True)).to_be_visible()
    expect(ana.page.locator("[data-count=likes]").first).to_have_text("1")
    ben.page.goto(ana.page.url)
    ben.page.get_by_label("Your reply").fill("I will be there at five to six.")
    ben.page.get_by_role("button", name="Reply", exact=True).click()
    ana.page.get_by_role("link", name="1 new reply").click()
    expect(ana.page.locator(".post", has_text="I will be there at five to six.")).to_be_visible()
    expect(ana.page.locator("[data-bell]").first).to_contain_text("3")


def review(town: Town, fay: Person, finn: Person) -> None:
    """The first reviewer submits, cannot approve; the second approves. Both need their second factor."""
    for person in (fay, finn):
        person.join(person.handle.title())
        town.manage("grant_role", person.address, "reviewer")
        person.page.goto("/admin/")
        assert "/admin/" not in person.page.url, "the admin opened without a second factor"
        person.set_up_second_factor()
    open_batch(fay)
    confirm(fay)
    fay.page.get_by_role("button", name="Submit for approval").click()
    fay.give_second_factor_if_asked()
    expect(fay.page.get_by_text("somebody else approves it")).to_be_visible()
    assert fay.page.get_by_role("button", name="Approve").count() == 0
    open_batch(finn)
    confirm(finn)
    finn.page.get_by_role("button", name="Approve").click()
    if finn.give_second_factor_if_asked():
        open_batch(finn)
        confirm(finn)
        finn.page.get_by_role("button", name="Approve").click()
    expect(finn.page.get_by_role("heading", name="Approved")).to_be_visible()


def confirm(person: Person) -> None:
    """Every point of the checklist."""
    for box in person.page.locator(".checklist input").all():
        box.check()


def open_batch(person: Person) -> None:
    person.page.goto("/admin/rewards/batch/")
    person.give_second_factor_if_asked()
    person.page.locator("#result_list tbody a").first.click()


def claim(town: Town, ana: Person) -> None:
    """The root reaches the chain by itself; Ana sees why it is that much, takes it, and it is in her wallet."""
    deadline = time.monotonic() + 90
    ana.page.goto("/rewards/")
    while ana.page.get_by_role("link", name="Claim", exact=False).count() == 0 and time.monotonic() < deadline:
        time.sleep(1)
        ana.page.reload()
    ana.page.goto("/rewards/epochs/0/why/")
    expect(ana.page.locator("#main").get_by_role("link", name="Ben")).to_be_visible()
    ana.page.goto("/rewards/claim/")
    shown = ana.page.locator(".amount.big").first.inner_text()
    ana.page.locator("[data-claim-start]").click()
    ana.page.get_by_role("button", name="Test wallet").click()
    expect(ana.page.get_by_text("It is in your wallet.")).to_be_visible(timeout=60_000)
    paid = balance_of(town, ana)
    assert paid > 0
    assert f"{paid // 10**18:,}" in shown
    ana.page.goto("/rewards/")
    expect(ana.page.get_by_text("claimed", exact=True).first).to_be_visible()


def balance_of(town: Town, person: Person) -> int:
    """The person's tokens on the chain, in wei."""
    code = "from rewards.chain import reads; print(reads.contracts().token)"
    token = town.manage("shell", "-v", "0", "-c", code).strip().splitlines()[-1]
    data = BALANCE_OF + person.address.removeprefix("0x").rjust(64, "0")
    answer = town.web3.eth.call({"to": Web3.to_checksum_address(token), "data": data})
    return int.from_bytes(answer, "big")
