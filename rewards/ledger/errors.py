"""What the ledger refuses."""

from django.utils.translation import gettext as _

from metya.web.errors import ActionError


class BadTransfer(ActionError):
    """The amount is not above 0, source and target are the same, or an account cannot exist."""

    code = "bad-transfer"
    status = 422


class KeyReused(ActionError):
    """The key was used before for another source, target or amount."""

    code = "key-reused"
    status = 409

    def __init__(self, key: str) -> None:
        super().__init__(_("The key %(key)s was used for another transfer.") % {"key": key}, data={"key": key})


class InsufficientFunds(ActionError):
    """An account holds less than is to be taken from it; ``data`` names it and the amounts in grains."""

    code = "insufficient-funds"
    status = 409

    def __init__(self, account: str, balance: int, needed: int) -> None:
        message = _("%(account)s holds %(balance)d grains, %(needed)d are needed.")
        values = {"account": account, "balance": balance, "needed": needed}
        super().__init__(message % values, data=values)
