"""Two days wait at once, and the first is changed under the second."""

import pytest

from rewards import engine
from rewards.epochs import files
from rewards.payouts import actions, holding
from rewards.payouts.checklist import POINTS
from rewards.payouts.errors import EarlierBatchFirst, WrongState
from tests.rewards import village


def test_a_hold_in_the_first_of_two_days_in_review(in_review, office):
    ines, tomasz = in_review[:2]
    village.lively_day(in_review, 1)
    village.close(1)
    office.submit(0)
    second = office.submit(1)

    # The second builds on the first, so it waits for it.
    with pytest.raises(EarlierBatchFirst) as refused:
        office.approve(1)
    assert refused.value.data == {"epoch": 0}

    # Somebody stops a payout of the first day: what was submitted of both days is void.
    holding.place(actor=office.second, payout=village.payout(0, tomasz), reason="Under investigation")
    assert [village.batch(epoch).state for epoch in (0, 1)] == ["draft", "draft"]
    with pytest.raises(WrongState):
        actions.approve(
            actor=office.second, batch=second, content_hash=second.content_hash, confirmed=True, points=POINTS
        )
    office.review(0, 1)
    assert village.batch(1).content_hash != second.content_hash
    stopped = village.payout(0, tomasz).amount
    for epoch in (0, 1):
        assert [row.amount for row in engine.read_holds(files.directory(epoch))] == [stopped]
        assert engine.verify(files.directory(epoch)).ok
    office.accept(0)
    office.accept(1)
    assert office.leaf(1, tomasz) == village.payout(1, tomasz).amount
    assert office.claim(1, ines) == office.leaf(1, ines)


def test_two_holds_on_one_wallet_are_one_line_of_the_file(in_review, office):
    tomasz = in_review[1]
    village.lively_day(in_review, 1)
    village.close(1)
    holding.place(actor=office.first, payout=village.payout(0, tomasz), reason="Under investigation")
    holding.place(actor=office.first, payout=village.payout(1, tomasz), reason="Still under investigation")
    office.review(0, 1)
    (row,) = engine.read_holds(files.directory(1))
    assert row.amount == village.payout(0, tomasz).amount + village.payout(1, tomasz).amount
    assert row.reason == "epoch 0: Under investigation | epoch 1: Still under investigation"
    office.accept(1)
    assert office.leaf(1, tomasz) == 0
