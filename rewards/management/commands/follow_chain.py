"""`manage.py follow_chain`: one pass over the chain by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rewards.chain import following
from rewards.chain.reads import chain_health


class Command(BaseCommand):
    help = "Reads events, books what is final and sends what waits, once; the job does this every few seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = following.follow()
        if outcome == "down":
            raise CommandError(f"The chain is down: {chain_health().detail}")
        self.stdout.write(f"metya: chain {outcome}")
