"""The nightly check of the ledger, by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rewards.ledger import checking
from rewards.ledger.models import LedgerCheck


class Command(BaseCommand):
    help = "Rebuilds every balance from the transfers; exit code 1 when one differs. Nothing is repaired."

    def handle(self, *args: Any, **options: Any) -> None:
        found = checking.run()
        for difference in found:
            self.stderr.write(difference)
        if found:
            raise CommandError(f"{len(found)} differences between the books and their transfers", returncode=1)
        last = LedgerCheck.objects.latest("pk")
        self.stdout.write(f"ledger: {last.accounts} balances are the sum of their {last.transfers} transfers")
