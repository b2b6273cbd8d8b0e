"""What staff see of the outbox, and who may let a stopped transaction go on."""

import pytest

from rewards.chain.models import Attempt
from tests import make
from tests.rewards.chain.test_actions import stopped

LIST = "/admin/rewards/chaintransaction/"


@pytest.fixture
def ada(db, settings):
    settings.DEMO = True  # the demo's cast needs no second factor
    return make.member("ada", roles=("admin",), is_superuser=True, is_demo=True)


def test_the_outbox_shows_states_and_never_signed_bytes(ada, as_member):
    intent = stopped(error="too dear")
    Attempt.objects.create(
        transaction=intent, number=1, nonce=3, tx_hash="0xfeed", raw="0xsecretbytes", gas=1, max_fee=1, priority_fee=1
    )
    client = as_member(ada)
    page = client.get(LIST)
    assert page.status_code == 200
    assert "too dear" in page.text
    page = client.get(f"{LIST}{intent.pk}/change/")
    assert "0xfeed" in page.text
    assert "secretbytes" not in page.text


def test_a_stopped_transaction_goes_on_by_the_action(ada, as_member):
    intent = stopped()
    as_member(ada).post(LIST, {"action": "retry", "_selected_action": [intent.pk]})
    intent.refresh_from_db()
    assert intent.state == "waiting"


def test_what_may_not_go_on_is_explained(ada, as_member):
    intent = stopped("final")
    page = as_member(ada).post(LIST, {"action": "retry", "_selected_action": [intent.pk]}, follow=True)
    assert "only what has stopped" in page.text
    intent.refresh_from_db()
    assert intent.state == "final"


@pytest.mark.parametrize("path", ["deployment", "chaintransaction", "chainlog"])
def test_nothing_can_be_added_changed_or_deleted(ada, as_member, path: str):
    client = as_member(ada)
    assert client.get(f"/admin/rewards/{path}/").status_code == 200
    assert client.get(f"/admin/rewards/{path}/add/").status_code == 403


def test_a_stranger_sees_nothing(carol, as_member):
    assert as_member(carol).get(LIST).status_code in (302, 403, 404)
