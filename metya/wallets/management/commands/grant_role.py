"""`manage.py grant_role WALLET ROLE`: makes a member staff; this is how a community gets its first."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metya.wallets import actions, demo
from metya.wallets.checking import Proven
from metya.wallets.management.commands import _roles
from metya.wallets.models import Role, Wallet
from metya.web.errors import ActionError


class Command(BaseCommand):
    help = f"Give the member with WALLET a staff role: {', '.join(Role.values)}."

    def add_arguments(self, parser: CommandParser) -> None:
        _roles.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        address, role = _roles.parse(options["wallet"], options["role"])
        member = _roles.owner(address)
        if member is None:
            # Nothing was signed: the account waits for whoever holds the wallet, as does its role.
            member = actions.join(
                proven=Proven(address, Wallet.Kind.EOA, None), is_demo=demo.person(address) is not None
            )
            self.stdout.write(f"No member had {address} yet: made @{member.handle}, who can sign in with it.")
        try:
            changed = actions.grant_role(actor=None, member=member, role=role)
        except ActionError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"@{member.handle} is {role.value} now." if changed else f"@{member.handle} is {role.value} already."
        )
        if changed:
            self.stdout.write("The admin opens after a second factor was set up at /settings/security/.")
