"""deploy_contracts, register_contracts, follow_chain: what they do, twice, and what they refuse."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from metya.wallets.models import Member
from rewards.chain import anvil, deploying, keys, rpc
from rewards.chain.models import ChainLog, ChainTransaction, Deployment
from rewards.epochs.models import Epoch
from rewards.management.commands import deploy_contracts
from rewards.payouts.models import Batch
from tests import make
from tests.rewards.chain.evm import MET, Evm
from tests.rewards.chain.test_anvil import HOME

pytestmark = pytest.mark.chain


def run(*arguments: str, **options) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said, stderr=said, **options)
    return said.getvalue()


@pytest.fixture
def development(transactional_db, web3, _anvil, settings):
    settings.CHAIN_RPC_URL, settings.CHAIN_ID = _anvil.url, 31337
    settings.ALLOW_DEVELOPMENT_CHAIN = settings.DEMO = True
    settings.UPDATER_KEY = ""
    settings.ROOT_DELAY_SECONDS = 0
    settings.CHAIN_CONFIRMATIONS = 1
    return settings


def contracts(web3) -> tuple:
    rows = {row.kind: row for row in Deployment.objects.in_use(31337)}
    return tuple(
        web3.eth.contract(address=web3.to_checksum_address(rows[kind].address), abi=deploying.abi(name))
        for kind, name in (("token", "MetyaToken"), ("distributor", "MetyaDistributor"))
    )


def test_contracts_are_deployed_funded_and_noted_once(development, web3):
    said = run("deploy_contracts")
    token, distributor = contracts(web3)
    assert distributor.address.lower() in said
    assert distributor.functions.token().call() == token.address
    assert token.functions.balanceOf(distributor.address).call() == 375_000_000 * MET
    assert (distributor.functions.delay().call(), distributor.functions.nextEpoch().call()) == (0, 0)
    updater = keys.updater().address
    assert deploying.has_updater_role(rpc.connect(), distributor.address, updater)
    block = web3.eth.block_number
    assert run("deploy_contracts") == ""
    assert web3.eth.block_number == block
    assert Deployment.objects.count() == 2


def test_a_deployment_that_was_cut_off_is_finished(development, web3, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(deploying, "_transfer", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run("deploy_contracts")
    assert Deployment.objects.count() == 2
    assert "funded" in run("deploy_contracts")
    token, distributor = contracts(web3)
    assert token.functions.balanceOf(distributor.address).call() == 375_000_000 * MET


def test_members_wallets_get_coins_for_gas_in_the_demo(development, web3, alice: Member):
    wallet = web3.to_checksum_address(alice.payout_wallet.address)
    run("deploy_contracts")
    assert web3.eth.get_balance(wallet) == 100 * 10**18


@pytest.fixture
def approved(fay, finn) -> None:
    """Batches of epochs 3 and 4 that were approved while there was no contract."""
    now = timezone.now()
    for number in (3, 4):
        epoch = Epoch.objects.create(
            number=number,
            state="approved",
            starts_at=now,
            ends_at=now + timedelta(days=1),
            closed_at=now,
            scored_at=now,
            inputs_root="ab" * 32,
            result_root="cd" * 32,
        )
        Batch.objects.create(
            epoch=epoch,
            state="approved",
            submitted_by=fay,
            approved_by=finn,
            tree_root="0x" + f"{number:02x}" * 32,
            tree_total=5,
            content_hash="cd" * 32,
        )


def test_the_newest_approved_batch_is_published_on_a_new_chain(development, web3, approved, heard):
    run("deploy_contracts")
    assert [row.epoch for row in ChainTransaction.objects.all()] == [4]
    for _ in range(100):  # anvil mines beside, not within, the call that sends
        run("follow_chain")
        if contracts(web3)[1].functions.nextEpoch().call() == 5:
            return
    raise AssertionError("not published")


def test_every_approved_batch_from_the_first_epoch_on_is_published(development, approved):
    run("deploy_contracts", first_epoch=3)
    assert [row.epoch for row in ChainTransaction.objects.order_by("epoch")] == [3, 4]
    run("deploy_contracts", first_epoch=3)
    assert ChainTransaction.objects.count() == 2


def test_a_deployment_cut_off_before_it_published_is_finished(development, approved, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(deploy_contracts, "publish_approved", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run("deploy_contracts")
    run("deploy_contracts")
    assert [row.epoch for row in ChainTransaction.objects.all()] == [4]


def test_what_was_approved_before_contracts_are_noted_is_published(development, web3, approved):
    evm = Evm.deploy(web3, first=3)
    run("register_contracts", token=evm.token.address, distributor=evm.distributor.address, from_block=1)
    assert [row.epoch for row in ChainTransaction.objects.order_by("epoch")] == [3, 4]


def test_a_development_chain_that_began_anew_is_set_up_again(development, tmp_path):
    run("deploy_contracts")
    run("follow_chain")
    first = set(Deployment.objects.in_use(31337).values_list("address", flat=True))
    other = anvil.start(HOME)
    try:
        development.CHAIN_RPC_URL = other.url
        assert "began anew" in run("deploy_contracts")
        second = set(Deployment.objects.in_use(31337).values_list("address", flat=True))
        assert not first & second
        assert "ok" in run("follow_chain")
        assert run("deploy_contracts") == ""
    finally:
        other.stop()


def test_a_real_chain_wants_people_and_a_deployers_key(development, monkeypatch):
    development.ALLOW_DEVELOPMENT_CHAIN = False
    with pytest.raises(CommandError, match="refused outside DEBUG and DEMO"):
        run("deploy_contracts")
    monkeypatch.setattr(rpc, "connect", lambda: rpc.Chain("http://127.0.0.1:9", 1))
    monkeypatch.setattr("rewards.management.commands.deploy_contracts.connect", rpc.connect)
    development.CHAIN_ID = 1
    with pytest.raises(CommandError, match="--admin and --guardian"):
        run("deploy_contracts")
    people = {"admin": "0x" + "aa" * 20, "guardian": "0x" + "bb" * 20}
    with pytest.raises(CommandError, match="Set DEPLOYER_KEY"):
        run("deploy_contracts", **people)
    monkeypatch.setenv("DEPLOYER_KEY", keys.DEVELOPMENT_KEY)
    with pytest.raises(CommandError, match="everyone knows"):
        run("deploy_contracts", **people)
    monkeypatch.setenv("DEPLOYER_KEY", make.key(5).key.to_0x_hex())
    with pytest.raises(CommandError, match="No updater key"):
        run("deploy_contracts", **people)


def test_with_a_deployers_key_the_rest_goes_to_the_treasury(development, web3):
    deployer = deploying.KeyAccount(make.key(5))
    web3.provider.make_request("anvil_setBalance", [deployer.address, hex(10**18)])
    treasury, admin, guardian = (f"0x{number:040x}" for number in (1001, 1002, 1003))
    plan = deploying.Plan(
        admin=admin,
        updater=keys.updater().address.lower(),
        guardian=guardian,
        treasury=treasury,
        delay=3600,
        first_epoch=9,
        fund=MET,
    )
    for _ in range(2):
        token, _row = deploying.deploy(rpc.connect(), deployer, plan, print)
    assert deploying.token_balance(rpc.connect(), token.address, treasury) == 10**9 * 10**18 - MET
    distributor = contracts(web3)[1]
    assert distributor.functions.defaultAdmin().call().lower() == admin
    assert distributor.functions.nextEpoch().call() == 9


def test_existing_contracts_are_noted_after_a_look(development, web3):
    evm = Evm.deploy(web3)
    addresses = {"token": evm.token.address, "distributor": evm.distributor.address}
    said = run("register_contracts", from_block=3, **addresses)
    assert "next epoch to publish is 5" in said
    row = Deployment.objects.in_use(31337).get(kind="distributor")
    assert (row.address, row.block, row.first_epoch) == (evm.distributor.address.lower(), 3, 5)
    run("register_contracts", from_block=3, **addresses)
    assert Deployment.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"token": "0x" + "12" * 20}, "no contract at the token address"),
        ({"distributor": "0x" + "12" * 20}, "no contract at the distributor address"),
        ({"swap": True}, "not a MetyaDistributor"),
        ({"other token": True}, "pays the token"),
        ({"from_block": -1}, "must not be negative"),
        ({"from_block": 10**30}, "is not there yet; the chain has"),
    ],
)
def test_contracts_that_do_not_fit_are_refused(development, web3, change: dict, said: str):
    evm = Evm.deploy(web3)
    options = {"token": evm.token.address, "distributor": evm.distributor.address, "from_block": 1}
    if change.pop("swap", None):
        options["distributor"] = evm.token.address
    if change.pop("other token", None):
        options["token"] = Evm.deploy(web3).token.address
    with pytest.raises(CommandError, match=said):
        run("register_contracts", **(options | change))
    assert not Deployment.objects.exists()


def test_contracts_are_noted_again_with_an_earlier_block(development, web3):
    first, second = Evm.deploy(web3), Evm.deploy(web3)
    web3.provider.make_request("anvil_mine", [hex(9)])
    for evm, block in ((first, 6), (second, 9), (first, 2), (first, 5)):
        run("register_contracts", token=evm.token.address, distributor=evm.distributor.address, from_block=block)
        Deployment.objects.in_use(31337).update(indexed_block=7)
    row = Deployment.objects.in_use(31337).get(kind="distributor")
    assert (row.address, row.block) == (first.distributor.address.lower(), 2)
    assert Deployment.objects.count() == 4
    run("register_contracts", token=first.token.address, distributor=first.distributor.address, from_block=1)
    row.refresh_from_db()
    assert (row.block, row.indexed_block) == (1, None)  # read again from there


def test_a_distributor_that_would_pay_again_what_was_claimed_is_refused(development, web3):
    first, second = Evm.deploy(web3), Evm.deploy(web3)
    run("register_contracts", token=first.token.address, distributor=first.distributor.address, from_block=1)
    ChainLog.objects.create(
        chain_id=31337, contract=first.distributor.address.lower(), block_number=1, block_hash="0x1", log_index=0,
        tx_hash="0x1", event="Claimed", wallet="0x" + "12" * 20, amount=5,
    )  # fmt: skip
    with pytest.raises(CommandError, match="claim it all again"):
        run("register_contracts", token=second.token.address, distributor=second.distributor.address, from_block=1)
    assert Deployment.objects.in_use(31337).get(kind="distributor").address == first.distributor.address.lower()


@pytest.mark.parametrize("person", ["admin", "guardian"])
def test_the_updaters_key_holds_no_other_role(development, web3, person: str):
    with pytest.raises(CommandError, match="admin and guardian must be others"):
        run("deploy_contracts", **{person: keys.updater().address.lower()})
    assert not Deployment.objects.exists()


def test_a_key_without_the_role_is_refused(development, web3):
    evm = Evm.deploy(web3)
    development.UPDATER_KEY = make.key(8).key.to_0x_hex()
    with pytest.raises(CommandError, match="does not hold the UPDATER role"):
        run("register_contracts", token=evm.token.address, distributor=evm.distributor.address, from_block=1)


@pytest.mark.parametrize("command", ["deploy_contracts", "register_contracts"])
def test_no_chain_is_one_clear_line(development, command: str):
    development.CHAIN_RPC_URL = ""
    options = {"token": "0x" + "12" * 20, "distributor": "0x" + "12" * 20, "from_block": 1}
    with pytest.raises(CommandError, match="CHAIN_RPC_URL is not set"):
        run(command, **(options if command == "register_contracts" else {}))
    development.CHAIN_RPC_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="does not answer"):
        run(command, **(options if command == "register_contracts" else {}))


def test_nonsense_arguments_are_refused(development):
    with pytest.raises(CommandError, match="invalid address value"):
        run("register_contracts", "--token", "0x12", "--distributor", "0x" + "12" * 20, "--from-block", "1")
    with pytest.raises(CommandError, match="--fund must lie"):
        run("deploy_contracts", fund=10**10)
    for epoch in (-1, 2**31):
        with pytest.raises(CommandError, match="--first-epoch must lie"):
            run("deploy_contracts", first_epoch=epoch)


def test_following_a_dead_chain_says_so(development):
    run("deploy_contracts")
    development.CHAIN_RPC_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="The chain is down: the chain does not answer"):
        run("follow_chain")
