"""`manage.py register_contracts`: use contracts that exist already."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metya.web.errors import ActionError
from rewards.chain import deploying, keys
from rewards.chain.rpc import ChainDown, Refused, connect
from rewards.management.commands.deploy_contracts import address, publish_approved


class Command(BaseCommand):
    help = "Notes a token and a distributor that are on the chain already, after looking that they fit together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--token", type=address, required=True)
        parser.add_argument("--distributor", type=address, required=True)
        parser.add_argument("--from-block", type=int, required=True, help="the block of the distributor's deployment")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["from_block"] < 0:
            raise CommandError("--from-block must not be negative.")
        try:
            chain = connect()
            if chain is None:
                raise CommandError("CHAIN_RPC_URL is not set; there is no chain to look at.")
            updater = self._updater()
            row = deploying.register(chain, options["token"], options["distributor"], options["from_block"], updater)
            publish_approved(row)
        except (ActionError, ChainDown, Refused, deploying.DeploymentFailed) as problem:
            raise CommandError(f"{problem}") from problem
        self.stdout.write(f"metya: using distributor {row.address}; the next epoch to publish is {row.first_epoch}")

    def _updater(self) -> str | None:
        try:
            return str(keys.updater().address).lower()
        except keys.KeyUnavailable as problem:
            self.stderr.write(f"metya: {problem} Nothing can be published until it is there.")
            return None
