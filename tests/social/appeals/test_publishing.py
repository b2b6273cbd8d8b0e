"""The outcome of an appeal stands in the public log, in the transaction that decides it, and leads to nobody."""

import json

import pytest

from social.appeals import actions, publishing
from social.appeals.models import Appeal
from social.posts import actions as posts
from social.transparency.models import Kind, LogEntry
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def appeal(alice, carol, mona):
    report = make.report(carol, alice, post=posts.publish(actor=alice, text="Buy now"))
    made = make.decide(mona, report, "warn")
    return actions.appeal(actor=alice, decision=made, text="It was a joke.")


@pytest.mark.parametrize("outcome", ["upheld", "overturned"])
def test_the_outcome_is_an_entry_that_names_the_decisions(appeal, alice, outcome):
    nora = make.member("nora", roles=("moderator",))
    actions.decide(actor=nora, appeal=appeal, outcome=outcome, reasons="It was a joke.")
    entry = LogEntry.objects.get(kind=Kind.APPEAL)
    body = json.loads(entry.body)
    decision = LogEntry.objects.get(kind=Kind.DECISION)
    assert (body["entry"], body["decision"], body["outcome"], body["in_time"]) == (
        decision.number,
        "warn",
        outcome,
        True,
    )
    assert body["moderator"] != json.loads(decision.body)["moderator"], "another moderator, to be seen by everyone"
    assert "alice" not in entry.body and "joke" not in entry.body


def test_without_an_entry_nothing_is_decided(appeal, monkeypatch):
    nora = make.member("nora", roles=("moderator",))
    monkeypatch.setattr(publishing.log, "append", lambda **_values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.decide(actor=nora, appeal=appeal, outcome="overturned", reasons="It was a joke.")
    assert Appeal.objects.get().state == Appeal.State.OPEN


def test_an_open_appeal_has_no_outcome(appeal):
    with pytest.raises(ValueError, match="no outcome"):
        publishing.judged(appeal)
