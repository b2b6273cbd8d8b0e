"""Any sequence of transfers, single and many, against a model in plain integers."""

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from metya.web.errors import ActionError
from rewards.ledger import checking, reads
from rewards.ledger.accounts import EMISSION, NODES, POOL, TREASURY, Ref, claimed, held, owed, payable
from rewards.ledger.actions import Movement, transfer, transfer_many
from rewards.ledger.models import TOTAL_SUPPLY, Transfer
from tests.rewards.ledger.conftest import ANN, BEN

PLACES = [EMISSION, POOL, TREASURY, NODES] + [
    kind(wallet) for wallet in (ANN, BEN) for kind in (owed, held, payable, claimed)
]
places = st.sampled_from(PLACES)
amounts = st.one_of(st.integers(-2, 50), st.just(TOTAL_SUPPLY), st.just(TOTAL_SUPPLY + 1))
keys = st.sampled_from([f"k{number}" for number in range(25)])
moves = st.builds(Movement, places, places, amounts, keys)


class Ledger(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.balances: dict[Ref, int] = dict.fromkeys(PLACES, 0)
        self.made: dict[str, Movement] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def expected(self, wanted: list[Movement]) -> dict[Ref, int] | None:
        """The balances afterwards, or None when all of it must be refused."""
        after, made = dict(self.balances), dict(self.made)
        for move in wanted:
            if move.source == move.target or not 0 < move.amount <= TOTAL_SUPPLY:
                return None
            if move.key in made:
                if made[move.key] != move:
                    return None
                continue
            made[move.key] = move
            after[move.source] -= move.amount
            after[move.target] += move.amount
        low = {place: -TOTAL_SUPPLY if place == EMISSION else 0 for place in PLACES}
        if any(after[place] < low[place] or after[place] > TOTAL_SUPPLY for place in PLACES):
            return None
        self.made = made
        return after

    def compare(self, wanted: list[Movement], deed) -> None:
        after = self.expected(wanted)
        try:
            deed()
        except ActionError:
            assert after is None, wanted
        else:
            assert after is not None, wanted
            self.balances = after

    @rule(move=moves)
    def one(self, move: Movement) -> None:
        source, target, amount, key = move
        self.compare([move], lambda: transfer(source=source, target=target, amount=amount, key=key))

    @rule(wanted=st.lists(moves, max_size=5))
    def many(self, wanted: list[Movement]) -> None:
        self.compare(wanted, lambda: transfer_many(wanted))

    @rule(data=st.data())
    def again(self, data) -> None:
        """A retry of what was made changes nothing."""
        if self.made:
            move = data.draw(st.sampled_from(sorted(self.made.values(), key=str)))
            self.compare(
                [move], lambda: transfer(source=move.source, target=move.target, amount=move.amount, key=move.key)
            )

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        assert {place: reads.balance(place) for place in PLACES} == self.balances
        assert not checking.differences()
        assert Transfer.objects.count() == len(self.made)
        assert sum(self.balances.values()) == 0


def test_any_sequence(db):
    run = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))

    run_state_machine_as_test(Ledger, settings=run)
