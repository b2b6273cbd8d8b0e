"""Every state of the contract that an intent can meet."""

from dataclasses import replace

import pytest

from rewards.chain.distributor import EMPTY_ROOT, ZERO_ROOT, State
from rewards.chain.judge import Verdict, judge
from rewards.chain.models import ChainTransaction
from tests.rewards.chain.evm import leaf

OURS, OTHER = "0x" + "aa" * 32, "0x" + "bb" * 32
QUIET = State(
    root=ZERO_ROOT,
    next_epoch=7,
    committed=0,
    total_claimed=0,
    pending_root=ZERO_ROOT,
    pending_epoch=0,
    valid_at=0,
)


def pending(root: str, epoch: int) -> State:
    return replace(QUIET, pending_root=root, pending_epoch=epoch)


@pytest.mark.parametrize(
    ("kind", "state", "verdict"),
    [
        ("submit", QUIET, Verdict.SEND),
        ("submit", replace(QUIET, next_epoch=6), Verdict.WAIT),
        ("submit", pending(OURS, 7), Verdict.SETTLED),
        ("submit", pending(OTHER, 7), Verdict.CONTRADICTED),
        ("submit", replace(pending(OTHER, 6), next_epoch=6), Verdict.WAIT),
        ("submit", replace(QUIET, next_epoch=8, root=OURS), Verdict.SETTLED),
        ("submit", replace(QUIET, next_epoch=8, root=OTHER), Verdict.CONTRADICTED),
        ("submit", replace(QUIET, next_epoch=9, root=OTHER), Verdict.SETTLED),
        ("submit", replace(pending(OTHER, 8), next_epoch=8, root=OURS), Verdict.SETTLED),
        ("accept", pending(OURS, 7), Verdict.SEND),
        ("accept", pending(OTHER, 7), Verdict.CONTRADICTED),
        ("accept", QUIET, Verdict.REVOKED),
        ("accept", replace(QUIET, next_epoch=8, root=OURS), Verdict.SETTLED),
        ("accept", replace(QUIET, next_epoch=8, root=OTHER), Verdict.CONTRADICTED),
        ("accept", replace(pending(OTHER, 8), next_epoch=8, root=OURS), Verdict.SETTLED),
    ],
)
def test_the_chain_decides_what_an_intent_does_next(kind: str, state: State, verdict: Verdict):
    assert judge(ChainTransaction(kind=kind, epoch=7, root=OURS), state).verdict is verdict


def test_the_root_of_nobody_is_a_leaf_that_pays_nothing():
    assert "0x" + leaf("0x" + "00" * 20, 0).hex() == EMPTY_ROOT
