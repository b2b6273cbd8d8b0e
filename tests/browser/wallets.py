"""A wallet extension for browser tests: announced by EIP-6963, its answers given by eth_account here."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from playwright.sync_api import BrowserContext, Page

_ANNOUNCE = """(() => {
  const name = %(name)s, channel = %(channel)s
  const info = Object.freeze({uuid: crypto.randomUUID(), name, rdns: "test." + channel,
    icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"})
  const provider = {on() {}, removeListener() {}, request: async ({method, params}) => {
    const answer = JSON.parse(await window[channel](method, JSON.stringify(params ?? [])))
    if (answer.error) throw Object.assign(new Error(answer.error.message), {code: answer.error.code})
    return answer.result
  }}
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", {detail: Object.freeze({info, provider})}))
  addEventListener("eip6963:requestProvider", announce)
  announce()
})()"""


@dataclass
class InjectedWallet:
    """What the extension does: change the fields while a test runs. ``asked`` lists the methods that the page called."""

    signers: list[LocalAccount]
    chain_id: int = 1
    signs_with: LocalAccount | None = None
    rejects: bool = False
    send: Callable[[dict[str, Any]], str] | None = None
    revert: str = ""
    asked: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def answer(self, method: str, params: str) -> str:
        self.asked.append(method)
        try:
            return json.dumps({"result": self._do(method, json.loads(params))})
        except _Refusal as refusal:
            return json.dumps({"error": {"code": refusal.args[0], "message": refusal.args[1]}})

    def _do(self, method: str, params: list[Any]) -> Any:
        if method in ("eth_requestAccounts", "eth_accounts"):
            return [signer.address.lower() for signer in self.signers]
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "wallet_switchEthereumChain":
            self.chain_id = int(params[0]["chainId"], 16)
            return None
        if self.rejects:
            raise _Refusal(4001, "User rejected the request.")
        if method == "personal_sign":
            self.texts.append(bytes.fromhex(params[0][2:]).decode())
            signer = self.signs_with or self._signer(params[1])
            return signer.sign_message(encode_defunct(hexstr=params[0])).signature.to_0x_hex()
        if method == "eth_call" and self.revert:
            raise _Refusal(3, f"execution reverted: custom error {self.revert}")
        if method == "eth_sendTransaction" and self.send is not None:
            return self.send(params[0])
        raise _Refusal(4200, "The wallet does not support this method.")

    def _signer(self, address: str) -> LocalAccount:
        return next(signer for signer in self.signers if signer.address.lower() == address.lower())


class _Refusal(Exception):
    """Code and message, as EIP-1193 has them."""


@pytest.fixture
def injected_wallet() -> Callable[..., InjectedWallet]:
    """A function that puts a wallet into a page or a whole browser, before its pages load.

    ``injected_wallet(page, signer)`` or with several signers as the wallet's accounts; ``name`` is shown in the chooser;
    ``send`` answers eth_sendTransaction (takes the transaction, gives its hash), by default it is not supported;
    ``revert`` is the contract's error that eth_call meets, as 0x and eight digits.
    """
    count = iter(range(1000))

    def inject(
        where: Page | BrowserContext, *signers: LocalAccount, name: str = "Test wallet", **more: Any
    ) -> InjectedWallet:
        wallet, channel = InjectedWallet(list(signers), **more), f"__wallet_{next(count)}"
        where.expose_function(channel, wallet.answer)
        where.add_init_script(_ANNOUNCE % {"name": json.dumps(name), "channel": json.dumps(channel)})
        return wallet

    return inject


def sender(web3: Any, signer: LocalAccount) -> Callable[[dict[str, Any]], str]:
    """A ``send`` for ``injected_wallet``: fills in, signs and sends the transaction on the chain of ``web3``."""

    def send(asked: dict[str, Any]) -> str:
        filled = {
            "to": web3.to_checksum_address(asked["to"]),
            "data": asked.get("data", "0x"),
            "value": int(asked.get("value", "0x0"), 16),
            "nonce": web3.eth.get_transaction_count(signer.address),
            "chainId": web3.eth.chain_id,
            "maxPriorityFeePerGas": 10**9,
            "maxFeePerGas": 2 * web3.eth.gas_price + 10**9,
        }
        filled["gas"] = web3.eth.estimate_gas(filled | {"from": signer.address})
        return web3.eth.send_raw_transaction(signer.sign_transaction(filled).raw_transaction).to_0x_hex()

    return send
