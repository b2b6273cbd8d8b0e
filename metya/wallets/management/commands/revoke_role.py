"""`manage.py revoke_role WALLET ROLE`: takes a staff role back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metya.wallets import actions
from metya.wallets.management.commands import _roles


class Command(BaseCommand):
    help = "Take a staff role from the member with WALLET: moderator, reviewer, manager or admin."

    def add_arguments(self, parser: CommandParser) -> None:
        _roles.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        address, role = _roles.parse(options["wallet"], options["role"])
        member = _roles.owner(address)
        if member is None:
            raise CommandError(f"No member has {address}.")
        if actions.revoke_role(actor=None, member=member, role=role):
            self.stdout.write(f"@{member.handle} is not {role.value} any more.")
        else:
            self.stdout.write(f"@{member.handle} was not {role.value}.")
