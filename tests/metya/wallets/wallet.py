"""A wallet as a client of the site: asks for a text, signs it, sends it back."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount


def signature(signer: LocalAccount, text: str) -> str:
    """personal_sign of ``text``."""
    return signer.sign_message(encode_defunct(text=text)).signature.to_0x_hex()


def post(client: Client, path: str, data: Any, **extra: Any) -> Any:
    body = data if isinstance(data, str | bytes) else json.dumps(data)
    return client.post(path, data=body, content_type="application/json", **extra)


def ask(client: Client, signer: LocalAccount | str, purpose: str = "sign-in", *, chain_id: int = 1, **more: Any) -> Any:
    """The answer to a request for a text."""
    address = signer if isinstance(signer, str) else signer.address
    return post(client, "/wallets/challenge/", {"address": address, "chain_id": chain_id, "purpose": purpose, **more})


def answer(client: Client, challenge: dict[str, Any], signer: LocalAccount) -> Any:
    """The answer to a signature of a text that was asked for."""
    signed = {"nonce": challenge["nonce"], "signature": signature(signer, challenge["message"])}
    return post(client, "/wallets/verify/", signed)


def sign_in(client: Client, signer: LocalAccount, **more: Any) -> Any:
    """Ask, sign, send; the answer to the signature."""
    asked = ask(client, signer, **more)
    assert asked.status_code == 200, asked.content
    return answer(client, asked.json(), signer)


def new() -> LocalAccount:
    return Account.create()


def written(signer: LocalAccount, nonce: str, **changes: Any) -> str:
    """A text as a client would write it itself; ``changes`` replace fields, None leaves one out."""
    now = timezone.now()
    fields: dict[str, Any] = {
        "domain": settings.SITE_DOMAIN,
        "address": signer.address,
        "statement": "I want in.",
        "uri": f"{settings.SITE_URL}/",
        "version": "1",
        "chain_id": 1,
        "nonce": nonce,
        "issued_at": stamp(now),
        "expiration_time": stamp(now + timedelta(minutes=5)),
        "not_before": None,
        "scheme": None,
        "tail": "",
    } | changes
    scheme = f"{fields['scheme']}://" if fields["scheme"] else ""
    lines = [f"{scheme}{fields['domain']} wants you to sign in with your Ethereum account:", fields["address"], ""]
    lines += [fields["statement"], ""] if fields["statement"] is not None else [""]
    lines += [f"URI: {fields['uri']}", f"Version: {fields['version']}", f"Chain ID: {fields['chain_id']}"]
    lines += [f"Nonce: {fields['nonce']}", f"Issued At: {fields['issued_at']}"]
    if fields["expiration_time"]:
        lines.append(f"Expiration Time: {fields['expiration_time']}")
    if fields["not_before"]:
        lines.append(f"Not Before: {fields['not_before']}")
    return "\n".join(lines) + fields["tail"]


def stamp(moment: Any) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")[:-4] + "Z"


def send_written(client: Client, signer: LocalAccount, **changes: Any) -> Any:
    """A client that writes its own text: number, text, signature; the answer."""
    nonce = client.get("/wallets/nonce/").json()["nonce"]
    text = written(signer, changes.pop("nonce", nonce), **changes)
    return post(client, "/wallets/verify/", {"message": text, "signature": signature(signer, text)})


def code(response: Any) -> str:
    """The code of a refusal, which must have a message and a status that says whose fault it is."""
    assert 400 <= response.status_code < 500 or response.status_code == 503, response.content
    body = response.json()
    assert body["message"]
    return body["code"]
