"""Every rule, revert and role of the contracts on a real EVM."""

import hashlib
import json
import shutil
import subprocess

import pytest
from eth_utils import keccak
from web3.exceptions import ContractCustomError

from rewards.chain.artifacts import FOLDER, artifact
from tests.rewards.chain.evm import FIRST, HASH, HOUR, MET, Evm, deploy, leaf, named, tree

pytestmark = pytest.mark.chain
ROOT = b"\x22" * 32
ZERO = "0x" + "00" * 20
ADMIN_ROLE = b"\x00" * 32
UPDATER, GUARDIAN = keccak(text="UPDATER"), keccak(text="GUARDIAN")


# --- token -------------------------------------------------------------------------------------------------------


def test_the_whole_supply_goes_to_the_treasury_once(evm: Evm):
    token = deploy(evm.web3, "MetyaToken", evm.carol)
    assert token.functions.totalSupply().call() == 10**9 * MET == token.functions.balanceOf(evm.carol).call()
    assert (token.functions.symbol().call(), token.functions.decimals().call()) == ("MET", 18)
    changing = {e["name"] for e in token.abi if e["type"] == "function" and e["stateMutability"] == "nonpayable"}
    assert changing == {"transfer", "transferFrom", "approve"}


# --- construction ------------------------------------------------------------------------------------------------


def constructed(evm: Evm, **changes) -> tuple:
    people = {"admin": evm.admin, "updater": evm.updater, "guardian": evm.guardian, "token": evm.token.address}
    people |= {"delay": HOUR} | changes
    arguments = (people["token"], people["delay"], FIRST, people["admin"], people["updater"], people["guardian"])
    with pytest.raises(ContractCustomError) as caught:
        deploy(evm.web3, "MetyaDistributor", *arguments)
    return named(evm.distributor, caught.value.data)


@pytest.mark.parametrize("missing", ["token", "updater", "guardian"])
def test_nobody_is_left_out_at_construction(evm: Evm, missing: str):
    assert constructed(evm, **{missing: ZERO}) == ("ZeroAddress", ())


def test_an_admin_is_needed_at_construction(evm: Evm):
    assert constructed(evm, admin=ZERO) == ("AccessControlInvalidDefaultAdmin", (ZERO,))


@pytest.mark.parametrize("other", ["admin", "guardian"])
def test_the_updater_holds_no_other_role_from_the_start(evm: Evm, other: str):
    assert constructed(evm, **{other: evm.updater}) == ("RolesNotSeparated", (evm.updater.lower(),))


def test_the_delay_is_bounded(evm: Evm):
    month = 30 * 24 * HOUR
    assert constructed(evm, delay=month + 1) == ("DelayTooLong", (month + 1, month))


def test_the_longest_delay_is_thirty_days(web3):
    assert Evm.deploy(web3, delay=30 * 24 * HOUR).call.delay().call() == 30 * 24 * HOUR


def test_construction_fixes_token_delay_epoch_and_roles(evm: Evm):
    assert evm.call.token().call() == evm.token.address
    assert (evm.call.delay().call(), evm.call.nextEpoch().call()) == (HOUR, FIRST)
    for role, holder in ((ADMIN_ROLE, evm.admin), (UPDATER, evm.updater), (GUARDIAN, evm.guardian)):
        holders = [p for p in evm.web3.eth.accounts if evm.call.hasRole(role, p).call()]
        assert holders == [holder]


# --- submission --------------------------------------------------------------------------------------------------


def test_a_root_waits_with_its_total_and_time(evm: Evm):
    receipt = evm.submit(ROOT, 10 * MET)
    now = evm.web3.eth.get_block(receipt["blockNumber"])["timestamp"]
    assert evm.call.pending().call() == (ROOT, 10 * MET, FIRST, now + HOUR)
    assert evm.events(receipt, "RootSubmitted") == [
        {"epoch": FIRST, "root": ROOT, "total": 10 * MET, "contentHash": HASH, "validAt": now + HOUR}
    ]
    assert evm.call.root().call() == b"\x00" * 32
    assert evm.call.committed().call() == 0


@pytest.mark.parametrize("who", ["admin", "guardian", "carol"])
def test_only_the_updater_submits(evm: Evm, who: str):
    sender = getattr(evm, who)
    assert evm.refusal(evm.call.submitRoot(FIRST, ROOT, 1, HASH), sender) == (
        "AccessControlUnauthorizedAccount",
        (sender.lower(), UPDATER),
    )


@pytest.mark.parametrize("epoch", [0, FIRST - 1, FIRST + 1, 2**64 - 1])
def test_only_the_next_epoch_is_taken(evm: Evm, epoch: int):
    assert evm.refusal(evm.call.submitRoot(epoch, ROOT, 1, HASH), evm.updater) == ("WrongEpoch", (epoch, FIRST))


def test_one_root_waits_at_a_time(evm: Evm):
    evm.submit(ROOT, 1)
    for epoch in (FIRST, FIRST + 1):
        assert evm.refusal(evm.call.submitRoot(epoch, HASH, 1, HASH), evm.updater) == ("RootPending", (FIRST,))


def test_an_empty_root_is_refused(evm: Evm):
    assert evm.refusal(evm.call.submitRoot(FIRST, b"\x00" * 32, 0, HASH), evm.updater) == ("ZeroRoot", ())


def test_a_total_never_falls(evm: Evm):
    evm.publish(ROOT, 10 * MET)
    below = evm.call.submitRoot(FIRST + 1, HASH, 10 * MET - 1, HASH)
    assert evm.refusal(below, evm.updater) == ("TotalBelowCommitted", (10 * MET - 1, 10 * MET))
    evm.submit(HASH, 10 * MET, FIRST + 1)  # an epoch in which nobody earned is allowed


def test_a_total_is_covered_by_tokens_held_and_paid(evm: Evm):
    assert evm.refusal(evm.call.submitRoot(FIRST, ROOT, 1000 * MET + 1, HASH), evm.updater) == (
        "Underfunded",
        (1000 * MET + 1, 1000 * MET),
    )
    proofs = evm.pay((evm.alice, 600 * MET), (evm.bob, 400 * MET))
    evm.send(evm.call.claim(evm.alice, 600 * MET, proofs[0]), evm.carol)
    beyond = evm.call.submitRoot(FIRST + 1, ROOT, 1000 * MET + 1, HASH)
    assert evm.refusal(beyond, evm.updater) == ("Underfunded", (1000 * MET + 1, 1000 * MET))
    evm.send(evm.token.functions.transfer(evm.distributor.address, 1), evm.admin)
    evm.submit(ROOT, 1000 * MET + 1, FIRST + 1)


# --- acceptance and revocation -----------------------------------------------------------------------------------


def test_anyone_accepts_after_the_delay_and_not_a_second_before(evm: Evm):
    evm.submit(ROOT, 10 * MET)
    valid_at = evm.call.pending().call()[3]
    evm.web3.provider.make_request("evm_setNextBlockTimestamp", [valid_at - 1])
    evm.web3.provider.make_request("evm_mine", [])
    assert evm.refusal(evm.call.acceptRoot(), evm.carol) == ("TooEarly", (valid_at,))
    evm.web3.provider.make_request("evm_setNextBlockTimestamp", [valid_at])
    receipt = evm.send(evm.call.acceptRoot(), evm.carol)
    assert evm.events(receipt, "RootAccepted") == [{"epoch": FIRST, "root": ROOT, "total": 10 * MET}]
    assert (evm.call.root().call(), evm.call.committed().call()) == (ROOT, 10 * MET)
    assert evm.call.nextEpoch().call() == FIRST + 1
    assert evm.call.pending().call() == (b"\x00" * 32, 0, 0, 0)


def test_nothing_waiting_is_neither_accepted_nor_revoked(evm: Evm):
    assert evm.refusal(evm.call.acceptRoot(), evm.carol) == ("NoRootPending", ())
    assert evm.refusal(evm.call.revokePending(), evm.guardian) == ("NoRootPending", ())
    evm.publish(ROOT, 1)
    assert evm.refusal(evm.call.acceptRoot(), evm.carol) == ("NoRootPending", ())


def test_without_a_delay_a_root_is_accepted_at_once(web3):
    evm = Evm.deploy(web3, delay=0, first=0)
    evm.submit(ROOT, 1, epoch=0)
    evm.send(evm.call.acceptRoot(), evm.bob)
    assert evm.call.nextEpoch().call() == 1


def test_the_guardian_revokes_and_the_epoch_is_submitted_again(evm: Evm):
    evm.submit(ROOT, 10 * MET)
    receipt = evm.send(evm.call.revokePending(), evm.guardian)
    assert evm.events(receipt, "RootRevoked") == [{"epoch": FIRST, "root": ROOT}]
    evm.later(HOUR)
    assert evm.refusal(evm.call.acceptRoot(), evm.carol) == ("NoRootPending", ())
    evm.publish(HASH, 9 * MET)
    assert evm.call.root().call() == HASH


@pytest.mark.parametrize("who", ["admin", "updater", "carol"])
@pytest.mark.parametrize("verb", ["revokePending", "pause"])
def test_only_the_guardian_revokes_and_pauses(evm: Evm, who: str, verb: str):
    evm.submit(ROOT, 1)
    sender = getattr(evm, who)
    assert evm.refusal(getattr(evm.call, verb)(), sender) == (
        "AccessControlUnauthorizedAccount",
        (sender.lower(), GUARDIAN),
    )


def test_pause_then_revoke_cannot_be_overtaken(evm: Evm):
    evm.submit(ROOT, 1)
    evm.later(HOUR)
    evm.send(evm.call.pause(), evm.guardian)
    assert evm.refusal(evm.call.acceptRoot(), evm.carol) == ("EnforcedPause", ())
    evm.send(evm.call.revokePending(), evm.guardian)
    evm.submit(HASH, 1)  # the right root may already wait while paused
    evm.later(HOUR)
    assert evm.refusal(evm.call.acceptRoot(), evm.updater) == ("EnforcedPause", ())
    evm.send(evm.call.unpause(), evm.admin)
    evm.send(evm.call.acceptRoot(), evm.carol)
    assert evm.call.root().call() == HASH


@pytest.mark.parametrize("who", ["guardian", "updater", "carol"])
def test_only_the_admin_unpauses(evm: Evm, who: str):
    evm.send(evm.call.pause(), evm.guardian)
    sender = getattr(evm, who)
    assert evm.refusal(evm.call.unpause(), sender) == ("AccessControlUnauthorizedAccount", (sender.lower(), ADMIN_ROLE))


def test_pausing_twice_and_unpausing_what_runs_are_refused(evm: Evm):
    assert evm.refusal(evm.call.unpause(), evm.admin) == ("ExpectedPause", ())
    evm.send(evm.call.pause(), evm.guardian)
    assert evm.refusal(evm.call.pause(), evm.guardian) == ("EnforcedPause", ())


# --- claims ------------------------------------------------------------------------------------------------------


def test_anyone_may_claim_for_an_account_and_only_it_is_paid(evm: Evm):
    proofs = evm.pay((evm.alice, 30 * MET), (evm.bob, 20 * MET), (evm.admin, 1))
    assert evm.call.claim(evm.alice, 30 * MET, proofs[0]).call({"from": evm.carol}) == 30 * MET
    receipt = evm.send(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.carol)
    assert evm.events(receipt, "Claimed") == [
        {"account": evm.alice, "to": evm.alice, "epoch": FIRST, "amount": 30 * MET, "cumulative": 30 * MET}
    ]
    assert (evm.balance(evm.alice), evm.balance(evm.carol), evm.balance(evm.bob)) == (30 * MET, 0, 0)
    assert evm.call.totalClaimed().call() == evm.call.claimed(evm.alice).call() == 30 * MET


def test_a_second_claim_finds_nothing(evm: Evm):
    proofs = evm.pay((evm.alice, 30 * MET), (evm.bob, 20 * MET))
    evm.send(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.alice)
    nothing = ("NothingToClaim", (evm.alice.lower(), 30 * MET))
    assert evm.refusal(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.alice) == nothing
    assert evm.refusal(evm.call.claimTo(evm.carol, 30 * MET, proofs[0]), evm.alice) == nothing


def test_a_later_root_pays_the_difference(evm: Evm):
    proofs = evm.pay((evm.alice, 30 * MET), (evm.bob, 20 * MET))
    evm.send(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.alice)
    newer = evm.pay((evm.alice, 35 * MET), (evm.bob, 50 * MET), epoch=FIRST + 1)
    assert evm.refusal(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.alice) == ("InvalidProof", ())
    receipt = evm.send(evm.call.claim(evm.alice, 35 * MET, newer[0]), evm.alice)
    assert evm.events(receipt, "Claimed")[0]["amount"] == 5 * MET
    assert evm.events(receipt, "Claimed")[0]["epoch"] == FIRST + 1
    evm.send(evm.call.claim(evm.bob, 50 * MET, newer[1]), evm.bob)
    assert (evm.balance(evm.alice), evm.balance(evm.bob)) == (35 * MET, 50 * MET)
    assert evm.call.totalClaimed().call() == evm.call.committed().call() == 85 * MET


def test_wrong_amounts_accounts_and_proofs_are_refused(evm: Evm):
    proofs = evm.pay((evm.alice, 30 * MET), (evm.bob, 20 * MET), (evm.carol, 10 * MET))
    for account, amount, proof in (
        (evm.alice, 30 * MET + 1, proofs[0]),
        (evm.alice, 30 * MET, proofs[1]),
        (evm.carol, 30 * MET, proofs[0]),
        (evm.alice, 30 * MET, []),
        (evm.alice, 30 * MET, [*proofs[0], ROOT]),
    ):
        assert evm.refusal(evm.call.claim(account, amount, proof), evm.alice) == ("InvalidProof", ())


def test_nothing_can_be_claimed_before_the_first_root(evm: Evm):
    assert evm.refusal(evm.call.claim(evm.alice, 1, []), evm.alice) == ("InvalidProof", ())


def test_a_waiting_root_pays_nothing_yet(evm: Evm):
    root, proofs = tree(leaf(evm.alice, MET), leaf(evm.bob, MET))
    evm.submit(root, 2 * MET)
    assert evm.refusal(evm.call.claim(evm.alice, MET, proofs[0]), evm.alice) == ("InvalidProof", ())


def test_claim_to_sends_ones_own_claim_elsewhere(evm: Evm):
    proofs = evm.pay((evm.alice, 30 * MET), (evm.bob, 20 * MET))
    assert evm.refusal(evm.call.claimTo(evm.carol, 30 * MET, proofs[0]), evm.carol) == ("InvalidProof", ())
    receipt = evm.send(evm.call.claimTo(evm.carol, 30 * MET, proofs[0]), evm.alice)
    assert evm.events(receipt, "Claimed") == [
        {"account": evm.alice, "to": evm.carol, "epoch": FIRST, "amount": 30 * MET, "cumulative": 30 * MET}
    ]
    assert (evm.balance(evm.alice), evm.balance(evm.carol)) == (0, 30 * MET)


@pytest.mark.parametrize("bad", ["zero", "self"])
def test_claim_to_nowhere_is_refused(evm: Evm, bad: str):
    proofs = evm.pay((evm.alice, 30 * MET), (evm.bob, 20 * MET))
    to = ZERO if bad == "zero" else evm.distributor.address
    assert evm.refusal(evm.call.claimTo(to, 30 * MET, proofs[0]), evm.alice) == ("InvalidRecipient", (to.lower(),))


def test_claims_stop_while_paused(evm: Evm):
    proofs = evm.pay((evm.alice, 30 * MET), (evm.bob, 20 * MET))
    evm.send(evm.call.pause(), evm.guardian)
    assert evm.refusal(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.alice) == ("EnforcedPause", ())
    assert evm.refusal(evm.call.claimTo(evm.bob, 30 * MET, proofs[0]), evm.alice) == ("EnforcedPause", ())
    evm.send(evm.call.unpause(), evm.admin)
    evm.send(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.alice)


def test_the_declared_total_limits_the_loss(evm: Evm):
    root, proofs = tree(leaf(evm.alice, 30 * MET), leaf(evm.bob, 20 * MET))
    evm.publish(root, 45 * MET)  # the leaves promise more than was declared, though the contract holds enough
    evm.send(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.alice)
    over = evm.refusal(evm.call.claim(evm.bob, 20 * MET, proofs[1]), evm.bob)
    assert over == ("CommitmentExceeded", (50 * MET, 45 * MET))
    assert evm.balance(evm.bob) == 0


def test_the_empty_tree_pays_nobody(evm: Evm):
    evm.publish(leaf(ZERO, 0), 0)
    assert evm.refusal(evm.call.claim(ZERO, 0, []), evm.carol) == ("InvalidRecipient", (ZERO,))


def test_what_never_leaves_is_never_counted_as_paid(evm: Evm):
    """A leaf for the distributor itself would let later roots promise the same tokens twice."""
    own = evm.distributor.address
    proofs = evm.pay((own, 600 * MET), (evm.alice, 400 * MET))
    assert evm.refusal(evm.call.claim(own, 600 * MET, proofs[0]), evm.carol) == ("InvalidRecipient", (own.lower(),))
    over = evm.call.submitRoot(FIRST + 1, ROOT, 1000 * MET + 1, HASH)
    assert evm.refusal(over, evm.updater) == ("Underfunded", (1000 * MET + 1, 1000 * MET))


def test_a_token_that_calls_back_pays_nobody_twice(evm: Evm):
    amounts = ((evm.alice, 30 * MET), (evm.bob, 20 * MET))
    proofs = evm.pay(*amounts)
    # While alice is paid, the token claims for her again (refused), or for bob (his own claim: nothing wrong with it).
    for (account, amount), proof, noted, paid in zip(amounts, proofs, ((1, 0), (2, 1)), (30, 50), strict=True):
        snapshot = evm.web3.provider.make_request("evm_snapshot", [])["result"]
        again = bytes.fromhex(evm.distributor.encode_abi("claim", args=[account, amount, proof])[2:])
        evm.web3.provider.make_request("anvil_setCode", [evm.token.address, "0x" + calling_back(again).hex()])
        evm.send(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.carol)
        slots = tuple(int.from_bytes(evm.web3.eth.get_storage_at(evm.token.address, slot)) for slot in (5, 6))
        assert slots == noted
        assert evm.call.totalClaimed().call() == paid * MET
        evm.web3.provider.make_request("evm_revert", [snapshot])


def calling_back(data: bytes) -> bytes:
    """Code of a token that on any call counts it in slot 5, calls the caller with ``data``, keeps the success in slot 6."""
    start = bytes.fromhex("600554600101600555")  # slot 5 += 1
    call = "61{size:04x}61{place:04x}5f39" + "5f5f61{size:04x}5f5f335af1600655"  # codecopy; slot 6 = call(caller)
    end = bytes.fromhex("60015f5260205ff3")  # return true
    place = len(start) + len(bytes.fromhex(call.format(size=0, place=0))) + len(end)
    return start + bytes.fromhex(call.format(size=len(data), place=place)) + end + data


def test_a_transfer_that_fails_takes_the_claim_back(evm: Evm):
    proofs = evm.pay((evm.alice, 30 * MET), (evm.bob, 20 * MET))
    evm.web3.provider.make_request("anvil_setCode", [evm.token.address, "0x5f5f5260205ff3"])  # returns false
    refusal = evm.refusal(evm.call.claim(evm.alice, 30 * MET, proofs[0]), evm.alice)
    assert refusal == ("SafeERC20FailedOperation", (evm.token.address.lower(),))
    assert evm.call.claimed(evm.alice).call() == evm.call.totalClaimed().call() == 0


# --- powers ------------------------------------------------------------------------------------------------------


def test_no_function_moves_tokens_but_the_two_claims(evm: Evm):
    changing = {e["name"] for e in evm.distributor.abi if e["type"] == "function"} - {
        e["name"] for e in evm.distributor.abi if e["type"] == "function" and e["stateMutability"] in ("view", "pure")
    }
    roles = {
        "grantRole",
        "revokeRole",
        "renounceRole",
        "beginDefaultAdminTransfer",
        "acceptDefaultAdminTransfer",
        "cancelDefaultAdminTransfer",
        "changeDefaultAdminDelay",
        "rollbackDefaultAdminDelay",
    }
    assert changing - roles == {
        "submitRoot",
        "acceptRoot",
        "revokePending",
        "pause",
        "unpause",
        "claim",
        "claimTo",
    }
    assert not [e for e in evm.distributor.abi if e.get("stateMutability") == "payable"]


@pytest.mark.parametrize("role", [UPDATER, GUARDIAN])
@pytest.mark.parametrize("who", ["updater", "guardian", "carol"])
def test_only_the_admin_grants_roles(evm: Evm, role: bytes, who: str):
    sender = getattr(evm, who)
    assert evm.refusal(evm.call.grantRole(role, evm.bob), sender) == (
        "AccessControlUnauthorizedAccount",
        (sender.lower(), ADMIN_ROLE),
    )


@pytest.mark.parametrize("who", ["updater", "guardian", "carol"])
def test_only_the_admin_takes_roles_and_hands_over(evm: Evm, who: str):
    sender = getattr(evm, who)
    refused = ("AccessControlUnauthorizedAccount", (sender.lower(), ADMIN_ROLE))
    for verb in (
        evm.call.revokeRole(GUARDIAN, evm.guardian),
        evm.call.revokeRole(UPDATER, evm.updater),
        evm.call.beginDefaultAdminTransfer(sender),
        evm.call.cancelDefaultAdminTransfer(),
        evm.call.changeDefaultAdminDelay(0),
        evm.call.rollbackDefaultAdminDelay(),
    ):
        assert evm.refusal(verb, sender) == refused
    assert evm.refusal(evm.call.acceptDefaultAdminTransfer(), sender)[0] == "AccessControlInvalidDefaultAdmin"


def test_nobody_gives_up_the_role_of_another(evm: Evm):
    others = evm.call.renounceRole(GUARDIAN, evm.guardian)
    assert evm.refusal(others, evm.admin) == ("AccessControlBadConfirmation", ())
    assert evm.refusal(evm.call.renounceRole(ADMIN_ROLE, evm.admin), evm.admin)[0] == (
        "AccessControlEnforcedDefaultAdminDelay"
    )
    evm.send(evm.call.renounceRole(UPDATER, evm.updater), evm.updater)
    assert not evm.call.hasRole(UPDATER, evm.updater).call()


def test_roles_stay_separated_for_ever(evm: Evm):
    for role, account in ((UPDATER, evm.guardian), (UPDATER, evm.admin), (GUARDIAN, evm.updater)):
        assert evm.refusal(evm.call.grantRole(role, account), evm.admin) == ("RolesNotSeparated", (account.lower(),))
    evm.send(evm.call.beginDefaultAdminTransfer(evm.updater), evm.admin)
    evm.later(HOUR + 1)
    accept = evm.call.acceptDefaultAdminTransfer()
    assert evm.refusal(accept, evm.updater) == ("RolesNotSeparated", (evm.updater.lower(),))


def test_a_lost_updater_key_is_replaced(evm: Evm):
    evm.send(evm.call.revokeRole(UPDATER, evm.updater), evm.admin)
    evm.send(evm.call.grantRole(UPDATER, evm.bob), evm.admin)
    submit = evm.call.submitRoot(FIRST, ROOT, 1, HASH)
    assert evm.refusal(submit, evm.updater)[0] == "AccessControlUnauthorizedAccount"
    evm.send(submit, evm.bob)


def test_the_admin_changes_in_two_steps(evm: Evm):
    direct = evm.call.grantRole(ADMIN_ROLE, evm.bob)
    assert evm.refusal(direct, evm.admin)[0] == "AccessControlEnforcedDefaultAdminRules"
    evm.send(evm.call.beginDefaultAdminTransfer(evm.bob), evm.admin)
    assert evm.refusal(evm.call.acceptDefaultAdminTransfer(), evm.bob)[0] == "AccessControlEnforcedDefaultAdminDelay"
    evm.later(HOUR + 1)
    evm.send(evm.call.acceptDefaultAdminTransfer(), evm.bob)
    assert evm.call.defaultAdmin().call() == evm.bob


# --- artefacts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["MetyaToken", "MetyaDistributor"])
def test_the_committed_input_holds_the_committed_sources(name: str):
    sources = json.loads((FOLDER / "standard-input.json").read_text())["sources"]
    own = (FOLDER.parent / "src" / f"{name}.sol").read_text()
    assert sources[f"src/{name}.sol"]["content"] == own
    assert artifact(name)["contract"] == name


def test_the_deployed_code_is_the_committed_one(evm: Evm):
    code = evm.web3.eth.get_code(evm.token.address)
    assert (
        hashlib.sha256(code).digest()
        == hashlib.sha256(bytes.fromhex(artifact("MetyaToken")["deployedBytecode"][2:])).digest()
    )


def test_compiling_again_gives_the_same_artefacts():
    if not (FOLDER.parent / "node_modules").is_dir():
        pytest.skip("CONTRACTS NOT RECOMPILED: run make contracts-check (needs node)")
    node = shutil.which("node")
    done = subprocess.run([node, "compile.mjs", "--check"], cwd=FOLDER.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
