"""A person with a wallet in a browser of their own: what the whole-loop test lets people do."""

import hashlib
import hmac
import json
import struct
import time
from base64 import b32decode

from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from playwright.sync_api import Browser, Page, Request, Response, expect
from web3 import Web3

# Announces a wallet as EIP-6963 asks; every request is answered by the test's process.
ANNOUNCE = """(() => {
  const icon = "data:image/svg+xml,<svg/>"
  const info = Object.freeze({ uuid: crypto.randomUUID(), name: "Test wallet", icon, rdns: "test.wallet" })
  const provider = {
    async request({ method, params }) {
      const answer = JSON.parse(await window.walletOfTheTest(method, JSON.stringify(params ?? [])))
      if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
      return answer.result
    },
    on() {}, removeListener() {},
  }
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }))
  addEventListener("eip6963:requestProvider", announce)
  announce()
})()"""


def six_digits(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    key = b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


class Person:
    """``signer`` holds the key; ``problems`` collects what the browser's console complained of."""

    def __init__(self, browser: Browser, url: str, web3: Web3, handle: str) -> None:
        self.url, self.web3, self.handle = url, web3, handle
        self.signer: LocalAccount = Account.create()
        self.address = self.signer.address.lower()
        self.secret = ""
        self.problems: list[str] = []
        self.context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(30_000)
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.expose_function("walletOfTheTest", self.answer)
        page.add_init_script(ANNOUNCE)
        page.on("console", lambda line: self.problems.append(line.text) if line.type == "error" else None)
        page.on("requestfailed", self.note_failed)
        page.on("response", lambda answer: self.note(answer))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        return page

    def note_failed(self, request: Request) -> None:
        """Keep what did not arrive; a page that is left gives up what it, its scripts included, was still asking for."""
        if request.method != "GET" or "ERR_ABORTED" not in str(request.failure):
            self.problems.append(f"failed: {request.method} {request.url} {request.failure}")

    def note(self, answer: Response) -> None:
        """Keep what the site refused."""
        if answer.status >= 400:
            self.problems.append(f"{answer.status}: {answer.request.method} {answer.url}")

    def answer(self, method: str, params: str) -> str:
        """The wallet's answer to one request."""
        given = json.loads(params)
        if method in ("eth_requestAccounts", "eth_accounts"):
            return json.dumps({"result": [self.signer.address]})
        if method == "eth_chainId":
            return json.dumps({"result": hex(31337)})
        if method == "personal_sign":
            signed = self.signer.sign_message(encode_defunct(hexstr=given[0]))
            return json.dumps({"result": "0x" + signed.signature.hex().removeprefix("0x")})
        if method == "eth_sendTransaction":
            return json.dumps({"result": self.send(given[0])})
        return json.dumps({"error": {"code": 4200, "message": f"{method} is not supported"}})

    def send(self, call: dict[str, str]) -> str:
        sender = self.signer.address
        assert call["from"].lower() == self.address
        fee = self.web3.eth.gas_price * 2
        filled = {
            "to": Web3.to_checksum_address(call["to"]), "data": call["data"], "value": 0, "chainId": 31337, "gas": 300_000,
            "nonce": self.web3.eth.get_transaction_count(sender), "maxFeePerGas": fee, "maxPriorityFeePerGas": fee // 10,
        }  # fmt: skip
        raw = self.signer.sign_transaction(filled).raw_transaction
        return "0x" + self.web3.eth.send_raw_transaction(raw).hex().removeprefix("0x")

    def sign_in(self, after: str = "/") -> None:
        self.page.goto(f"/sign-in/?next={after}")
        self.page.get_by_role("button", name="Test wallet").click()
        self.page.wait_for_url(lambda url: "/sign-in/" not in url.split("?")[0] or "second-factor" in url)

    def join(self, name: str) -> None:
        """First sign-in: handle, name, nobody to follow yet."""
        self.sign_in()
        self.page.wait_for_url("**/welcome/")
        self.page.get_by_label("Handle").fill(self.handle)
        self.page.get_by_role("button", name="Continue").click()
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_role("button", name="Continue").click()
        self.page.wait_for_url(lambda url: "/welcome/profile/" not in url)
        if "/welcome/people/" in self.page.url:  # not for the very first: there is nobody to follow yet
            self.page.get_by_role("button", name="Done").click()
        self.page.wait_for_url(self.url + "/")
        self.page.wait_for_load_state("networkidle")  # what stands beside the page has come too

    def write(self, text: str) -> None:
        """Post from the composer of home."""
        self.page.get_by_label("Your post").fill(text)
        self.page.locator("#composer").get_by_role("button", name="Post").click()
        expect(self.page.locator(".post", has_text=text).first).to_be_visible()

    def set_up_second_factor(self) -> None:
        self.page.goto("/settings/security/app/on/")
        if "/confirm/" in self.page.url:
            self.page.get_by_role("button", name="Sign with a linked wallet").click()
            self.page.get_by_role("button", name="Test wallet").click()
            self.page.wait_for_url("**/app/on/**")
        self.secret = self.page.locator("code").first.inner_text().strip()
        self.page.locator("input[name=code]").fill(six_digits(self.secret))
        self.page.get_by_role("button", name="Switch on").click()
        self.page.wait_for_url(lambda url: "/app/on/" not in url)

    def give_second_factor_if_asked(self) -> bool:
        """Answer the page that asks for the six digits; whether it was there."""
        field = self.page.locator("input[name=code]")
        if field.count() == 0:
            return False
        # A code is good once: wait for the next one when this one was just used.
        field.fill(six_digits(self.secret))
        self.page.get_by_role("button", name="Confirm").click()
        self.page.wait_for_load_state()
        return True
