"""Every reason why signing in, linking or confirming is refused. API.md lists the codes; a test holds it against this table."""

from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from metya.web.errors import ActionError

# code: (status, what to do about it)
TABLE: dict[str, tuple[int, Any]] = {
    # what was sent
    "bad-field": (400, _("The field “%(field)s” is missing or has the wrong form.")),
    "bad-address": (400, _("That is not a wallet address: 0x and 40 hexadecimal digits.")),
    "bad-checksum": (400, _("The address has a typing mistake: its capital letters do not match.")),
    "bad-chain": (400, _("The chain must be a whole number.")),
    "chain-not-allowed": (400, _("Chain %(chain)s is not accepted here. Switch your wallet to one of: %(allowed)s.")),
    "bad-purpose": (400, _("The purpose must be sign-in, link, unlink or confirm.")),
    "demo-key": (403, _("This is a demo key that everybody knows. It is good for the demo only; use a wallet of your own.")),
    # the text that was signed
    "challenge-unknown": (400, _("There is no text waiting for this signature in this browser. Ask for a new one.")),
    "challenge-expired": (400, _("The text has run out; it is good for five minutes. Ask for a new one.")),
    "challenge-used": (400, _("This signature was used already. Ask for a new text and sign that.")),
    "message-too-long": (400, _("The signed text is longer than 2,048 bytes.")),
    "message-malformed": (400, _("The signed text is not a sign-in message as EIP-4361 describes it.")),
    "message-changed": (400, _("The signed text is not the one that this site asked for.")),
    "wrong-domain": (400, _("The signed text names another site. It must be for %(domain)s.")),
    "wrong-uri": (400, _("The signed text names another address. Its URI must begin with %(uri)s.")),
    "issued-in-future": (400, _("The signed text is dated in the future. Check the clock of your device.")),
    "issued-too-early": (400, _("The signed text is older than five minutes. Ask for a new number and sign again.")),
    "message-expired": (400, _("The signed text has run out. Sign a new one.")),
    "message-not-yet-valid": (400, _("The signed text is not valid yet.")),
    "expiry-too-late": (400, _("The signed text may be valid for ten minutes at most.")),
    # the signature
    "signature-malformed": (400, _("That is not a signature: 65 bytes in hexadecimal digits, or what a contract wallet gives.")),
    "signature-compact": (400, _("Compact signatures (EIP-2098) are not accepted. Use a wallet that gives 65 bytes.")),
    "signature-wrong": (400, _("The signature does not belong to this wallet and this text.")),
    "chain-unavailable": (503, _("Chain %(chain)s does not answer, so this wallet cannot be checked now. Try again later.")),
    # the account
    "suspended": (403, _("This account is suspended until %(until)s. Reason: %(reason)s")),
    "account-ended": (403, _("This account has ended.")),
    "demo-account": (403, _("This account belongs to the demo, where anybody could be it. It is closed here.")),
    "sign-in-first": (401, _("Sign in first.")),
    "sign-in-failed": (400, _("Signing in did not work. Try again.")),
    "wallet-not-yours": (403, _("This wallet is not linked to your account.")),
    "wallet-linked": (409, _("This wallet is linked to your account already.")),
    "wallet-taken": (409, _("This wallet belongs to another account. Unlink it there first.")),
    "wallet-elsewhere": (
        409,
        _("An account has this address already, on another chain or as an ordinary wallet. Sign in the way it was linked."),
    ),
    "same-wallet": (400, _("The wallet that confirms must be one that is linked already.")),
    "confirm-first": (403, _("First sign with a wallet that is linked already; that is good for five minutes.")),
    "last-wallet": (409, _("This is your only wallet and your way in. Link another one before you unlink it.")),
    "payout-wallet": (409, _("Payouts go to this wallet. Choose another payout wallet before you unlink it.")),
    "payout-elsewhere": (
        409,
        _("This contract wallet lives on chain %(chain)s and payouts are made on chain %(payouts)s. Choose another wallet."),
    ),
    "second-factor-only": (403, _("Staff confirm this with their second factor.")),
}  # fmt: skip


class SignInRefused(ActionError):
    """A refusal by its code; ``values`` fill the message and go to the client beside it."""

    def __init__(self, code: str, **values: Any) -> None:
        status, message = TABLE[code]
        super().__init__(str(message) % values, code=code, status=status, data=values)


def refuse(code: str, **values: Any) -> NoReturn:
    """Raise the refusal named ``code``."""
    raise SignInRefused(code, **values)
