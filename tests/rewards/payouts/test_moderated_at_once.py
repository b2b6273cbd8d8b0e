"""A batch is approved while a moderator's decision comes into effect: one of them is first, and the other takes it as it is."""

import pytest
from django.utils import timezone

from metya.web.errors import ActionError
from rewards.ledger import checking
from rewards.payouts.models import BatchState, Hold, Touched
from social.appeals import actions as appeals
from social.appeals.models import Appeal
from social.interactions.models import Interaction
from social.moderation import decisions
from social.moderation.models import Decision
from tests import make
from tests.metya.wallets.test_races import at_once
from tests.rewards import village

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("again", range(3))
def test_approved_while_the_decision_applies(everyone, office, mona, again):
    author = everyone[1]
    post = make.post(author, "Buy now")
    Interaction.objects.create(source=everyone[2], target=author, kind="like", post=post, at=village.on(0, 9))
    village.close(0)
    office.submit(0)
    made = make.decide(mona, make.report(everyone[3], author, post=post), "remove", applied=False)
    Decision.objects.update(effective_at=timezone.now())

    def approve():
        try:
            return office.approve(0).state
        except ActionError as refused:
            return refused.code

    at_once([approve, decisions.apply_due])
    decisions.apply_due()  # on SQLite a lock may have been waited for in vain
    made.refresh_from_db()
    post.refresh_from_db()
    assert made.applied_at and not post.present
    approved = village.batch(0).state == BatchState.APPROVED
    assert Touched.objects.get().became == ("late" if approved else "held")
    assert Hold.objects.count() == (0 if approved else 1)
    assert village.payout(0, author).state == ("approved" if approved else "held")
    assert not checking.differences()
    if not approved:
        office.review(0)


def test_ten_passes_hold_once(everyone, office, mona):
    author = everyone[1]
    village.close(0)
    make.decide(mona, make.report(everyone[3], author), "suspend", days=7, sure=True, applied=False)
    Decision.objects.update(effective_at=timezone.now())
    assert sum(at_once([decisions.apply_due] * 10)) == 1
    assert Hold.objects.count() == Touched.objects.count() == 1


def test_overturned_while_a_reviewer_releases(everyone, office, mona):
    """The amount is given back once."""
    from_first = make.decide(mona, make.report(everyone[3], everyone[1]), "warn")
    village.close(0)
    made = make.decide(mona, make.report(everyone[3], everyone[1]), "suspend", days=7, sure=True)
    nora = make.member("nora", roles=("moderator",))
    hold = Hold.objects.get()
    one = appeals.appeal(actor=made.member, decision=made, text="No.")
    deeds = [
        lambda: appeals.decide(actor=nora, appeal=one, outcome="overturned", reasons="Right."),
        lambda: office.release(hold),
    ]

    def tried(deed):
        try:
            return deed()
        except ActionError as refused:
            return refused.code

    at_once([lambda deed=deed: tried(deed) for deed in deeds])
    hold.refresh_from_db()
    assert hold.state == "cancelled" and village.payout(0, everyone[1]).state == "in review"
    assert Appeal.objects.get().state == "overturned" and from_first.overturned_at is None
    assert not checking.differences()
