"""`manage.py deploy_contracts`: token and distributor on the configured chain, funded; repeating it changes nothing."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from web3 import Web3

from metya import env
from metya.wallets.models import Wallet
from metya.web.errors import ActionError
from rewards.chain import deploying, distributor, keys, outbox
from rewards.chain.models import Deployment
from rewards.chain.rpc import Chain, ChainDown, Refused, connect
from rewards.epochs.models import Epoch, EpochState
from rewards.payouts.models import Batch

LAST_EPOCH = 2**31 - 1
DEMO_GAS = hex(100 * 10**18)


class Command(BaseCommand):
    help = (
        "Deploys the MET token and the distributor on CHAIN_RPC_URL and funds the distributor. On a development chain "
        "everything is chosen; elsewhere DEPLOYER_KEY pays, and --admin and --guardian are needed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--admin", type=address, help="grants roles and unpauses; use a multi-signature wallet")
        parser.add_argument("--guardian", type=address, help="pauses and revokes a root while its delay runs")
        parser.add_argument("--treasury", type=address, help="receives the tokens that are left (default: the admin)")
        parser.add_argument("--first-epoch", type=int, help="the first epoch to publish (default: the next to come)")
        parser.add_argument("--fund", type=int, default=375_000_000, help="MET to put in the distributor")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["fund"] <= 10**9:
            raise CommandError("--fund must lie between 0 and 1000000000 MET.")
        if options["first_epoch"] is not None and not 0 <= options["first_epoch"] <= LAST_EPOCH:
            raise CommandError(f"--first-epoch must lie between 0 and {LAST_EPOCH}.")
        try:
            chain = connect()
            if chain is None:
                raise CommandError("CHAIN_RPC_URL is not set; there is no chain to deploy to.")
            self._deploy(chain, options)
        except Refused as refusal:
            raise CommandError(distributor.read_error(refusal.data) or refusal.message) from refusal
        except (ActionError, ChainDown, deploying.DeploymentFailed, keys.KeyUnavailable) as problem:
            raise CommandError(f"{problem}") from problem

    def _deploy(self, chain: Chain, options: dict[str, Any]) -> None:
        development = keys.development_chain()
        sender, plan = self._for_development(chain, options) if development else self._for_real(options)
        if development and deploying.forget_lost_chain(chain, sender.address):
            self.stdout.write("metya: the development chain began anew; setting the contracts up again")
        _, payer = deploying.deploy(chain, sender, plan, lambda text: self.stdout.write(f"metya: {text}"))
        publish_approved(payer)
        if development:
            fund_wallets(chain, [plan.updater, *demo_wallets()])
        Deployment.objects.filter(pk=payer.pk).update(seen_at=timezone.now(), error="", failures=0)

    def _for_development(self, chain: Chain, options: dict[str, Any]) -> tuple[deploying.Sender, deploying.Plan]:
        accounts = [str(account).lower() for account in chain.call("eth_accounts")]
        updater = keys.updater().address.lower()
        free = [account for account in accounts if account != updater]
        if len(free) < 2:
            raise CommandError("The development chain holds no accounts of its own; is this anvil?")
        chosen = {"admin": options["admin"] or free[0], "guardian": options["guardian"] or free[1]}
        return deploying.NodeAccount(free[0]), plan_of(options, chosen, updater)

    def _for_real(self, options: dict[str, Any]) -> tuple[deploying.Sender, deploying.Plan]:
        if not options["admin"] or not options["guardian"]:
            raise CommandError("Give --admin and --guardian: addresses that this site holds no key of.")
        secret = env.secret("DEPLOYER_KEY")
        if not secret:
            raise CommandError("Set DEPLOYER_KEY or DEPLOYER_KEY_FILE: the account that pays for the deployment.")
        deployer = keys.account(secret, env.secret("DEPLOYER_KEY_PASSWORD"), "DEPLOYER_KEY")
        return deploying.KeyAccount(deployer), plan_of(options, options, keys.updater().address.lower())


def plan_of(options: dict[str, Any], people: dict[str, Any], updater: str) -> deploying.Plan:
    """The plan from the command's options; `people` holds admin and guardian."""
    first = options["first_epoch"]
    return deploying.Plan(
        admin=people["admin"],
        updater=updater,
        guardian=people["guardian"],
        treasury=options["treasury"] or people["admin"],
        delay=settings.ROOT_DELAY_SECONDS,
        first_epoch=next_to_publish() if first is None else first,
        fund=options["fund"] * 10**18,
    )


def next_to_publish() -> int:
    """The newest approved batch's epoch (its root stands for all before), else the oldest epoch not yet published."""
    approved = Batch.objects.approved().order_by("-epoch_id").first()
    if approved is not None:
        return approved.epoch_id
    published = [EpochState.PUBLISHED, EpochState.FINAL]
    oldest = Epoch.objects.exclude(state__in=published).order_by("number").first()
    return oldest.number if oldest is not None else 0


def publish_approved(payer: Deployment) -> None:
    """Enqueue the roots that were approved while there was no contract to take them; those on their way stay as they are."""
    with transaction.atomic():
        for batch in Batch.objects.approved().filter(epoch__gte=payer.first_epoch).order_by("epoch"):
            outbox.enqueue_root(batch)


def demo_wallets() -> list[str]:
    """Wallets of members that need coins for gas on the development chain."""
    return list(Wallet.objects.linked().order_by("id").values_list("address", flat=True)[:500]) if settings.DEMO else []


def fund_wallets(chain: Chain, wallets: list[str]) -> None:
    """Give each wallet coins for gas, by the development chain's own method."""
    for wallet in wallets:
        if chain.balance(wallet) < deploying.GAS_MONEY:
            chain.call("anvil_setBalance", wallet, DEMO_GAS)


def address(text: str) -> str:
    """An address argument in lower case; refuses what is none."""
    if not Web3.is_address(text):
        raise ValueError(text)
    return text.lower()
