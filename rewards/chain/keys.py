"""The updater's key: from the environment or a key file only, never in the database, a log or an error."""

import json
from contextlib import suppress
from functools import lru_cache

from django.conf import settings
from eth_account import Account
from eth_account.signers.local import LocalAccount

from metya.wallets import demo

# anvil's second account; anyone knows it. Used on the development chain when no other key is given.
DEVELOPMENT_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
# The second ten accounts of the mnemonic "test test test … junk" that development chains can start with.
MORE_ACCOUNTS = frozenset(
    (
        "0xbcd4042de499d14e55001ccbb24a551f3b954096",
        "0x71be63f3384f5fb98995898a86b02fb2426c5788",
        "0xfabb0ac9d68b0b445fb7357272ff202c5651694a",
        "0x1cbd3b2770909d4e10f157cabc84c7264073c9ec",
        "0xdf3e18d64bc6a983f673ab319ccae4f1a57c7097",
        "0xcd3b766ccdd6ae721141f452c550ca635964ce71",
        "0x2546bcd3c84621e976d8185a91a922ae77ecec30",
        "0xbda5747bfd65f08deb54cb465eb87d40e51b197e",
        "0xdd2fd4581271e230360230f9337d5c0430bf44c0",
        "0x8626f6940e2eb28930efb4cef49b2d1f2c9c1199",
    )
)


class KeyUnavailable(Exception):
    """There is no usable key; the message never contains any part of one."""


def development_chain() -> bool:
    """Whether the configured chain is the development chain and the site may use it."""
    return settings.CHAIN_ID == settings.DEVELOPMENT_CHAIN_ID and settings.ALLOW_DEVELOPMENT_CHAIN


def is_well_known(address: str) -> bool:
    """Whether everyone knows the key of the address: development accounts and the demo cast."""
    return address.lower() in demo.well_known() | MORE_ACCOUNTS


def updater() -> LocalAccount:
    """The account that submits roots, from UPDATER_KEY (raw hex, or a JSON key file's text with its password).

    Raises KeyUnavailable when it is missing, malformed, or well known while the chain is a real one.
    """
    if not settings.UPDATER_KEY and not development_chain():
        raise KeyUnavailable("No updater key: set UPDATER_KEY or UPDATER_KEY_FILE.")
    return account(settings.UPDATER_KEY or DEVELOPMENT_KEY, settings.UPDATER_KEY_PASSWORD, "UPDATER_KEY")


def account(secret: str, password: str, name: str) -> LocalAccount:
    """The account of a raw or encrypted key; `name` is the variable that errors speak of."""
    found = _from_keystore(secret, password, name) if secret.lstrip().startswith("{") else _from_hex(secret, name)
    if is_well_known(found.address) and not development_chain():
        raise KeyUnavailable(f"{name} is a development key that everyone knows; it is refused outside development.")
    return found


@lru_cache(maxsize=4)
def _from_keystore(secret: str, password: str, name: str) -> LocalAccount:
    if not password:
        raise KeyUnavailable(f"{name} is an encrypted key file: set {name}_PASSWORD or {name}_PASSWORD_FILE.")
    with suppress(Exception):  # whatever the library says may quote the key
        opened: LocalAccount = Account.from_key(Account.decrypt(json.loads(secret), password))
        return opened
    raise KeyUnavailable(f"{name} could not be opened: not a JSON key file, or the password is wrong.")


def _from_hex(secret: str, name: str) -> LocalAccount:
    digits = secret.strip().removeprefix("0x")
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        raw = b""
    number = int.from_bytes(raw, "big")
    if len(raw) != 32 or not 0 < number < 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141:
        raise KeyUnavailable(f"{name} is not a private key: 64 hex digits, or the text of a JSON key file.")
    opened: LocalAccount = Account.from_key(raw)
    return opened
