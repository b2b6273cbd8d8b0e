"""What grant_role and revoke_role share: the wallet and the role as they were typed."""

from django.core.management.base import CommandError, CommandParser

from metya.wallets import demo
from metya.wallets.addresses import parse_address
from metya.wallets.errors import SignInRefused
from metya.wallets.models import Member, Role, Wallet


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("wallet", metavar="WALLET", help="address of an externally owned wallet: 0x and 40 digits")
    parser.add_argument("role", metavar="ROLE", help=", ".join(Role.values))


def parse(wallet: str, role: str) -> tuple[str, Role]:
    """Lower-case address and role; CommandError says what is wrong with either."""
    if role not in Role.values:
        raise CommandError(f"{role!r} is not a role. Roles: {', '.join(Role.values)}.")
    try:
        address = parse_address(wallet)
        demo.refuse_outside_demo(address)
    except SignInRefused as error:
        raise CommandError(f"{wallet}: {error.message}") from error
    return address, Role(role)


def owner(address: str) -> Member | None:
    """Whose linked wallet it is."""
    found = Wallet.objects.linked().filter(address=address).select_related("member").first()
    return found.member if found else None
