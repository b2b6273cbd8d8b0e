"""Fees: at least an eighth more on both fields, never past the cap."""

from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from rewards.chain import signing
from rewards.chain.rpc import Fees

gwei = st.integers(min_value=0, max_value=500 * 10**9)


@limits(deadline=None)
@given(old=st.builds(lambda a, b: Fees(max(a, b), min(a, b)), gwei, gwei), max_fee=gwei, priority=gwei)
def test_a_raise_is_at_least_an_eighth_on_both_and_within_the_cap(old: Fees, max_fee: int, priority: int):
    raised = signing.raised_fees(old, Fees(max_fee, priority))
    if raised is None:
        assert old.max_fee * 9 > signing.cap() * 8
        return
    assert raised.max_fee * 8 >= old.max_fee * 9
    assert raised.priority * 8 >= old.priority * 9
    assert raised.priority <= raised.max_fee <= signing.cap()


@limits(deadline=None)
@given(base=gwei, max_fee=gwei, priority=gwei)
def test_first_fees_stay_within_the_cap_or_wait(base: int, max_fee: int, priority: int):
    fees = signing.first_fees(Fees(max(max_fee, priority), priority), base)
    if fees is None:
        assert base + priority > signing.cap()
    else:
        assert fees.priority <= fees.max_fee <= signing.cap()


def test_a_raise_ends_at_the_cap(settings):
    settings.CHAIN_MAX_FEE_GWEI = 9
    assert signing.raised_fees(Fees(8 * 10**9, 1), Fees(0, 0)) == Fees(9 * 10**9, 2)
    assert signing.raised_fees(Fees(8 * 10**9 + 1, 1), Fees(0, 0)) is None
